"""Called by scripts/bench-memory: what a memory of corrections is worth on clips of other texts. The clips of quebec_prompts are cut
in three by text; the corrections of two thirds (references play the people) are remembered, and tried on the third. Also on the
French volunteers, cut by clip, since nobody knows who speaks. Every step is a command of second-ear."""

import hashlib
import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile

data, program = os.path.realpath(sys.argv[1]), os.path.abspath("target/release/second-ear")
work = os.environ.get("BENCH_MEMORY_WORK") or tempfile.mkdtemp(prefix="second-ear-memory-")
MODEL = os.environ.get("BENCH_MEMORY_MODEL", "base")
FOLDS, REPLICATES = 3, 2000
SHOWN = -3  # log odds from which the page shows a suggestion (src/routing/memory.rs)


def second_ear(*arguments):
    done = subprocess.run([program, "--quiet", *map(str, arguments)], capture_output=True, text=True)
    if done.returncode not in (0, 3):
        sys.exit(f"{arguments}\n{done.stdout}\n{done.stderr}")
    return done.stdout


def chance(key):
    return hashlib.sha256(key.encode()).hexdigest()


def plain(text):
    text = text.lower().replace("œ", "oe").replace("’", "'").replace("'", "' ")
    return "".join(c if c.isalnum() or c == "'" else " " for c in text).split()


def errors(reference, draft):
    a, b = plain(reference), plain(draft)
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        last, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (x != y))
    return row[-1]


def ingest(folder, rows, name):
    manifest = f"{folder}-{name}.jsonl"
    with open(manifest, "w") as out:
        for row in rows:
            out.write(json.dumps({"path": row["path"], "speaker": row["speaker"], "language": "fr", "licence": row["licence"]}) + "\n")
    second_ear("ingest", folder, manifest)
    second_ear("run", folder)
    return [json.loads(line) for line in second_ear("transcripts", folder).splitlines()]


def learn(folder, pool):
    """A workspace whose clips people answered, each as its reference says."""
    second_ear("init", folder, "--language", "fr", "--model", MODEL)
    path = os.path.join(folder, "second-ear.toml")
    text = open(path).read()
    for old, new in (("join_gap_seconds = 0.5", "join_gap_seconds = 25.0"), ("max_seconds = 15.0", "max_seconds = 28.0"),
                     ("audit_rate = 0.05", "audit_rate = 1.0"), ("gold_share = 0.05", "gold_share = 0.0"),
                     ("seeded_error_share = 0.02", "seeded_error_share = 0.0")):
        assert old in text, old
        text = text.replace(old, new)
    open(path, "w").write(text)
    clips = ingest(folder, pool, "pool")
    whole, known = whole_recordings(clips), {row["path"]: row["text"] for row in pool}
    second_ear("tasks", folder, "--out", folder + "-tasks", "--format", "jsonl")
    answers, count = folder + "-answers.jsonl", 0
    with open(answers, "w") as out:
        for root, _, files in os.walk(folder + "-tasks"):
            for line in (line for name in files if name.endswith(".jsonl") for line in open(os.path.join(root, name))):
                row = json.loads(line)
                if row.get("clip") in whole:
                    text = known[whole[row["clip"]]["path"]]
                    row.update(validator="reference", verdict="as_is" if text == row["draft"] else "corrected", text=text,
                               answered_at="2026-11-25T12:00:00Z")
                    out.write(json.dumps(row) + "\n")
                    count += 1
    second_ear("answers", folder, answers)
    return count


def second_person(folder):
    """The same answers by somebody else."""
    answers = folder + "-answers-2.jsonl"
    with open(answers, "w") as out:
        for line in open(folder + "-answers.jsonl"):
            out.write(json.dumps({**json.loads(line), "validator": "second reference"}) + "\n")
    second_ear("answers", folder, answers)


def whole_recordings(clips):
    """Clips that are their whole recording, by id: others have no reference of their own."""
    paths = [clip["path"] for clip in clips]
    return {clip["clip"]: clip for clip in clips if paths.count(clip["path"]) == 1}


def suggested(folder, held):
    """Each held-out clip with its draft, its reference, and what the memory tried on it with the log odds of each."""
    clips = whole_recordings(ingest(folder, held, "held"))  # what is there already is left alone
    known = {row["path"]: row["text"] for row in held}
    tried = {}
    with sqlite3.connect(f"file:{folder}/state.db?mode=ro", uri=True) as db:
        for clip, pair, ratio, prior in db.execute("SELECT clip, pair, log_ratio, log_prior FROM suggestions WHERE log_ratio IS NOT NULL"):
            tried.setdefault(clip, []).append((ratio, prior, json.loads(pair)))
    return [{"id": id, "draft": clip["draft"], "reference": known[clip["path"]], "tried": tried.get(id, [])}
            for id, clip in clips.items() if clip["path"] in known]


def replaced(draft, pair):
    """The draft with the first piece of a pair replaced, in plain words."""
    words, wrote, said = plain(draft), plain(pair["wrote"]), plain(pair["said"])
    for n in range(len(words) - len(wrote) + 1):
        if words[n:n + len(wrote)] == wrote:
            return " ".join(words[:n] + said + words[n + len(wrote):])
    return None


def judged(clip, least):
    """Errors of a draft, and how many are fixed or made by each suggestion with these log odds, one per place."""
    before, taken, out = errors(clip["reference"], clip["draft"]), set(), []
    for ratio, prior, pair in sorted(clip["tried"], key=lambda t: -(t[0] + t[1])):
        text = replaced(clip["draft"], pair)
        if ratio + prior >= least and text is not None and pair["wrote"] not in taken:
            taken.add(pair["wrote"])
            out.append(before - errors(clip["reference"], text))
    return before, out


def table(name, clips):
    print(f"\n{name}: {len(clips)} held-out clips\n\n| log odds from | suggestions | right | wrong | no change | of the errors left | if taken unseen: errors fixed | made |\n"
          "|---|---|---|---|---|---|---|---|")
    for least in (-99, -4, SHOWN, -2, -1, 0, 1, 2, 3, 4):
        rows = [judged(clip, least) for clip in clips]
        total = sum(before for before, _ in rows)
        flat = [gain for _, gains in rows for gain in gains]
        shares, draws = [], random.Random(1)
        for _ in range(REPLICATES):
            some = draws.choices(rows, k=len(rows))
            shares.append(sum(g for _, gains in some for g in gains if g > 0) / max(1, sum(b for b, _ in some)))
        shares.sort()
        fixed = sum(g for g in flat if g > 0)
        print(f"| {least} | {len(flat)} | {sum(g > 0 for g in flat)} | {sum(g < 0 for g in flat)} | {sum(g == 0 for g in flat)} | "
              f"{100 * fixed / max(1, total):.1f} % ({100 * shares[int(.025 * REPLICATES)]:.1f} to {100 * shares[int(.975 * REPLICATES)]:.1f}) | "
              f"{fixed} | {-sum(g for g in flat if g < 0)} |", flush=True)


def folds(name):
    rows = [json.loads(line) for line in open(f"{data}/{name}/manifest.jsonl")]
    for row in rows:
        row["path"] = os.path.join(data, name, row["audio"])
    texts = sorted({" ".join(plain(row["text"])) for row in rows}, key=chance)
    part = {text: n % FOLDS for n, text in enumerate(texts)}
    found = []
    for fold in range(FOLDS):
        kept = os.path.join(work, f"{name}-{fold}.json")
        if not os.path.exists(kept):
            folder = os.path.join(work, f"{name}-{fold}")
            held = [row for row in rows if part[" ".join(plain(row["text"]))] == fold]
            count = learn(folder, [row for row in rows if row not in held])
            one = suggested(folder, held)
            second_person(folder)
            json.dump({"corrections": count, "one": one, "two": suggested(folder, held)}, open(kept, "w"))
        found.append(json.load(open(kept)))
    return {people: [clip for fold in found for clip in fold[people]] for people in ("one", "two")}


every = {"one": [], "two": []}
for name in sys.argv[2:] or ["quebec_prompts", "french_volunteers"]:
    for people, clips in folds(name).items():
        table(f"{name}, each clip corrected by {people}", clips)
        every[people] += clips
for people, clips in every.items():
    table(f"all, each clip corrected by {people}", clips)
