"""Makes answers for the demo: what a validator would send back if the reference transcript were
what they transcribed. Not people's work, and marked so in the column `validator`.

usage: python3 answers-from-references.py REFERENCES.jsonl TASKS.jsonl... > ANSWERS.jsonl
REFERENCES: {"path", "start", "end", "text"} a line, seconds; TASKS: rows of `second-ear tasks`.
"""
import json
import os
import sys
from collections import defaultdict


def rows(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


references = defaultdict(list)
for r in rows(sys.argv[1]):
    references[r["path"]].append(r)

for file in sys.argv[2:]:
    for task in rows(file):
        spoken = references.get(os.path.basename(task["path"]), [])
        # A part belongs to the clip when its middle lies inside.
        parts = [r for r in spoken if task["start"] <= (r["start"] + r["end"]) / 2 < task["end"]]
        cut = [r for r in spoken if r not in parts and r["start"] + 0.3 < task["end"] and task["start"] + 0.3 < r["end"]]
        if cut or not parts:  # a clip that holds half a part has no reference of its own
            continue
        text = " ".join(r["text"] for r in sorted(parts, key=lambda r: r["start"]))
        as_is = text == task["draft"]
        task.update(
            validator="demo-reference-transcript",
            verdict="as_is" if as_is else "corrected",
            text=task["draft"] if as_is else text,
            answered_at="2026-11-23T12:00:00Z",
        )
        print(json.dumps(task, ensure_ascii=False))
