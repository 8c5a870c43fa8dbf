"""Columns of other libraries, in and out."""

from __future__ import annotations

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
    if kind == "pandas":
        pandas = pytest.importorskip("pandas")
        return pandas.Series(GOLDS), pandas.Series(RESPONSES)
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
    "sliced",
    "sliced dictionary",
    "polars",
    "polars categorical",
    "pandas",
    "numpy",
    "generator",
]


@pytest.mark.parametrize("kind", KINDS)
def test_a_column_has_the_verdicts_that_its_texts_have(kind: str) -> None:
    golds, responses = columns(kind)
    verdicts = gradatim.verify_many(golds, responses)
    assert [one.verdict for one in verdicts] == VERDICTS


def test_a_column_of_numbers_is_refused_by_its_name_and_type() -> None:
    with pytest.raises(TypeError, match="`golds` holds no texts: it is of type Int64"):
        gradatim.verify_many(pa.array([1]), ["1"])


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
    pandas = pytest.importorskip("pandas")
    assert pandas.DataFrame.from_arrow(verdicts)["verdict"].tolist() == VERDICTS
