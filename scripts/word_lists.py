"""Called by scripts/word-lists: one file per language, sorted lines `WORD<tab>ZIPF<tab>OTHER`.

ZIPF is 100 times the base-10 logarithm of occurrences in a thousand million words. OTHER, where it is known, says how
often the same sound is another word: 100 times the share of all other words that espeak-ng pronounces alike, by
frequency. Words of letters only.
"""
import collections
import gzip
import pathlib
import re
import subprocess
import sys
import unicodedata
from concurrent.futures import ThreadPoolExecutor

import wordfreq

LEAST = 220  # rarer words have no pronunciation: most are names and typing errors
VOICES = {"fr": "fr-fr", "en": "en-gb"}


def words(language):
    found = {}
    for n, bucket in enumerate(wordfreq.get_frequency_list(language, "large")):
        for word in bucket:
            word = unicodedata.normalize("NFC", word)
            if word.isalpha():
                found[word] = max(found.get(word, 0), 900 - n)
    return found


def pronounced(chunk, voice):
    said = subprocess.run(["espeak-ng", "-v", voice, "-q", "-x", "--stdin"], input="\n\n".join(f"{w}." for w in chunk),
                          capture_output=True, text=True, check=True).stdout
    lines = [re.sub(r"[',%=_:|]", "", line.strip()) for line in said.split("\n") if line.strip()]
    return zip(chunk, lines) if len(lines) == len(chunk) else ()  # a word that is said as two clauses


def homophones(zipfs, voice):
    spoken = [word for word, zipf in zipfs.items() if zipf >= LEAST]
    chunks = [spoken[at:at + 100] for at in range(0, len(spoken), 100)]
    alike = collections.defaultdict(list)
    with ThreadPoolExecutor() as pool:
        for pairs in pool.map(lambda chunk: pronounced(chunk, voice), chunks):
            for word, sound in pairs:
                alike[sound].append(word)
    shares = {}
    for same in alike.values():
        total = sum(10 ** (zipfs[word] / 100) for word in same)
        shares.update((word, round(100 * (1 - 10 ** (zipfs[word] / 100) / total))) for word in same)
    return shares


folder = pathlib.Path(sys.argv[1])
for language, voice in VOICES.items():
    zipfs = words(language)
    other = homophones(zipfs, voice)
    lines = (f"{word}\t{zipfs[word]}\t{other.get(word, '')}\n" for word in sorted(zipfs, key=str.encode))
    path = folder / f"{language}.txt.gz"
    path.write_bytes(gzip.compress("".join(lines).encode(), 9, mtime=0))
    print(path, len(zipfs), "words,", len(other), "with their sound,", path.stat().st_size, "bytes")
