"""Called by scripts/bench-loop DATA speakers: does a round help people whom it never heard? One round from corrections of half of the
speakers of the accented English, measured on the others, by accent; one from half of the French volunteers' clips, measured on the
other half and on read sentences of other people. Nobody knows who of the volunteers is who, so their halves may share voices.
Intervals of 95 % come from 10,000 draws of speakers (volunteers: of clips) with replacement."""

import hashlib
import json
import os
import random
import subprocess
import sys
import tempfile

data, program = os.path.realpath(sys.argv[1]), os.path.abspath("target/release/second-ear")
work = os.environ.get("BENCH_LOOP_WORK") or tempfile.mkdtemp(prefix="second-ear-speakers-")
REPLICATES = 10_000
MANDARIN = "en-CN"  # 125 of the 158 clips


def second_ear(*arguments, allowed=(0, 3)):
    done = subprocess.run([program, "--quiet", *map(str, arguments)], capture_output=True, text=True)
    if done.returncode not in allowed:
        sys.exit(f"{arguments}\n{done.stdout}\n{done.stderr}")
    return done.stdout


def rows_of(name):
    rows = [json.loads(line) for line in open(f"{data}/{name}/manifest.jsonl")]
    for row in rows:
        row["path"] = os.path.join(data, name, row["audio"])
    return rows


def halves(rows, unit):
    """Two halves that share no unit; the same on every machine."""
    units = sorted({unit(row) for row in rows}, key=lambda u: hashlib.sha256(u.encode()).hexdigest())
    first = set(units[::2])
    return [row for row in rows if unit(row) in first], [row for row in rows if unit(row) not in first]


def manifest(path, rows, key):
    with open(path, "w") as out:
        for row in rows:
            some = {key: row["path"], "speaker": row["speaker"], "language": row["language"], "licence": row["licence"]}
            out.write(json.dumps({**some, **({"text": row["text"]} if key == "audio" else {})}) + "\n")
    return path


def corrected(name, language, rows):
    """A workspace in which people corrected these clips, each as its reference says; made once."""
    folder = os.path.join(work, name)
    if os.path.exists(folder + "-answers.jsonl"):
        return folder
    second_ear("init", folder, "--language", language)
    settings = os.path.join(folder, "second-ear.toml")
    text = open(settings).read()
    for old, new in (("join_gap_seconds = 0.5", "join_gap_seconds = 25.0"), ("max_seconds = 15.0", "max_seconds = 28.0"),
                     ("audit_rate = 0.05", "audit_rate = 1.0"), ("gold_share = 0.05", "gold_share = 0.0"),
                     ("seeded_error_share = 0.02", "seeded_error_share = 0.0")):
        assert old in text, old
        text = text.replace(old, new)
    open(settings, "w").write(text)
    second_ear("ingest", folder, manifest(folder + ".jsonl", rows, "path"))
    second_ear("run", folder)
    clips = [json.loads(line) for line in second_ear("transcripts", folder).splitlines()]
    paths, known = [clip["path"] for clip in clips], {row["path"]: row["text"] for row in rows}
    whole = {clip["clip"]: known[clip["path"]] for clip in clips if paths.count(clip["path"]) == 1}
    second_ear("tasks", folder, "--out", folder + "-tasks", "--format", "jsonl")
    answers = []
    for root, _, files in os.walk(folder + "-tasks"):
        for line in (line for file in files if file.endswith(".jsonl") for line in open(os.path.join(root, file))):
            row = json.loads(line)
            if row.get("clip") in whole:
                text = whole[row["clip"]]
                row.update(validator="reference", verdict="as_is" if text == row["draft"] else "corrected", text=text,
                           answered_at="2026-11-25T12:00:00Z")
                answers.append(row)
    with open(folder + "-answers.jsonl.part", "w") as out:
        out.writelines(json.dumps(row) + "\n" for row in answers)
    second_ear("answers", folder, folder + "-answers.jsonl.part")
    os.rename(folder + "-answers.jsonl.part", folder + "-answers.jsonl")
    return folder


def round_of(folder):
    """The round's record and its model; the one that training began from, where it was rejected."""
    kept = folder + "-round.json"
    if not os.path.exists(kept):
        done = second_ear("adapt", folder, "--json")
        open(kept, "w").write(done)
    return json.load(open(kept)), json.loads(second_ear("status", folder, "--json"))["model_file"]


def decoded(name, rows, model):
    out = os.path.join(work, name + ".jsonl")
    if not os.path.exists(out):
        listed = manifest(os.path.join(work, name + "-manifest.jsonl"), rows, "audio")
        second_ear("evaluate", listed, "--model", model, "--out", out + ".part")
        os.rename(out + ".part", out)
    return {row["audio"]: row for row in map(json.loads, open(out))}


def said(name, rows, before, after, unit):
    units = {}
    for row in rows:
        if row["path"] in before and row["path"] in after:
            sums = units.setdefault(unit(row), [0, 0, 0])
            for n, value in enumerate((before[row["path"]]["words"], before[row["path"]]["errors"], after[row["path"]]["errors"])):
                sums[n] += value
    sums, draws = list(units.values()), random.Random(1)
    total = [sum(s[n] for s in sums) for n in range(3)]
    points = sorted(100 * (sum(s[2] - s[1] for s in some) / max(1, sum(s[0] for s in some)))
                    for some in (draws.choices(sums, k=len(sums)) for _ in range(REPLICATES)))
    low, high = points[int(0.025 * REPLICATES)], points[int(0.975 * REPLICATES)]
    print(f"| {name} | {len(sums)} | {total[0]} | {100 * total[1] / total[0]:.1f} % | {100 * total[2] / total[0]:.1f} % | "
          f"{100 * (total[2] - total[1]) / total[0]:+.1f} ({low:+.1f} to {high:+.1f}) |", flush=True)


def measured(name, language, learnt, groups):
    folder = corrected(name, language, learnt)
    done, model = round_of(folder)
    verdict = done["verdict"]["is"] if done["verdict"]["is"] == "promoted" else "rejected: " + "; ".join(done["verdict"]["why"])
    print(f"\n{name}: {len(learnt)} clips corrected, {done['clips'].get('train', 0)} learnt from, {verdict}\n\n"
          "| judged on | speakers or clips | words | WER, base | WER, adapted | points |\n|---|---|---|---|---|---|", flush=True)
    for title, rows, unit in groups:
        key = f"{name}-{title.replace(' ', '-')}"
        said(title, rows, decoded(key + "-base", rows, "base"), decoded(key + "-new", rows, model), unit)


speaker, clip = (lambda row: row["speaker"]), (lambda row: row["path"])
english, volunteers, fleurs = rows_of("english_accents"), rows_of("french_volunteers"), rows_of("fleurs_fr")
taught, strangers = halves(english, speaker)
measured("accented-english", "en", taught, [
    ("strangers with a Mandarin accent", [r for r in strangers if r["region"] == MANDARIN], speaker),
    ("strangers with other accents", [r for r in strangers if r["region"] != MANDARIN], speaker),
    ("all strangers", strangers, speaker)])
taught, others = halves(volunteers, clip)
measured("french-volunteers", "fr", taught, [
    ("volunteers", others, clip), ("read sentences", fleurs, clip)])
