"""Writes tests/data/people/others.json: what the PyPI packages krippendorff and crowd-kit make of
the same texts, for the tests of src/tasks/consensus.

usage: python3 scripts/people-fixture.py REFERENCES.jsonl > tests/data/people/others.json
Needs: pip install krippendorff crowd-kit numpy. Texts are those of samples/references.jsonl, misheard
at random with a seed; several 'people' each.
"""
import json
import random
import re
import sys

import krippendorff
import numpy as np
import pandas as pd
from crowdkit.aggregation import ROVER

random.seed(7)


def plain(text):
    return re.findall(r"\w+", text.lower())


references = [plain(json.loads(line)["text"]) for line in open(sys.argv[1], encoding="utf-8")]
references = [r for r in references if 3 <= len(r) <= 14][:60]
vocabulary = sorted({w for r in references for w in r})


def mishear(words, rate):
    out = []
    for word in words:
        draw = random.random()
        if draw < rate / 2:
            out.append(random.choice(vocabulary))
        elif draw < rate * 0.75:
            continue
        else:
            out.append(word)
            if draw > 1 - rate / 4:
                out.append(random.choice(vocabulary))
    return out or words[:1]


def edits(a, b):
    row = list(range(len(b) + 1))
    for i, x in enumerate(a):
        last, row[0] = row[0], i + 1
        for j, y in enumerate(b):
            last, row[j + 1] = row[j + 1], min(last + (x != y), row[j] + 1, row[j + 1] + 1)
    return row[-1]


def alpha(units):
    texts = sorted({" ".join(t) for u in units for t in u})
    index = {t: n for n, t in enumerate(texts)}
    size = len(texts)
    table = np.zeros((size, size))
    for a in range(size):
        for b in range(size):
            x, y = texts[a].split(), texts[b].split()
            table[a, b] = edits(x, y) / max(len(x), len(y))
    most = max(len(u) for u in units)
    data = np.full((most, len(units)), np.nan)
    for n, unit in enumerate(units):
        for m, text in enumerate(unit):
            data[m, n] = index[" ".join(text)]

    def metric(v1, v2, i1, i2, n_v, dtype=np.float64):
        return table[np.asarray(v1, int), np.asarray(v2, int)]

    return krippendorff.alpha(reliability_data=data, value_domain=list(range(size)), level_of_measurement=metric)


alphas = []
for rate, people in [(0.1, 2), (0.3, 3), (0.6, 4)]:
    units = [[mishear(r, rate) for _ in range(random.randint(1, people))] for r in references[:25]]
    counted = [u for u in units if len(u) > 1]
    alphas.append({"units": [[" ".join(t) for t in u] for u in units], "alpha": float(alpha(counted))})

votes, rows = [], []
for n, reference in enumerate(references):
    said = [mishear(reference, 0.2) for _ in range(random.choice([3, 5]))]
    votes.append({"texts": [" ".join(s) for s in said], "truth": " ".join(reference)})
    rows += [{"task": n, "worker": f"w{m}", "text": " ".join(s)} for m, s in enumerate(said)]
joined = ROVER(str.split, lambda words: " ".join(w for w in words if w)).fit_predict(pd.DataFrame(rows))
for n, vote in enumerate(votes):
    vote["rover"] = joined[n]
json.dump({"alpha": alphas, "rover": votes}, sys.stdout, ensure_ascii=False, indent=1)
