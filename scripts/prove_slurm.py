"""Called by scripts/prove-slurm: see there."""

import json
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time

recording, program = os.path.abspath(sys.argv[1]), os.path.abspath("target/release/second-ear")
work = tempfile.mkdtemp(prefix="second-ear-slurm-")
host = socket.gethostname().split(".")[0]
started = []


def free():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def start(*command, **more):
    started.append(subprocess.Popen(command, **more))


def out(*command, **more):
    return subprocess.run(command, check=True, capture_output=True, text=True, **more).stdout


def until(what, true, seconds=60):
    began = time.time()
    while not true():
        if time.time() - began > seconds:
            sys.exit(f"{what}: not after {seconds} s; logs are in {work}")
        time.sleep(0.2)


def hypotheses(folder):
    with sqlite3.connect(os.path.join(folder, "state.db")) as db:
        return db.execute("SELECT clip, body FROM hypotheses ORDER BY clip").fetchall()


def slurm():
    """Munge and the two daemons of Slurm, in the work folder; the environment of its commands."""
    socket_, key, settings = (os.path.join(work, name) for name in ("munge.socket", "munge.key", "slurm.conf"))
    open(key, "wb").write(os.urandom(1024))
    os.chmod(key, 0o400)
    start("munged", "--foreground", "--force", f"--socket={socket_}", f"--key-file={key}", f"--pid-file={work}/munged.pid",
          f"--log-file={work}/munged.log", f"--seed-file={work}/munged.seed", stderr=subprocess.DEVNULL)
    until("munge", lambda: os.path.exists(socket_))
    lines = {
        "ClusterName": "proof", "SlurmctldHost": f"{host}(127.0.0.1)", "SlurmUser": "root", "SlurmctldPort": free(), "SlurmdPort": free(),
        "AuthType": "auth/munge", "AuthInfo": f"socket={socket_}", "CredType": "cred/munge", "StateSaveLocation": f"{work}/state",
        "SlurmdSpoolDir": f"{work}/spool", "SlurmctldPidFile": f"{work}/slurmctld.pid", "SlurmdPidFile": f"{work}/slurmd.pid",
        "SlurmctldLogFile": f"{work}/slurmctld.log", "SlurmdLogFile": f"{work}/slurmd.log", "ProctrackType": "proctrack/linuxproc",
        "TaskPlugin": "task/none", "JobAcctGatherType": "jobacct_gather/none", "AccountingStorageType": "accounting_storage/none",
        "SelectType": "select/cons_tres", "SelectTypeParameters": "CR_CPU", "ReturnToService": 2,
        "NodeName": f"{host} NodeAddr=127.0.0.1 CPUs={os.cpu_count()} RealMemory=4000 State=UNKNOWN",
        "PartitionName": f"all Nodes={host} Default=YES State=UP",
    }
    open(settings, "w").write("".join(f"{key}={value}\n" for key, value in lines.items()))
    for folder in "state", "spool":
        os.makedirs(os.path.join(work, folder))
    env = {**os.environ, "SLURM_CONF": settings}
    for daemon in "slurmctld", "slurmd":
        start(daemon, "-D", "-f", settings, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until("Slurm's node", lambda: "idle" in subprocess.run(["sinfo", "-h", "-o", "%T"], env=env, capture_output=True, text=True).stdout)
    return env


def slowly(settings):
    """By whisper.cpp and in f16, so that a worker can be cancelled before all is transcribed."""
    text = open(settings).read()
    open(settings, "w").write(re.sub(r'(?m)^weights = ".*"', 'weights = "file"', text))


def main():
    env, port = slurm(), free()
    start("nats-server", "-a", "127.0.0.1", "-p", str(port), "-js", "-sd", f"{work}/nats", "-l", f"{work}/nats.log")
    local, spread = (os.path.join(work, name) for name in ("local", "spread"))
    for folder in local, spread:
        out(program, "-q", "init", folder, "--language", "fr")
        slowly(os.path.join(folder, "second-ear.toml"))
        out(program, "-q", "ingest", folder, recording)
    out(program, "-q", "run", local)
    env.update(PATH=f"{os.path.dirname(program)}:{env['PATH']}", QUEUE=f"nats://127.0.0.1:{port}", IDLE_EXIT="5",
               SECOND_EAR_MODELS=os.path.abspath("models"))
    run = subprocess.Popen([program, "-q", "run", spread, "--nats", env["QUEUE"]])
    job = out("sbatch", "--parsable", "--array=1-2", "--cpus-per-task=1", "--mem=1G", f"--output={work}/worker-%a.log",
              os.path.abspath("docs/workers/slurm.sbatch"), env=env).strip()
    until("the first clips", lambda: len(hypotheses(spread)) >= 3, 120)
    running = lambda: out("squeue", "-h", "-t", "RUNNING", "-o", "%K", env=env).split()
    both = running()
    out("scancel", f"{job}_1", env=env)
    if run.wait(timeout=300):
        sys.exit(f"the run ended with {run.returncode}")
    same = hypotheses(local) == hypotheses(spread)
    until("the end of the workers", lambda: not out("squeue", "-h", env=env), 60)
    logs = {n: open(f"{work}/worker-{n}.log").read().strip().splitlines()[-1:] for n in (1, 2)}
    print(json.dumps({"clips": len(hypotheses(spread)), "same_as_local": same, "jobs_running_at_once": sorted(both), "last_lines_of_workers": logs}, indent=1))
    return 0 if same and sorted(both) == ["1", "2"] else 1


try:
    code = main()
finally:
    for process in reversed(started):
        process.terminate()
        process.wait()
if not code:
    shutil.rmtree(work)
sys.exit(code)
