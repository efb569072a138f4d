"""Called by scripts/bench-loop: see there. Every step is a command of second-ear; what it prints is kept beside the
workspace, so that an interrupted run goes on.

The clips of quebec_prompts (one speaker) are cut in two by text: about 150 are only ever measured on, the others come in
as recordings, as many each round. A person's work is played by the reference transcript. BENCH_LOOP_FOLD=2/3 holds out the
second third of the texts instead (scripts/bench_folds.py). BENCH_LOOP_SEED=2 trains each recipe with that seed."""

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # with what it has started
data, what, only = os.path.realpath(sys.argv[1]), sys.argv[2], sys.argv[3]
program = os.path.abspath("target/release/second-ear")
work = os.environ.get("BENCH_LOOP_WORK") or tempfile.mkdtemp(prefix="second-ear-loop-")
os.makedirs(work, exist_ok=True)
ROUNDS, HELD_OUT = int(os.environ.get("BENCH_LOOP_ROUNDS", 3)), 150
SHARE = 0.6  # of a round's clips that people review
TARGET = 0.10  # mean WER of what nobody reviews


def second_ear(*arguments, allowed=(0,)):
    command = [program, "--quiet", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode not in allowed:
        sys.exit(f"{command}\n{done.stdout}\n{done.stderr}")
    return done.stdout


def kept(name, make):
    """The outcome of a step, made once."""
    path = os.path.join(work, name + ".json")
    if not os.path.exists(path):
        outcome = make()
        with open(path + ".part", "w") as out:
            json.dump(outcome, out)
        os.rename(path + ".part", path)
    return json.load(open(path))


def chance(key):
    return hashlib.sha256(key.encode()).hexdigest()


def plain(text):
    return " ".join("".join(c if c.isalnum() else " " for c in text.lower()).split())


rows = [json.loads(line) for line in open(f"{data}/quebec_prompts/manifest.jsonl")]
for row in rows:
    row["path"] = os.path.join(data, "quebec_prompts", row["audio"])
texts = sorted({plain(r["text"]) for r in rows}, key=chance)
fold, folds = map(int, os.environ.get("BENCH_LOOP_FOLD", "0/1").split("/"))
held, pool = [], []
for place, text in enumerate(texts):
    same = [r for r in rows if plain(r["text"]) == text]
    (held if (place % folds == fold - 1 if fold else len(held) < HELD_OUT) else pool).extend(same)
pool.sort(key=lambda r: chance(r["id"]))
reference = {r["path"]: r["text"] for r in rows}
named = {os.path.basename(path): text for path, text in reference.items()}  # tasks say no folder
assert len(named) == len(reference)


def manifest(name, rows, key):
    path = os.path.join(work, name)
    with open(path, "w") as out:
        for r in rows:
            row = {key: r["path"], "speaker": r["speaker"], "region": r["region"], "language": r["language"],
                   "licence": r["licence"]}
            out.write(json.dumps({**row, **({"text": r["text"]} if key == "audio" else {})}) + "\n")
    return path


held_manifest = manifest("held/manifest.jsonl", held, "audio") if not os.makedirs(f"{work}/held", exist_ok=True) else ""


def workspace(name, share, audits):
    """A new one; each recording is one clip, and at most `share` of the clips go to people."""
    folder = os.path.join(work, name)
    shutil.rmtree(folder, ignore_errors=True)
    second_ear("init", folder, "--language", "fr")
    path = os.path.join(folder, "second-ear.toml")
    text = open(path).read()
    for old, new in (("join_gap_seconds = 0.5", "join_gap_seconds = 25.0"), ("max_seconds = 15.0", "max_seconds = 28.0"),
                     ("audit_rate = 0.05", f"audit_rate = {audits}")):
        assert old in text, old
        text = text.replace(old, new)
    if share is not None:
        text = text.replace("[routing]\n", f"[routing]\nmax_human_share = {share}\n")
    open(path, "w").write(text)
    return folder


def arrive(folder, rows, n):
    second_ear("ingest", folder, manifest(f"arrive-{os.path.basename(folder)}-{n}.jsonl", rows, "path"), allowed=(0, 3))
    second_ear("run", folder, allowed=(0, 3))


def correct(folder, n):
    """Hands out what waits, and answers it from the references."""
    tasks = os.path.join(work, f"tasks-{os.path.basename(folder)}-{n}")
    shutil.rmtree(tasks, ignore_errors=True)
    second_ear("tasks", folder, "--out", tasks, "--format", "jsonl", "--only-new")
    answers, count, pieces = os.path.join(tasks, "answers.jsonl"), 0, {}
    found = [json.loads(line) for root, _, files in os.walk(tasks) for f in files if f.endswith(".jsonl")
             for line in open(os.path.join(root, f))]
    for row in found:
        if "clip" in row:
            pieces.setdefault(row["path"], []).append(row)
    with open(answers, "w") as out:
        for path, cut in pieces.items():
            if len(cut) != 1:
                continue  # half a recording has no reference of its own
            row, text = cut[0], named[path]
            same = text == row["draft"]
            row.update(validator="reference-transcript", verdict="as_is" if same else "corrected", text=text,
                       answered_at="2026-11-25T12:00:00Z")
            out.write(json.dumps(row) + "\n")
            count += 1
    second_ear("answers", folder, answers, allowed=(0, 3))
    return count


def measure(folder, name):
    """WER on the held-out clips, and the share of them that people would review at the target risk."""
    model = json.loads(second_ear("status", folder, "--json"))["model_file"]
    on = json.loads(second_ear("evaluate", held_manifest, "--model", model, "--json"))
    probe = os.path.join(work, f"probe-{name}")
    shutil.rmtree(probe, ignore_errors=True)
    shutil.copytree(folder, probe)
    arrive(probe, held, "held")
    clips, seen = [], {r["path"]: r["text"] for r in held}
    for line in second_ear("transcripts", probe).splitlines():
        row = json.loads(line)
        if row["path"] in seen:
            clips.append((row["score"] if row["score"] is not None and row["draft"] else -1.0, row))
    shutil.rmtree(probe)
    clips.sort(key=lambda c: (-c[0], c[1]["clip"]))
    return {"wer": on["wer"], "errors": on["errors"], "words": on["words"], "correct": on["correct_clips"],
            "clips": on["clips"], "scored": [(score, row["path"], row["draft"]) for score, row in clips]}


def edit(a, b):
    """Word edit distance of two plain texts."""
    a, b = plain(a).split(), plain(b).split()
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        last, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (x != y))
    return row[-1], len(a)


def human_rate(measured):
    """Smallest share that people review so that the others' mean WER is at most the target."""
    errors = words = 0
    best = 0
    for n, (score, path, draft) in enumerate(measured["scored"], 1):
        e, w = edit(reference[path], draft)
        errors, words = errors + e, words + w
        if score >= 0 and errors <= TARGET * words:
            best = n
    return 1 - best / max(1, len(measured["scored"]))


def score_quality(measured):
    """Of the score as P(no word error), on the held-out clips that have one: AUROC, and expected calibration error in ten bins of equal width."""
    rows = [(score, edit(reference[path], draft)[0] == 0) for score, path, draft in measured["scored"] if score >= 0]
    right, wrong = [s for s, ok in rows if ok], [s for s, ok in rows if not ok]
    above = sum((r > w) + 0.5 * (r == w) for r in right for w in wrong)
    bins = {}
    for score, ok in rows:
        bins.setdefault(min(9, int(10 * score)), []).append((score, ok))
    gap = sum(abs(sum(s for s, _ in b) - sum(ok for _, ok in b)) for b in bins.values())
    return above / max(1, len(right) * len(wrong)), gap / max(1, len(rows))


def adapt(folder, name, *options):
    def make():
        began = time.time()
        done = json.loads(second_ear("adapt", folder, "--json", *options, allowed=(0, 3)))
        return {**done, "all_seconds": time.time() - began}
    return kept(f"adapt-{name}", make)


def kinds(change):
    """Points of each kind of retention speech."""
    return ", ".join(f"{change.get(f'retention {kind}', 0):+.1f}" for kind in ("en", "fr: volunteers", "fr: read sentences"))


def show(name, answered, measured, done=None, base=None):
    better = "" if base is None else f"{100 * (1 - measured['wer'] / base['wer']):5.1f} %"
    change = {m["set"]: 100 * (m["after"] - m["before"]) for m in (done or {}).get("measured", [])}
    verdict = "" if done is None else ("promoted" if done["verdict"]["is"] == "promoted" else "rejected: " + "; ".join(done["verdict"]["why"]))
    learnt = "" if done is None else sum(done["clips"].get(k, 0) for k in ("train",))
    auroc, ece = score_quality(measured)
    minutes = "" if done is None else f"{done['wall_seconds'] / 60:.1f}"
    print(f"| {name} | {answered} | {learnt} | {100 * measured['wer']:.1f} % | {better} | {measured['correct']}/{measured['clips']} | "
          f"{100 * human_rate(measured):.0f} % | {auroc:.2f} | {ece:.2f} | {kinds(change)} | {minutes} | {verdict} |",
          flush=True)


def head(title):
    print(f"\n{title}\n\n| | corrections | learnt from | held-out WER | relative | without error | human rate at {TARGET:.0%} WER "
          "| score: AUROC | ECE | points: English, French volunteers, read French | minutes of training | verdict |\n|---|---|---|---|---|---|---|---|---|---|---|---|", flush=True)


def base():
    def make():
        folder = workspace("base", None, 0.05)
        return measure(folder, "base")
    return kept("measured-base", make)


def loop(arm):
    """Rounds: clips come in, people review some, the model is adapted, the held-out clips are measured."""
    part = -(-len(pool) // ROUNDS)
    folder, total = os.path.join(work, arm), 0
    for n in range(1, ROUNDS + 1):
        new = pool[(n - 1) * part:n * part]
        if arm == "random":
            count = kept(f"corrected-routed-{n}", lambda: sys.exit("the routed arm goes first"))
            new = sorted(new, key=lambda r: chance("random" + r["id"]))[:count]

        def step():
            if n == 1:
                workspace(arm, SHARE if arm == "routed" else None, 0.05 if arm == "routed" else 1.0)
            arrive(folder, new, n)
            return correct(folder, n)
        total += kept(f"corrected-{arm}-{n}", step)
        done = adapt(folder, f"{arm}-{n}")
        show(f"{arm}, round {n}", total, kept(f"measured-{arm}-{n}", lambda: measure(folder, f"{arm}-{n}")), done, base())


def once(name, corrections, *options):
    """One round of so many corrections, drawn at random."""
    if only and not re.search(only, name):
        return
    folder = os.path.join(work, name)
    start = f"random-{corrections}"

    def step():
        arrive(workspace(start, None, 1.0), sorted(pool, key=lambda r: chance("random" + r["id"]))[:corrections], 1)
        return correct(os.path.join(work, start), 1)
    count = kept(f"corrected-{start}", step)
    if not os.path.exists(folder):
        shutil.copytree(os.path.join(work, start), folder)
    done = adapt(folder, name, *options)
    show(name, count, kept(f"measured-{name}", lambda: measure(folder, name)), done, base())


print(f"{len(held)} held-out clips ({sum(r['duration'] for r in held) / 60:.1f} min), {len(pool)} others "
      f"({sum(r['duration'] for r in pool) / 60:.1f} min); work in {work if 'BENCH_LOOP_WORK' in os.environ else 'a temporary folder'}")
if what == "loop":
    head(f"A loop of {ROUNDS} rounds")
    show("no adaptation", 0, base())
    loop("routed")
    loop("random")
if what in ("loop", "goals"):
    head("One round")
    show("no adaptation", 0, base())
    once("150 learnt from, full", 214)
    once("150 learnt from, decoder", 214, "--mode", "decoder")
    once("40 learnt from, full", 57)
    once("40 learnt from, decoder", 57, "--mode", "decoder")
if what == "recipes":
    head("Recipes, 150 learnt from")
    seed = os.environ.get("BENCH_LOOP_SEED")  # of every recipe, and in its name
    for name, *options in (
            ["default"], ["one training", "--runs", "1"], ["5 epochs", "--epochs", "5"], ["rate 2e-5", "--learning-rate", "2e-5"], ["rate 3e-5", "--learning-rate", "3e-5"],
            ["rate 2e-5, 5 epochs", "--learning-rate", "2e-5", "--epochs", "5"]):
        once(name + (f", seed {seed}" if seed else ""), 214, *options, *(["--seed", seed] if seed else []))
