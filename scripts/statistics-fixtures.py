"""Writes tests/data/statistics/*.json: what scipy, statsmodels, scikit-learn and numpy make of small
made-up data. The Rust tests read these files; run this again only to add cases.
usage: python scripts/statistics-fixtures.py   (needs numpy scipy statsmodels scikit-learn)"""
import json
import pathlib

import numpy as np
import statsmodels.api as sm
from scipy import stats
from sklearn import metrics
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

OUT = pathlib.Path(__file__).resolve().parent.parent / "tests/data/statistics"
GAMMA, M1, M2 = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
REPLICATES = 2000


def words(seed, at):
    with np.errstate(over="ignore"):
        z = np.uint64(seed) + GAMMA * (np.asarray(at, dtype=np.uint64) + np.uint64(1))
        z = (z ^ (z >> np.uint64(30))) * M1
        z = (z ^ (z >> np.uint64(27))) * M2
        return z ^ (z >> np.uint64(31))


def times(seed, clusters):
    """One row per replicate: how often each cluster is drawn."""
    at = np.arange(REPLICATES * clusters).reshape(REPLICATES, clusters)
    unit = (words(seed, at) >> np.uint64(11)).astype(float) / 2.0**53
    drawn = np.minimum(np.floor(unit * clusters).astype(int), clusters - 1)
    return np.stack([np.bincount(row, minlength=clusters) for row in drawn]).astype(float)


def write(name, value):
    text = json.dumps(value, separators=(",", ":"))
    (OUT / name).write_text(text.replace("},{", "},\n{") + "\n", encoding="utf-8")


def intervals():
    rows = []
    for part, of in [(0, 1), (1, 1), (0, 24), (1, 24), (8, 24), (24, 24), (81, 263), (15, 148), (1, 29), (0, 59),
                     (3, 1000), (500, 1000), (999, 1000), (12, 8220), (4000, 8220), (8219, 8220), (1, 100000)]:
        low, high = proportion_confint(part, of, alpha=0.05, method="beta")
        rows.append([part, of, float(low), float(high)])
    for part, of in [(0.5, 1.5), (2.25, 17.75), (0.01, 90.3), (88.2, 90.3), (411.7, 1200.9)]:  # effective numbers
        rows.append([part, of, stats.beta.ppf(0.025, part, of - part + 1), stats.beta.ppf(0.975, part + 1, of - part)])
    student = [[df, stats.t.ppf(0.975, df)] for df in [1, 2, 3, 5, 9, 20, 47, 100, 1000, 8219]]
    write("interval.json", {"clopper_pearson": rows, "student": student})


def bootstrap(rng):
    cases = []
    for seed, clusters in [(1, 2), (1, 5), (42, 23), (2**40 + 7, 60), (3, 300)]:
        of = rng.integers(1, 200, clusters)
        part = rng.binomial(of, rng.uniform(0, 0.6, clusters))
        t = times(seed, clusters)
        values = (t @ part) / (t @ of)
        low, high = np.percentile(values, [2.5, 97.5])
        cases.append({"seed": seed, "clusters": np.stack([part, of], 1).tolist(), "value": part.sum() / of.sum(),
                      "low": low, "high": high})
    write("bootstrap.json", cases)


def weighted(rng):
    cases = []
    for n, speakers, equal in [(12, 4, True), (40, 9, False), (200, 30, False), (200, 200, True), (7, 2, False)]:
        pi = np.full(n, 0.05) if equal else rng.uniform(0.02, 1.0, n)
        words_ = rng.integers(1, 25, n).astype(float)
        errors = rng.binomial(words_.astype(int), 0.12).astype(float)
        errors[0] += 1
        speaker = np.concatenate([np.arange(speakers), rng.integers(0, speakers, n - speakers)])
        model_words = np.maximum(words_ + rng.integers(-2, 3, n), 0.0)
        model_errors = model_words * rng.uniform(0, 0.3, n)
        all_words, all_errors, all_clips = float(round(np.sum(1 / pi) * 12)), float(np.sum(1 / pi) * 1.5), int(np.sum(1 / pi))
        # The ratio is a weighted least-squares fit of E / N on 1 with weights N / pi; its cluster-robust
        # standard error is statsmodels' sandwich, with the small-sample factor G / (G - 1).
        fit = sm.WLS(errors / words_, np.ones(n), weights=words_ / pi).fit(
            cov_type="cluster", cov_kwds={"groups": speaker, "use_correction": False}, use_t=True)
        se = fit.bse[0] * np.sqrt(speakers / (speakers - 1))
        ratio, t = float(fit.params[0]), stats.t.ppf(0.975, speakers - 1)
        design = np.sqrt(np.sum((1 - pi) / pi**2 * (errors - ratio * words_) ** 2)) / np.sum(words_ / pi)
        tn = stats.t.ppf(0.975, n - 1)
        total = all_words + np.sum((words_ - model_words) / pi)
        diff = (all_errors + np.sum((errors - model_errors) / pi)) / total
        dse = np.sqrt(np.sum((1 - pi) / pi**2 * ((errors - model_errors) - diff * (words_ - model_words)) ** 2)) / total
        loss = errors > 0
        ht = np.sum(loss / pi) / all_clips
        hse = np.sqrt(np.sum((1 - pi) / pi**2 * loss)) / all_clips
        cases.append({
            "pi": pi.tolist(), "errors": errors.tolist(), "words": words_.tolist(), "speaker": speaker.tolist(),
            "model_errors": model_errors.tolist(), "model_words": model_words.tolist(), "all_errors": all_errors,
            "all_words": all_words, "all_clips": all_clips, "hajek": ratio,
            "by_speaker_low": max(ratio - t * se, 0.0), "by_speaker_high": ratio + t * se,
            "design_low": max(ratio - tn * design, 0.0), "design_high": ratio + tn * design,
            "difference": diff, "difference_low": max(diff - tn * dse, 0.0), "difference_high": diff + tn * dse,
            "ht": ht, "ht_low": max(ht - tn * hse, 0.0), "ht_high": min(ht + tn * hse, 1.0)})
    write("weighted.json", cases)


def score(rng):
    cases = []
    for n, ties in [(30, False), (120, True), (400, False)]:
        s = np.round(rng.uniform(0, 1, n), 1 if ties else 6)
        w = rng.uniform(0.5, 20, n)
        words_ = rng.integers(1, 20, n)
        errors = np.where(rng.uniform(0, 1, n) < s, 0, rng.binomial(words_, 0.3))
        errors[: n // 10] = np.maximum(errors[: n // 10], 1)
        bad, points = errors > 0, []
        for threshold in sorted(set(s), reverse=True):
            in_ = s >= threshold
            points.append((w[s == threshold].sum(), w[in_].sum() / w.sum(), np.average(bad[in_], weights=w[in_]),
                           (w * errors)[in_].sum() / (w * words_)[in_].sum()))
        mass, coverage, clip, wer = (np.array(c) for c in zip(*points))
        cases.append({
            "score": s.tolist(), "weight": w.tolist(), "errors": errors.tolist(), "words": words_.tolist(),
            "aurc_clip": float(np.average(clip, weights=mass)), "aurc_wer": float(np.average(wer, weights=mass)),
            "coverage_at_10_wer": float(max(coverage[wer <= 0.1], default=0.0)),
            "coverage_at_30_clip": float(max(coverage[clip <= 0.3], default=0.0)),
            "auroc": metrics.roc_auc_score(~bad, s, sample_weight=w),
            "auc_pr": metrics.average_precision_score(bad, -s, sample_weight=w),
            "brier": metrics.brier_score_loss(~bad, s, sample_weight=w)})
    write("score.json", cases)


def fairness(rng):
    compare = []
    for seed, a, b in [(1, 3, 5), (9, 12, 40), (77, 6, 6)]:
        of = rng.integers(1, 60, a + b).astype(float)
        part = rng.binomial(of.astype(int), np.where(np.arange(a + b) < a, 0.45, 0.25)).astype(float)
        g, o, ta, tb = slice(0, a), slice(a, None), times(seed, a), times(seed + 1, b)
        value = part[g].sum() / of[g].sum() - part[o].sum() / of[o].sum()
        differences = (ta @ part[g]) / (ta @ of[g]) - (tb @ part[o]) / (tb @ of[o])
        low, high = np.percentile(differences, [2.5, 97.5])
        keys = words(seed + 2, np.arange(REPLICATES * (a + b)).reshape(REPLICATES, a + b))
        sides = np.zeros((REPLICATES, a + b))
        np.put_along_axis(sides, np.argsort(keys, axis=1)[:, :a], 1.0, axis=1)
        swapped = (sides @ part) / (sides @ of) - ((1 - sides) @ part) / ((1 - sides) @ of)
        p = (1 + np.sum(np.abs(swapped) >= abs(value) - 1e-12)) / (1 + REPLICATES)
        pairs = np.stack([part, of], 1).tolist()
        compare.append({"seed": seed, "group": pairs[:a], "others": pairs[a:], "value": value, "low": low, "high": high, "p": p})
    holm = []
    for k in [1, 2, 3, 7]:
        p = rng.uniform(0, 0.2, k)
        holm.append({"p": p.tolist(), "corrected": multipletests(p, method="holm")[1].tolist()})
    write("fairness.json", {"compare": compare, "holm": holm})


OUT.mkdir(parents=True, exist_ok=True)
intervals()
bootstrap(np.random.default_rng(1))
weighted(np.random.default_rng(2))
score(np.random.default_rng(3))
fairness(np.random.default_rng(4))
