"""Redoes figures of the report from the tables of `second-ear study`, with pandas.

usage: python3 figures.py STUDY [PICTURE.png]     (a picture needs matplotlib)
Prints one line per number: its place in `report --json`, and its value to six decimals.
"""
import sys

import numpy as np
import pandas as pd
from scipy import stats


def table(study, name):
    # An empty cell is missing; a text like "NA" is a text.
    return pd.read_csv(f"{study}/{name}.csv", keep_default_na=False, na_values=[""])


def clopper_pearson(part, of):
    low = stats.beta.ppf(0.025, part, of - part + 1) if part > 0 else 0.0
    high = stats.beta.ppf(0.975, part + 1, of - part) if part < of else 1.0
    return low, high


def weighted(clips):
    """Settled clips that a person was to review stand for 1 / inclusion clips, and for the unsettled ones of their part."""
    human = clips[clips.decision == "human"].copy()
    # Of a model that is no longer in use only what people were given is left: it stands for itself.
    human["cell"] = np.where(~human.current & (human.part == "accepted"), "reasons", human.part)
    human["inclusion"] = human.inclusion.where(human.current, 1.0)
    cells = human.groupby(["current", "cell"])
    share = cells.errors.transform("size") / cells.errors.transform("count")
    human["weight"] = share / human.inclusion
    return human[human.errors.notna()]


def people_share(clips):
    """How many clips a person reviews: of all, and by region."""
    kept = clips[clips.decision != "dropped"]
    numbers = {}
    for place, rows in [("", kept)] + [(f"/by_region/{region}", rows) for region, rows in kept.groupby("region")]:
        part, of = int((rows.decision == "human").sum()), len(rows)
        low, high = clopper_pearson(part, of)
        numbers |= {f"{place}/human/clips/{name}": value for name, value in [("share", part / of), ("low", low), ("high", high)]}
    return numbers


def residual_error(clips):
    """Word error rate of the drafts that nobody reviews, from the audits: Hajek's ratio, Poisson sampling."""
    audits = weighted(clips)
    audits = audits[(audits.part == "accepted") & audits.current]
    pi = 1 / audits.weight
    words = (audits.reference_words / pi).sum()
    rate = (audits.errors / pi).sum() / words
    residual = audits.errors - rate * audits.reference_words
    variance = ((1 - pi) / pi**2 * residual**2).sum() / words**2
    half = stats.t.ppf(0.975, len(audits) - 1) * np.sqrt(variance)
    place = "/residual_error/wer"
    return {f"{place}/value": rate, f"{place}/low": max(rate - half, 0.0), f"{place}/high": rate + half}


def score(clips):
    """How well the score tells drafts without error from others."""
    scored = weighted(clips)
    scored = scored[(scored.part != "no_speech") & scored.score.notna()]
    good = scored.errors == 0
    one, other = scored[good], scored[~good]
    pairs = np.outer(one.weight, other.weight)
    difference = np.subtract.outer(one.score.to_numpy(), other.score.to_numpy())
    won = np.where(difference > 0, 1.0, np.where(difference == 0, 0.5, 0.0))
    brier = (scored.weight * (scored.score - good) ** 2).sum() / scored.weight.sum()
    return {"/score/auroc/value": (pairs * won).sum() / pairs.sum(), "/score/brier/value": brier}


def minutes(clips, answers):
    """People's active minutes for an hour of audio reviewed once."""
    timed = answers[answers.current & answers.active_seconds.notna()].merge(clips[clips.decision != "dropped"], on="clip")
    return {"/cost/minutes_per_reviewed_hour/value": (timed.active_seconds.sum() / 60) / (timed.seconds.sum() / 3600)}


def draw(numbers, path):
    import matplotlib.pyplot as plt

    regions = [place.split("/")[2] for place in numbers if place.startswith("/by_region/") and place.endswith("/share")]
    of = lambda region, name: numbers[f"/by_region/{region}/human/clips/{name}"]
    share = np.array([of(region, "share") for region in regions])
    ends = [share - [of(r, "low") for r in regions], [of(r, "high") for r in regions] - share]
    plt.errorbar(share, regions, xerr=np.clip(ends, 0, None), fmt="o")
    plt.xlim(0, 1)
    plt.xlabel("share of clips for people")
    plt.tight_layout()
    plt.savefig(path)


def main(study, picture=None):
    clips = table(study, "decisions").merge(table(study, "clips"), on="clip").merge(
        table(study, "settled")[["clip", "errors", "reference_words"]], on="clip", how="left")
    clips["region"] = clips.region.fillna("unknown")
    numbers = people_share(clips) | residual_error(clips) | score(clips) | minutes(clips, table(study, "answers"))
    print("place,value")
    for place, value in numbers.items():
        print(f"{place},{value:.6f}")
    if picture:
        draw(numbers, picture)


main(*sys.argv[1:])
