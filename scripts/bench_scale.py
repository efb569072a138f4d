"""Called by scripts/bench-scale: see there. What is measured is the program itself; what is made up is how its workspace comes to be so large.

Five hours of the speech of samples/, in another order in each recording, and two hours more in clips of a third of a second are ingested,
cut and run, with texts that a script gives: sentences of the samples with numbers for each word as the model gives them, and the score
that ships. The rows of the five hours (recordings, pieces, hypotheses) are then repeated under other ids and speakers until there are as
many clips as wanted. The hypotheses of the two hours are taken out; `run` has them again, which shows how fast they come into so large a
store, and routes everything."""

import array
import json
import math
import multiprocessing
import os
import random
import shutil
import sqlite3
import statistics
import sys
import tempfile
import threading
import time
import wave

import scale_plot
from measured import measured

PROGRAM = os.path.abspath(os.environ.get("SECOND_EAR", "target/release/second-ear"))
RATE = 16000
MINUTES = 30
RECORDINGS = 10
SHORT = 4  # of them, in clips of a third of a second


def call(*args):
    """Runs the program."""
    return measured([PROGRAM, "--quiet", *args])


def cost(called):
    """Seconds on the clock, peak memory (bytes), seconds of processors."""
    return called.seconds, called.peak, called.cpu


def set_in(workspace, **settings):
    path = os.path.join(workspace, "second-ear.toml")
    lines = open(path, encoding="utf-8").read().split("\n")
    for name, value in settings.items():
        at = [n for n, line in enumerate(lines) if line.startswith(f"{name} = ")]
        assert at, name
        lines[at[0]] = f"{name} = {value}"
    open(path, "w", encoding="utf-8").write("\n".join(lines))


def speech(work):
    """The samples' speech as 16 kHz sound, clip by clip: the program itself cuts it out."""
    workspace, out = os.path.join(work, "speech"), os.path.join(work, "speech-tasks")
    script = os.path.join(work, "speech.jsonl")
    open(script, "w").write('{"text": "un"}\n')
    call("init", workspace, "--language", "fr")
    call("ingest", workspace, "samples/quebec_menu.flac", *(os.path.join("samples", n) for n in sorted(os.listdir("samples"))
                                                          if n.startswith("volunteer")))
    call("run", workspace, "--scripted", script)
    call("tasks", workspace, "--out", out, "--format", "jsonl", "--json")
    clips = []
    for name in sorted(os.listdir(os.path.join(out, "audio"))):
        with wave.open(os.path.join(out, "audio", name)) as sound:
            assert sound.getframerate() == RATE and sound.getnchannels() == 1 and sound.getsampwidth() == 2
            clips.append(sound.readframes(sound.getnframes()))
    return clips


def record(path, clips, seed):
    """Half an hour of speech; the first samples make each file another one."""
    order = random.Random(seed)
    want, parts = MINUTES * 60 * RATE * 2, [array.array("h", [seed % 30000, seed // 30000]).tobytes()]
    have = len(parts[0])
    while have < want:
        part = order.choice(clips)
        parts.append(part)
        have += len(part)
    with wave.open(path, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(b"".join(parts)[:want])


def write_script(path, rivals):
    """What is decoded, by the time in a recording: 900 texts of 4 to 28 words."""
    texts = [json.loads(line)["text"] for line in open("samples/references.jsonl", encoding="utf-8")]
    words = " ".join(texts).split()
    drawn = random.Random(1)
    with open(path, "w", encoding="utf-8") as out:
        for n in range(MINUTES * 30):
            count = drawn.randint(4, 28)
            at = drawn.randrange(len(words) - count)
            sure = drawn.random() ** 3
            text = words[at:at + count] + (["char", "magasiner"] if n % 150 == 0 else [])
            row = {"start": n * 2, "end": n * 2 + 2, "text": " ".join(text),
                   "logprobs": [-drawn.expovariate(3) * sure for _ in text], "p_no_speech": drawn.random() * 0.05}
            if rivals:
                row["entropies"] = [round(-p * 2 + 0.01, 4) for p in row["logprobs"]]
                row["margins"] = [round(6 * drawn.random(), 4) for _ in text]
            out.write(json.dumps(row, ensure_ascii=False) + "\n")


def size(workspace):
    db = sqlite3.connect(os.path.join(workspace, "state.db"))
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    return os.path.getsize(os.path.join(workspace, "state.db"))


def record_all(audio, work, recordings):
    os.makedirs(audio)
    clips = speech(work)
    for n in range(recordings):
        record(os.path.join(audio, f"{n:05}.wav"), clips, n)


def base(work, rivals):
    """The workspace that others are made from, the manifest of more recordings, and the script."""
    audio, workspace = os.path.join(work, "audio"), os.path.join(work, "base")
    script = os.path.join(work, "script.jsonl")
    write_script(script, rivals)
    # In a process of its own: what it holds would count as the peak memory of every program started after it.
    maker = multiprocessing.get_context("spawn").Process(target=record_all, args=(audio, work, RECORDINGS + SHORT))
    maker.start()
    maker.join()
    assert maker.exitcode == 0
    lines = [f"audio/{n:05}.wav,speaker {n},{['', 'fr-CA-QC', 'fr-FR', 'fr-BE'][n % 4]}\n" for n in range(RECORDINGS + SHORT)]
    manifests = []
    for name, some in ("long", lines[:RECORDINGS]), ("short", lines[RECORDINGS:]):
        manifests.append(os.path.join(work, f"{name}.csv"))
        open(manifests[-1], "w").write("audio,speaker,region\n" + "".join(some))
    call("init", workspace, "--language", "fr")
    settings = os.path.join(workspace, "second-ear.toml")
    text = open(settings).read().replace("window_seconds = 20.0", "window_seconds = 0.0")
    open(settings, "w").write(text)  # the calibration below is of clips alone
    score = json.load(open("models/calibration/base-f16.json"))
    score["model"] = "scripted"
    json.dump(score, open(os.path.join(workspace, "calibration.json"), "w"))
    counts = []
    for manifest in manifests:
        call("ingest", workspace, manifest)
        run = call("run", workspace, "--scripted", script, "--json")
        done = json.loads(run.printed)
        counts.append(done["transcribed"])
        print(f"{done['transcribed_seconds'] / 3600:.2f} h of speech, {counts[-1]} clips: run in {run.seconds:.1f} s ({run.cpu:.1f} s of processors), "
              f"{run.peak / 1e6:.0f} MB", file=sys.stderr, flush=True)
        set_in(workspace, min_seconds=0.15, max_seconds=0.4, join_gap_seconds=0.1, padding_seconds=0.02)
    return workspace, script, counts


def repeat_rows(workspace, times):
    db = sqlite3.connect(os.path.join(workspace, "state.db"))
    other = "printf('%04x', ?1) || substr({0}, 5)"
    columns = {"recordings": "id, position, sha256, path, file, bytes, modified, channel, facts, length, state, error",
               "pieces": "recording, start, stop, kind, why, clip", "hypotheses": "clip, model, policy, body"}
    anew = {"id": other.format("id"), "recording": other.format("recording"), "clip": other.format("clip"), "position": "position + ?1 * 100",
            "path": "path || ' ' || ?1", "facts": "json_set(facts, '$.speaker', json_extract(facts, '$.speaker') || ' ' || ?1)"}
    of_long = f"(SELECT id FROM recordings WHERE position <= {RECORDINGS})"
    which = {"recordings": f"id IN {of_long}", "pieces": f"recording IN {of_long}",
             "hypotheses": f"clip IN (SELECT clip FROM pieces WHERE recording IN {of_long})"}
    assert db.execute("SELECT COUNT(*), MAX(position) FROM recordings").fetchone() == (RECORDINGS + SHORT,) * 2
    for table, names in columns.items():
        db.execute(f"CREATE TEMP TABLE own_{table} AS SELECT {names} FROM {table} WHERE {which[table]}")
    with db:
        for n in range(1, times):
            for table, names in columns.items():
                values = ", ".join(anew.get(name, name) for name in names.split(", "))
                db.execute(f"INSERT INTO {table} ({names}) SELECT {values} FROM own_{table}", (n,) if "?1" in values else ())
        db.execute("DELETE FROM hypotheses WHERE clip IN (SELECT clip FROM pieces WHERE recording IN (SELECT id FROM recordings "
                   "WHERE position > ?1 AND position <= ?2))", (RECORDINGS, RECORDINGS + SHORT))
    db.close()


def watch(workspace, wanted, seen):
    """When how many of the two hours' hypotheses were there, twenty times per second, until all are."""
    db = sqlite3.connect(os.path.join(workspace, "state.db"), timeout=30)
    ids = [i for i, in db.execute("SELECT id FROM recordings WHERE position > ? AND position <= ?", (RECORDINGS, RECORDINGS + SHORT))]
    count = "SELECT " + " + ".join(["(SELECT COUNT(*) FROM hypotheses WHERE clip > ? AND clip < ? || 'a')"] * len(ids))
    while not seen or seen[-1][1] < wanted:
        seen.append((time.perf_counter(), db.execute(count, [i + "_" for i in ids for _ in (0, 1)]).fetchone()[0]))
        time.sleep(0.05)
    db.close()


def commits(workspace, wanted, script):
    """Runs; clips per second while the middle nine tenths came in, seconds from then to the end, and what it all cost."""
    seen = []
    watcher = threading.Thread(target=watch, args=(workspace, wanted, seen), daemon=True)
    watcher.start()
    run = call("run", workspace, "--scripted", script, "--json")
    ended = time.perf_counter()
    watcher.join()
    assert json.loads(run.printed)["transcribed"] == wanted
    some = [(at, n) for at, n in seen if 0.05 * wanted <= n <= 0.95 * wanted]
    rate = (some[-1][1] - some[0][1]) / (some[-1][0] - some[0][0])
    return rate, (ended - seen[-1][0], run.peak, run.cpu)


def one(work, made, wanted, repeat, files):
    """A workspace of about so many clips, and what it costs."""
    first, script, (long, short) = made
    workspace = os.path.join(work, f"ws-{wanted}")
    shutil.copytree(first, workspace)
    times = max(1, round((wanted - short) / long))
    repeat_rows(workspace, times)
    row = {"recordings": times * RECORDINGS + SHORT, "hours": (times * RECORDINGS + SHORT) * MINUTES / 60, "clips": times * long + short}
    row["clips_a_second"], row["route"] = commits(workspace, short, script)
    row["bytes_a_clip"] = size(workspace) / row["clips"]
    for name in "status", "report":
        runs = [cost(call(name, workspace, "--json")) for _ in range(repeat)]
        row[name] = statistics.median(r[0] for r in runs), max(r[1] for r in runs), statistics.median(r[2] for r in runs)
    some = ["--files", str(files)] if files else []
    if not os.environ.get("NO_TASKS"):
        row["tasks"] = cost(call("tasks", workspace, "--out", os.path.join(workspace, "tasks"), "--json", *some))
    row.setdefault("tasks", (math.nan,) * 3)
    if not os.environ.get("KEEP"):
        shutil.rmtree(workspace)
    print(json.dumps({wanted: row}), file=sys.stderr, flush=True)
    return row


def table(rows):
    head = ["clips", "hours", "bytes per clip", "commits, clips/s", "status, s", "tasks, s", "report, s", "routing, s", "MB: status", "tasks", "report", "routing"]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for r in rows.values():
        seconds = [f"{r[k][0]:.2f} ({r[k][2]:.2f})" for k in ("status", "tasks", "report", "route")]
        memory = [f"{r[k][1] / 1e6:.0f}" for k in ("status", "tasks", "report", "route")]
        cells = [f"{r['clips']:,}", f"{r['hours']:,.0f}", f"{r['bytes_a_clip']:,.0f}", f"{r['clips_a_second']:,.0f}", *seconds, *memory]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main():
    sizes = [int(s) for s in sys.argv[3:]] or [20_000, 100_000, 1_000_000]
    keep = os.environ.get("KEEP")
    work = keep or tempfile.mkdtemp(prefix="second-ear-scale-")
    os.makedirs(work, exist_ok=True)
    try:
        made = base(work, not os.environ.get("PLAIN"))
        rows = {}
        for n in sizes:
            rows[n] = one(work, made, n, int(os.environ.get("REPEAT", 3)), int(os.environ.get("FILES", 1)))
            json.dump(rows, open(sys.argv[1], "w"), indent=1)
        print(table(rows))
        scale_plot.write(sys.argv[2], rows)
    finally:
        if not keep:
            shutil.rmtree(work)


if __name__ == "__main__":
    main()
