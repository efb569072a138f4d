"""Called by scripts/simulate-drift: real clips ordered by region as if they were months, through the program. Six months of Québec
prompts, then three of the French volunteers, each month one turn of docs/loop/second-ear-loop: recordings come in, every clip goes to
people, who answer with the reference, and `status` says how the model fits. As a control the same clips in a random order of months.

usage: python3 simulate_months.py DATA WORK [ORDERS]; the program is the first second-ear on PATH."""

import csv
import json
import os
import random
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

USUAL, NEW, A_MONTH = 6, 3, 40
data, work = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
orders = int(sys.argv[3]) if len(sys.argv) > 3 else 10
repository = Path(__file__).resolve().parent.parent


def program(*arguments):
    done = subprocess.run(["second-ear", "--quiet", *map(str, arguments)], capture_output=True, text=True)
    if done.returncode not in (0, 3):
        sys.exit(f"second-ear {' '.join(map(str, arguments))}: {done.stderr}")
    return done.stdout


def clips(name, count, draws):
    rows = [json.loads(line) for line in open(data / name / "manifest.jsonl", encoding="utf-8")]
    draws.shuffle(rows)
    return [{**row, "path": str(data / name / row["audio"])} for row in rows[:count]]


def workspace(at):
    program("init", at, "--language", "fr")
    settings = (at / "second-ear.toml").read_text(encoding="utf-8")
    for name, value in (("audit_rate", "1.0"), ("blind_share", "0.0"), ("gold_share", "0.0"), ("seeded_error_share", "0.0")):
        settings, found = re.subn(rf"(?m)^{name} = .*$", f"{name} = {value}", settings)
        assert found == 1, name
    (at / "second-ear.toml").write_text(settings, encoding="utf-8")


def manifest(at, months):
    with open(at, "w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["path", "region", "recorded"])
        # No column for the speaker: each recording counts as one. Québec's speaker is one person, whose months could not be compared.
        table.writerows([c["path"], c["region"], f"2026-{number:02}-15"] for number, month in months for c in month)


def answer(pages, said, to, done):
    """Answers of somebody who writes the reference; recordings that were cut into several clips have none of their own. Gives how many
    clips that leaves out."""
    whole = re.compile(r'<script type="application/json" id="tasks">(.*?)</script>', re.S)
    pages = [json.loads(whole.search(page.read_text(encoding="utf-8"))[1]) for page in sorted(pages.rglob("tasks-*.html"))]
    fresh = {item["row"]["clip"]: item["row"] for page in pages for item in page["items"] if item["row"]["clip"] not in done}
    done |= fresh
    parts = Counter(row["path"] for row in done.values())
    rows = [row | {"validator": "reference", "verdict": "corrected", "text": said[os.path.basename(row["path"])],
                   "answered_at": "2026-12-01T12:00:00Z"} for row in fresh.values() if parts[row["path"]] == 1]
    to.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return len(fresh) - len(rows)


def turn(at, recordings):
    environment = os.environ | {"AT_LEAST": "100000", "FILES": "50"}
    folders = [recordings, at / "answers", at / "tasks"]
    done = subprocess.run(["sh", repository / "docs/loop/second-ear-loop", at / "ws", *folders], capture_output=True, text=True, env=environment)
    if done.returncode not in (0, 3):
        sys.exit(done.stderr)


def run(name, months, said, by_turns):
    """`status` after each turn, or after the only one, and how many clips nobody answered for want of a reference of their own."""
    at = work / name
    (at / "answers").mkdir(parents=True)
    workspace(at / "ws")
    done, lines, left_out = {}, [], 0
    for batch in [[m] for m in months] if by_turns else [months]:
        manifest(at / "manifest.csv", batch)
        turn(at, at / "manifest.csv")
        left_out += answer(at / "tasks", said, at / "answers.jsonl", done)
        program("answers", at / "ws", at / "answers.jsonl")
        lines.append(next((line for line in program("status", at / "ws", "--lang", "en").splitlines() if line.startswith("Errors in all drafts")), ""))
    return json.loads(program("report", at / "ws", "--json"))["drift"], lines, left_out


def percent(rate):
    ends = [f"{100 * rate[end]:.1f}" if rate[end] is not None else "-" for end in ("value", "low", "high")]
    return f"{ends[0]} ({ends[1]} to {ends[2]})"


draws = random.Random(1)
usual, new = clips("quebec_prompts", USUAL * A_MONTH, draws), clips("french_volunteers", NEW * A_MONTH, draws)
said = {os.path.basename(c["path"]): c["text"] for c in usual + new}
both = usual + new
months = [(n + 1, both[n * A_MONTH:(n + 1) * A_MONTH]) for n in range(USUAL + NEW)]
drift, lines, left_out = run("ordered", months, said, True)
print("| month | clips of | clips | WER of drafts, % | new words | `status` after that turn |\n|---|---|---|---|---|---|")
for month, line in zip(drift["months"], lines):
    region = "Québec" if int(month["month"][-2:]) <= USUAL else "volunteers"
    examples = ", ".join(w["word"] for w in month["examples"][:3])
    print(f"| {month['month']} | {region} | {month['clips']} | {percent(month['draft_wer'])} | "
          f"{month['new_words']}: {examples} | {line.rsplit(': ', 1)[-1] or '-'} |", flush=True)
print(f"\n{left_out} clips without an answer: their recording was cut into several, and the reference is of the whole")
for order in range(orders):
    draws.shuffle(both)
    mixed = [(n + 1, both[n * A_MONTH:(n + 1) * A_MONTH]) for n in range(USUAL + NEW)]
    drift, _, _ = run(f"mixed-{order}", mixed, said, False)
    first = drift["months"][0]["draft_wer"]
    worse = [m["month"] for m in drift["months"][1:] if m["draft_wer"]["low"] and first["high"] and m["draft_wer"]["low"] > first["high"]]
    print(f"\nin a random order ({order + 1} of {orders}): worse than the first month in {len(worse)} of {len(drift['months']) - 1} months")
