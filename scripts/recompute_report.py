"""Reproduces every rate and interval of `report --json` from `report --csv`, with numpy, scipy and statsmodels
alone, and compares at the printed precision (six decimals). Exits 1 on any difference, and when the
report holds a rate or an interval that was not reproduced.

usage: recompute_report.py REPORT.json CLIPS.csv
"""
import csv
import json
import sys

import numpy as np
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

SLACK = 1e-12  # how far over a target a risk may lie and still be at it
HALF = 0.5000001e-6  # half of the last printed digit, and what floating point leaves open
# Needs answers and batches, which the clips do not hold; `part`, `of` and WERs in there are reproduced all the same.
ELSEWHERE = ("agreement", "agreement_by_region", "reliability", "weight", "hourly", "median_seconds")
# Rounds of adaptation as they were stored: what was measured then, on clips and models of then. Engines: the table of clips
# has no texts of theirs.
KEPT = ("rounds", "engines")


# The generator: SplitMix64, output number `at` of `seed`.
def words(seed, at):
    with np.errstate(over="ignore"):
        z = np.uint64(seed % 2**64) + np.uint64(0x9E3779B97F4A7C15) * (np.asarray(at, dtype=np.uint64) + np.uint64(1))
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


class Draws:
    """How often each of some clusters is drawn: one row per replicate."""

    def __init__(self, replicates):
        self.replicates, self.known = replicates, {}

    def times(self, seed, clusters):
        if (seed, clusters) not in self.known:
            at = np.arange(self.replicates * clusters).reshape(self.replicates, clusters)
            unit = (words(seed, at) >> np.uint64(11)).astype(float) / 2.0**53
            drawn = np.minimum(np.floor(unit * clusters).astype(int), clusters - 1)
            self.known[seed, clusters] = np.stack(
                [np.bincount(row, minlength=clusters) for row in drawn]).astype(float)
        return self.known[seed, clusters]


def rate(value, low=None, high=None, missing=None):
    if value is None:
        low = high = None
    return {"value": value, "low": low, "high": high, "missing": missing}


def in_order(rows):
    """The speakers of some clips, by the ids of their first clips: what they are called changes no number."""
    first = {}
    for r in rows:
        first[r["speaker"]] = min(first.get(r["speaker"], r["clip"]), r["clip"])
    return sorted(first, key=first.get)


def percentile_ends(values):
    values = np.array([v for v in values if v is not None and np.isfinite(v)])
    if len(values) == 0:
        return None, None, "nothing_counted"
    low, high = np.percentile(values, [2.5, 97.5])
    return (None, None, "no_variation") if high - low <= 1e-12 else (low, high, None)


def t_ends(value, variance, freedom):
    if freedom < 1:
        return None, None, "one_speaker"
    if not variance > 1e-18:
        return None, None, "no_variation"
    half = stats.t.ppf(0.975, freedom) * np.sqrt(variance)
    return max(value - half, 0.0), value + half, None


def clopper_pearson(part, of):
    if float(part).is_integer() and float(of).is_integer():
        low, high = proportion_confint(int(part), int(of), alpha=0.05, method="beta")
        return (0.0 if part == 0 else float(low)), (1.0 if part == of else float(high))
    low = stats.beta.ppf(0.025, part, of - part + 1) if part > 0 else 0.0
    high = stats.beta.ppf(0.975, part + 1, of - part) if of > part else 1.0
    return low, high


def korn_graubard(weights, counts):
    weights, counts = np.asarray(weights, float), np.asarray(counts, bool)
    share = weights[counts].sum() / weights.sum()
    effective = weights.sum() ** 2 / (weights**2).sum()
    part = min(share * effective, effective)
    if abs(effective - round(effective)) < 1e-6 and abs(part - round(part)) < 1e-6:
        effective, part = round(effective), round(part)
    return rate(share, *clopper_pearson(part, effective))


def cell(row):
    """Clips that weights are made good within."""
    part = "reasons" if not row["current"] and row["part"] == "accepted" else row["part"]
    return row["current"], part


def weigh(rows):
    """Weights from these rows alone."""
    all_clips, settled = {}, {}
    for r in rows:
        if r["decision"] == "human":
            all_clips[cell(r)] = all_clips.get(cell(r), 0) + 1
            settled[cell(r)] = settled.get(cell(r), 0) + (r["errors"] is not None)
    for r in rows:
        r["weight"] = None
        if r["decision"] == "human" and r["errors"] is not None:
            r["weight"] = all_clips[cell(r)] / settled[cell(r)] / (r["inclusion"] if r["current"] else 1.0)


def of_round(rows):
    """A round by itself, as it was before a later model drafted its clips again; whether it is so still."""
    rows, whole = [dict(r) for r in rows], any(r["current"] for r in rows)
    if not whole:
        for r in rows:
            r.update(current=True, stands=1 / r["inclusion"] if r["decision"] == "human" else 0.0)
    weigh(rows)
    return rows, whole


class Recompute:
    def __init__(self, report, rows):
        self.report, self.rows, self.done = report, rows, {}
        self.seed = report["versions"]["settings"]["seed"]
        self.draws = Draws(report["versions"]["replicates"])
        self.different = []
        self.given = set()  # what the clips do not hold, path by path

    # Comparing.
    def same(self, path, ours, theirs):
        self.done[path] = True
        if ours is None or theirs is None or isinstance(ours, str):
            equal = ours == theirs
        else:
            equal = abs(float(ours) - float(theirs)) <= HALF
        if not equal:
            self.different.append(f"{path}: the report has {theirs}, recomputed {ours}")

    def check(self, path, ours, theirs):
        for name in ("value", "low", "high", "missing"):
            self.same(f"{path}.{name}", ours[name], theirs[name])

    def share(self, path, theirs, part=None, of=None):
        if part is not None:
            self.same(f"{path}.part", part, theirs["part"])
            self.same(f"{path}.of", of, theirs["of"])
        part, of = theirs["part"], theirs["of"]
        low, high = clopper_pearson(part, of) if of else (None, None)
        for name, ours in (("share", part / of if of else None), ("low", low), ("high", high)):
            self.same(f"{path}.{name}", ours, theirs[name])

    # Estimators.
    def by_speaker(self, rows, *columns):
        speakers = in_order(rows)
        number = {s: i for i, s in enumerate(speakers)}
        sums = np.zeros((len(columns), len(speakers)))
        for r in rows:
            for n, column in enumerate(columns):
                sums[n, number[r["speaker"]]] += column(r)
        return sums

    def clustered(self, rows, part, of):
        parts, ofs = self.by_speaker(rows, part, of)
        if not ofs.sum() > 0:
            return rate(None, missing="nothing_counted")
        value = parts.sum() / ofs.sum()
        if len(ofs) < 2:
            return rate(value, missing="one_speaker")
        times = self.draws.times(self.seed, len(ofs))
        with np.errstate(invalid="ignore", divide="ignore"):
            return rate(value, *percentile_ends((times @ parts) / (times @ ofs)))

    def hajek(self, rows):
        truth = [r for r in rows if r["weight"] is not None]
        w = np.array([r["weight"] for r in truth])
        e = np.array([float(r["errors"]) for r in truth])
        n = np.array([float(r["reference_words"]) for r in truth])
        value = (w * e).sum() / (w * n).sum() if len(w) and (w * n).sum() > 0 else None
        return truth, w, e, n, value

    def hajek_by_speaker(self, rows):
        truth, w, e, n, value = self.hajek(rows)
        if value is None:
            return rate(None, missing="nothing_counted")
        residuals = {}
        for r, d in zip(truth, w * (e - value * n)):
            residuals[r["speaker"]] = residuals.get(r["speaker"], 0.0) + d
        groups = len(residuals)
        if groups < 2:
            return rate(value, missing="one_speaker")
        variance = groups / (groups - 1) * sum(d * d for d in residuals.values()) / (w * n).sum() ** 2
        return rate(value, *t_ends(value, variance, groups - 1))

    # Parts of the report.
    def human(self, path, rows, counts, theirs):
        one = lambda r: float(counts(r))
        self.share(f"{path}.clips", theirs["clips"], sum(map(counts, rows)), len(rows))
        for name, of in (("clips_by_speaker", lambda r: 1.0), ("seconds", lambda r: float(r["samples"])),
                         ("words", lambda r: float(r["draft_words"]))):
            stood = lambda r: r["stands"] * of(r)
            self.check(f"{path}.{name}", self.clustered(rows, lambda r: one(r) * of(r), stood), theirs[name])

    def settled_wer(self, rows):
        return self.clustered(rows, lambda r: float(r["errors"]), lambda r: float(r["reference_words"]))

    def drafts(self, path, rows, theirs):
        settled = [r for r in rows if r["decision"] != "dropped" and r["errors"] is not None]
        self.share(f"{path}.changed", theirs["changed"], sum(r["changed"] for r in settled), len(settled))
        self.share(f"{path}.words_changed", theirs["words_changed"], sum(r["errors"] > 0 for r in settled), len(settled))
        errors, of = sum(r["errors"] for r in settled), sum(r["reference_words"] for r in settled)
        self.same(f"{path}.settled.errors", errors, theirs["settled"]["errors"])
        self.same(f"{path}.settled.wer", errors / of if of else None, theirs["settled"]["wer"])
        self.check(f"{path}.settled_wer", self.settled_wer(settled), theirs["settled_wer"])
        self.check(f"{path}.all_wer", self.all_wer(rows), theirs["all_wer"])

    def spoken_for(self, rows):
        drafts = [r for r in rows if r["part"] != "no_speech"]
        if not drafts:
            return None, "nothing_counted"
        settled = {cell(r) for r in drafts if r["weight"] is not None}
        if set(map(cell, drafts)) != settled:
            return None, "part_unsettled" if settled else "none_settled"
        return drafts, None

    def all_wer(self, rows):
        drafts, why = self.spoken_for(rows)
        return rate(None, missing=why) if why else self.hajek_by_speaker(drafts)

    def residual_error(self, path, rows, theirs):
        accepted = [r for r in rows if r["part"] == "accepted" and r["current"]]
        gone = any(r["stands"] != 1.0 for r in accepted)
        again = rate(None, missing="drafted_again")
        drawn = [r for r in accepted if r["decision"] == "human"]
        truth, w, e, n, value = self.hajek(drawn)
        for name, ours in (("accepted", len(accepted)), ("drawn", len(drawn)), ("settled", len(truth)),
                           ("without_text", sum(r["verdict"] is not None and r["errors"] is None for r in drawn))):
            self.same(f"{path}.{name}", ours, theirs[name])
        self.share(f"{path}.with_error", theirs["with_error"], int((e > 0).sum()), len(truth))
        if not truth:
            none = rate(None, missing="none_settled" if accepted else "nothing_counted")
            for name in ("with_error_weighted", "with_error_mean", "wer", "wer_by_speaker", "wer_with_model"):
                self.check(f"{path}.{name}", none, theirs[name])
            return
        self.check(f"{path}.with_error_weighted", korn_graubard(w, e > 0), theirs["with_error_weighted"])
        pi, size, t = 1 / w, len(accepted), len(truth) - 1
        mean = (w * (e > 0)).sum() / size
        low, high, why = t_ends(mean, ((1 - pi) / pi**2 * (e > 0)).sum() / size**2, t)
        mean = again if gone else rate(mean, low, min(high, 1.0) if high is not None else None, why)
        self.check(f"{path}.with_error_mean", mean, theirs["with_error_mean"])
        if value is None:
            ours = rate(None, missing="nothing_counted")
        else:
            variance = ((1 - pi) / pi**2 * (e - value * n) ** 2).sum() / (w * n).sum() ** 2
            ours = rate(value, *t_ends(value, variance, t))
        self.check(f"{path}.wer", ours, theirs["wer"])
        self.check(f"{path}.wer_by_speaker", self.hajek_by_speaker(drawn), theirs["wer_by_speaker"])
        # The difference estimator: what the calibration expects of all, corrected by what was reviewed.
        expected = lambda r: (r["expected_wer"] or 0.0) * r["draft_words"]
        me, mn = np.array([expected(r) for r in truth]), np.array([float(r["draft_words"]) for r in truth])
        errors = sum(map(expected, accepted)) + (w * (e - me)).sum()
        total = sum(r["draft_words"] for r in accepted) + (w * (n - mn)).sum()
        if gone:
            ours = again
        elif not total > 0:
            ours = rate(None, missing="nothing_counted")
        else:
            value = max(errors / total, 0.0)
            variance = ((1 - pi) / pi**2 * ((e - me) - value * (n - mn)) ** 2).sum() / total**2
            ours = rate(value, *t_ends(value, variance, t))
        self.check(f"{path}.wer_with_model", ours, theirs["wer_with_model"])

    def group(self, path, rows, theirs):
        kept = [r for r in rows if r["decision"] != "dropped"]
        self.human(f"{path}.human", kept, lambda r: r["decision"] == "human", theirs["human"])
        self.drafts(f"{path}.drafts", rows, theirs["drafts"])
        self.residual_error(f"{path}.residual_error", rows, theirs["residual_error"])

    def rounds(self):
        """Each round by itself, and its regions."""
        target = self.report["target"]
        keys = sorted({(r["round"], r["model"]) for r in self.rows})
        self.same("by_round", str(keys), str([(t["round"], t["model"]) for t in self.report["by_round"]]))
        for i, (key, theirs) in enumerate(zip(keys, self.report["by_round"])):
            rows, whole = of_round([r for r in self.rows if (r["round"], r["model"]) == key])
            path = f"by_round[{i}]"
            self.same(f"{path}.whole", whole, theirs["whole"])
            self.group(path, rows, theirs)
            self.step(path, rows, target, theirs)
            regions = sorted({r["region"] for r in rows})
            self.same(f"{path}.by_region", ",".join(regions), ",".join(sorted(theirs["by_region"])))
            for region in regions:
                there, own = theirs["by_region"][region], [r for r in rows if r["region"] == region]
                kept = [r for r in own if r["decision"] != "dropped"]
                here = f"{path}.by_region.{region}"
                self.same(f"{here}.clips", len(kept), there["clips"])
                self.check(f"{here}.draft_wer", self.all_wer(own), there["draft_wer"])
                people = self.clustered(kept, lambda r: float(r["decision"] == "human"), lambda r: r["stands"])
                self.check(f"{here}.for_people", people, there["for_people"])
                self.step(here, own, target, there)
        for i, r in enumerate(self.report["rounds"]):
            model = r["verdict"].get("model")
            for row in self.rows:
                if model is not None and row["model"] == model:
                    self.same(f"rounds[{i}] drafted {row['clip']}", r["number"], row["round"])

    def step(self, path, rows, target, theirs):
        self.check(f"{path}.human_at_target", self.human_at_target(rows, target), theirs["human_at_target"])
        self.check(f"{path}.minutes_per_hour", self.minutes_per_hour(rows), theirs["minutes_per_hour"])

    def resampled(self, statistic, speakers, of, w):
        value = statistic(w)
        if value is None:
            return rate(None, missing="nothing_counted")
        if speakers < 2:
            return rate(value, missing="one_speaker")
        times = self.draws.times(self.seed, speakers)
        return rate(value, *percentile_ends([statistic(w * t[of]) for t in times]))

    def human_at_target(self, rows, target):
        drafts, why = self.spoken_for(rows)
        if why:
            return rate(None, missing=why)
        settled = sorted((r for r in drafts if r["weight"] is not None), key=lambda r: -(r["score"] or 0.0))
        if all(r["score"] is None for r in settled):
            return rate(None, missing="no_score")
        names = in_order(settled)
        of = np.array([names.index(r["speaker"]) for r in settled])
        w = np.array([r["weight"] for r in settled])
        has = np.array([r["score"] is not None for r in settled])
        s = np.array([r["score"] if r["score"] is not None else np.nan for r in settled])[has]
        if target["measure"] == "wer":
            loss = [min(r["errors"] / r["reference_words"], 1.0) if r["reference_words"] else float(r["errors"] > 0)
                    for r in settled]
        else:
            loss = [float(r["errors"] > 0) for r in settled]
        loss = np.array(loss)[has]
        last = np.concatenate([np.flatnonzero(np.diff(s)), [len(s) - 1]])  # where each distinct score ends

        def people(m):
            if not m.sum() > 0:
                return None
            scored = m[has]
            with np.errstate(invalid="ignore", divide="ignore"):
                accepted, lost = np.cumsum(scored)[last], np.cumsum(scored * loss)[last]
                fits = accepted[(accepted > 0) & (lost / accepted <= target["risk"] + SLACK)]
            return min(max(1.0 - (fits.max() if len(fits) else 0.0) / m.sum(), 0.0), 1.0)

        return self.resampled(people, len(names), of, w)

    def minutes_per_hour(self, rows):
        kept = [r for r in rows if r["decision"] != "dropped"]
        length = lambda r: r["samples"] / 16000 / 3600
        human = lambda r: float(r["decision"] == "human")
        settled = lambda r: human(r) * (r["verdict"] is not None)
        sums = self.by_speaker(kept, lambda r: r["active_seconds"] / 60, lambda r: r["timed_answers"] * length(r),
                               lambda r: settled(r) * r["answers"] * length(r), lambda r: settled(r) * length(r),
                               lambda r: human(r) * length(r), lambda r: r["stands"] * length(r))
        total = sums.sum(axis=1)
        for missing, i in (("nothing_counted", 5), ("not_timed", 1), ("none_settled", 3)):
            if not total[i] > 0:
                return rate(None, missing=missing)

        def minutes(a, t, h, s, p, l):
            with np.errstate(invalid="ignore", divide="ignore"):
                return np.where((t > 0) & (s > 0) & (l > 0), a / t * (h / s) * (p / l), np.nan)

        value = float(minutes(*total))
        if sums.shape[1] < 2:
            return rate(value, missing="one_speaker")
        return rate(value, *percentile_ends(minutes(*(self.draws.times(self.seed, sums.shape[1]) @ sums.T).T)))

    def fairness(self):
        tested = {}
        for i, c in enumerate(self.report["fairness"]["comparisons"]):
            measure, region = c["measure"], c["region"]
            group = self.report["by_region"][region]
            missing = {"human_rate": None, "draft_wer": group["drafts"]["all_wer"], "residual_error": group["residual_error"]["wer"]}[measure]

            def adds(r):
                if measure == "human_rate":
                    return None if r["decision"] == "dropped" else (float(r["decision"] == "human"), 1.0)
                if r["part"] == "no_speech" or (measure == "residual_error" and not (r["part"] == "accepted" and r["current"])):
                    return None
                return None if r["weight"] is None else (r["weight"] * r["errors"], r["weight"] * r["reference_words"])

            sides = []
            for here in (True, False):
                rows = [r for r in self.rows if (r["region"] == region) == here and adds(r) is not None]
                sides.append(self.by_speaker(rows, lambda r: adds(r)[0], lambda r: adds(r)[1]))
            (ga, gn), (oa, on) = sides
            ours, path = dict.fromkeys(("difference", "low", "high", "p", "missing")), f"fairness.comparisons[{i}]"
            if missing is not None and missing["value"] is None:
                ours["missing"] = missing["missing"]
            elif min(len(gn), len(on)) < 3:
                ours["missing"] = "one_speaker"
            elif not (gn.sum() > 0 and on.sum() > 0):
                ours["missing"] = "nothing_counted"
            else:
                with np.errstate(invalid="ignore", divide="ignore"):
                    here, there = self.draws.times(self.seed, len(gn)), self.draws.times(self.seed + 1, len(on))
                    differences = (here @ ga) / (here @ gn) - (there @ oa) / (there @ on)
                    differences = differences[np.isfinite(differences)]
                    ours["difference"] = ga.sum() / gn.sum() - oa.sum() / on.sum()
                    ours["low"], ours["high"] = np.percentile(differences, [2.5, 97.5])
                    a, n, k = np.concatenate([ga, oa]), np.concatenate([gn, on]), len(gn)
                    b = self.draws.replicates
                    keys = words(self.seed + 2, np.arange(b * len(n)).reshape(b, len(n)))
                    sides = np.zeros(keys.shape)
                    np.put_along_axis(sides, np.argsort(keys, axis=1)[:, :k], 1.0, axis=1)
                    swapped = (sides @ a) / (sides @ n) - ((1 - sides) @ a) / ((1 - sides) @ n)
                    ours["p"] = (1 + np.sum(np.abs(swapped) >= abs(ours["difference"]) - 1e-12)) / (1 + b)
                tested.setdefault(measure, []).append((path, c, ours["p"]))
            for name, value in ours.items():
                self.same(f"{path}.{name}", value, c[name])
            if ours["p"] is None:
                self.same(f"{path}.p_holm", None, c["p_holm"])
        for group in tested.values():
            for (path, c, _), p in zip(group, multipletests([p for _, _, p in group], method="holm")[1]):
                self.same(f"{path}.p_holm", p, c["p_holm"])

    def score(self):
        settled = [r for r in self.rows if r["weight"] is not None and r["part"] != "no_speech"]
        scored = [r for r in settled if r["score"] is not None]
        theirs = self.report["score"]
        if not scored or theirs is None:
            self.same("score", None if not scored else "something", theirs)
            return
        order = sorted(scored, key=lambda r: -r["score"])
        speakers = in_order(scored)
        of = np.array([speakers.index(r["speaker"]) for r in order])
        s, w = (np.array([r[c] for r in order], float) for c in ("score", "weight"))
        e, n = (np.array([r[c] for r in order], float) for c in ("errors", "reference_words"))
        bad = e > 0
        starts = np.concatenate([[0], np.flatnonzero(np.diff(s)) + 1])  # where each distinct score begins

        def groups(x):
            return np.add.reduceat(x, starts)

        def curve(m):
            mass = groups(m)
            accepted = np.cumsum(mass)
            entered = mass > 0
            wer_of = np.cumsum(groups(m * n))
            with np.errstate(invalid="ignore", divide="ignore"):
                wer = np.where(wer_of > 0, np.cumsum(groups(m * e)) / wer_of, np.nan)
                clip = np.cumsum(groups(m * bad)) / accepted
            return mass[entered], (accepted / m.sum())[entered], wer[entered], clip[entered]

        def auroc(m):
            g, b = groups(m * ~bad), groups(m * bad)
            worse = b.sum() - np.cumsum(b)
            return (g * (worse + b / 2)).sum() / (g.sum() * b.sum()) if g.sum() > 0 and b.sum() > 0 else None

        def precision(m):
            mass, b = groups(m)[::-1], groups(m * bad)[::-1]
            if not b.sum() > 0:
                return None
            new = b > 0
            return (np.cumsum(b)[new] / np.cumsum(mass)[new] * b[new]).sum() / b.sum()

        def brier(m):
            return (m * (s - ~bad) ** 2).sum() / m.sum() if m.sum() > 0 else None

        def aurc(m, which):
            c = curve(m)
            return (c[0] * np.nan_to_num(c[which])).sum() / c[0].sum() if len(c[0]) else None

        def coverage(m, target):
            mass, covered, wer, _ = curve(m)
            fits = covered[(wer <= target + SLACK) | np.isnan(wer)]
            return (fits.max() if len(fits) else 0.0) if len(mass) else None

        def resampled(statistic):
            return self.resampled(statistic, len(speakers), of, w)

        self.same("score.clips", len(scored), theirs["clips"])
        self.same("score.unscored", len(settled) - len(scored), theirs["unscored"])
        for name, statistic in (("auroc", auroc), ("error_precision", precision), ("brier", brier),
                                ("aurc_clips", lambda m: aurc(m, 3)), ("aurc_wer", lambda m: aurc(m, 2))):
            self.check(f"score.{name}", resampled(statistic), theirs[name])
        for i, c in enumerate(theirs["coverage"]):
            self.check(f"score.coverage[{i}].coverage", resampled(lambda m: coverage(m, c["target_wer"])), c["coverage"])
        good, wrong = w[~bad].sum(), w[bad].sum()
        nce = None
        if good > 0 and wrong > 0:
            h0 = -(good * np.log2(good / (good + wrong)) + wrong * np.log2(wrong / (good + wrong)))
            nce = (h0 + (w * np.log2(np.clip(np.where(bad, 1 - s, s), 1e-9, 1.0))).sum()) / h0
        self.same("score.nce", nce, theirs["nce"])

        # Bins of equal mass, from the lowest score; equal scores stand in the order of the file, last first.
        k = max(min(10, len(scored) // 5), 1)
        up, before = order[::-1], 0.0
        total = 0.0
        for r in up:
            total += r["weight"]
        bins = {}
        for r in up:
            middle = (before + r["weight"] / 2) / total
            bins.setdefault(min(int(middle * k), k - 1), []).append(r)
            before += r["weight"]
        ece = 0.0
        self.same("score.bins", len(bins), len(theirs["bins"]))
        for i, ((_, rows), b) in enumerate(zip(sorted(bins.items()), theirs["bins"])):
            weights = np.array([r["weight"] for r in rows])
            mean, mass = np.average([r["score"] for r in rows], weights=weights), weights.sum() / total
            ours = korn_graubard(weights, [r["errors"] == 0 for r in rows])
            self.check(f"score.bins[{i}].good", ours, b["good"])
            self.same(f"score.bins[{i}].score", mean, b["score"])
            self.same(f"score.bins[{i}].mass", mass, b["mass"])
            ece += mass * abs(mean - ours["value"])
        self.same("score.ece", ece, theirs["ece"])

        # Up to 40 thresholds, spread evenly over the clips; two that accept the same clips are one.
        steps, thresholds = min(40, len(order)), []
        for step in range(1, steps + 1):
            threshold = order[-(-len(order) * step // steps) - 1]["score"]
            if threshold not in thresholds:
                thresholds.append(threshold)
        self.same("score.curve", len(thresholds), len(theirs["curve"]))
        for i, (threshold, p) in enumerate(zip(thresholds, theirs["curve"])):
            in_ = [r for r in order if r["score"] >= threshold]
            self.same(f"score.curve[{i}].threshold", threshold, p["threshold"])
            self.same(f"score.curve[{i}].coverage", sum(r["weight"] for r in in_) / w.sum(), p["coverage"])
            self.check(f"score.curve[{i}].wer", self.hajek_by_speaker(in_), p["wer"])
            self.check(f"score.curve[{i}].with_error",
                       korn_graubard([r["weight"] for r in in_], [r["errors"] > 0 for r in in_]), p["with_error"])

    def cost(self, kept):
        theirs = self.report["cost"]
        wanted = float(theirs["answers_per_clip"])
        hour = lambda samples: samples / 16000 / 3600
        measures = {
            "minutes": (lambda r: r["active_seconds"] / 60, lambda r: hour(r["timed_answers"] * r["samples"]), "timed_answers"),
            "money": (lambda r: r["paid"], lambda r: hour(r["answers"] * r["samples"]), "answers")}
        for name, (part, of, counted) in measures.items():
            if name == "money" and not any(r["paid"] > 0 for r in kept):
                per_reviewed = per = rate(None, missing="nothing_counted")
            else:
                per_reviewed = self.clustered([r for r in kept if r[counted] > 0], part, of)
                a, h, p, l = self.by_speaker(kept, part, of, lambda r: float(r["samples"]) * (r["decision"] == "human"),
                                             lambda r: float(r["samples"]))
                if not (h.sum() > 0 and l.sum() > 0):
                    per = rate(None, missing="nothing_counted")
                else:
                    value = a.sum() / h.sum() * (p.sum() / l.sum()) * wanted
                    if len(h) < 2:
                        per = rate(value, missing="one_speaker")
                    else:
                        t = self.draws.times(self.seed, len(h))
                        with np.errstate(invalid="ignore", divide="ignore"):
                            per = rate(value, *percentile_ends((t @ a) / (t @ h) * ((t @ p) / (t @ l)) * wanted))
            self.check(f"cost.{name}_per_reviewed_hour", per_reviewed, theirs[f"{name}_per_reviewed_hour"])
            self.check(f"cost.{name}_per_hour", per, theirs[f"{name}_per_hour"])
            if name == "minutes":
                seconds = sum(r["samples"] for r in kept if r["state"] == "waiting") / 16000
                scaled = {k: (v * seconds / 3600 * wanted if isinstance(v, float) else v) for k, v in per_reviewed.items()}
                self.check("cost.waiting_minutes", scaled, theirs["waiting_minutes"])

    def run(self):
        report, rows = self.report, self.rows
        given = [r["weight"] for r in rows]
        weigh(rows)
        for r, theirs in zip(rows, given):
            self.same(f"weights[{r['clip']}]", r["weight"], theirs)
        kept = [r for r in rows if r["decision"] != "dropped"]
        human = lambda r: r["decision"] == "human"
        self.human("human", kept, human, report["human"])
        self.drafts("drafts", rows, report["drafts"])
        self.residual_error("residual_error", rows, report["residual_error"])
        reasons = sorted({c for r in kept if human(r) for c in r["reasons"]})
        self.same("by_reason", ",".join(reasons), ",".join(sorted(report["by_reason"])))
        for code in reasons:
            theirs, has = report["by_reason"][code], lambda r: human(r) and code in r["reasons"]
            settled = [r for r in kept if has(r) and r["errors"] is not None]
            self.human(f"by_reason.{code}.human", kept, has, theirs["human"])
            self.share(f"by_reason.{code}.changed", theirs["changed"], sum(r["changed"] for r in settled), len(settled))
            self.check(f"by_reason.{code}.settled_wer", self.settled_wer(settled), theirs["settled_wer"])
        regions = sorted({r["region"] for r in rows})
        self.same("by_region", ",".join(regions), ",".join(sorted(report["by_region"])))
        for region in regions:
            self.group(f"by_region.{region}", [r for r in rows if r["region"] == region], report["by_region"][region])
        self.rounds()
        self.fairness()
        self.score()
        self.cost(kept)
        self.guarantee()
        return self.leaves(report, "")

    def guarantee(self):
        """The betting p-value depends on the order in which audits were answered, which the clips do not hold."""
        guarantee = self.report["guarantee"] or {"scopes": []}
        self.given |= {f"guarantee.scopes[{i}].p" for i in range(len(guarantee["scopes"]))}

    def leaves(self, node, path):
        """Shares and WERs that stand elsewhere are reproduced from their counts; gives what nobody reproduced."""
        left = []
        if isinstance(node, list):
            for i, item in enumerate(node):
                left += self.leaves(item, f"{path}[{i}]")
            return left
        if not isinstance(node, dict):
            return left
        if "part" in node and "share" in node and f"{path}.share" not in self.done:
            self.share(path, node)
        if "wer" in node and "words" in node and "errors" in node and f"{path}.wer" not in self.done:
            self.done[f"{path}.wer"] = True
            if node["words"] and abs(node["wer"] - node["errors"] / node["words"]) > HALF:
                self.different.append(f"{path}.wer: {node['wer']}")
        for name, value in node.items():
            here = f"{path}.{name}" if path else name
            if name in ("value", "low", "high", "share", "p", "p_holm", "ece", "nce") and here not in self.done:
                left += [here] if here not in self.given else []
            elif name not in ELSEWHERE and (path or name not in KEPT):
                left += self.leaves(value, here)
        return left


def read(path):
    whole = {"round", "draft_words", "answers", "timed_answers"}
    numbers = {"seconds", "draw", "inclusion", "active_seconds", "paid"}
    optional = {"score": float, "expected_wer": float, "weight": float, "errors": int, "reference_words": int,
                "verdict": str, "changed": lambda x: x == "true"}
    rows = []
    with open(path, encoding="utf-8", newline="") as file:
        for r in csv.DictReader(file):
            r.update({c: int(r[c]) for c in whole})
            r.update({c: float(r[c]) for c in numbers})
            r.update({c: (to(r[c]) if r[c] != "" else None) for c, to in optional.items()})
            r["samples"] = round(r["seconds"] * 16000)
            r["current"], r["stands"] = r["current"] == "true", 1.0
            r["reasons"] = [c for c in r["reasons"].split("|") if c]
            rows.append(r)
    return rows


def main(report_path, clips_path):
    with open(report_path, encoding="utf-8") as file:
        report = json.load(file)
    if report.get("version") != 2 or report["versions"]["clips_csv"] != 1:
        sys.exit(f"{report_path}: this script is for report version 2 with clips version 1; take the one of the same release")
    again = Recompute(report, read(clips_path))
    unchecked = again.run()
    for line in again.different:
        print(f"differs: {line}")
    for path in unchecked:
        print(f"not reproduced: {path}")
    parts = {}
    for path in again.done:
        top = path.split(".")[0].split("[")[0]
        parts[top] = parts.get(top, 0) + 1
    print(f"{len(again.rows)} clips, {len(again.done)} numbers reproduced: " + ", ".join(f"{n} in {p}" for p, n in parts.items()))
    print("not reproduced, because the clips do not hold it: agreement, reliability and pay by validator and batch (work)"
          + (", betting p-values (guarantee)" if again.given else ""))
    if again.different or unchecked:
        sys.exit(1)
    print("All agree to the last printed digit.")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])
