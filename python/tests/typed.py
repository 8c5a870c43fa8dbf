"""What a type checker sees of the package; `test_types.py` has it checked."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, assert_type

import pyarrow as pa

import gradatim
from gradatim.math_verify import Answer, LatexExtractionConfig, parse
from gradatim.math_verify import verify as math_verify
from gradatim.rewards import Judge, lm_eval, trl, verl

verdict = gradatim.verify("1/2", r"\boxed{0.5}", rel_tol=1e-4, strict=False, profile="math_verify")
assert_type(verdict, gradatim.Verdict)
assert_type(verdict.verdict, Literal["correct", "wrong", "undecided", "no_answer", "no_gold"])
assert_type(verdict.extracted, str | None)
assert_type(gradatim.compare(None, "1").reason, str)

found = gradatim.extract("7")
if found is not None:
    assert_type(found.span, tuple[int, int])

verdicts = gradatim.verify_many(["1", None], pa.array(["1", "2"]), threads=2)
assert_type(verdicts[0], gradatim.Verdict)
assert_type(verdicts[:1], list[gradatim.Verdict])
assert_type([one.verdict == "correct" for one in verdicts], list[bool])
assert_type(gradatim.token_count("a"), int)

parsed = parse("$1/2$", [LatexExtractionConfig(boxed_match_priority=0)])
assert_type(parsed, list[Answer | str])
assert_type(math_verify(parsed, parse("0.5"), strict=False), bool)
reward = trl.AccuracyReward(gold="answer", undecided=None, rel_tol=1e-4)
assert_type(reward(["1"], answer=["1"]), list[float | None])
assert_type(verl.compute_score("math", "1", "1")["score"], float | str)
assert_type(lm_eval.process_results({"answer": "1"}, ["1"]), dict[str, float])
assert_type(Judge(profile="math_verify").tally.counts, dict[str, int])


def commands() -> None:
    made = gradatim.run("pipeline.toml", Path("out"), sources={"openr1": "data"}, on_shortfall="skip")
    assert_type(made.out, Path | str)
    assert_type(made.ledger[0].dropped, dict[str, int])
    assert_type(gradatim.check(made.out).sound, bool)
    assert_type(gradatim.sql("SELECT 1", made.out), gradatim.Table)
    assert_type(gradatim.example("ladder"), str)
    assert_type(gradatim.example(into="ladder"), Path)
    assert_type(gradatim.plan({"sources": {}}).subsets[0].size, int)
    try:
        gradatim.audit("data")
    except gradatim.Shortfall as error:
        assert_type(error.hint, str | None)
        assert_type(error.exit_code, int)
