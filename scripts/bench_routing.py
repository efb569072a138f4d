"""Called by scripts/bench-routing: prints the tables of docs/lab/confidence.md.

The score and its cross-validation are second-ear's own; what each group of features adds and the ceiling are worked
out here with scikit-learn, on the same features, in five folds by speaker (clip by clip for sets of one speaker).
"""
import collections
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

import numpy
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

data, seeds = os.path.abspath(sys.argv[1]), int(sys.argv[2])
program = os.path.abspath("target/release/second-ear")
work = os.environ.get("BENCH_ROUTING_WORK") or tempfile.mkdtemp(prefix="second-ear-routing-")
SETS = ["quebec_prompts", "french_volunteers", "fleurs_fr", "english_accents", "librivox_en"]


def second_ear(*arguments, allowed=(0,), quiet=True):
    command = [program, *(["--quiet"] if quiet else []), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode not in allowed:
        sys.exit(f"{command}\n{done.stdout}\n{done.stderr}")
    return done.stdout


def rows_of(path):
    return [json.loads(line) for line in open(path)]


# 1. Every clip decoded, and decoded again slowed.
rows_path = os.path.join(work, "rows.jsonl")
if not os.path.exists(rows_path):
    manifests = [os.path.join(data, name, "manifest.jsonl") for name in SETS]
    second_ear("evaluate", *manifests, "--second-pass", "always", "--weights", "file", "--out", rows_path, "--json", allowed=(0, 3))
rows = rows_of(rows_path)
print(f"{len(rows)} clips, {sum(r['seconds'] for r in rows) / 60:.1f} min (three clips over 30 s are left out)\n")

# 2. The score: fitted and cross-validated by second-ear.
calibration_path = os.path.join(work, "calibration.json")
print(second_ear("calibrate", "--rows", rows_path, "--out", calibration_path))
calibration = json.load(open(calibration_path))

# 3. What each group of features adds.
names = calibration["fits"][-1]["features"]
everything_known = rows
rows = [r for r in rows if r["features"]["words"] and r["features"]["slowed"]]  # a text, and slowed not over 30 s
values = numpy.array([r["features"]["decoded"] + r["features"]["words"] + r["features"]["slowed"] for r in rows])
right = numpy.array([r["errors"] == 0 for r in rows])
sets = numpy.array([r["set"] for r in rows])
one_speaker = {"quebec_prompts", "french_volunteers", "librivox_en"}  # of the volunteers nobody knows who is who
speakers = numpy.array([r["audio"] if r["set"] in one_speaker else r["speaker"] for r in rows])
GROUPS = {
    "token log-probabilities": names[0:7],
    "rate, length, repetition": ["words_per_second", "seconds", "log_seconds", "compression_ratio", "signs"],
    "no speech, language": ["p_no_speech", "p_language", "language_entropy"],
    "level and noise": ["rms_db", "range_db", "clipped"],
    "guard's second decoding": ["decoded_again", "disagreement"],
    "entropies and margins": [n for n in names if n.startswith(("entropy", "margin"))],
    "end, first, punctuation": ["end_logprob", "end_entropy", "first_logprob", "all_mean_logprob", "all_min_logprob"],
    "words' log-probabilities": ["words_under_half", "words_under_80", "words", "log_p_all_words"],
    "word frequencies": ["zipf_least", "zipf_mean", "unknown_words", "very_rare_words", "rare_words"],
    "homophones": ["homophones"],
    "slowed decoding": ["slowed_disagreement", "slowed_same"],
}


def auroc(columns, labels=right, repeats=3):
    columns = [names.index(c) for c in columns]
    scores = numpy.zeros(len(labels))
    for seed in range(repeats):
        for train, test in StratifiedGroupKFold(5, shuffle=True, random_state=seed).split(values, labels, speakers):
            model = make_pipeline(StandardScaler(), LogisticRegression(C=1 / calibration["l2"], max_iter=3000))
            model.fit(values[numpy.ix_(train, columns)], labels[train])
            scores[test] += model.predict_proba(values[numpy.ix_(test, columns)])[:, 1]
    return roc_auc_score(labels, scores), scores / repeats


everything, scores = auroc(names)
print(f"| features | alone | added in turn | all but these (all: {everything:.3f}) |\n|---|---|---|---|")
so_far = []
for group, columns in GROUPS.items():
    so_far += columns
    others = [n for n in names if n not in columns]
    print(f"| {group} | {auroc(columns)[0]:.3f} | {auroc(so_far)[0]:.3f} | {auroc(others)[0]:.3f} |")
assert sorted(so_far) == sorted(names), "a feature belongs to no group"

unseen = numpy.zeros(len(rows))
for name in SETS:
    out = sets == name
    model = make_pipeline(StandardScaler(), LogisticRegression(C=1 / calibration["l2"], max_iter=3000))
    unseen[out] = model.fit(values[~out], right[~out]).predict_proba(values[out])[:, 1]
print("\nAUROC on a set that the fit has never seen: " + ", ".join(
    f"{name} {roc_auc_score(right[sets == name], unseen[sets == name]):.3f}" for name in SETS))

# 4. The ceiling: the scripts that speakers read spell what nobody can hear.
if shutil.which("espeak-ng"):
    def sounds(texts, voice):
        said = []
        for text in texts:
            flat = re.sub(r"[^\w'-]+", " ", text.lower())
            out = subprocess.run(["espeak-ng", "-v", voice, "-q", "-x", flat], capture_output=True, text=True).stdout
            said.append(re.sub(r"[^a-zA-Z@&0-9]+", "", out))
        return numpy.array(said)

    alike = numpy.zeros(len(rows), bool)
    for language, voice in (("fr", "fr-fr"), ("en", "en-gb")):
        here = [i for i, r in enumerate(rows) if r["language"] == language]
        spoken = sounds([rows[i]["reference"] for i in here], voice)
        drafted = sounds([rows[i]["hypothesis"] for i in here], voice)
        alike[here] = spoken == drafted
    forgiven = alike & ~right
    print(f"\n{forgiven.sum()} of {(~right).sum()} clips with an error sound like their reference (espeak-ng). AUROC of the "
          f"same fit: {roc_auc_score(right, scores):.3f} as they are, "
          f"{roc_auc_score(right[~forgiven], scores[~forgiven]):.3f} without them; fitted on "
          f"'sounds right': {auroc(names, right | alike)[0]:.3f}")

# 5. A guarantee end to end: every clip is a recording, references play the validators, the outcome is known.
manifest = os.path.join(work, "clips.jsonl")
references = {}
with open(manifest, "w") as out:
    for r in everything_known:
        path = os.path.abspath(r["audio"])
        references[os.path.basename(path)] = r["reference"]
        speaker = f"{r['set']}:{r['speaker'] or os.path.basename(path)}"
        facts = {"path": path, "speaker": speaker, "region": r["region"], "language": r["language"]}
        out.write(json.dumps({k: v for k, v in facts.items() if v}) + "\n")
base = os.path.join(work, "workspace")
TARGET = 0.15  # mean WER a clip
BY_SCORE = {"low_confidence", "regional_evidence", "random_audit"}  # reasons that a good enough score outweighs
SETTINGS = {
    r"^speech_threshold = .*": "speech_threshold = 0.0", r"^max_seconds = .*": "max_seconds = 28.0",
    r"^calibration = .*": f'calibration = "{calibration_path}"', r"^audit_rate = .*": "audit_rate = 0.6",
    r"^# target_risk = .*": f"target_risk = {TARGET}", r"^blind_share = .*": "blind_share = 0.0",
    r"^seeded_error_share = .*": "seeded_error_share = 0.0", r"^review_lexicon_hits = .*": "review_lexicon_hits = false",
}


def settle(folder, changes):
    path = os.path.join(folder, "second-ear.toml")
    text = open(path).read()
    for pattern, line in changes.items():
        text, n = re.subn(pattern, line, text, flags=re.M)
        assert n == 1, pattern
    open(path, "w").write(text)


if not os.path.exists(os.path.join(work, "ran")):
    shutil.rmtree(base, ignore_errors=True)
    second_ear("init", base, "--language", "fr", "--model", "base")
    settle(base, SETTINGS)
    second_ear("ingest", base, manifest)
    second_ear("run", base, allowed=(0, 3))
    open(os.path.join(work, "ran"), "w").close()

errors = {os.path.basename(r["audio"]): (r["errors"], r["words"]) for r in everything_known}
outcomes = collections.Counter()
print(f"\nGuarantee: mean WER of accepted clips at most {TARGET:.0%}, confidence 90 %; all clips a guarantee can be about count\n\n"
      "| seed | audits settled | guarantee | clips from there up | their true mean WER |\n|---|---|---|---|---|")
for seed in range(1, seeds + 1):
    folder = os.path.join(work, f"seed-{seed}")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(base, folder)
    settle(folder, {r"^seed = .*": f"seed = {seed}"})
    second_ear("run", folder, allowed=(0, 3))
    tasks = os.path.join(folder, "tasks")
    second_ear("tasks", folder, "--out", tasks, "--format", "jsonl")
    answers = os.path.join(folder, "answers.jsonl")
    with open(answers, "w") as out:
        for name in sorted(os.listdir(tasks)):
            for task in rows_of(os.path.join(tasks, name)) if name.endswith(".jsonl") else []:
                row = {k: task[k] for k in ("workspace", "clip", "draft_digest")}
                text = references[os.path.basename(task["path"])]
                out.write(json.dumps({**row, "validator": "reference", "verdict": "corrected", "text": text}) + "\n")
    second_ear("answers", folder, answers)
    second_ear("run", folder, allowed=(0, 3))
    scopes = json.loads(second_ear("status", folder, "--json"))["guarantee"]["scopes"]
    clips = [json.loads(line) for line in second_ear("transcripts", folder).splitlines()]
    clips = [r for r in clips if r["score"] is not None and set(r["reasons"]) <= BY_SCORE]
    for s in scopes:
        threshold = s["threshold"]
        pooled = s["scope"] == "pooled"
        mine = [r for r in clips if (r["region"] not in s["apart"] if pooled else r["region"] == s["scope"])]
        above = [os.path.basename(r["path"]) for r in mine if threshold and r["score"] >= threshold]
        losses = [min(errors[n][0] / max(errors[n][1], 1), 1.0) for n in above]
        risk = sum(losses) / len(losses) if losses else None
        outcomes["in force"] += threshold is not None
        outcomes["exceeded"] += risk is not None and risk > TARGET
        whose = "all" if pooled and not s["apart"] else "others" if pooled else s["scope"]
        print(f"| {seed} | {s['settled']} of {s['candidates']} | {whose}: {s['state']}"
              f"{f' from {threshold:.2f}' if threshold else ''} | {len(above) if threshold else '-'} | "
              f"{f'{risk:.1%}' if risk is not None else '-'} |")
    shutil.rmtree(folder)
print(f"\n{outcomes['in force']} guarantees in force in {seeds} workspaces, {outcomes['exceeded']} exceeded.")
