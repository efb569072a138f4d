"""The part of scripts/prove-forgetting that is Python.

usage: prove_forgetting.py PROGRAM DATA WORK PAGE
Two workspaces of one identity. `had`: the speaker is in it through two rounds, then withdraws. `never`: everybody else.
Both end with a round on the same corrections, `calibrate` and `run`.
"""
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
import wave
from pathlib import Path

PROGRAM, DATA, WORK, TABLE = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), Path(sys.argv[4])
CLIPS = int(os.environ.get("CLIPS", "60"))
THEIRS = int(os.environ.get("THEIRS", "16"))
ROUND = os.environ.get("ROUND", "--mode decoder --runs 1 --folds 2").split()
# Names that stand in nobody else's file.
SPEAKER = "Zénobie Quatremère"
# Times, durations, paths, numbers of rounds, the account of the withdrawal, and what people did with the drafts shown.
FREE = {"created", "wall_seconds", "round", "number", "file", "withdrawn", "withdrawals", "parent", "parent_model", "verdicts", "work"}


def run(*args, codes=(0,)):
    done = subprocess.run([PROGRAM, *map(str, args)], capture_output=True, text=True)
    if done.returncode not in codes:
        sys.exit(f"{args}: {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout


def lines(path):
    return [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines() if line.strip()]


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def clips():
    """Prompts that last, and recordings of the speaker, each with its reference."""
    others = [r for r in lines(DATA / "quebec_prompts/manifest.jsonl") if 1.5 <= r["duration"] <= 8]
    others = [(DATA / "quebec_prompts" / r["audio"], r["text"]) for r in others]
    theirs = [r for r in lines(DATA / "french_volunteers/manifest.jsonl") if 2 <= r["duration"] <= 8]
    theirs = [(DATA / "french_volunteers" / r["audio"], r["text"]) for r in theirs][:THEIRS]
    return others[:CLIPS], others[CLIPS:CLIPS + 10], theirs


class Workspace:
    def __init__(self, name, texts):
        self.dir, self.texts, self.tasks = WORK / name, texts, WORK / f"{name}-tasks"
        shutil.copytree(WORK / "first", self.dir)

    def ingest(self, files, speaker=""):
        manifest = WORK / "manifest.csv"
        rows = "".join(f'"{f.resolve()}",{speaker}\n' for f, _ in files)
        manifest.write_text("path,speaker\n" + rows, encoding="utf-8")
        run("ingest", self.dir, manifest)
        manifest.unlink()
        run("run", self.dir, codes=(0, 3))

    def answer(self):
        """Everything that waits, from its reference."""
        shutil.rmtree(self.tasks, ignore_errors=True)
        run("tasks", self.dir, "--out", self.tasks, "--format", "jsonl")
        answers = WORK / "answers.jsonl"
        with open(answers, "w", encoding="utf-8") as out:
            for file in sorted(self.tasks.rglob("*.jsonl")):
                for row in lines(file):
                    text = self.texts.get(Path(row["path"]).name)
                    if text is None or "clip" not in row:
                        continue
                    row |= {"validator": "reference", "verdict": "corrected", "text": text,
                            "active_seconds": 6.0, "answered_at": "2026-11-23T12:00:00Z"}
                    out.write(json.dumps(row, ensure_ascii=False) + "\n")
        run("answers", self.dir, answers)
        answers.unlink()
        shutil.rmtree(self.tasks)

    def adapt(self):
        return json.loads(run("adapt", self.dir, *ROUND, "--json"))

    def last_round(self, late):
        done = self.adapt()
        run("calibrate", self.dir, codes=(0, 1))
        self.ingest(late)
        return done

    def outcome(self, done):
        """What must be the same: name to bytes."""
        status = json.loads(run("status", self.dir, "--json"))
        table = WORK / "clips.csv"
        run("report", self.dir, "--csv", table)
        rows = table.read_text(encoding="utf-8").splitlines()
        table.unlink()
        column = rows[0].split(",").index("round")
        rows = [",".join(c for n, c in enumerate(row.split(",")) if n != column) for row in rows]
        report = forgive(json.loads(run("report", self.dir, "--json")))
        found = {
            "weights of the four averages": json.dumps([a["sha256"] for a in done["averages"]]).encode(),
            "examples, losses, averages, verdict": json.dumps(forgive(done), sort_keys=True).encode(),
            "model in use": Path(status["model_file"]).read_bytes(),
            "decisions": "\n".join(rows).encode(),
            "report": json.dumps(report, sort_keys=True).encode(),
        }
        calibrations = sorted(self.dir.glob("calibration*.json"))
        found["calibration"] = b"".join(c.read_bytes() for c in calibrations)
        return found


def forgive(value):
    if isinstance(value, dict):
        return {k: forgive(v) for k, v in value.items() if k not in FREE}
    return [forgive(v) for v in value] if isinstance(value, list) else value


def samples(file):
    """The 16-bit samples of a FLAC file, as the program writes them: 16 kHz."""
    wav = WORK / "sound.wav"
    subprocess.run(["ffmpeg", "-y", "-loglevel", "error", "-i", file, wav], check=True)
    with wave.open(str(wav)) as sound:
        data = sound.readframes(sound.getnframes())
    wav.unlink()
    return data


def left(folder, files):
    """Where something of the speaker is still found: sound, text, name."""
    wanted = {"name": [SPEAKER.encode()], "text": [], "file name": [], "sound": []}
    for file, text in files:
        if len(text) > 12:
            wanted["text"].append(text.encode())
        wanted["file name"].append(file.stem.encode())
        wanted["sound"].append(file.read_bytes()[4096:4160])
        if shutil.which("ffmpeg"):
            data = samples(file)
            middle = len(data) // 4 * 2
            wanted["sound"].append(data[middle:middle + 64])
    found = []
    for path in folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            found += [f"{what} in {path}" for what, all_of_it in wanted.items() for one in all_of_it if one and one in data]
    return found


def main():
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    others, late, theirs = clips()
    texts = {f.name: text for f, text in others + theirs}
    run("init", WORK / "first", "--language", "fr", "--model", os.environ.get("MODEL", "base"))
    settings = WORK / "first/second-ear.toml"
    text = settings.read_text(encoding="utf-8")
    for name, value in [("audit_rate", "1.0"), ("blind_share", "0.0"), ("gold_share", "0.0"), ("seeded_error_share", "0.0")]:
        text, n = re.subn(rf"(?m)^{name} = .*$", f"{name} = {value}", text)
        assert n == 1, name
    settings.write_text(text, encoding="utf-8")

    began = time.time()
    had = Workspace("had", texts)
    half = len(others) // 2
    history = []
    for some, of_theirs in [(others[:half], theirs[:THEIRS // 2]), (others[half:], theirs[THEIRS // 2:])]:
        had.ingest(some)
        had.ingest(of_theirs, SPEAKER)
        had.answer()
        history.append(had.adapt())
        run("run", had.dir, codes=(0, 3))
    before = left(had.dir, theirs)
    run("forget", had.dir, "--speaker", SPEAKER, "--yes")
    run("run", had.dir, codes=(0, 3))
    one = had.outcome(had.last_round(late))

    never = Workspace("never", texts)
    never.ingest(others)
    never.answer()
    other = never.outcome(never.last_round(late))

    after = left(had.dir, theirs)
    verdicts = ", ".join(r["verdict"]["is"] for r in history)
    table = [f"{len(others)} prompts of others, {len(theirs)} clips of the speaker, `adapt {' '.join(ROUND)}`; the two rounds with the "
             f"speaker: {verdicts}. {time.time() - began:.0f} s.", "",
             "| what | had the speaker, first 16 digits of SHA-256 | never had | same |", "|---|---|---|---|"]
    for name in one:
        a, b = sha256(one[name])[:16], sha256(other[name])[:16]
        table.append(f"| {name} | `{a}` | `{b}` | {'yes' if a == b else 'NO'} |")
    table.append(f"| traces of the speaker before and after | {len(before)} | {len(after)} | |")
    print("\n".join(table))
    for name in one:
        (WORK / f"{name.split(',')[0].replace(' ', '-')}.had").write_bytes(one[name])
        (WORK / f"{name.split(',')[0].replace(' ', '-')}.never").write_bytes(other[name])
    page = TABLE.read_text(encoding="utf-8")
    marks = re.compile(r"(<!-- table -->\n).*?(<!-- end of table -->)", re.S)
    assert marks.search(page), f"no place for the table in {TABLE}"
    TABLE.write_text(marks.sub(lambda m: m[1] + "\n".join(table) + "\n" + m[2], page), encoding="utf-8")
    if one != other or after:
        sys.exit("\n".join(["not the same, or something is left:", *after]))


main()
