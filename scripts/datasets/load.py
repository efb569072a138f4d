"""Loads datasets with the readers of one module and breaks copies of them (see scripts/check-datasets).

usage: load.py MODULE FOLDER DIGESTS     FOLDER has a sub-folder for each format; digests are added to the file DIGESTS
"""
import importlib
import os
import shutil
import sys
import tempfile
from pathlib import Path

os.environ.update(HF_HUB_OFFLINE="1", HF_DATASETS_OFFLINE="1")
from mutations import MUTATIONS  # noqa: E402

module, folder, digests = sys.argv[1], Path(sys.argv[2]).resolve(), Path(sys.argv[3])
readers = importlib.import_module(module)


def load(reader, at):
    with tempfile.TemporaryDirectory() as cache:
        return reader(at, Path(cache)).digest()


def noticed(reader, at, break_it, right):
    """What the reader said of a broken copy, or None where it gave the same clips back."""
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / "set"
        shutil.copytree(at, copy)
        break_it(copy)
        try:
            got = load(reader, copy)
        except Exception as error:  # any complaint will do
            return f"{type(error).__name__}: {str(error).strip().splitlines()[0] if str(error).strip() else ''}"[:100]
        return None if got == right else "other clips"


for format, reader in readers.LOADERS.items():
    right = load(reader, folder / format)
    with digests.open("a") as file:
        file.write(f"{right} {module} {format}\n")
    print(f"{module} {format}: {right.split()[0]} clips")
    for name, break_it in MUTATIONS[format].items():
        if (format, name) in getattr(readers, "BLIND", ()):
            continue
        said = noticed(reader, folder / format, break_it, right)
        assert said, f"{module} {format}: nobody noticed {name}"
        print(f"  noticed {name}: {said}")
