"""How many words of a window's text went to a neighbouring clip, against reference segments.

usage: misplaced_words.py ROWS...   (rows of `second-ear evaluate` on the manifests of join_clips.py)
All references of a recording are aligned with all drafts of it as one text; a word that both have is misplaced where the two
stand in different clips. Of several cheapest alignments the one with the fewest misplaced words counts.
"""

import json
import re
import sys
from itertools import groupby


def words(text):
    return re.findall(r"[\w']+", text.lower().replace("’", "'"))


def misplaced(reference, draft):
    """Words that match, and those of them in another clip: (word, clip) on both sides."""
    above = [(j, 0, 0) for j in range(len(draft) + 1)]  # edits, misplaced, matches
    for i, (word, clip) in enumerate(reference, 1):
        row = [(i, 0, 0)]
        for j, (other, there) in enumerate(draft, 1):
            best = min((above[j][0] + 1, *above[j][1:]), (row[-1][0] + 1, *row[-1][1:]))
            edits, wrong, found = above[j - 1]
            diagonal = (edits, wrong + (clip != there), found + 1) if word == other else (edits + 1, wrong, found)
            row.append(min(best, diagonal))
        above = row
    return above[-1][2], above[-1][1]


def main(files):
    rows = [json.loads(line) for file in files for line in open(file, encoding="utf-8")]
    for name, of in groupby(rows, key=lambda row: row["set"]):
        matches = wrong = windows = clips = 0
        of = list(of)
        # In stretches: alignment is quadratic, and no word strays further than to a neighbour.
        for start in range(0, len(of), 10):
            part = list(enumerate(of[start : start + 10]))
            reference = [(word, n) for n, row in part for word in words(row["reference"])]
            draft = [(word, n) for n, row in part for word in words(row["hypothesis"])]
            found, strayed = misplaced(reference, draft)
            matches, wrong = matches + found, wrong + strayed
        clips, windows = len(of), sum(row["pass"] == "window" for row in of)
        print(f"{name}: {wrong} of {matches} words that both have are in another clip ({wrong / max(matches, 1):.2%}); "
              f"{windows} of {clips} clips from windows")


main(sys.argv[1:])
