"""Judges and measures the rows of a Ray dataset: `python ray_map_batches.py rows.parquet judged`, which is a folder.

The rows have the columns `problem`, `answer` and `response`. `ray.init()` starts Ray on this machine, and joins a cluster
where it is told of one; each of its nodes needs `gradatim`.
"""

from __future__ import annotations

import sys

import pyarrow as pa
import ray

import gradatim


def judged(batch: pa.Table) -> pa.Table:
    """The rows with their measurements beside them; Ray has a task for each core, so that one thread is enough here."""
    measured = gradatim.measure(
        batch["response"], problem=batch["problem"], answer=batch["answer"], threads=1
    )
    columns = pa.table(measured)
    for name in columns.column_names:
        batch = batch.append_column(name, columns[name])
    return batch


if __name__ == "__main__":
    rows, out = sys.argv[1:]
    ray.init(include_dashboard=False)
    ray.data.read_parquet(rows).map_batches(judged, batch_format="pyarrow").write_parquet(out)
