"""Called by scripts/bench-growth: see there. Prints a row of a table for each length."""

import os
import subprocess
import sys
import tempfile
import time

import soundfile

shared, lengths = sys.argv[1], [int(m) for m in sys.argv[2:]] or [1, 10, 60, 600]
program = os.path.abspath("target/release/second-ear")
MOST_WITH_MODEL = 60  # minutes


def measured(*arguments):
    """Wall seconds and peak MB of a command."""
    began = time.time()
    child = subprocess.Popen([program, "--quiet", *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{arguments} ended with {child.returncode}")
    return time.time() - began, usage.ru_maxrss // 1024


print("| minutes | with the model, s | a minute, s | MB | with a script, s | a minute, s | MB |\n|---|---|---|---|---|---|---|")
sound, rate = soundfile.read(f"{shared}/data/recordings/quebec_menu_a.flac", dtype="int16")
for minutes in lengths:
    with tempfile.TemporaryDirectory(prefix="second-ear-growth-") as work:
        recording, script = os.path.join(work, "long.wav"), os.path.join(work, "script.jsonl")
        open(script, "w").write('{"text": "bonjour"}')
        with soundfile.SoundFile(recording, "w", rate, 1, subtype="PCM_16") as out:
            left = minutes * 60 * rate
            while left > 0:
                out.write(sound[:left])
                left -= len(sound[:left])
        cells = [str(minutes)]
        for more, wanted in ([], minutes <= MOST_WITH_MODEL), (["--scripted", script], True):
            if not wanted:
                cells += ["", "", ""]
                continue
            space = os.path.join(tempfile.mkdtemp(dir=work), "space")
            steps = [measured("init", space, "--language", "fr"), measured("ingest", space, recording),
                     measured("run", space, "--workers", "2", *more)]
            seconds, peak = sum(s for s, _ in steps), max(mb for _, mb in steps)
            cells += [f"{seconds:.1f}", f"{seconds / minutes:.3f}", str(peak)]
        print("| " + " | ".join(cells) + " |", flush=True)
