"""Word errors that nobody could fix by listening: `scripts/inaudible_errors.py ROWS.jsonl ...` reads rows of `second-ear evaluate --out`
(French) and counts the word errors of clips whose reference and draft sound the same: their phonemes by espeak-ng, blanks left out, are
equal (activé, activer; boite, boîte). Needs two Python packages: phonemizer and espeakng-loader."""

import json
import sys

import espeakng_loader
from phonemizer.backend import EspeakBackend
from phonemizer.backend.espeak.wrapper import EspeakWrapper

EspeakWrapper.set_library(espeakng_loader.get_library_path())
EspeakWrapper.set_data_path(espeakng_loader.get_data_path())
espeak = EspeakBackend("fr-fr", with_stress=False)


def sound(text):
    plain = " ".join("".join(c if c.isalnum() else " " for c in text.lower()).split())
    return "".join(c for c in espeak.phonemize([plain], strip=True)[0] if c not in " -|_") if plain else ""


for path in sys.argv[1:]:
    errors = inaudible = 0
    for row in map(json.loads, open(path)):
        if row["errors"]:
            errors += row["errors"]
            inaudible += row["errors"] * (sound(row["reference"]) == sound(row["hypothesis"]))
    print(f"{path}: {errors} word errors, {inaudible} of them in clips that sound like their reference")
