"""webdataset's reader, and formats that are files and tables: Common Voice, corpora of the Montreal Forced Aligner."""
import csv
from pathlib import Path

import webdataset

from rows import Rows, samples


def web(folder, _cache):
    rows = Rows()
    shards = sorted(str(path) for path in Path(folder).glob("*.tar"))
    for sample in webdataset.WebDataset(shards, shardshuffle=False).decode():
        split = Path(sample["__url__"]).name.split("-")[0]
        facts = sample["json"]
        assert sample["txt"] == facts["text"] and sample["__key__"] == facts["clip"], sample["__key__"]
        sound = sample.get("flac", sample.get("wav"))
        rows.add(sample["__key__"], samples(sound), sample["txt"], split, facts["speaker"])
    return rows


def common_voice(folder, _cache):
    """As its releases are read: tabs, and a quotation mark is a character like any other."""
    rows, validated = Rows(), set()
    for table in sorted(Path(folder).glob("*.tsv")):
        with table.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE, strict=True):
                assert None not in row and None not in row.values(), f"{table.name}: {row}"
                if table.stem == "validated":
                    validated.add((row["path"], row["sentence"]))
                    continue
                sound = samples(str(Path(folder) / "clips" / row["path"]))
                rows.add(Path(row["path"]).stem, sound, row["sentence"], table.stem, row["client_id"])
    assert validated == {(f"{clip}.wav", text) for clip, (_, text, _) in rows.rows.items()}
    return rows


def mfa(folder, _cache):
    """A folder for each speaker; every sound has its .lab and every .lab its sound."""
    rows = Rows()
    sounds = sorted(Path(folder).glob("*/*/*.wav"))
    assert {path.with_suffix(".lab") for path in sounds} == set(Path(folder).glob("*/*/*.lab"))
    for path in sounds:
        text = path.with_suffix(".lab").read_text(encoding="utf-8")
        rows.add(path.stem, samples(str(path)), text, path.parent.parent.name, path.parent.name)
    return rows


LOADERS = {"webdataset": web, "common-voice": common_voice, "mfa": mfa}
