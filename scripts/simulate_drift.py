"""Called by scripts/simulate-drift: how soon the report and the watch of a guarantee see a change, and how often they see one that is
none. Streams of 24 months of settled clips drawn from real ones with the drafts that the model made of them. In some a region that was
not there comes in at month 13, with a word that no clip had before. Two rules: the report's (the interval of a month lies above that
of the first), and the watch of a guarantee (src/statistics/watch.rs) on a risk that is a tenth above what the first year has."""

import json
import math
import random
import sys

MONTHS, CHANGE, STREAMS, REPLICATES = 24, 13, 100, 400
BLOCK, BETS, DELTA = 20, (0.025, 0.05, 0.1, 0.2, 0.4), 0.1  # src/statistics/watch.rs
SECONDS_PER_AUDIO_SECOND, SECONDS_PER_CLIP = 4.0, 4.0  # a person's pace, as `audit-plan` assumes it


def interval(month, draws):
    """WER of a month's clips and its 95 % interval by drawing clips; `None` where they are all alike."""
    rates = []
    for _ in range(REPLICATES):
        some = draws.choices(month, k=len(month))
        rates.append(sum(e for e, _, _ in some) / max(1, sum(w for _, w, _ in some)))
    rates.sort()
    low, high = rates[int(0.025 * REPLICATES)], rates[int(0.975 * REPLICATES)]
    return (low, high) if high > low else None


def rings(losses, target):
    """The number of the audit at which the watch rings; `None`: it does not."""
    wealth, evidence = [0.0] * len(BETS), 1.0
    for at, loss in enumerate(losses):
        block = at // BLOCK + 1
        joins = 1 / (block * (block + 1)) if at % BLOCK == 0 else 0.0
        wealth = [(w + joins) * (1 + bet / target * (loss - target)) for w, bet in zip(wealth, BETS)]
        evidence = max(evidence, sum(wealth) / len(BETS) + 1 / (block + 1))
        if evidence >= 1 / DELTA:
            return at
    return None


def stream(seed, usual, new, a_month, share):
    """Months in which the report says worse, months until the watch rings, and until the new word is on the list."""
    draws = random.Random(seed)
    months, word = [], None
    for number in range(1, MONTHS + 1):
        month = []
        for _ in range(a_month):
            from_new = number >= CHANGE and draws.random() < share
            errors, words, seconds = draws.choice(new if from_new else usual)
            # One clip in twenty of the new region has the new word, which the model never writes.
            if from_new and draws.random() < 0.05:
                errors, word = errors + 1, word or number
            month.append((errors, words, seconds))
        months.append(month)
    first = interval(months[0], draws)
    worse = [n for n, month in enumerate(months[1:], 2) if first and (now := interval(month, draws)) and now[0] > first[1]]
    year = [clip for month in months[:CHANGE - 1] for clip in month]
    target = 1.1 * sum(min(1.0, e / max(1, w)) for e, w, _ in year) / len(year)
    audits = [min(1.0, e / max(1, w)) for month in months for e, w, _ in month]
    at = rings(audits, target)
    return worse, None if at is None else at // a_month + 1, word


def spread(delays):
    """Median of the delays in months; streams in which nothing was seen count as longest."""
    known = sorted(math.inf if d is None else d for d in delays)
    middle = known[len(known) // 2]
    return "not in a year" if middle == math.inf else f"{middle:.0f}"


rows = {name: [(r["errors"], r["words"], r["seconds"]) for r in map(json.loads, open(path)) if r["words"]]
        for name, path in (pair.split("=", 1) for pair in sys.argv[1:])}
usual, new = rows["usual"], rows["new"]
wer = {name: 100 * sum(e for e, _, _ in clips) / sum(w for _, w, _ in clips) for name, clips in rows.items()}
print(f"usual: {len(usual)} clips, WER {wer['usual']:.1f} %; new region: {len(new)} clips, WER {wer['new']:.1f} %; "
      f"{STREAMS} streams of {MONTHS} months each\n")
print("| audits a month | a person's minutes a month | share of the new region | without a change: streams in which the report says worse in any "
      "month | the watch rings | with it: months until the report says worse | until the watch rings | until the new word is listed | never, "
      "of all streams (report, watch, word) |\n|---|---|---|---|---|---|---|---|---|")
for a_month in (10, 20, 40, 80):
    quiet = [stream(n, usual, new, a_month, 0.0) for n in range(STREAMS)]
    false = [sum(bool(worse) for worse, _, _ in quiet), sum(rung is not None for _, rung, _ in quiet)]
    seconds = sum(s for _, _, s in usual) / len(usual)
    minutes = a_month * (SECONDS_PER_AUDIO_SECOND * seconds + SECONDS_PER_CLIP) / 60
    for share in (0.3, 1.0):
        changed = [stream(1000 + n, usual, new, a_month, share) for n in range(STREAMS)]
        said = [next((m - CHANGE for m in worse if m >= CHANGE), None) for worse, _, _ in changed]
        rung = [r - CHANGE if r is not None and r >= CHANGE else None for _, r, _ in changed]
        listed = [w - CHANGE if w is not None else None for _, _, w in changed]
        never = ", ".join(str(sum(d is None for d in some)) for some in (said, rung, listed))
        print(f"| {a_month} | {minutes:.0f} | {share:.0%} | {false[0]} of {STREAMS} | {false[1]} of {STREAMS} | {spread(said)} | {spread(rung)} | "
              f"{spread(listed)} | {never} |", flush=True)
