"""Checks the papers of dataset folders with mlcroissant (see scripts/check-datasets).

usage: croissant.py FOLDER...
"""
import json
import logging
import shutil
import sys
import tempfile
from pathlib import Path

import mlcroissant
import pyarrow.parquet

# What a file must not survive: a paper that describes something else than the files beside it.
MUTATIONS = {
    "another version": lambda paper: paper.update(conformsTo="http://mlcommons.org/croissant/9.9"),
    "a licence that is no text": lambda paper: paper.update(license=[{"@type": "sc:Organization"}]),
    "a field without its source": lambda paper: fields(paper)[2]["source"].pop("fileSet"),
    "files that are not there": lambda paper: paper["distribution"][0].update(includes="*/nothing.jsonl"),
    "a column that no row has": lambda paper: fields(paper)[2]["source"]["extract"].update(column="nothing"),
}


def fields(paper):
    return paper["recordSet"][1]["field"]


def rows_of(folder):
    """The rows as they were written, by clip."""
    files = [*folder.glob("*/metadata.jsonl"), *(folder / f"{name}.json" for name in ("train", "dev", "test"))]
    files = [file for file in [*files, folder / "clips.jsonl"] if file.exists()]
    rows = [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    for file in folder.glob("data/*.parquet"):
        table = pyarrow.parquet.read_table(file)
        rows += table.drop_columns(["audio"]).to_pylist()
    assert rows, f"{folder} has no rows"
    return {row["clip"]: row for row in rows}


def load(folder):
    """The records as mlcroissant reads them, by clip."""
    logging.disable(logging.CRITICAL)
    dataset = mlcroissant.Dataset(jsonld=folder / "croissant.json")
    issues = dataset.metadata.ctx.issues
    assert not issues.errors, issues.report()
    text = lambda value: value.decode() if isinstance(value, bytes) else value
    records = [{key.split("/")[1]: text(value) for key, value in record.items()} for record in dataset.records("clips")]
    return {record["clip"]: record for record in records}, issues.warnings


def check(folder):
    written = rows_of(folder)
    loaded, warnings = load(folder)
    assert loaded.keys() == written.keys(), f"{len(loaded)} of {len(written)} records"
    for clip, row in written.items():
        for name, value in row.items():
            got = loaded[clip][name]
            nothing = got is None or got != got or got == ""
            same = abs(got - value) < 1e-9 if isinstance(value, (int, float)) else got == value
            assert nothing if value is None else same, (clip, name, value, got)
        split = loaded[clip]["split"]
        assert split in ("train", "dev", "validation", "test"), split
        if "file_name" in row:
            assert (folder / split / row["file_name"]).exists(), row["file_name"]
        if "audio_filepath" in row:
            assert (folder / row["audio_filepath"]).exists(), row["audio_filepath"]
    for warning in warnings:
        print(f"  {folder}: mlcroissant remarks: {warning}")
    print(f"{folder}: valid; {len(loaded)} records are the rows of the dataset")


def notice(folder, name, mutate):
    """A broken paper must not load as if nothing were wrong."""
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / "set"
        shutil.copytree(folder, copy)
        paper = json.loads((copy / "croissant.json").read_text(encoding="utf-8"))
        mutate(paper)
        (copy / "croissant.json").write_text(json.dumps(paper), encoding="utf-8")
        try:
            loaded, _ = load(copy)
            noticed = loaded.keys() != rows_of(copy).keys()
        except Exception as error:  # any complaint will do
            noticed = str(error) or True
        assert noticed, f"{folder}: mlcroissant did not notice {name}"
    print(f"{folder}: noticed {name}")


for folder in map(Path, sys.argv[1:]):
    check(folder)
    for name, mutate in MUTATIONS.items():
        notice(folder, name, mutate)
