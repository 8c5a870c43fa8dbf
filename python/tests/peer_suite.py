"""Lets Math-Verify's own tests import our module in its place: a plugin of pytest for the folder of its sources.

What each test ended as is written to the file that ``PEER_OUTCOMES`` names, by its function and its place among that
function's cases, since a case is no name.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from pathlib import Path

import pytest

import gradatim.math_verify as ours
from gradatim.math_verify import errors, grader, metric, parser

sys.modules["math_verify"] = ours
for module in (errors, grader, metric, parser):
    sys.modules[f"math_verify.{module.__name__.rpartition('.')[2]}"] = module


def sympy_expr_eq(
    gold: object,
    pred: object,
    float_rounding: int,
    numeric_precision: int,
    allow_set_relation_comp: bool = False,
    strict: bool = True,
) -> bool:
    """What their tests take from inside of ``grader``: the comparison of two objects of sympy."""
    return ours.verify(gold, pred, float_rounding, numeric_precision, strict, allow_set_relation_comp)


vars(grader)["sympy_expr_eq"] = sympy_expr_eq

_names: dict[str, str] = {}
_outcomes: dict[str, str] = {}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    seen: Counter[str] = Counter()
    for item in items:
        function = item.nodeid.partition("[")[0].removeprefix("tests/")
        _names[item.nodeid] = f"{function}[{seen[function]}]"
        seen[function] += 1


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "call" or report.failed:
        _outcomes[_names[report.nodeid]] = report.outcome


def pytest_sessionfinish() -> None:
    Path(os.environ["PEER_OUTCOMES"]).write_text(json.dumps(_outcomes), encoding="utf-8")
