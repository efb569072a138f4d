"""Lhotse's own readers: manifests, Shar, and its import of Kaldi data folders."""
import json
import os
from pathlib import Path

import lhotse
import lhotse.kaldi

from rows import Rows, whole


def cuts_into(rows, cuts, split):
    for cut in cuts:
        (supervision,) = cut.supervisions
        rows.add(cut.id, whole(cut.load_audio()), supervision.text, split, supervision.speaker)


def splits(folder):
    return sorted(path.name for path in Path(folder).iterdir() if path.is_dir() and path.name != "clips")


def lhotse_manifests(folder, _cache):
    rows = Rows()
    for split in splits(folder):
        at = Path(folder) / split
        cuts = lhotse.CutSet.from_file(at / "cuts.jsonl.gz").with_recording_path_prefix(str(folder))
        recordings = lhotse.RecordingSet.from_file(at / "recordings.jsonl.gz").with_path_prefix(str(folder))
        supervisions = lhotse.SupervisionSet.from_file(at / "supervisions.jsonl.gz")
        made = lhotse.CutSet.from_manifests(recordings=recordings, supervisions=supervisions)
        lhotse.validate(recordings), lhotse.validate(supervisions)
        assert [c.supervisions[0].text for c in made] == [c.supervisions[0].text for c in cuts]
        for cut in cuts:
            lhotse.validate(cut, read_data=True)
        cuts_into(rows, cuts, split)
    return rows


def shar(folder, _cache):
    rows = Rows()
    for split in splits(folder):
        cuts = lhotse.CutSet.from_shar(in_dir=str(Path(folder) / split))
        for cut in cuts:
            assert cut.start == 0 and cut.num_samples == cut.recording.num_samples, cut.id
            assert cut.num_samples == cut.load_audio().shape[1], f"{cut.id} has other samples than it says"
        cuts_into(rows, cuts, split)
    return rows


def kaldi(folder, _cache):
    """A data folder as utils/validate_data_dir.sh wants it, then as Lhotse reads it."""
    rows, here = Rows(), os.getcwd()
    clips = {}
    for line in (Path(folder) / "clips.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        clips[row["clip"]] = row["text"]
    for split in splits(folder):
        at = Path(folder) / split
        tables = {}
        for name in ("wav.scp", "text", "utt2spk", "spk2utt", "utt2lang", "reco2dur"):
            lines = (at / name).read_bytes().split(b"\n")
            assert lines.pop() == b"", f"{name} does not end with a line break"
            keys = [line.split(b" ", 1)[0] for line in lines]
            assert keys == sorted(set(keys)), f"{name} is not sorted as LC_ALL=C sorts, or has a key twice"
            tables[name] = dict(line.split(b" ", 1) for line in lines)
        for name in ("text", "utt2spk", "utt2lang", "reco2dur"):
            assert tables[name].keys() == tables["wav.scp"].keys(), f"{name} has other utterances than wav.scp"
        for utterance, speaker in tables["utt2spk"].items():
            assert utterance.startswith(speaker), f"{utterance} does not begin with its speaker {speaker}"
            assert b" " not in speaker, f"a space in the speaker {speaker}"
        by_speaker = sorted(tables["utt2spk"].items(), key=lambda pair: (pair[1], pair[0]))
        assert [u for u, _ in by_speaker] == list(tables["utt2spk"]), "sorted by speaker, utterances are in another order"
        listed = [u for line in tables["spk2utt"].values() for u in line.split(b" ")]
        assert listed == list(tables["utt2spk"]), "spk2utt and utt2spk differ"
        os.chdir(folder)
        try:
            recordings, supervisions, _ = lhotse.kaldi.load_kaldi_data_dir(split, sampling_rate=16000)
            cuts = lhotse.CutSet.from_manifests(recordings=recordings, supervisions=supervisions)
            for cut in cuts:
                (supervision,) = cut.supervisions
                clip = supervision.id.rsplit("-", 1)[1]
                text = tables["text"][supervision.id.encode()].decode()
                # Lhotse takes the words apart and joins them with one space.
                assert supervision.text.split() == text.split()
                rows.add(clip, whole(cut.load_audio()), text, split, supervision.speaker)
        finally:
            os.chdir(here)
    assert {clip: row[1] for clip, row in rows.rows.items()} == clips
    return rows


LOADERS = {"lhotse": lhotse_manifests, "lhotse-shar": shar, "kaldi": kaldi}
