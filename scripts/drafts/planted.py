"""Drafts made from references by planting errors at known rates: words replaced by the word most like them that others said,
left out, or put in. They have no confidence. A fixed seed makes the same ones again."""

import difflib
import random

RATES = {"substituted": 0.05, "deleted": 0.03, "inserted": 0.03}


def plain(word):
    return word.lower().strip(".,;:!?'\"’«»")


def planted(clips, seed=1):
    """Words of each clip's draft, and the kinds of errors in it."""
    draw = random.Random(seed)
    vocabulary = sorted({plain(word) for clip in clips for word in clip["text"].split()} - {""})
    like = {}

    def most_like(word):
        if word not in like:
            near = [w for w in difflib.get_close_matches(word, vocabulary, n=6, cutoff=0.0) if w != word]
            like[word] = near[:3]
        return draw.choice(like[word])

    out = []
    for clip in clips:
        words, kinds = [], set()
        for word in clip["text"].split():
            x = draw.random()
            if x < RATES["substituted"]:
                words.append(most_like(plain(word)))
                kinds.add("substituted")
            elif x < RATES["substituted"] + RATES["deleted"]:
                kinds.add("deleted")
            elif x < sum(RATES.values()):
                words += [word, draw.choice(vocabulary)]
                kinds.add("inserted")
            else:
                words.append(word)
        if not words:  # an empty draft is no draft
            words, kinds = clip["text"].split(), set()
        out.append((words, sorted(kinds)))
    return out


def timed(words, start, end):
    """Words at times that are shared out by letters."""
    letters = sum(len(word) + 1 for word in words)
    at, out = start, []
    for word in words:
        until = at + (end - start) * (len(word) + 1) / letters
        out.append({"text": word, "start": round(at, 3), "end": round(until, 3)})
        at = until
    return out
