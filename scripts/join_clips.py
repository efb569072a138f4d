"""Recordings joined from single clips, and a manifest that says where each clip lies: for measuring what neighbours are worth.

usage: join_clips.py SHARED OUT   (SHARED: the folder with data/)
Each set of SHARED/data with a manifest becomes OUT/SET/recording.flac and OUT/SET/manifest.jsonl. Between clips lie pauses of
0.5 to 1.6 s with faint noise, drawn by a fixed seed. Needs: pip install numpy soundfile
"""

import json
import os
import random
import sys

import numpy
import soundfile

RATE = 16_000
PADDING = 0.2  # seconds around each clip, as slicing leaves them
LONGEST = 27.5


def join(folder, out):
    rows = [json.loads(line) for line in open(os.path.join(folder, "manifest.jsonl"))]
    draw, noise = random.Random(1), numpy.random.default_rng(1)
    parts, placed, at = [], [], 0.0
    for row in rows:
        sound, rate = soundfile.read(os.path.join(folder, row["audio"]), dtype="float32")
        if rate != RATE or len(sound) > LONGEST * RATE:
            continue
        pause = noise.standard_normal(int(draw.uniform(0.5, 1.6) * RATE)).astype("float32") * 3e-4
        start, at = at, at + len(sound) / RATE
        kept = {key: row[key] for key in ("text", "speaker", "language", "region") if key in row}
        placed.append({"audio": "recording.flac", "start": max(0.0, start - PADDING), "end": at + PADDING, **kept})
        parts += [sound, pause]
        at += len(pause) / RATE
    os.makedirs(out, exist_ok=True)
    soundfile.write(os.path.join(out, "recording.flac"), numpy.concatenate(parts), RATE, subtype="PCM_16")
    with open(os.path.join(out, "manifest.jsonl"), "w") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in placed)


if __name__ == "__main__":
    shared, out = sys.argv[1:]
    for name in sorted(os.listdir(os.path.join(shared, "data"))):
        folder = os.path.join(shared, "data", name)
        if os.path.exists(os.path.join(folder, "manifest.jsonl")):
            join(folder, os.path.join(out, name))
