"""The rows of a subset or control of an output folder."""

from __future__ import annotations

import json
import os
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ._native import Table
from .commands import PathText, is_address, sql
from .errors import UsageError

if TYPE_CHECKING:
    from datasets import Dataset  # type: ignore[import-not-found, import-untyped, unused-ignore]


def load(out: PathText, name: str) -> Dataset | Table:
    """The rows of a subset or control of an output folder, by its name, in order of rank.

    It is a ``datasets.Dataset`` where that package is installed, with the features that ``load_dataset`` gives, over the
    table as it was read: in memory, with no copy in a cache. Elsewhere it is a :class:`gradatim.Table`, which
    ``pyarrow.table`` and ``polars.DataFrame`` take. Both have the columns of the subset's file: ``id``, ``problem``,
    ``answer``, ``messages``, ``tokens``, ``rank`` and what the pipeline adds.

    A folder in an object store is not read here: fetch it, or read its files with what reads that store. It, a folder that
    no run wrote, a name that is none of its subsets, and a subset of which no texts were written
    (``[emit] subsets``) are a :class:`UsageError`.
    """
    if is_address(os.fspath(out)):
        raise UsageError(
            f"`{os.fspath(out)}` lies in an object store, and a folder of this disk is loaded",
            "fetch it, or read its files with `datasets` or `polars` and their `storage_options`",
        )
    file = Path(out) / _path(out, name)
    try:
        from datasets import Dataset
    except ImportError:
        quoted = name.replace('"', '""')
        return sql(f'SELECT * FROM "{quoted}" ORDER BY rank', out)
    from pyarrow import parquet  # type: ignore[import-not-found, import-untyped, unused-ignore]

    return Dataset(parquet.read_table(file))


def _path(out: PathText, name: str) -> str:
    """Where a subset's rows lie in the folder."""
    subsets: dict[str, dict[str, Any]] = {one["name"]: one for one in _manifest(out)["subsets"]}
    if name not in subsets:
        near = get_close_matches(name, subsets, n=3) or list(subsets)[:3]
        names = ", ".join(f"`{one}`" for one in near)
        told = f"`{os.fspath(out)}` has no subset `{name}`"
        raise UsageError(told, f"name one of its {len(subsets)}, such as {names}")
    path = subsets[name]["path"]
    if path is None:
        raise UsageError(
            f"`{name}` was selected in `{os.fspath(out)}`, and its texts were not written",
            "name it in `[emit] subsets`; `selection` holds its rows' ids",
        )
    return str(path)


def _manifest(out: PathText) -> dict[str, Any]:
    try:
        text = (Path(out) / "__run__" / "manifest.json").read_text(encoding="utf-8")
        manifest: dict[str, Any] = json.loads(text)
    except (OSError, ValueError) as error:
        told = f"`{os.fspath(out)}` is no output folder of gradatim: {error}"
        raise UsageError(told, "name a folder that `gradatim run` wrote") from error
    return manifest
