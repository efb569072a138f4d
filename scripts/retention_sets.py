"""Makes samples/retention: clips that check every round of adaptation for forgetting, and some that it repeats.

Usage: scripts/retention_sets.py DATA OUT    (DATA: the folder of french_volunteers, fleurs_fr, english_accents, librivox_en)

One Ogg Opus file per language, clips joined with half a second of silence, and one row per clip with its place, text,
speaker, licence and use: `replay` is learnt from, `dev` chooses, `test` judges. No speaker is in two uses, and no text.
Needs numpy and soundfile."""

import hashlib
import json
import sys
from pathlib import Path

import numpy
import soundfile

RATE, GAP = 16_000, 8_000
# clips of each set: replay, dev, and at most so many for test
KINDS = {"english_accents": "accents", "french_volunteers": "volunteers", "fleurs_fr": "read sentences"}
WANTED = {"en": {"english_accents": (24, 24, 80)}, "fr": {"french_volunteers": (24, 24, 60), "fleurs_fr": (0, 0, 11)}}


def rows(folder):
    with open(folder / "manifest.jsonl", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def order(row):
    return hashlib.sha256(row["id"].encode()).hexdigest()


def uses(chosen, wanted):
    """Gives each row a use; a speaker or a text that has one keeps it."""
    left = dict(zip(("replay", "dev", "test"), wanted))
    by_key, out = {}, []
    for row in sorted(chosen, key=order):
        named = row["speaker"] not in ("", "unknown") and sum(r["speaker"] == row["speaker"] for r in chosen) < 20
        keys = [("text", " ".join(row["text"].lower().split()))] + ([("speaker", row["speaker"])] if named else [])
        known = [by_key[k] for k in keys if k in by_key]
        use = known[0] if known else next((u for u, n in left.items() if n > 0), None)
        if use is None or len(set(known)) > 1 or not 0.8 <= row["duration"] <= 15:
            continue
        left[use] -= 1
        by_key.update({k: use for k in keys})
        out.append((row, use))
    return out


def main(data, out):
    out.mkdir(parents=True, exist_ok=True)
    for language, sets in WANTED.items():
        sound, lines, at = [], [], 0
        for name, wanted in sets.items():
            for row, use in uses(rows(data / name), wanted):
                samples, rate = soundfile.read(data / name / row["audio"], dtype="float32")
                assert rate == RATE and samples.ndim == 1, row["audio"]
                line = {"start": at / RATE, "end": (at + len(samples)) / RATE, "text": row["text"],
                        "speaker": row["speaker"], "language": language, "region": row["region"],
                        "licence": row["licence"], "set": name, "kind": KINDS[name], "use": use}
                lines.append(json.dumps(line, ensure_ascii=False))
                sound += [samples, numpy.zeros(GAP, "float32")]
                at += len(samples) + GAP
        with soundfile.SoundFile(out / f"{language}.ogg", "w", RATE, 1, format="OGG", subtype="OPUS",
                                 compression_level=0.93) as file:
            file.write(numpy.concatenate(sound))
        (out / f"{language}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
        for use in ("replay", "dev", "test"):
            used = [json.loads(line) for line in lines if f'"use": "{use}"' in line]
            print(language, use, len(used), f"{sum(r['end'] - r['start'] for r in used) / 60:.1f} min",
                  sum(len(r["text"].split()) for r in used), "words")


main(Path(sys.argv[1]), Path(sys.argv[2]))
