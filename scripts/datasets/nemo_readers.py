"""NeMo's own readers: manifests, tarred datasets, Parquet."""
import json
import logging
from pathlib import Path

from nemo.collections.common.data.lhotse.cutset import guess_parse_cutset
from nemo.collections.common.data.lhotse.nemo_adapters import LazyNeMoTarredIterator, LazyParquetIterator

from rows import Rows, whole

logging.getLogger("nemo_logger").setLevel(logging.ERROR)
# Rules of Hugging Face's reader and of memory, which NeMo does not look at.
BLIND = {
    ("parquet", "no word that the column is audio"),
    ("parquet", "large row groups"),
}
NAMES = ("train", "dev", "validation", "test")


def cuts_into(rows, cuts, split):
    for cut in cuts:
        (supervision,) = cut.supervisions
        custom = cut.custom or {}
        assert supervision.language, f"{cut.id} has no language"
        clip = custom.get("clip") or cut.id
        rows.add(clip, whole(cut.load_audio()), supervision.text, split, custom.get("speaker"))


def nemo(folder, _cache):
    rows = Rows()
    for manifest in [*Path(folder).glob("*.json"), *Path(folder).glob("*.jsonl")]:
        if manifest.stem not in NAMES:
            continue
        for line in manifest.read_text(encoding="utf-8").splitlines():
            assert "sampling_rate" in json.loads(line), "without sampling_rate NeMo opens every file"
        cuts_into(rows, guess_parse_cutset(str(manifest)), manifest.stem)
    return rows


def tarred(folder, _cache):
    rows = Rows()
    for split in (path for path in Path(folder).iterdir() if path.is_dir()):
        manifests = sorted(map(str, split.glob("manifest*.json")), key=number)
        tars = sorted(map(str, split.glob("audio*.tar")), key=number)
        listed = sum(len(Path(manifest).read_text(encoding="utf-8").splitlines()) for manifest in manifests)
        for manifest in manifests:
            for line in Path(manifest).read_text(encoding="utf-8").splitlines():
                assert json.loads(line)["shard_id"] == number(manifest), f"{manifest}: a row of another shard"
        before = len(rows.rows)
        cuts_into(rows, LazyNeMoTarredIterator(manifest_path=manifests, tar_paths=tars), split.name)
        assert len(rows.rows) - before == listed, "a row has no member in its tar file"
    return rows


def number(path):
    return int(Path(path).stem.split("_")[-1])


def parquet(folder, _cache):
    rows = Rows()
    for file in sorted(Path(folder).glob("data/*.parquet")):
        cuts_into(rows, LazyParquetIterator(file), file.name.split("-")[0])
    return rows


LOADERS = {"nemo": nemo, "nemo-tarred": tarred, "parquet": parquet}
