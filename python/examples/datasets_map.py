"""Judges and measures the rows of a `datasets.Dataset`: `python datasets_map.py rows.parquet judged.parquet`.

The rows have the columns `problem`, `answer` and `response`. With `with_format("arrow")` a batch is a table of Arrow, so
that no text becomes an object of Python.
"""

from __future__ import annotations

import sys

import pyarrow as pa
from datasets import Dataset

import gradatim


def judged(batch: pa.Table) -> pa.Table:
    """The rows with their measurements beside them."""
    measured = gradatim.measure(batch["response"], problem=batch["problem"], answer=batch["answer"])
    columns = pa.table(measured)
    for name in columns.column_names:
        batch = batch.append_column(name, columns[name])
    return batch


if __name__ == "__main__":
    rows, out = sys.argv[1:]
    dataset = Dataset.from_parquet(rows).with_format("arrow")
    dataset = dataset.map(judged, batched=True, batch_size=1000)
    dataset.to_parquet(out)
