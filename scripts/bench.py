"""Called by scripts/bench: rounds of all runners on all sets, one JSON line per run, then the summary.

What is timed: `whole`, from the start of the (first) process to the end of the last, and `work`, the same without process start
and model load. Peers print their own `work`; ours is `whole` less the same commands on a second of silence.
"""

import json
import os
import statistics
import sys
import tempfile

import bench_runners as runners

SETS = {"fr": ["quebec_menu_a", "quebec_menu_b", "volunteers_fr"], "en": ["accents_en"]}
ONCE = {"full_window"}  # there for its word error rate, and slow


def repeats(text):
    """Phrases of up to 8 words that come four times in a row: a decoder's loop."""
    words, found, at = text.lower().split(), 0, 0
    while at < len(words):
        for n in range(1, 9):
            phrase = words[at:at + n]
            if len(phrase) == n and all(words[at + k * n:at + (k + 1) * n] == phrase for k in range(1, 4)):
                found, at = found + 1, at + 4 * n - 1
                break
        at += 1
    return found


def run_all(bench, rounds, results):
    before = load(results)
    number = max((r["round"] for r in before), default=-1) + 1
    names = os.environ.get("PEERS", " ".join(runners.ALL)).split()
    for n in range(number, number + rounds):
        for name in os.environ.get("SETS", " ".join(SETS)).split():
            for runner in names:
                if runner in ONCE and any(r["runner"] == runner and r["set"] == name for r in before):
                    continue
                row = runners.ALL[runner](bench, name, [bench.recording(r) for r in SETS[name]])
                row = {"round": n, "set": name, "runner": runner, **row}
                print(f"{n} {name} {runner}: {row['whole']:.1f} s, WER {row['wer']:.4f}", file=sys.stderr, flush=True)
                before.append(row)
                with open(results, "a") as out:
                    out.write(json.dumps(row) + "\n")


def load(results):
    return [json.loads(line) for line in open(results)] if os.path.exists(results) else []


def summary(rows):
    out = {}
    for name in SETS:
        here = [r for r in rows if r["set"] == name]
        of = {runner: [r for r in here if r["runner"] == runner] for runner in runners.ALL}
        ours = {r["round"]: r for r in of["ours"]}
        table = {}
        for runner, its in of.items():
            if not its:
                continue
            pairs = [(r, ours[r["round"]]) for r in its if r["round"] in ours]
            ratio = lambda key: [round(theirs[key] / mine[key], 2) for theirs, mine in pairs]
            middle = lambda key: round(statistics.median(r[key] for r in its), 2)
            table[runner] = {
                "runs": len(its),
                "whole_s": middle("whole"), "work_s": middle("work"), "cpu_s": middle("cpu"),
                "x_real_time": round(its[0]["audio"] / middle("whole"), 1),
                "ours_is_faster": {key: {"median": statistics.median(ratio(key)), "rounds": ratio(key)}
                                   for key in ("whole", "work")} if pairs else None,
                "wer": round(statistics.median(r["wer"] for r in its), 4),
                "repeats": max(repeats(t) for r in its for t in r["texts"].values()),
                "peak_mb": max(r["peak_mb"] for r in its),
            }
        if here:
            out[name] = {"recordings": SETS[name], "audio_s": here[0]["audio"], "runners": table}
    return out


if __name__ == "__main__":
    shared, rounds, results = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    with tempfile.TemporaryDirectory(prefix="second-ear-bench-") as work:
        run_all(runners.Bench(shared, work), rounds, results)
    print(json.dumps(summary(load(results)), indent=1, ensure_ascii=False))
