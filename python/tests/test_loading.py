"""Subsets of an output folder as tables."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import gradatim

pq = pytest.importorskip("pyarrow.parquet")
NAME = "random-r1-100"


def file_of(out: Path) -> Path:
    return out / NAME / "train-00000-of-00001.parquet"


def test_a_dataset_is_what_load_dataset_gives(
    made: gradatim.commands.Run, tmp_path: Path
) -> None:
    datasets = pytest.importorskip("datasets")
    loaded = gradatim.load(made.out, NAME)
    assert isinstance(loaded, datasets.Dataset)
    expected = datasets.load_dataset(str(made.out), NAME, split="train", cache_dir=str(tmp_path))
    assert loaded.features == expected.features
    assert loaded[:] == expected[:]
    assert loaded.with_format("arrow")[:].column_names == pq.read_schema(file_of(made.out)).names
    assert not loaded.cache_files


def test_it_is_a_table_where_datasets_is_not_installed(
    made: gradatim.commands.Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    pa = pytest.importorskip("pyarrow")
    monkeypatch.setitem(sys.modules, "datasets", None)
    loaded = gradatim.load(made.out, NAME)
    assert isinstance(loaded, gradatim.Table)
    expected = pq.read_table(file_of(made.out))
    assert pa.table(loaded).to_pylist() == expected.to_pylist()
    assert expected["rank"].to_pylist() == list(range(100))


def test_a_name_that_is_not_there_is_told_with_those_near_it(made: gradatim.commands.Run) -> None:
    for name, near in (("random-r1-10", NAME), ("ledger", "`, `")):
        with pytest.raises(gradatim.UsageError, match=f"has no subset `{name}`") as refused:
            gradatim.load(made.out, name)
        assert refused.value.hint is not None and near in refused.value.hint


def test_a_folder_that_is_no_output_is_refused_as_commands_refuse_it(tmp_path: Path) -> None:
    with pytest.raises(gradatim.UsageError) as refused:
        gradatim.load(tmp_path, NAME)
    with pytest.raises(gradatim.UsageError) as expected:
        gradatim.check(tmp_path)
    assert refused.value.hint == expected.value.hint
    assert refused.value.message.partition(":")[0] == expected.value.message.partition(":")[0]
    (tmp_path / "__run__").mkdir()
    (tmp_path / "__run__" / "manifest.json").write_text("{", encoding="utf-8")
    with pytest.raises(gradatim.UsageError, match="is no output folder"):
        gradatim.load(tmp_path, NAME)


def test_a_subset_without_texts_is_told_so(made: gradatim.commands.Run, tmp_path: Path) -> None:
    run = tmp_path / "__run__"
    run.mkdir()
    text = (made.out / "__run__" / "manifest.json").read_text(encoding="utf-8")
    path = f'"{file_of(made.out).relative_to(made.out)}"'
    assert path in text
    (run / "manifest.json").write_text(text.replace(path, "null"), encoding="utf-8")
    with pytest.raises(gradatim.UsageError, match="texts were not written"):
        gradatim.load(tmp_path, NAME)
