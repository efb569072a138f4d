"""Hugging Face datasets, whichever version runs this."""
from pathlib import Path

import datasets

from rows import Rows, whole

datasets.disable_progress_bars()
NEWER = int(datasets.__version__.split(".")[0]) >= 4


def load(folder, cache):
    loaded = datasets.load_dataset(str(folder), cache_dir=str(cache))
    rows = Rows()
    for split, clips in loaded.items():
        feature = clips.features["audio"]
        assert isinstance(feature, datasets.Audio), f"audio is {feature}"
        kinds = {name: getattr(kind, "dtype", None) for name, kind in clips.features.items() if name != "audio"}
        assert set(kinds.values()) <= {"string", "float64"}, kinds
        assert clips.features == loaded["train"].features, f"{split} has other columns than train"
        for clip in clips:
            decoded = clip["audio"]
            sound = decoded.get_all_samples().data.numpy() if NEWER else decoded["array"]
            rows.add(clip["clip"], whole(sound), clip["text"], split, clip["speaker"])
    return rows


def hf(folder, cache):
    return load(folder, cache)


def parquet(folder, cache):
    import pyarrow.parquet as pq

    for file in Path(folder).glob("data/*.parquet"):
        meta = pq.ParquetFile(file).metadata
        groups = [meta.row_group(n).num_rows for n in range(meta.num_row_groups)]
        assert max(groups) <= 100, f"row groups of {groups}: a reader needs all of one in memory"
        for name in ("bytes", "path"):
            assert any(meta.schema.column(n).path == f"audio.{name}" for n in range(len(meta.schema.names)))
    return load(folder, cache)


LOADERS = {"hf": hf, "parquet": parquet}
