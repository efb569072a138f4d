"""The readers' side of scripts/check-transcripts: check_transcripts.py WORK"""

import json
import pathlib
import sys

import meeteval
import pympi
from praatio import textgrid

TIME = 0.0011  # seconds: files hold milliseconds


def check(ok, what):
    if not ok:
        sys.exit(f"check-transcripts: {what}")


def bare(word):
    """As ctm.rs writes words."""
    kept = lambda c: c.isalnum() or c in "'’%°€$&+"
    if not any(c.isalnum() for c in word):
        return ""
    while not kept(word[0]):
        word = word[1:]
    while not kept(word[-1]):
        word = word[:-1]
    return word


def words_of(clips):
    return [word for clip in clips for word in clip["words"]]


def one(path, counts):
    stem = path.name.removesuffix(".words.json")
    file = lambda ending: path.with_name(f"{stem}.{ending}")
    data = json.loads(path.read_text(encoding="utf-8"))
    clips = data["clips"]
    words = words_of(clips)
    for clip in clips:
        check(" ".join(w["word"] for w in clip["words"]) == " ".join(clip["text"].split()), f"{stem}: words of {clip['clip']}")
        for word in clip["words"]:
            inside = clip["start"] - TIME <= word["start"] <= word["end"] <= clip["end"] + TIME
            check(inside, f"{stem}: {word} is not in {clip['clip']}")
            check(word["p_wrong"] is None or (clip["source"] == "machine" and 0 <= word["p_wrong"] <= 1), f"{stem}: {word}")
    by_channel = sorted(clips, key=lambda clip: (clip["channel"], clip["start"]))
    said = [w for w in words_of(by_channel) if bare(w["word"])]
    if said:
        ctm = meeteval.io.CTM.load(file("ctm")).lines
        check([line.word for line in ctm] == [bare(w["word"]) for w in said], f"{stem}: the words of the CTM")
        for line, word in zip(ctm, said):
            check(abs(float(line.begin_time) - word["start"]) < TIME, f"{stem}: {line}")
            expected = "" if word["p_wrong"] is None else 1 - word["p_wrong"]
            check(expected == "" or abs(float(line.confidence) - expected) < 2e-4, f"{stem}: {line}")
        order = [(line.channel, float(line.begin_time)) for line in ctm]
        check(order == sorted(order), f"{stem}: the order of the CTM")
    if clips:
        stm = meeteval.io.STM.load(file("stm")).lines
        check(len(stm) == len(clips), f"{stem}: segments of the STM")
    if said:
        rttm = meeteval.io.RTTM.load(file("rttm")).lines
        check(len(rttm) == sum(any(c.isalnum() for c in clip["text"]) for clip in clips), f"{stem}: RTTM")
    eaf = pympi.Elan.Eaf(str(file("eaf")))
    tiers = {name: sorted(eaf.get_annotation_data_for_tier(name)) for name in eaf.get_tier_names()}
    grid = textgrid.openTextgrid(str(file("TextGrid")), includeEmptyIntervals=False)
    check(list(tiers) == list(grid.tierNames), f"{stem}: tiers {list(tiers)} and {list(grid.tierNames)}")
    found = [a for name, of in tiers.items() if name.startswith("words") for a in of]
    check(sorted(a[2] for a in found) == sorted(w["word"] for w in words if w["end"] > w["start"]), f"{stem}: words of the EAF")
    labels = [line.split("\t") for line in file("labels.txt").read_text(encoding="utf-8").splitlines()]
    check(all(len(label) == 3 and float(label[0]) <= float(label[1]) for label in labels), f"{stem}: labels")
    counts["files"] += 1
    counts["clips"] += len(clips)
    counts["words"] += len(words)
    counts["scored words"] += sum(w["p_wrong"] is not None for w in words)


def main(work):
    counts = {"files": 0, "clips": 0, "words": 0, "scored words": 0}
    for path in sorted((work / "all").glob("*.words.json")):
        one(path, counts)
    check(counts["words"], "no words")
    print("the same words in JSON, CTM, EAF and TextGrid:", ", ".join(f"{n} {name}" for name, n in counts.items()))


main(pathlib.Path(sys.argv[1]))
