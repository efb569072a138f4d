"""Called by scripts/bench-loop DATA folds [RECIPE]: one round of 150 corrections, three times, each time with another third of the
texts held out and the corrections drawn from the others, so that every clip of quebec_prompts is measured once under a model that
never saw its text. Word errors are counted by `evaluate`, with the weights that are fastest here and with the file's own; intervals
come from 10,000 draws of texts with replacement (all clips of a text together; what the three models share is not in them)."""

import json
import os
import random
import re
import subprocess
import sys
import tempfile

data, recipe = os.path.realpath(sys.argv[1]), sys.argv[2]
program = os.path.abspath("target/release/second-ear")
work = os.environ.get("BENCH_LOOP_WORK") or tempfile.mkdtemp(prefix="second-ear-folds-")
FOLDS, REPLICATES, ARITHMETICS = 3, 10_000, ("as fast as here", "the file's")


def decoded(folder, model, name, arithmetic):
    """Rows of `evaluate` on the held-out clips, made once."""
    path = os.path.join(folder, f"decoded-{name}-{arithmetic}.jsonl")
    if not os.path.exists(path):
        weights = ["--weights", "file"] if arithmetic == "the file's" else []
        subprocess.run([program, "--quiet", "evaluate", f"{folder}/held/manifest.jsonl", "--model", model, *weights,
                        "--out", path + ".part"], check=True, stdout=subprocess.DEVNULL)
        os.rename(path + ".part", path)
    return {row["audio"]: row for row in map(json.loads, open(path))}


def relative(texts):
    old = sum(t[0] for t in texts)
    return 1 - sum(t[1] for t in texts) / old if old else 0.0


def said(name, clips):
    """A row: errors before and after, and how many per cent fewer, with the interval of 95 %."""
    grouped = {}
    for clip in clips:
        pair = grouped.setdefault(clip["text"], [0, 0])
        pair[0], pair[1] = pair[0] + clip["before"], pair[1] + clip["after"]
    texts, draws = list(grouped.values()), random.Random(1)
    words, old, new = sum(c["words"] for c in clips), sum(t[0] for t in texts), sum(t[1] for t in texts)
    replicates = sorted(relative(draws.choices(texts, k=len(texts))) for _ in range(REPLICATES))
    low, high = replicates[int(0.025 * REPLICATES)], replicates[int(0.975 * REPLICATES)]
    print(f"| {name} | {len(clips)} | {words} | {old} | {new} | {100 * old / words:.1f} % | {100 * new / words:.1f} % | "
          f"{0 - 100 * relative(texts):+.1f} % ({0 - 100 * high:+.1f} to {0 - 100 * low:+.1f}) |", flush=True)


found = {arithmetic: [] for arithmetic in ARITHMETICS}
for fold in range(1, FOLDS + 1):
    folder = os.path.join(work, f"fold-{fold}")
    subprocess.run([sys.executable, os.path.join(os.path.dirname(__file__), "bench_loop.py"), data, "recipes", f"^{re.escape(recipe)}$"],
                   check=True, env={**os.environ, "BENCH_LOOP_FOLD": f"{fold}/{FOLDS}", "BENCH_LOOP_WORK": folder})
    status = subprocess.run([program, "status", os.path.join(folder, recipe), "--json"], check=True, capture_output=True, text=True)
    model = json.loads(status.stdout)["model_file"]
    for arithmetic in ARITHMETICS:
        before, after = decoded(folder, "base", "base", arithmetic), decoded(folder, model, recipe, arithmetic)
        found[arithmetic] += [{"fold": fold, "text": row["reference"].lower(), "words": row["words"], "after": row["errors"],
                               "before": before[path]["errors"]} for path, row in after.items()]

for arithmetic, clips in found.items():
    print(f"\nHeld out in turn, {recipe}, weights {arithmetic}\n\n| held out | clips | words | errors, base | errors, adapted | WER, base | "
          "WER, adapted | word errors |\n|---|---|---|---|---|---|---|---|")
    for fold in range(1, FOLDS + 1):
        said(f"third {fold}", [c for c in clips if c["fold"] == fold])
    for low, high in ((1, 1), (2, 3), (4, 8), (9, 20), (21, 999)):
        name = "one word" if high == 1 else f"{low} to {high} words" if high < 999 else f"{low} words and more"
        said(name, [c for c in clips if low <= c["words"] <= high])
    said("all", clips)
