"""Measurements and screens over columns: what a run and SQL say of the same texts."""

from __future__ import annotations

from pathlib import Path

import pytest

import gradatim
from gradatim import commands, screening

pa = pytest.importorskip("pyarrow")

CUBE = "What is the smallest positive perfect cube that can be written as the sum of three consecutive integers?"


def test_texts_have_the_measurements_that_a_run_gives_them(made: commands.Run, pool: Path) -> None:
    name = "style-all-normal-r1-100"
    query = f"""
        SELECT s.problem, s.answer, s.messages[2]['content'] AS response, l.*
        FROM "{name}" s JOIN ledger l ON s.id = l.trajectory_id AND l.fate = 'kept'
    """
    known = pa.table(gradatim.sql(query, made.out))
    assert known.num_rows == 100
    response = known["response"]
    rows = gradatim.measure(response, problem=known["problem"], answer=known["answer"], threads=3)
    measured = pa.table(rows)
    for column in measured.column_names:
        expected = known[column].to_pylist()
        assert measured[column].to_pylist() == pytest.approx(expected), column
    assert {"problem_id", "trajectory_id", "verdict", "tokens", "style_text"} < set(rows.column_names)


def test_what_is_not_given_is_not_made_up() -> None:
    rows = pa.table(gradatim.measure(["<think>never ends", None], behaviours=True))
    assert "problem_id" not in rows.column_names
    assert rows["verdict"].to_pylist() == ["no_gold", "no_gold"]
    assert rows["finished"].to_pylist() == [False, None]
    assert rows["backtracking_count"].to_pylist() == [0, 0]
    with pytest.raises(ValueError, match="`response` has 1 rows and `problem` 2"):
        gradatim.measure(["a"], problem=["a", "b"])


def test_an_item_of_a_benchmark_is_met_as_sql_meets_it(made: commands.Run) -> None:
    texts = ["How much is 12 and 30?", f"({CUBE})  Put it in a box.", None, CUBE]
    hits = gradatim.contaminated(texts)
    assert [bool(hit) for hit in hits] == [False, True, False, True]
    hit = hits[3]
    assert hit is not None and (hit.benchmark, hit.how) == ("math500", "exact")
    said = pa.table(gradatim.sql(f"SELECT contaminated('{CUBE}') AS hit", made.out))["hit"]
    assert said.to_pylist() == [f"{hit.benchmark}/{hit.item} ({hit.how})"]
    assert gradatim.contaminated([CUBE], benchmarks=["aime24"]) == [None]
    assert "math500" in screening.BENCHMARKS
    with pytest.raises(ValueError, match="no benchmark `aime23` comes along; .*`math500`"):
        gradatim.contaminated([CUBE], benchmarks=["aime23"])


def test_near_duplicates_stand_together_in_any_order() -> None:
    train = r"A train leaves the station at {} miles per hour. How far does it go in $\frac{{5}}{{2}}$ hours?"
    texts = [
        train.format(60),
        train.format(80),
        "(AIME 2012) A train leaves the station at 60 miles per hour.  How far does it go in 5/2 hours?",
        None,
    ]
    rows = gradatim.near_duplicates(texts)
    assert rows[0] == rows[2] != rows[1]
    turned = gradatim.near_duplicates(texts[::-1])
    assert texts[::-1][turned[3]] == texts[rows[0]]
    with pytest.raises(ValueError, match="threshold"):
        gradatim.near_duplicates(texts, threshold=0.2)
