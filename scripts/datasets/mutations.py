"""Rules that break loaders, each broken on purpose: a check that does not notice proves nothing.

A mutation changes a copy of a dataset; loading it must fail or give another digest.
"""
import csv
import gzip
import io
import json
import tarfile
from pathlib import Path


def first(folder, pattern):
    return sorted(Path(folder).glob(pattern))[0]


def lines(path, change):
    """Changes the lines of a file."""
    path.write_text("".join(line + "\n" for line in change(path.read_text(encoding="utf-8").splitlines())), encoding="utf-8")


def rows(path, change):
    """Changes the first row of a file of JSON lines."""
    def changed(all):
        row = json.loads(all[0])
        change(row)
        return [json.dumps(row, ensure_ascii=False), *all[1:]]
    lines(path, changed)


def members(path, change):
    """Changes the members of a tar file."""
    with tarfile.open(path) as tar:
        read = [(member.name, tar.extractfile(member).read()) for member in tar]
    with tarfile.open(path, "w") as tar:
        for name, data in change(read):
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))


def parquet(folder, **how):
    """Writes a Parquet file again with pyarrow."""
    import pyarrow.parquet as pq

    path = first(folder, "data/train-*.parquet")
    table = pq.read_table(path)
    if how.pop("without_features", False):
        table = table.replace_schema_metadata({})
        (Path(folder) / "README.md").unlink()
    if without := how.pop("without", None):
        table = table.drop_columns([without, "id"])
    if how.pop("twice", False):
        import pyarrow

        table = pyarrow.concat_tables([table] * (1 + 200 // table.num_rows))
    pq.write_table(table, path, **how)


def same_speaker(folder, pattern, column):
    """No speaker has a name."""
    for path in Path(folder).glob(pattern):
        def nobody(all):
            read = [json.loads(line) for line in all]
            return [json.dumps({**row, column: ""}, ensure_ascii=False) for row in read]
        lines(path, nobody)


def quoted(folder):
    """The tables as Python's csv writes them by itself."""
    path = Path(folder) / "train.tsv"
    with path.open(encoding="utf-8", newline="") as file:
        read = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    read[1][3] = '"' + read[1][3]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter="\t").writerows(read)


def cuts(path, change):
    with gzip.open(path, "rt", encoding="utf-8") as file:
        read = [json.loads(line) for line in file]
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in change(read))


def dot_in_key(all):
    return [(name.replace("_", ".", 1), data) for name, data in all]


def apart(all):
    """All sounds, then all texts."""
    return sorted(all, key=lambda member: member[0].split(".")[1])


MUTATIONS = {
    "hf": {
        "a row without its file": lambda at: first(at, "train/*.wav").unlink(),
        "speakers without a name": lambda at: same_speaker(at, "*/metadata.jsonl", "speaker"),
        "a column that only one split has": lambda at: rows(
            first(at, "test/metadata.jsonl"), lambda row: row.update(agreement="high")),
        "another text": lambda at: rows(first(at, "train/metadata.jsonl"), lambda row: row.update(text="non")),
    },
    "parquet": {
        "no word that the column is audio": lambda at: parquet(at, without_features=True),
        "large row groups": lambda at: parquet(at, twice=True),
        "a shard that is missing": lambda at: first(at, "data/train-*.parquet").unlink(),
        "no ids": lambda at: parquet(at, without="clip"),
    },
    "nemo": {
        "a manifest that ends in .jsonl": lambda at: first(at, "train.json").rename(Path(at) / "train.jsonl"),
        "no sampling rate": lambda at: rows(first(at, "train.json"), lambda row: row.pop("sampling_rate")),
        "a row to skip": lambda at: rows(first(at, "train.json"), lambda row: row.update(_skipme=True)),
        "a row without a duration": lambda at: rows(first(at, "train.json"), lambda row: row.pop("duration")),
        "no language": lambda at: rows(first(at, "train.json"), lambda row: row.pop("lang")),
    },
    "nemo-tarred": {
        "a shard number that is another's": lambda at: rows(
            first(at, "train/manifest_0.json"), lambda row: row.update(shard_id=7)),
        "a manifest that is missing": lambda at: first(at, "train/manifest_0.json").unlink(),
        "a member without a row": lambda at: lines(first(at, "train/manifest_0.json"), lambda all: all[1:]),
        "a name that ends in -sub and a number": lambda at: (
            rows(first(at, "train/manifest_0.json"),
                 lambda row: row.update(audio_filepath=row["audio_filepath"].replace(".wav", "-sub1.wav"))),
            members(first(at, "train/audio_0.tar"),
                    lambda all: [(all[0][0].replace(".wav", "-sub1.wav"), all[0][1]), *all[1:]])),
    },
    "lhotse": {
        "a file that is not there": lambda at: first(at, "clips/*.wav").unlink(),
        "a cut of another length": lambda at: cuts(
            first(at, "train/cuts.jsonl.gz"), lambda all: [{**all[0], "duration": all[0]["duration"] + 1}, *all[1:]]),
    },
    "lhotse-shar": {
        "any other file in the folder": lambda at: (Path(at) / "train/notes.txt").write_text("mine"),
        "members in another order": lambda at: members(
            first(at, "train/recording.000000.tar"), lambda all: all[2:] + all[:2]),
        "a recording behind its manifest": lambda at: members(
            first(at, "train/recording.000000.tar"), lambda all: [all[1], all[0], *all[2:]]),
        "numbers that do not begin at 0 in both": lambda at: first(at, "train/recording.000000.tar").rename(
            Path(at) / "train/recording.000009.tar"),
        "a cut that does not begin at 0": lambda at: cuts(
            first(at, "train/cuts.000000.jsonl.gz"), lambda all: [{**all[0], "start": 0.5}, *all[1:]]),
    },
    "webdataset": {
        "parts of a sample apart": lambda at: members(first(at, "train-*.tar"), apart),
        "a dot in a key": lambda at: members(first(at, "train-*.tar"), dot_in_key),
        "a slash in a key": lambda at: members(
            first(at, "train-*.tar"), lambda all: [(f"a/{name}", data) for name, data in all]),
    },
    "kaldi": {
        "another order": lambda at: lines(first(at, "train/text"), lambda all: all[::-1]),
        "an id that does not begin with its speaker": lambda at: lines(
            first(at, "train/utt2spk"), lambda all: [all[0].split(" ")[0] + " zoe", *all[1:]]),
        "a space in an id": lambda at: lines(
            first(at, "train/wav.scp"), lambda all: [all[0].replace("_", " ", 1), *all[1:]]),
        "a spk2utt of another day": lambda at: lines(first(at, "train/spk2utt"), lambda all: all[1:]),
    },
    "common-voice": {
        "quoting": quoted,
        "a clip that is missing": lambda at: first(at, "clips/*.wav").unlink(),
        "a table without a row": lambda at: lines(first(at, "validated.tsv"), lambda all: all[:-1]),
    },
    "mfa": {
        "a sound without a text": lambda at: first(at, "train/*/*.lab").unlink(),
        "speakers in one folder": lambda at: [
            file.rename(file.parent.parent / file.name) for file in sorted(Path(at).glob("train/*/*"))],
    },
}
