"""Columns of other libraries, in and out."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

import gradatim

pa = pytest.importorskip("pyarrow")

GOLDS = ["1/2", None, "3", "3", None, "7"]
RESPONSES = [r"\boxed{0.5}", r"\boxed{1}", r"\boxed{3}", None, None, r"so \boxed{8}, I hope"]
VERDICTS = ["correct", "no_gold", "correct", "no_answer", "no_gold", "wrong"]


def columns(kind: str) -> tuple[Any, Any]:
    """Both columns as a library has them."""
    types = {
        "plain": pa.string(),
        "large": pa.large_string(),
        "view": pa.string_view(),
        "dictionary": pa.dictionary(pa.int8(), pa.string()),
        "large dictionary": pa.dictionary(pa.int32(), pa.large_string()),
    }
    if kind in types:
        return pa.array(GOLDS, types[kind]), pa.array(RESPONSES, types[kind])
    if kind == "chunked":
        return (
            pa.chunked_array([GOLDS[:1], [], GOLDS[1:]], pa.string()),
            pa.chunked_array([RESPONSES[:4], RESPONSES[4:]], pa.large_string()),
        )
    if kind == "chunks of views":
        return (
            pa.chunked_array([GOLDS[:2], GOLDS[2:]], pa.string_view()),
            pa.chunked_array([RESPONSES[:5], RESPONSES[5:]], pa.string_view()),
        )
    if kind == "chunks of dictionaries":
        keyed = pa.dictionary(pa.int32(), pa.string())
        parts = (GOLDS[:4], GOLDS[4:5], GOLDS[5:])
        return pa.chunked_array([pa.array(part, keyed) for part in parts]), RESPONSES
    if kind == "sliced":
        golds, responses = pa.array(["9", *GOLDS]), pa.array(["9", "9", *RESPONSES])
        return golds.slice(1), responses.slice(2)
    if kind == "sliced dictionary":
        golds, responses = columns("dictionary")
        return pa.concat_arrays([golds, golds]).slice(len(GOLDS)), responses
    if kind == "polars":
        polars = pytest.importorskip("polars")
        return polars.Series(GOLDS), polars.Series(RESPONSES)
    if kind == "polars categorical":
        polars = pytest.importorskip("polars")
        return polars.Series(GOLDS, dtype=polars.Categorical), polars.Series(RESPONSES)
    if kind == "polars enum":
        polars = pytest.importorskip("polars")
        return polars.Series(GOLDS, dtype=polars.Enum(["7", "3", "1/2"])), polars.Series(RESPONSES)
    if kind == "polars chunked":
        polars = pytest.importorskip("polars")
        golds = polars.concat([polars.Series(GOLDS[:2]), polars.Series(GOLDS[2:])], rechunk=False)
        assert golds.n_chunks() == 2
        return golds, polars.Series(RESPONSES)
    if kind == "pandas":
        pandas = pytest.importorskip("pandas")
        return pandas.Series(GOLDS), pandas.Series(RESPONSES)
    if kind == "pandas category":
        pandas = pytest.importorskip("pandas")
        return pandas.Series(GOLDS, dtype="category"), pandas.Series(RESPONSES, dtype=object)
    if kind == "pandas arrow":
        pandas = pytest.importorskip("pandas")
        large = pandas.ArrowDtype(pa.large_string())
        return pandas.Series(GOLDS, dtype=large), pandas.Series(RESPONSES, dtype=large)
    if kind in ("datasets", "datasets arrow"):
        datasets = pytest.importorskip("datasets")
        rows = datasets.Dataset.from_dict({"gold": GOLDS, "response": RESPONSES})
        rows = rows.with_format("arrow" if kind == "datasets arrow" else None)
        return rows["gold"], rows["response"]
    if kind == "duckdb":
        duckdb = pytest.importorskip("duckdb")
        rows = pa.table({"gold": GOLDS, "response": RESPONSES})
        found = pa.table(duckdb.from_arrow(rows).query("rows", "SELECT response, gold FROM rows"))
        return found["gold"], found["response"]
    if kind == "duckdb queries":
        duckdb = pytest.importorskip("duckdb")
        rows = duckdb.from_arrow(pa.table({"gold": GOLDS, "response": RESPONSES}))
        return rows.query("rows", "SELECT gold FROM rows"), rows.query("rows", "SELECT response FROM rows")
    if kind == "tables of one column":
        return pa.table({"gold": GOLDS}), pa.record_batch({"response": RESPONSES})
    if kind == "numpy":
        numpy = pytest.importorskip("numpy")
        return numpy.array(GOLDS, dtype=object), numpy.array(RESPONSES, dtype=object)
    if kind == "generator":
        return iter(GOLDS), (response for response in RESPONSES)
    raise AssertionError(kind)


KINDS = [
    "plain",
    "large",
    "view",
    "dictionary",
    "large dictionary",
    "chunked",
    "chunks of views",
    "chunks of dictionaries",
    "sliced",
    "sliced dictionary",
    "polars",
    "polars categorical",
    "polars enum",
    "polars chunked",
    "pandas",
    "pandas category",
    "pandas arrow",
    "datasets",
    "datasets arrow",
    "duckdb",
    "duckdb queries",
    "tables of one column",
    "numpy",
    "generator",
]


@pytest.mark.parametrize("kind", KINDS)
def test_a_column_has_the_verdicts_that_its_texts_have(kind: str) -> None:
    golds, responses = columns(kind)
    verdicts = gradatim.verify_many(golds, responses)
    assert [one.verdict for one in verdicts] == VERDICTS
    golds, responses = columns(kind)
    measured = gradatim.measure(responses, answer=golds)
    assert pa.table(measured)["verdict"].to_pylist() == VERDICTS


@pytest.mark.parametrize("kind", [pa.int8(), pa.int64(), pa.uint32()])
def test_a_column_of_whole_numbers_is_one_of_their_digits(kind: Any) -> None:
    verdicts = gradatim.verify_many(pa.array([7, None, 8], kind), ["7", "7", "7"])
    assert [one.verdict for one in verdicts] == ["correct", "no_gold", "wrong"]


def test_a_column_of_nothing_of_polars_is_one_of_empty_texts() -> None:
    polars = pytest.importorskip("polars")
    verdicts = gradatim.verify_many(polars.Series([None, None]), ["1", "2"])
    assert [one.verdict for one in verdicts] == ["no_gold", "no_gold"]
    assert len(gradatim.verify_many(polars.Series([], dtype=polars.Null), [])) == 0


def test_a_column_of_nothing_is_a_column_of_empty_texts() -> None:
    verdicts = gradatim.verify_many(pa.nulls(2), pa.array(["1", None]))
    assert [one.verdict for one in verdicts] == ["no_gold", "no_gold"]
    assert gradatim.verify_many(["1"], pa.nulls(1))[0].verdict == "no_answer"


TAKEN = r"""
import re, sys
from pathlib import Path
import pyarrow as pa
import gradatim

def kilobytes(name):
    return int(re.search(name + r":\s+(\d+)", Path("/proc/self/status").read_text())[1])

letter = "é" if sys.argv[1] == "list of other letters" else "e"
texts = [f"{row} {letter} " + "x" * 1_000_000 for row in range(100)]
if not sys.argv[1].startswith("list"):
    texts = pa.array(texts, getattr(pa, sys.argv[1])())
gradatim.verify_many(["1"], ["1"], threads=1)
Path("/proc/self/clear_refs").write_text("5")
before = kilobytes("VmRSS")
verdicts = gradatim.verify_many(texts, pa.nulls(100), threads=1)
assert verdicts.counts["no_answer"] == 100
print(kilobytes("VmHWM") - before)
"""
"""Judges 100 MB of texts, and says by how many kilobytes its memory rose for that."""


@pytest.mark.skipif(sys.platform != "linux", reason="the memory of a process is read as Linux tells it")
@pytest.mark.parametrize("kind", ["string", "large_string", "string_view", "list", "list of other letters"])
def test_of_texts_that_come_in_nothing_is_copied_but_what_python_has_in_other_letters(kind: str) -> None:
    told = subprocess.run([sys.executable, "-c", TAKEN, kind], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    rose = int(told.stdout)
    # Python writes such a text as UTF-8 once, and keeps it.
    assert rose > 90_000 if kind == "list of other letters" else rose < 30_000


def addresses(column: Any) -> list[int | None]:
    """Where the buffers of a column of pyarrow lie."""
    (chunk,) = column.chunks
    return [None if buffer is None else buffer.address for buffer in chunk.buffers()]


def test_of_a_table_that_goes_out_nothing_is_copied() -> None:
    rows = gradatim.measure(RESPONSES, answer=GOLDS)
    table, again = pa.table(rows), pa.table(rows)
    assert all(addresses(table[name]) == addresses(again[name]) for name in table.column_names)
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame(rows)
    # Its texts are views, and so rebuilt from plain ones.
    for name in ("tokens", "repeated_share"):
        assert addresses(table[name]) == addresses(pa.table(frame)[name])
    datasets = pytest.importorskip("datasets")
    dataset = datasets.Dataset(table)
    assert addresses(dataset.data["verdict"]) == addresses(table["verdict"])


def test_a_column_of_fractions_is_refused_by_its_name_and_type() -> None:
    with pytest.raises(TypeError, match="`golds` holds no texts: it is of type Float64"):
        gradatim.verify_many(pa.array([0.5]), ["1"])


def test_verdicts_are_a_table_of_each_library() -> None:
    verdicts = gradatim.verify_many(GOLDS, RESPONSES)
    table = pa.table(verdicts)
    assert table.column_names == ["verdict", "extracted", "reason"]
    assert table["verdict"].to_pylist() == VERDICTS
    assert table["extracted"].to_pylist()[3:5] == [None, None]
    assert pa.table(verdicts, schema=pa.schema([(n, pa.large_string()) for n in table.column_names]))
    polars = pytest.importorskip("polars")
    assert polars.DataFrame(verdicts)["verdict"].to_list() == VERDICTS
    duckdb = pytest.importorskip("duckdb")
    counted = duckdb.sql("SELECT count(*) FROM verdicts WHERE verdict = 'correct'")
    assert counted.fetchall() == [(2,)]
    datasets = pytest.importorskip("datasets")
    assert datasets.Dataset(table)["verdict"][:] == VERDICTS
    pandas = pytest.importorskip("pandas")
    assert pandas.DataFrame.from_arrow(verdicts)["verdict"].tolist() == VERDICTS
