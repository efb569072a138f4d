"""The clips that scripts/check-drafts measures on, and recordings joined from them."""

import json
import os
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import join_clips  # noqa: E402

# Clips of each set; by a fixed seed where there are more.
SETS = {"fr": {"fleurs_fr": 11, "french_volunteers": 100, "quebec_prompts": 139}, "en": {"english_accents": 145, "librivox_en": 5}}
SHARE = float(os.environ.get("SHARE", "1"))  # 0.5 takes half of them
# Of these nobody knows who is who, or one person speaks all: each clip counts as a speaker of its own.
ONE_SPEAKER = {"quebec_prompts", "french_volunteers", "librivox_en"}
LONGEST = 14.5  # seconds of a clip: what `slice.max_seconds` keeps whole, with what lies around
JOINED = 75 * SHARE  # seconds of a joined recording, about: as many recordings to hold out, whatever the share


def chosen(data, language):
    clips = []
    for name, most in SETS[language].items():
        folder = pathlib.Path(data, name).resolve()
        rows = [json.loads(line) for line in open(folder / "manifest.jsonl", encoding="utf-8")]
        rows, most = [row for row in rows if row["duration"] <= LONGEST], round(most * SHARE)
        for row in sorted(random.Random(1).sample(rows, min(most, len(rows))), key=lambda row: (row["speaker"], row["id"])):
            path = folder / row["audio"]
            speaker = path.name if name in ONE_SPEAKER else row["speaker"]
            clips.append({"path": str(path), "name": path.name, "start": 0.0, "end": row["duration"], "text": row["text"],
                          "set": name, "speaker": speaker, "fold": speaker, "language": language})
    assert len({clip["name"] for clip in clips}) == len(clips)
    return clips


def joined(clips, out):
    """The same clips where they lie in joined recordings; whole recordings are held out."""
    groups, seconds = [[]], 0.0
    for clip in clips:
        if seconds > JOINED:
            groups.append([])
            seconds = 0.0
        groups[-1].append(clip)
        seconds += clip["end"]
    placed = []
    for n, group in enumerate(groups):
        name = f"{group[0]['language']}-{n:02}"
        folder = pathlib.Path(out, name)
        folder.mkdir(parents=True, exist_ok=True)
        rows = [{"audio": clip["path"], "text": clip["text"], "speaker": clip["speaker"]} for clip in group]
        lines(folder / "manifest.jsonl", rows)
        join_clips.join(folder, folder)
        path = pathlib.Path(out, f"{name}.flac")
        os.replace(folder / "recording.flac", path)
        for clip, row in zip(group, map(json.loads, open(folder / "manifest.jsonl", encoding="utf-8")), strict=True):
            place = {"path": str(path.resolve()), "name": path.name, "start": row["start"], "end": row["end"], "fold": name}
            placed.append({**clip, **place})
    return placed


def lines(path, rows):
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path
