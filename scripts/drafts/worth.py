"""How well numbers tell right drafts from wrong ones: AUROC, calibration error, and intervals from draws of speakers."""

import numpy

DRAWS = 2000


def auroc(p, right):
    """Probability that a right draft has a higher number than a wrong one; ties count half. None without both."""
    p, right = numpy.asarray(p, float), numpy.asarray(right, bool)
    yes, no = int(right.sum()), int((~right).sum())
    if not yes or not no:
        return None
    _, place, count = numpy.unique(p, return_inverse=True, return_counts=True)
    rank = (numpy.cumsum(count) - (count - 1) / 2)[place]
    return float((rank[right].sum() - yes * (yes + 1) / 2) / (yes * no))


def ece(p, right, bins=10):
    """Expected calibration error, bins of equal width."""
    p, right = numpy.asarray(p, float), numpy.asarray(right, float)
    place = numpy.minimum((p * bins).astype(int), bins - 1)
    return float(sum(abs(p[place == b].sum() - right[place == b].sum()) for b in range(bins)) / len(p))


def drawn(clusters, seed=1):
    """Places of clips, by draws of whole speakers with replacement."""
    draw = numpy.random.default_rng(seed)
    clusters = numpy.asarray(clusters)
    members = [numpy.flatnonzero(clusters == name) for name in numpy.unique(clusters)]
    for _ in range(DRAWS):
        yield numpy.concatenate([members[k] for k in draw.integers(0, len(members), len(members))])


def interval(of, clusters):
    """95 % of what `of` says of draws of speakers."""
    values = [value for places in drawn(clusters) if (value := of(places)) is not None]
    return tuple(float(x) for x in numpy.percentile(values, [2.5, 97.5])) if values else None


def self_test():
    assert auroc([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]) == 0.75
    assert auroc([0.5, 0.5], [0, 1]) == 0.5 and auroc([1.0], [1]) is None
    assert abs(ece([0.05, 0.05, 0.95, 0.95], [0, 0, 1, 0]) - (2 * 0.05 + 0.9) / 4) < 1e-12
    low, high = interval(lambda at: float(numpy.asarray([0.0, 1.0])[at].mean()), ["a", "b"])
    assert (low, high) == (0.0, 1.0)


self_test()
