"""Called by scripts/bench-nats: see there. Workers are running before the clock starts; they load the model when they see the run, and a
local run loads it too. So a short recording shows fixed costs above all. Prints one JSON object."""

import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

from measured import measured

recording, rounds, minutes = os.path.abspath(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
program = os.path.abspath("target/release/second-ear")
work = tempfile.mkdtemp(prefix="second-ear-nats-")
if minutes:
    import long_recording
    long = os.path.join(work, "long.wav")
    long_recording.write(long, recording, minutes)
    recording = long


def free():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


port, monitor = free(), free()
url = f"nats://127.0.0.1:{port}"
settings = os.path.join(work, "server.conf")
open(settings, "w").write(f'listen: "127.0.0.1:{port}"\nhttp: "127.0.0.1:{monitor}"\njetstream {{ store_dir: "{work}/store" }}\n')
server = subprocess.Popen(["nats-server", "-c", settings, "-l", os.path.join(work, "server.log")])
time.sleep(1)


def varz():
    return json.load(urllib.request.urlopen(f"http://127.0.0.1:{monitor}/varz"))


def cpu(pid):
    """Seconds of processors that a process took so far, and its peak memory in MB."""
    fields = open(f"/proc/{pid}/stat").read().rsplit(") ", 1)[1].split()
    peak = next(int(line.split()[1]) for line in open(f"/proc/{pid}/status") if line.startswith("VmHWM"))
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), peak // 1024


def once(name, workers):
    """Wall seconds of `run` on a fresh workspace; `workers`: threads of each worker, none for a local run."""
    folder = os.path.join(work, name)
    subprocess.run([program, "--quiet", "init", folder, "--language", "fr"], check=True)
    subprocess.run([program, "--quiet", "ingest", folder, recording], check=True)
    hands = [subprocess.Popen([program, "--quiet", "worker", "--nats", url, "--workers", str(n), "--json"], stdout=subprocess.PIPE)
             for n in workers]
    more = ["--nats", url] if workers else ["--workers", "2"]
    before, server_before = varz(), cpu(server.pid)[0]
    run = measured([program, "--quiet", "run", folder, "--json", *more])
    after, server_after = varz(), cpu(server.pid)
    done, first = json.loads(run.printed), []
    hands_cpu = sum(cpu(hand.pid)[0] for hand in hands)
    for hand in hands:
        hand.terminate()
        first.append(json.loads(hand.communicate()[0]))
    return {"coordinator": (run.cpu, run.peak >> 20), "server": (server_after[0] - server_before, server_after[1]),
            "seconds": run.seconds, "processor": run.cpu + server_after[0] - server_before + hands_cpu, "clips": done["transcribed"], "audio": done["transcribed_seconds"], "workers": first,
            "bytes": after["in_bytes"] - before["in_bytes"], "messages": after["in_msgs"] - before["in_msgs"]}


kinds = {"local": [], "one_worker": [2], "two_workers": [1, 1]}
runs = {kind: [] for kind in kinds}
try:
    for n in range(rounds):
        for kind, workers in list(kinds.items())[:: -1 if n % 2 else 1]:  # there and back: a machine that slows down slows all
            runs[kind].append(once(f"{kind}-{n}", workers))
            print(f"{kind}: {runs[kind][-1]['seconds']:.1f} s", file=sys.stderr, flush=True)
finally:
    server.terminate()
    server.wait()
    shutil.rmtree(work)


def medians(what, digits):
    """Of each kind, and of its ratio to the local run of the same round."""
    return ({kind: round(statistics.median(r[what] for r in all_), digits) for kind, all_ in runs.items()},
            {kind: round(statistics.median(r[what] / local[what] for r, local in zip(all_, runs["local"])), 3) for kind, all_ in runs.items()})


(seconds, seconds_ratio), (processor, processor_ratio) = medians("seconds", 1), medians("processor", 1)
last = runs["one_worker"][-1]
hours = last["audio"] / 3600
print(json.dumps({
    "clips": last["clips"], "audio_seconds": round(last["audio"], 1), "rounds": rounds,
    "median_seconds": seconds, "times_of_local": seconds_ratio,
    "seconds_by_round": {kind: [round(r["seconds"], 1) for r in all_] for kind, all_ in runs.items()},
    "median_processor_seconds": processor, "processor_times_of_local": processor_ratio,
    "seconds_from_worker_start_to_first_clip": {k: round(statistics.median(w["first_clip_seconds"] for r in all_ for w in r["workers"]), 1)
                                                for k, all_ in runs.items() if kinds[k]},
    "processor_seconds_an_hour_of_audio": {who: round(last[who][0] / hours, 1) for who in ("coordinator", "server")},
    "peak_megabytes": {who: last[who][1] for who in ("coordinator", "server")},
    "messages_to_server_an_hour_of_audio": round(last["messages"] / hours),
    "megabytes_to_server_an_hour_of_audio": round(last["bytes"] / 1e6 / hours, 1),
}, indent=1))
