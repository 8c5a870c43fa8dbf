"""Judges and measures the columns of a frame of polars: `python polars_columns.py rows.parquet judged.parquet`.

The rows have the columns `problem`, `answer` and `response`. Columns go in and out as they lie.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import polars as pl

import gradatim


def verdict(answer: str, response: str) -> pl.Expr:
    """The verdict on each row's response, as an expression: `frame.filter(verdict("answer", "response") == "correct")`."""

    def judged(columns: Sequence[pl.Series]) -> pl.Series:
        return pl.DataFrame(gradatim.verify_many(*columns))["verdict"]

    return pl.map_batches([answer, response], judged, return_dtype=pl.String)


def measured(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows with their measurements beside them."""
    columns = gradatim.measure(frame["response"], problem=frame["problem"], answer=frame["answer"])
    return frame.hstack(pl.DataFrame(columns).drop("verdict"))


if __name__ == "__main__":
    rows, out = sys.argv[1:]
    frame = pl.scan_parquet(rows).with_columns(verdict("answer", "response").alias("verdict")).collect()
    measured(frame).write_parquet(out)
