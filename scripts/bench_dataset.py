"""Called by scripts/bench-dataset: see there. Half-hours of the samples' speech are cut into clips of a third of a second; a script
gives each a sure draft, which is accepted, so that `dataset --with-auto` has many clips to write."""

import json
import os
import sys
import tempfile

import bench_scale
from bench_scale import call, set_in
from measured import measured

# Clips of a half-hour, about; the first recording is cut into long ones.
PER_RECORDING = 5_400
FORMATS = ["hf", "parquet", "nemo-tarred", "lhotse-shar", "kaldi"]


def sure(path, _rivals):
    with open(path, "w", encoding="utf-8") as out:
        row = {"text": "il fait beau", "logprobs": [-0.001] * 3, "entropies": [0.01] * 3, "margins": [9.0] * 3, "p_no_speech": 0.001}
        out.write(json.dumps(row) + "\n")


def one(work, wanted):
    bench_scale.RECORDINGS, bench_scale.SHORT, bench_scale.write_script = 1, -(-wanted // PER_RECORDING), sure
    workspace, _, _ = bench_scale.base(work, False)
    set_in(workspace, audit_rate=0.0)
    rows = []
    for name in FORMATS:
        out = os.path.join(work, name)
        done = measured([bench_scale.PROGRAM, "--quiet", "dataset", workspace, "--with-auto", "--out", out, "--format", name, "--json"])
        size = sum(os.path.getsize(os.path.join(folder, file)) for folder, _, files in os.walk(out) for file in files)
        rows.append((json.loads(done.printed)["clips"], name, done.seconds, done.cpu, done.peak / 1e6, size / 1e6))
    return rows


def main():
    print("| clips | format | s | s of processors | MB of memory | MB written |\n|---|---|---|---|---|---|")
    for wanted in [int(n) for n in sys.argv[1:]] or [10_000, 100_000]:
        with tempfile.TemporaryDirectory(dir=os.environ.get("WORK", "target")) as work:
            for row in one(work, wanted):
                print("| {} | `{}` | {:.1f} | {:.1f} | {:.0f} | {:.0f} |".format(*row), flush=True)


if __name__ == "__main__":
    main()
