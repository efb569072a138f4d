"""Called by scripts/bench-growth: see there. Prints a row of a table for each length, then one core against two, and writes the plot."""

import os
import statistics
import subprocess
import sys
import tempfile

import long_recording
import scale_plot
from measured import measured

shared, plot, lengths = sys.argv[1], sys.argv[2], [float(m) for m in sys.argv[3:]] or [1, 10, 60, 600]
program = os.path.abspath("target/release/second-ear")
source = f"{shared}/data/recordings/quebec_menu_a.flac"
MOST_WITH_MODEL = float(os.environ.get("MODEL_MINUTES", 60))
PAIRS, TWO_CORES_ON = 3, ("quebec_menu_a", "volunteers_fr")


def cost(*arguments):
    """Wall seconds and peak MB of a command."""
    done = measured([program, "--quiet", *arguments], stderr=subprocess.DEVNULL)
    return done.seconds, done.peak >> 20


def whole(work, recordings, *more):
    """`init`, `ingest`, `run`, each measured."""
    space = os.path.join(tempfile.mkdtemp(dir=work), "space")
    return [cost("init", space, "--language", "fr"), cost("ingest", space, *recordings), cost("run", space, *more)]


def growth():
    """Minutes, and of each way that was run: seconds, MB."""
    print("| minutes | with the model, s | a minute, s | MB | with a script, s | a minute, s | MB |\n|---|---|---|---|---|---|---|")
    for minutes in lengths:
        with tempfile.TemporaryDirectory(prefix="second-ear-growth-") as work:
            recording, script = os.path.join(work, "long.wav"), os.path.join(work, "script.jsonl")
            open(script, "w").write('{"text": "bonjour"}')
            long_recording.write(recording, source, minutes)
            cells, row = [f"{minutes:g}"], {"minutes": minutes}
            for kind, more, wanted in ("model", [], minutes <= MOST_WITH_MODEL), ("script", ["--scripted", script], True):
                if not wanted:
                    cells += ["", "", ""]
                    continue
                steps = whole(work, [recording], "--workers", "2", *more)
                seconds, peak = sum(s for s, _ in steps), max(mb for _, mb in steps)
                row[kind] = seconds, peak
                cells += [f"{seconds:.1f}", f"{seconds / minutes:.3f}", str(peak)]
            print("| " + " | ".join(cells) + " |", flush=True)
            yield row


def cores():
    """`run` with one worker and with two, in turn."""
    recordings, seconds = [f"{shared}/data/recordings/{name}.flac" for name in TWO_CORES_ON], {1: [], 2: []}
    with tempfile.TemporaryDirectory(prefix="second-ear-cores-") as work:
        for _ in range(PAIRS):
            for workers in 1, 2:
                seconds[workers].append(whole(work, recordings, "--workers", str(workers))[-1][0])
    ratios = [one / two for one, two in zip(seconds[1], seconds[2])]
    print(f"\nFrom one core to two: {statistics.median(seconds[1]):.1f} s, {statistics.median(seconds[2]):.1f} s; "
          f"{statistics.median(ratios):.2f} times less ({', '.join(f'{r:.2f}' for r in ratios)})")


rows = list(growth())
of = lambda kind, at: [(r["minutes"], r[kind][at]) for r in rows if kind in r]
scale_plot.draw(plot, "Growth with the length of a recording", "minutes", [
    ("seconds (model above, script below)", [of("model", 0), of("script", 0)], None),
    ("peak memory, MB (model above, script below)", [of("model", 1), of("script", 1)], None),
])
cores()
