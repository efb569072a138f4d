"""Called by scripts/bench-serve: see there. Scripted people over keep-alive connections; every confirmed answer is looked for in the
database afterwards."""

import asyncio
import json
import os
import random
import re
import sqlite3
import subprocess
import sys
import tempfile
import time

import long_recording

PROGRAM = os.environ.get("SECOND_EAR", os.path.abspath("target/release/second-ear"))
EVERY = 3.0  # seconds between the answers of a person
ARRIVE = 20.0  # seconds within which all people come
CLIPS = 20  # in a batch
PEER = """
import asyncio, os, sys
out = open(sys.argv[1], "ab", buffering=0)
async def one(reader, writer):
    try:
        while True:
            head = await reader.readuntil(b"\\r\\n\\r\\n")
            length = int(head.lower().split(b"content-length: ")[1].split(b"\\r\\n")[0])
            out.write(await reader.readexactly(length)); os.fsync(out.fileno())
            writer.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\n{}"); await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()
async def main():
    server = await asyncio.start_server(one, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


def command(*arguments):
    done = subprocess.run([PROGRAM, "--quiet", *arguments], capture_output=True, text=True, check=True)
    return done.stdout


def workspace(work, clips, ready):
    """One in which so many clips wait: real audio, a scripted draft."""
    space, recordings = os.path.join(work, f"space{clips}"), os.path.join(work, f"recordings{clips}")
    os.makedirs(recordings)
    command("init", space, "--language", "fr")
    settings = os.path.join(space, "second-ear.toml")
    text = open(settings).read()
    for old, new in ("ready = 8", f"ready = {ready}"), ("clips_per_batch = 20", f"clips_per_batch = {CLIPS}"):
        assert old in text, old
        text = text.replace(old, new)
    open(settings, "w").write(text)
    script = os.path.join(work, "script.jsonl")
    open(script, "w").write(json.dumps({"text": "la phrase du menu"}))
    made = 0
    while (waiting := status(space)["clips"].get("waiting", 0)) < clips:
        # Each file has another length, so it is another recording.
        for _ in range(max(1, (clips - waiting) // 200)):
            path = os.path.join(recordings, f"{made:04}.wav")
            long_recording.write(path, "samples/quebec_menu.flac", 10 + made / 1000)
            made += 1
        command("ingest", space, recordings)
        command("run", space, "--scripted", script)
    return space


def status(space):
    return json.loads(command("status", space, "--json"))


class Connection:
    """One browser's."""

    def __init__(self, port):
        self.port, self.streams = port, None

    async def request(self, method, path, body=b""):
        if self.streams is None:
            self.streams = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 20)
        reader, writer = self.streams
        begun = time.monotonic()
        head = f"{method} {path} HTTP/1.1\r\nHost: bench\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        length = int(re.search(rb"(?i)content-length: (\d+)", answer).group(1))
        content = bytearray()
        while len(content) < length:
            part = await reader.read(length - len(content))
            if not part:
                raise ConnectionError
            # Of a page only its beginning is looked at: the script that names the batch stands behind the style.
            content += part
        return int(answer[9:12]), bytes(content), time.monotonic() - begun


async def person(port, path, space, until, times, confirmed, random_):
    await asyncio.sleep(random_.uniform(0, ARRIVE))
    connection = Connection(port)
    database = sqlite3.connect(f"file:{space}/state.db?mode=ro", uri=True)
    while time.monotonic() < until:
        status_, page, seconds = await connection.request("GET", path)
        times["open"].append(seconds)
        found = re.search(rb'<script type="application/json" id="tasks">.{0,200}?"batch":\s*"([0-9a-f]+)"', page, re.S)
        if status_ != 200 or not found:
            times["errors"].append(f"open {status_}" if status_ != 200 else "nothing ready")
            await asyncio.sleep(EVERY)
            continue
        batch = found.group(1).decode()
        rows = database.execute("SELECT clip, draft_digest FROM batch_clips WHERE batch = ?", [batch]).fetchall()
        (own,) = database.execute("SELECT value FROM meta WHERE key = 'workspace'").fetchone()
        for clip, digest in rows:
            await asyncio.sleep(EVERY * random_.uniform(0.7, 1.3))
            if time.monotonic() >= until:
                return
            row = {"workspace": own, "batch": batch, "clip": clip, "draft_digest": digest, "validator": "x", "verdict": "corrected",
                   "text": f"la phrase {len(confirmed)}", "active_seconds": 3.0,
                   "answered_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}
            status_, answer, seconds = await connection.request("PUT", f"{path}/batches/{batch}", json.dumps(row).encode())
            times["answer"].append(seconds)
            if status_ == 200 and json.loads(answer)["accepted"] == 1:
                confirmed.append((clip, path))
            else:
                times["errors"].append(f"answer {status_}")


async def appender(port, until, times, random_):
    """A person of the peer: the same rows, as often."""
    await asyncio.sleep(random_.uniform(0, EVERY))
    connection = Connection(port)
    while time.monotonic() < until:
        await asyncio.sleep(EVERY * random_.uniform(0.7, 1.3))
        status_, _, seconds = await connection.request("PUT", "/", b"x" * 500)
        assert status_ == 200
        times["answer"].append(seconds)


def quantile(values, q):
    return sorted(values)[min(len(values) - 1, int(q * len(values)))] * 1000 if values else float("nan")


def row(name, people, seconds, what, times):
    cells = [f"{quantile(times, q):.1f}" for q in (0.5, 0.95, 0.99, 1.0)]
    print("| " + " | ".join([name, str(people), f"{seconds:g}", what, str(len(times)), *cells]) + " |", flush=True)


async def people_of(people, run):
    await asyncio.gather(*(run(n) for n in range(people)))


def serve(work, people, seconds):
    space = workspace(work, int(people * (seconds / EVERY + 1.5 * CLIPS)), people + 10)
    names = ",".join(f"p{n}" for n in range(people))
    links = json.loads(command("people", space, "add", names, "--link", "--json"))
    paths = [re.sub(r"^https?://[^/]+", "", link["link"]) for link in links]
    server = subprocess.Popen([PROGRAM, "serve", space, "--listen", "127.0.0.1:0"], stderr=subprocess.PIPE, text=True)
    try:
        port = int(re.search(r"127\.0\.0\.1:(\d+)", server.stderr.readline()).group(1))
        database = sqlite3.connect(f"file:{space}/state.db?mode=ro", uri=True)
        ready = ("SELECT count(*) FROM batches b WHERE served AND reclaimed IS NULL AND NOT EXISTS "
                 "(SELECT 1 FROM batch_people w WHERE w.batch = b.id)")
        begun = time.monotonic()
        while database.execute(ready).fetchone()[0] < people:
            time.sleep(0.5)
        print(f"\n{people} batches of {CLIPS} clips were ready after {time.monotonic() - begun:.0f} s.\n", flush=True)
        times, confirmed = {"open": [], "answer": [], "errors": []}, []
        until = time.monotonic() + seconds

        def run(n):
            return person(port, paths[n], space, until, times, confirmed, random.Random(n))

        asyncio.run(people_of(people, run))
        usage = open(f"/proc/{server.pid}/status").read()
        peak = int(re.search(r"VmHWM:\s+(\d+)", usage).group(1)) // 1024
        cpu = sum(int(n) for n in open(f"/proc/{server.pid}/stat").read().rsplit(")", 1)[1].split()[11:13]) / os.sysconf("SC_CLK_TCK")
    finally:
        server.terminate()
        server.wait()
    row("second-ear", people, seconds, "open", times["open"])
    row("second-ear", people, seconds, "answer", times["answer"])
    kept = sqlite3.connect(f"{space}/state.db").execute("SELECT count(*), count(DISTINCT clip || validator) FROM answers WHERE current").fetchone()
    assert kept == (len(confirmed), len(confirmed)), (kept, len(confirmed))
    errors = {e: times["errors"].count(e) for e in times["errors"]}
    return f"{people} people: {len(confirmed)} answers confirmed, {kept[0]} kept; errors {errors or 'none'}; {peak} MB, {cpu:.0f} s of processor time."


def peer(work, people, seconds):
    server = subprocess.Popen([sys.executable, "-c", PEER, os.path.join(work, "peer")], stdout=subprocess.PIPE, text=True)
    try:
        port, times = int(server.stdout.readline()), {"answer": []}
        until = time.monotonic() + seconds
        asyncio.run(people_of(people, lambda n: appender(port, until, times, random.Random(n))))
    finally:
        server.terminate()
        server.wait()
    row("append and sync", people, seconds, "answer", times["answer"])


def main():
    seconds = {50: float(sys.argv[1]), 500: float(sys.argv[2])}
    with tempfile.TemporaryDirectory(prefix="second-ear-serve-") as work:
        head = "| server | people | seconds | request | requests | median, ms | 95 % | 99 % | longest |"
        told = []
        for people, length in seconds.items():
            if length > 0:
                print(head + "\n|---|---|---|---|---|---|---|---|---|", flush=True)
                told.append(serve(work, people, length))
                peer(work, people, min(length, 60))
        print("\n" + "\n".join(told))


main()
