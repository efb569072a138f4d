"""Called by scripts/bench-accents: does the encoder's output tell a speaker's region? Mean and deviation over time of each clip of 2 s and
more, 16 principal components, a ridge-penalised multinomial head, log-probabilities summed per speaker, folds without a speaker in common.

usage: bench_accents.py MANIFEST.jsonl [NAME=REGION,REGION ...]"""

import json
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import soundfile
from bench_runners import ct2_folder
from faster_whisper import WhisperModel
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

RATE, SHORTEST, COMPONENTS, PENALTY, FOLDS, REPLICATES, PERMUTATIONS = 16_000, 2.0, 16, 0.1, 10, 2000, 100
SURE = 0.8  # of the summed log-probabilities, below which a speaker's region is not said
ENOUGH = 20  # speakers of a group


def features(model, path):
    audio, rate = soundfile.read(path, dtype="float32", always_2d=True)
    assert rate == RATE, f"{path}: {rate} Hz; give files of {RATE}"
    audio = audio.mean(axis=1)
    frames = int(len(audio) / RATE * 50)
    spectrum = model.feature_extractor(audio, padding=True)[:, :3000]
    spectrum = np.pad(spectrum, ((0, 0), (0, 3000 - spectrum.shape[1])))
    states = np.array(model.encode(spectrum)).reshape(1500, -1)[:frames]
    return np.concatenate([states.mean(axis=0), states.std(axis=0)])


def by_speaker(x, y, speakers, groups, seed=0):
    """Log-probabilities of each speaker's groups from heads that saw none of the speaker's clips: (speakers, groups)."""
    everyone = sorted(set(speakers))
    fold = dict(zip(np.random.default_rng(seed).permutation(everyone), np.arange(len(everyone)) % FOLDS))
    folds = np.array([fold[s] for s in speakers])
    sums = {s: np.zeros(len(groups)) for s in everyone}
    for k in range(FOLDS):
        train, test = folds != k, folds == k
        head = make_pipeline(StandardScaler(), PCA(min(COMPONENTS, train.sum() - 1), random_state=0), StandardScaler(),
                             LogisticRegression(C=PENALTY, class_weight="balanced", max_iter=2000))
        head.fit(x[train], y[train])
        logs = np.full((test.sum(), len(groups)), -20.0)
        logs[:, [groups.index(c) for c in head.classes_]] = head.predict_log_proba(x[test])
        for s, row in zip(speakers[test], logs):
            sums[s] += row
    return np.array([sums[s] for s in everyone])


def auroc(scores, truth, group, alike):
    """A group against those that share a corpus with it: another room and microphone would tell it apart without an accent."""
    kept = [g for g in range(scores.shape[1]) if g == group or g in alike[group]]
    among, rows = [g for g in kept if g != group], np.isin(truth, kept)
    if not among or len(set(truth[rows] == group)) < 2:
        return np.nan
    mine = scores[rows, group] - scores[rows][:, among].max(axis=1)
    return roc_auc_score(truth[rows] == group, mine)


manifest, *named = sys.argv[1:]
groups_of = {r: name for name, regions in (pair.split("=", 1) for pair in named) for r in regions.split(",")}
rows = [json.loads(line) for line in open(manifest, encoding="utf-8")]
everything = len(rows)
rows = [r for r in rows if (r["region"] in groups_of or not named) and r["duration"] >= SHORTEST]
with tempfile.TemporaryDirectory() as work:
    folder = ct2_folder(SimpleNamespace(folder=lambda: work))
model = WhisperModel(folder, device="cpu", compute_type="int8", cpu_threads=2)
x = np.array([features(model, Path(manifest).parent / (r.get("audio") or r["path"])) for r in rows])
speakers = np.array([r["speaker"] for r in rows])
names = np.array([groups_of.get(r["region"], r["region"]) for r in rows])
corpora = defaultdict(set)
for name, row in zip(names, rows):
    corpora[name].add(row.get("source"))
of = dict(zip(speakers, names))
count = Counter(of.values())
groups = sorted(count)
if len(groups) < 2:
    sys.exit(f"{manifest}: one region alone ({', '.join(groups)}); two are needed")
everyone = sorted(of)
truth = np.array([groups.index(of[s]) for s in everyone])
alike = [[o for o, other in enumerate(groups) if o != g and corpora[name] & corpora[other]] for g, name in enumerate(groups)]
scores = by_speaker(x, names, speakers, groups)
draws = np.random.default_rng(1)
some = [draws.integers(len(everyone), size=len(everyone)) for _ in range(REPLICATES)]
chance = np.zeros(len(groups))
for n in range(PERMUTATIONS):
    mixed = dict(zip(everyone, draws.permutation([of[s] for s in everyone])))
    labels = np.array([mixed[s] for s in speakers])
    under = by_speaker(x, labels, speakers, groups, n)
    as_drawn = np.array([groups.index(mixed[s]) for s in everyone])
    chance += [auroc(under, as_drawn, g, alike) >= auroc(scores, truth, g, alike) for g in range(len(groups))]
probability = np.exp(scores - scores.max(axis=1, keepdims=True))
probability /= probability.sum(axis=1, keepdims=True)
said, sure = probability.argmax(axis=1), probability.max(axis=1) >= SURE
macro = sorted(f1_score(truth[d], said[d], average="macro") for d in some)
print(f"{everything - len(rows)} rows left out: shorter than {SHORTEST:.0f} s, or of other regions")
print(f"{len(rows)} clips of {len(everyone)} speakers; macro-F1 {f1_score(truth, said, average='macro'):.2f} "
      f"({macro[int(.025 * REPLICATES)]:.2f} to {macro[int(.975 * REPLICATES)]:.2f}); "
      f"said of {sure.sum()} speakers, wrong in {(said != truth)[sure].sum()}\n")
print("| region | speakers | AUROC | permutations as good | what can be said |\n|---|---|---|---|---|")
for g, name in enumerate(groups):
    if not alike[g]:
        print(f"| {name} | {count[name]} | - | - | nothing: no other region is of its corpus, so the recording would tell |")
        continue
    rates = sorted(r for d in some if not np.isnan(r := auroc(scores[d], truth[d], g, alike)))
    low, high = rates[int(.025 * len(rates))], rates[int(.975 * len(rates))]
    if count[name] < ENOUGH:
        verdict = f"nothing: fewer than {ENOUGH} speakers"
    elif low > 0.5 and chance[g] / PERMUTATIONS <= 0.05:
        verdict = "the encoder carries it"
    else:
        verdict = "not shown"
    print(f"| {name} | {count[name]} | {auroc(scores, truth, g, alike):.2f} ({low:.2f} to {high:.2f}) | "
          f"{int(chance[g])} of {PERMUTATIONS} | {verdict} |")
