"""Math-Verify's interface over this verifier, and its own tests run against it."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import tarfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from gradatim.math_verify import (
    ExprExtractionConfig,
    LatexExtractionConfig,
    LatexNormalizationConfig,
    StringExtractionConfig,
    math_metric,
    parse,
    verify,
)
from gradatim.math_verify.errors import TimeoutException

PEER = "math-verify==0.9.0"
PEER_TESTS = 291

SYMPY = "it holds what `parse` gives against objects of sympy, and here that is an answer of our own"
PATCHED = "it puts a function of its own inside of their code, where ours has none"
DIFFERS = {
    "test_boxed.py::test_boxed[0]": "a gold answer of two boxes with plus signs between them is no answer that we join",
    "test_yujianll.py::test_string_extraction[9]": "it asserts that 1 - 1/e equals 1 + 1/e, and we say it does not",
    "test_configs.py::test_boxed_match_priority[0]": SYMPY,
    "test_configs.py::test_normalization_config[0]": "`boxed=True` is refused, and `\\frac12` is read without a mending",
    "test_gamma_func.py::test_gamma_as_function[0]": SYMPY,
    "test_gamma_func.py::test_gamma_as_constant[0]": SYMPY,
    "test_raise_on_error.py::test_verify_raise_on_error[0]": PATCHED,
    "test_timeout.py::test_timeout_expr[0]": PATCHED,
    "test_timeout.py::test_timeout_latex[0]": PATCHED,
    "test_timeout.py::test_timeout_verify[0]": PATCHED,
}
"""Their tests that end otherwise here, and why: a function, and the place among its cases."""


def peer(folder: Path) -> Path:
    """Their source distribution, unpacked: from the folder that `MATH_VERIFY_SDIST` names, or by pip."""
    kept = os.environ.get("MATH_VERIFY_SDIST")
    if kept is None:
        options = ["--quiet", "--no-deps", "--no-binary", ":all:", "--dest", str(folder)]
        fetched = subprocess.run([sys.executable, "-m", "pip", "download", *options, PEER], check=False)
        if fetched.returncode != 0:
            pytest.skip(f"the sources of {PEER} were not fetched")
    archive = next(Path(kept or folder).glob("math_verify-*.tar.gz"))
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    return next(folder.glob("math_verify-*/"))


def test_their_own_tests_end_otherwise_only_where_that_is_listed(tmp_path: Path) -> None:
    pytest.importorskip("latex2sympy2_extended", reason="their tests import it, and sympy")
    outcomes = tmp_path / "outcomes.json"
    python_path = os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])
    told = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "peer_suite", "-p", "no:cacheprovider", "tests"],
        cwd=peer(tmp_path),
        env={**os.environ, "PEER_OUTCOMES": str(outcomes), "PYTHONPATH": python_path},
        capture_output=True,
        text=True,
        check=False,
    )
    ended = json.loads(outcomes.read_text(encoding="utf-8"))
    assert len(ended) == PEER_TESTS, told.stdout
    assert {name for name, outcome in ended.items() if outcome != "passed"} == set(DIFFERS), told.stdout


def test_what_is_parsed_is_a_list_as_theirs_is() -> None:
    for nothing in ("", "<think>It is 1/2"):
        assert parse(nothing) == []
    answer, text = parse(r"So $x = 3$, hence it is \boxed{\frac12}.")
    assert text == r"\frac12" == str(answer)
    assert parse(r"\boxed{1}", fallback_mode="no_fallback")[-1] != "1"
    assert parse(r"\boxed{a b c d ???(}", fallback_mode="no_fallback") == []
    assert len(parse(r"\boxed{a b c d ???(}")) == 2
    assert pickle.loads(pickle.dumps(answer)) == answer


def test_gold_answers_and_answers_may_be_several() -> None:
    golds = [*parse("$1$"), *parse("$2$")]
    assert verify(golds, parse(r"\boxed{2}"))
    assert verify(parse("$2$"), [*parse("$3$"), *parse("$2$")])
    assert not verify(golds, parse(r"\boxed{3}"))
    assert not verify([], parse("$1$")) and not verify(golds, [])
    assert verify(parse("$1$")[0], parse("$1.0$")[0])
    assert verify("a", " a ") and not verify("a", "A") and not verify("", "")


def test_a_text_that_looks_alike_does_not_go_over_a_doubt() -> None:
    taken_back = r"\boxed{7} is wrong."
    assert parse(taken_back)[-1] == "7"
    assert not verify(parse("$7$"), parse(taken_back))


def test_each_option_does_what_it_does_there() -> None:
    third = parse("$1/3$")
    assert verify(third, parse("$0.333$"), float_rounding=3)
    assert not verify(third, parse("$0.333$"))
    assert not verify(parse("$f(x)$"), parse("$f(y)$"))
    assert verify(parse("$f(x)$"), parse("$f(y)$"), strict=False)
    interval, relation = parse("$(1,2)$"), parse("$1 < x < 2$")
    assert verify(relation, interval) and not verify(interval, relation)
    assert verify(interval, relation, allow_set_relation_comp=True)
    pi, nearly = parse(r"$\pi$"), parse(r"$\pi + 10^{-8}$")
    assert verify(pi, nearly, numeric_precision=6) and not verify(pi, nearly)
    with pytest.raises(ValueError, match="`float_rounding` takes"):
        verify(third, third, float_rounding=-1)


def test_each_config_does_what_it_does_there() -> None:
    anchored = LatexExtractionConfig(try_extract_without_anchor=False)
    assert parse("We know $0.5$ of it", [anchored]) == []
    assert parse(r"\boxed{0.5}", [anchored]) and parse("The answer is $0.5$", [anchored])
    assert parse("about 7", [LatexExtractionConfig()]) == [] != parse("about 7", [ExprExtractionConfig()])
    assert parse(r"\boxed{1}", [LatexExtractionConfig(boxed_match_priority=-1)]) == []
    two = r"The final answer is $9999$. Note \boxed{1}."
    texts = [parse(two, [LatexExtractionConfig(boxed_match_priority=place)])[-1] for place in (0, 100)]
    assert texts == ["1", "9999"]
    assert parse(r"So \boxed{3}. The answer is 5.", [ExprExtractionConfig()])[-1] == "5"


def test_the_config_of_open_r1s_reward_is_honoured() -> None:
    config = LatexExtractionConfig(
        normalization_config=LatexNormalizationConfig(
            nits=False, malformed_operators=False, basic_latex=True, boxed="all", units=True
        ),
        boxed_match_priority=0,
        try_extract_without_anchor=False,
    )
    answer = parse(r"<think>$3$</think>It is \boxed{\frac{1}{2}}.", [config], extraction_mode="first_match")
    assert verify(parse("$0.5$", extraction_mode="first_match"), answer)


@pytest.mark.parametrize(
    ("configs", "told"),
    [
        ([LatexExtractionConfig(normalization_config=LatexNormalizationConfig())], "units=False"),
        (
            [LatexExtractionConfig(normalization_config=LatexNormalizationConfig(units=True, boxed="last"))],
            "boxed='last'",
        ),
        ([ExprExtractionConfig(), ExprExtractionConfig(False)], "2 of `ExprExtractionConfig`"),
        (["latex"], "something else"),
    ],
)
def test_what_cannot_be_honoured_is_refused(configs: Any, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        parse("1", configs)
    for mode in ({"fallback_mode": "none"}, {"extraction_mode": "all"}):
        with pytest.raises(ValueError, match=next(iter(mode))):
            parse("1", **mode)  # type: ignore[arg-type]


def test_errors_are_told_where_that_is_asked_for() -> None:
    assert parse(None) == [] and not verify(None, 1)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="`pred` is a NoneType"):
        parse(None, raise_on_error=True)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="NoneType"):
        verify(None, 1, raise_on_error=True)
    assert issubclass(TimeoutException, BaseException)


def test_a_choice_stands_beside_other_answers() -> None:
    both = (LatexExtractionConfig(), StringExtractionConfig())
    assert parse("As $x = 3$, the answer is B.", both) == ["b", "B"]
    assert parse(r"B is out. It is \boxed{3}.", both)[-1] == "3"
    assert parse("B of them", both, fallback_mode="no_fallback") == ["b"]
    assert not verify(parse("The answer is A", [StringExtractionConfig()]), parse("The answer is B", both))


def test_objects_of_sympy_are_compared_by_their_latex() -> None:
    sympy = pytest.importorskip("sympy")
    assert verify(sympy.Rational(1, 3), 0.333333)
    assert verify(sympy.FiniteSet(1, 2), parse(r"\boxed{\{2, 1\}}"))
    assert not verify(sympy.Symbol("x") + 1, parse("$x + 2$"))


def test_threads_may_call_it_whatever_the_timeouts() -> None:
    def judge(gold: int) -> bool:
        parsed = parse(rf"\boxed{{{gold}}}", parsing_timeout=5)
        return verify(parse(str(gold)), parsed, timeout_seconds=5)

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(judge, range(200)))


def test_the_metric_scores_the_best_response() -> None:
    metric = math_metric((LatexExtractionConfig(),), (LatexExtractionConfig(), ExprExtractionConfig()))
    score, texts = metric([r"$\frac{1}{2}$"], ["It is 0.4", r"It is \boxed{0.5}"])
    assert score == 1.0
    assert texts is not None and texts[1][-1] == "0.5"
    lowest = math_metric((LatexExtractionConfig(),), aggregation_function=min)
    assert lowest(["$1$"], ["1", "2"])[0] == 0.0
    with pytest.raises(ValueError, match="no gold answer"):
        metric([""], ["1"])
