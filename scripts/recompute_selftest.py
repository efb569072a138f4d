"""Proves recompute_report.py on workspaces that are made here: synthetic noise, scripted drafts, made-up
answers (nobody's speech, nobody's work). Each report must be reproduced to the last digit, and a report in
which one digit was changed must be refused.

usage: recompute_selftest.py SECOND_EAR FOLDER
"""
import hashlib
import json
import pathlib
import random
import shutil
import sqlite3
import subprocess
import sys
import wave

ROOT = pathlib.Path(__file__).resolve().parent.parent
WORDS = "le la maison rouge petit chat mange une pomme dans jardin avec soleil demain matin route belle".split()
CASES = {
    # name: speakers, clips per speaker, share answered, settings, rounds
    "many": (24, 6, 0.85, {"audit_rate": 0.3, "pay_per_clip": 0.12, "blind_share": 0.0}, 1),
    "settled": (12, 5, 1.0, {"audit_rate": 0.5, "validators": 2, "target_risk": 0.3}, 1),
    "budget": (10, 8, 1.0, {"audit_rate": 0.4, "max_human_share": 0.3}, 1),
    "one-speaker": (1, 12, 1.0, {"audit_rate": 0.4}, 1),
    "unanswered": (4, 3, 0.0, {"audit_rate": 0.3, "target_risk": 0.05}, 1),
    "rounds": (16, 12, 0.9, {"audit_rate": 0.5, "blind_share": 0.0}, 3),
    "rounds-of-clips": (9, 8, 1.0, {"audit_rate": 0.4, "target_risk": 0.4, "target_measure": "clips"}, 2),
    "rounds-untimed": (3, 4, 0.4, {"audit_rate": 0.4}, 2),
    "empty": (0, 0, 0.0, {}, 1),
}


def make_audio(path, seconds, rng):
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(16000)
        out.writeframes(rng.randbytes(int(seconds * 16000) * 2))
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def misheard(words, rng, rate):
    said = []
    for word in words:
        roll = rng.random()
        if roll < rate / 2:
            said.append(rng.choice(WORDS))
        elif roll >= rate:
            said.append(word)
    return said or [rng.choice(WORDS)]


def answers(rows, truth, rng, answered, timed, settings):
    given = []
    for row in rows:
        for validator in ["ana", "bo"][: settings.get("validators", 1)]:
            if rng.random() >= answered:
                continue
            text = truth[row["clip"].split("_")[0]][0]
            verdict = rng.choices(["text", "unintelligible", "not_speech"], [12, 1, 1])[0]
            if verdict == "text":
                verdict = "as_is" if text == row["draft"] else "corrected"
            one = dict(row, validator=validator, verdict=verdict, text=text if verdict in ("as_is", "corrected") else "",
                       answered_at="2026-11-23T10:00:00Z")
            one["active_seconds"] = round(rng.uniform(4, 40), 2) if rng.random() < timed else None
            given.append(json.dumps(one))
    return given


def next_round(state, number):
    """What `adapt` leaves behind when it promotes a model: a round whose model drafts from now on. Drafts
    so far are given an earlier model's name, because all scripts draft under the same one."""
    earlier = f"earlier-{number}"
    verdict = {"is": "promoted", "model": "scripted", "sha256": "scripted", "file": "none.bin"}
    measured = {"set": "test", "clips": 30, "units": 10, "words": 200, "before": 0.2, "after": 0.1,
                "difference": [-0.15, -0.04], "better": 1.0}
    body = {"number": number, "created": "2026-11-24T10:00:00Z", "base": "base", "parent": number - 1,
            "parent_model": earlier, "start_model": earlier, "averages": [], "seed": 1, "data_digest": "d", "recipe": {}, "clips": {"corrections": 9},
            "train_seconds": 60.0, "losses": [1.5, 0.75], "share": 0.6, "wall_seconds": 9.0,
            "measured": [measured], "verdict": verdict}
    db = sqlite3.connect(state)
    with db:
        db.execute("UPDATE hypotheses SET model = ?1 WHERE model = 'scripted'", [earlier])
        db.execute("UPDATE decisions SET model = ?1 WHERE model = 'scripted'", [earlier])
        for known, text in db.execute("SELECT number, body FROM rounds").fetchall():
            text = json.loads(text)
            if text["verdict"].get("model") == "scripted":
                text["verdict"]["model"] = earlier
                db.execute("UPDATE rounds SET model = ?, body = ? WHERE number = ?", [earlier, json.dumps(text), known])
        db.execute("INSERT INTO rounds (number, created, base, parent, model, body) VALUES (?, ?, 'base', ?, 'scripted', ?)",
                   [number, body["created"], body["parent"], json.dumps(body)])
    db.close()


def workspace(program, folder, name):
    speakers, clips, answered, settings, turns = CASES[name]
    rng = random.Random(name)
    ws, audio = folder / "ws", folder / "audio"
    audio.mkdir(parents=True)

    def ear(*args):
        done = subprocess.run([program, "--quiet", *map(str, args)], cwd=ROOT, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"second-ear {' '.join(map(str, args))}: {done.stderr}")
        return done.stdout

    ear("init", ws, "--language", "fr")
    calibration = json.loads((ROOT / "models/calibration/base-f16.json").read_text())
    calibration["model"] = "scripted"
    (ws / "own.json").write_text(json.dumps(calibration))
    settings = {"calibration": "own.json", "min_seconds": 5.0, "window_seconds": 0.0, **settings}
    lines = [line for line in (ws / "second-ear.toml").read_text().splitlines() if line.split(" = ")[0] not in settings]
    for key, value in settings.items():
        place = {"calibration": 0, "min_seconds": lines.index("[slice]") + 1, "window_seconds": lines.index("[decode]") + 1}.get(key)
        if place is None:
            table = "[tasks]" if key in ("pay_per_clip", "blind_share", "validators") else "[routing]"
            place = lines.index(table) + 1
        lines.insert(place, f"{key} = {json.dumps(value)}")
    (ws / "second-ear.toml").write_text("\n".join(lines) + "\n")
    hard = [0.05 + 0.25 * rng.random() + (0.2 if s % 4 == 0 else 0.0) for s in range(speakers)]
    timed = 0.0 if name.endswith("untimed") else 0.9
    truth, before = {}, set()
    for turn in range(turns):
        if turn:
            next_round(ws / "state.db", turn)
        manifest = ["path,speaker,region"]
        for s in range(speakers):
            region = ["fr-CA-QC", "fr-FR", "fr-BE", ""][s % 4]
            for c in range(turn, clips, turns):
                path = audio / f"s{s}_{c}.wav"
                recording = make_audio(path, rng.uniform(1.5, 4.5), rng)
                said = [rng.choice(WORDS) for _ in range(rng.randint(3, 11))]
                truth[recording] = (" ".join(said), hard[s] * rng.choice([0.0, 0.0, 0.5, 1.5]))
                manifest.append(f"{path.name},speaker {s},{region}")
        if not truth:
            break
        script = []
        for recording, (said, wrong) in truth.items():
            rate = wrong / (1 + 2 * turn)
            draft = misheard(said.split(), rng, rate)
            logprobs = [-0.02 - 2.5 * rate * rng.random() - 0.1 * rng.random() for _ in draft]
            script.append({"recording": recording, "text": " ".join(draft), "logprobs": logprobs})
        (audio / "manifest.csv").write_text("\n".join(manifest) + "\n")
        (folder / "script.jsonl").write_text("".join(json.dumps(r) + "\n" for r in script))
        ear("ingest", ws, audio / "manifest.csv")
        ear("run", ws, "--scripted", folder / "script.jsonl")
        tasks = folder / f"tasks{turn}"
        ear("tasks", ws, "--out", tasks, "--format", "jsonl")
        rows = [json.loads(line) for file in sorted(tasks.glob("*.jsonl")) for line in file.read_text().splitlines()]
        rows = [row for row in rows if row["clip"] not in before]
        before |= {row["clip"] for row in rows}
        given = answers(rows, truth, rng, answered, timed, settings)
        if given:
            (folder / "answers.jsonl").write_text("\n".join(given) + "\n")
            ear("answers", ws, folder / "answers.jsonl")
    report, clips = folder / "report.json", folder / "clips.csv"
    report.write_text(ear("report", ws, "--json", "--csv", clips))
    return report, clips


def recompute(report, clips):
    script = ROOT / "scripts/recompute_report.py"
    return subprocess.run([sys.executable, script, report, clips], capture_output=True, text=True)


def main(program, folder):
    program = str(pathlib.Path(program).resolve())
    folder = pathlib.Path(folder).resolve()
    shutil.rmtree(folder, ignore_errors=True)
    for name in CASES:
        report, clips = workspace(program, folder / name, name)
        done = recompute(report, clips)
        print(f"== {name}\n{done.stdout}{done.stderr}", end="")
        if done.returncode != 0:
            sys.exit(f"{name}: the report cannot be reproduced")
    text = json.loads((folder / "many/report.json").read_text())
    text["residual_error"]["wer"]["high"] += 1e-6
    altered = folder / "altered.json"
    altered.write_text(json.dumps(text))
    done = recompute(altered, folder / "many/clips.csv")
    if done.returncode != 1 or "residual_error.wer.high" not in done.stdout:
        sys.exit("a report with a changed digit was not refused")
    text = json.loads((folder / "rounds/report.json").read_text())
    text["by_round"][0]["human_at_target"]["low"] += 1e-6
    text["by_round"][1]["by_region"]["fr-FR"]["minutes_per_hour"]["value"] -= 1e-6
    text["by_round"][2]["human_at_target"]["missing"] = "none_settled"
    altered.write_text(json.dumps(text))
    done = recompute(altered, folder / "rounds/clips.csv")
    if done.returncode != 1 or done.stdout.count("differs:") != 3:
        sys.exit("a report with changed digits in its learning curve was not refused")
    print("== a report with one digit changed is refused")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
