"""What all rewards share, and each by its trainer's signature, without the trainers."""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from decimal import Decimal
from multiprocessing import get_context
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import gradatim
from gradatim.rewards import Judge, Tally, lm_eval, trl, verifiers, verl

GOLDS = ["1/2", "1/2", "the whole plane", "1/2", None]
RESPONSES = [r"\boxed{0.5}", r"\boxed{2}", r"\boxed{a plane}", "<think>It is 1/2", r"\boxed{1}"]
SCORES = [1.0, 0.0, 0.0, 0.0, None]
ONE_EACH = {"correct": 1, "wrong": 1, "undecided": 1, "no_answer": 1, "no_gold": 1}


def test_each_verdict_scores_what_is_told_and_is_counted() -> None:
    for undecided in (0.0, 0.25, 1, None):
        judge = Judge(undecided=undecided)
        verdicts = judge.verdicts(GOLDS, RESPONSES)
        assert verdicts == list(gradatim.verify_many(GOLDS, RESPONSES))
        assert [judge.score(one) for one in verdicts] == [1.0, 0.0, undecided, 0.0, None]
        assert judge.tally.counts == ONE_EACH
        assert [judge.verdict(*pair) for pair in zip(GOLDS, RESPONSES)] == verdicts
        assert judge.tally.total == 10


def test_a_gold_answer_is_a_text_a_number_or_several() -> None:
    judge = Judge()

    def told(gold: object, response: str) -> str:
        alone = judge.verdict(gold, response)
        assert [alone] == judge.verdicts([gold], [response])
        return alone.verdict

    assert told(7, r"\boxed{7}") == told(Decimal("0.5"), "1/2") == told(0.5, "1/2") == "correct"
    assert told(["3", 4], r"\boxed{4}") == told((["3"], "4"), r"\boxed{4}") == "correct"
    assert told(["3", "the whole plane"], r"\boxed{a plane}") == "undecided"
    assert told(["3", None], r"\boxed{4}") == "wrong"
    assert told([], "1") == told(float("nan"), "1") == told([None, ""], "1") == "no_gold"
    for strange in (True, b"7", {"answer": "7"}, object()):
        with pytest.raises(TypeError, match="a gold answer is a"):
            judge.verdict(strange, "7")


def test_a_gold_answer_may_be_of_numpy() -> None:
    numpy = pytest.importorskip("numpy", reason="numpy is not installed")
    judge = Judge()
    assert judge.verdict(numpy.int64(7), "7") and judge.verdict(numpy.array(["3", "7"], dtype=object), "7")
    assert [bool(one) for one in judge.verdicts(numpy.array(["3", "7"]), ["7", "7"])] == [False, True]


def test_what_cannot_be_meant_is_refused_when_a_reward_is_made() -> None:
    makers: list[Callable[..., object]] = [Judge, trl.AccuracyReward, verifiers.Correct, lm_eval.ProcessResults]
    for make in makers:
        with pytest.raises(TypeError, match="no option is called `strictly`"):
            make(strictly=True)
        with pytest.raises(ValueError, match="math_verify"):
            make(profile="mine")
        with pytest.raises(TypeError, match="`undecided` is a str"):
            make(undecided="0")
    with pytest.raises(gradatim.UsageError, match="`undecided=None` has no score here"):
        verifiers.Correct(undecided=None)  # type: ignore[arg-type]
    with pytest.raises(gradatim.UsageError, match="`undecided=None` has no score here"):
        verl.compute_score("math", "1", "1", undecided=None)  # type: ignore[arg-type]


def test_options_reach_the_verifier() -> None:
    near = {"rel_tol": 1e-4}
    assert trl.AccuracyReward(**near)([r"\boxed{2.0001}"], solution=["2"]) == [1.0]  # type: ignore[arg-type]
    assert trl.accuracy_reward([r"\boxed{2.0001}"], solution=["2"], rel_tol=[1e-4]) == [0.0]
    assert [verl.compute_score("math", r"\boxed{2.0001}", "2", rel_tol=tol)["score"] for tol in (1e-4, None)] == [1, 0]
    assert lm_eval.ProcessResults(rel_tol=1e-4)({"answer": "2"}, ["2.0001"])["accuracy"] == 1


def test_threads_count_every_verdict_once() -> None:
    reward = trl.AccuracyReward()
    with ThreadPoolExecutor(16) as threads:
        scores = list(threads.map(lambda _: reward(RESPONSES, solution=GOLDS), range(400)))
        for _ in threads.map(lambda _: [reward.judge.verdict(*pair) for pair in zip(GOLDS, RESPONSES)], range(400)):
            pass
    assert all(one == SCORES for one in scores)
    assert reward.tally.counts == dict.fromkeys(ONE_EACH, 800)
    assert reward.tally.clear() == dict.fromkeys(ONE_EACH, 800)
    assert reward.tally.total == 0


def score_there(reward: trl.AccuracyReward) -> tuple[list[float | None], dict[str, int]]:
    return reward(RESPONSES, answer=GOLDS), reward.tally.counts


def test_a_reward_works_in_a_process_that_was_spawned() -> None:
    reward = trl.AccuracyReward(gold="answer", undecided=0.5)
    reward(RESPONSES, answer=GOLDS)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as workers:
        scores, counts = workers.submit(score_there, reward).result(timeout=60)
        batched = workers.submit(verl.compute_score, "math", r"\boxed{0.5}", "1/2").result(timeout=60)
    assert scores == [1.0, 0.0, 0.5, 0.0, None]
    assert counts == ONE_EACH == reward.tally.counts
    assert batched["score"] == 1.0
    for one in (trl.accuracy_reward, verifiers.correct, lm_eval.process_results):
        again = pickle.loads(pickle.dumps(one))
        assert again.tally is again.judge.tally and again.tally.total == 0
    assert isinstance(pickle.loads(pickle.dumps(verl.tally)), Tally)


def test_trl_gets_none_where_there_is_no_gold_and_sees_what_was_judged() -> None:
    extra: dict[str, list[Any]] = {}
    metrics: dict[str, float] = {}
    chats = [[{"role": "assistant", "content": response}] for response in RESPONSES]
    for completions in (RESPONSES, chats):
        scores = trl.AccuracyReward()(
            prompts=["?"] * 5,
            completions=completions,
            completion_ids=[[1]] * 5,
            solution=GOLDS,
            trainer_state=None,
            log_extra=extra.__setitem__,
            log_metric=metrics.__setitem__,
            strict=[True] * 5,
        )
        assert scores == SCORES
    assert extra["verdict"] == list(ONE_EACH)
    assert extra["extracted"][:3] == ["0.5", "2", "a plane"]
    assert metrics == {f"verdict/{name}": 0.2 for name in ONE_EACH}
    assert trl.AccuracyReward()([], solution=[], log_metric=metrics.__setitem__) == []


def test_of_a_chat_the_last_turn_of_the_assistant_counts() -> None:
    called: dict[str, Any] = {"role": "assistant", "content": None, "tool_calls": []}
    said = {"role": "tool", "content": r"\boxed{3}"}
    parts = {"role": "assistant", "content": [{"type": "text", "text": r"\boxed{"}, {"type": "text", "text": "7}"}]}
    chats = [[called, said, parts], [parts, said, called], [parts, said]]
    assert trl.accuracy_reward(chats, solution=["7"] * 3) == [1.0, 0.0, 1.0]


def test_gold_answers_come_in_columns_of_any_library() -> None:
    numpy = pytest.importorskip("numpy")
    golds = numpy.array([7, 8, 7])
    assert trl.accuracy_reward(numpy.array(["7"] * 3, dtype=object), solution=golds) == [1.0, 0.0, 1.0]
    assert trl.accuracy_reward(["7"], [numpy.array(["8", "7"])]) == [1.0]


def test_bad_input_is_an_error_and_never_a_score() -> None:
    with pytest.raises(gradatim.UsageError, match="there is no column `solution`.*\n.*`answer`"):
        trl.accuracy_reward(["7"], answer=["7"])
    with pytest.raises(TypeError, match="the column `solution` is a str"):
        trl.accuracy_reward(["7"], solution="7")
    with pytest.raises(ValueError, match="1 gold answers and 2 responses"):
        trl.accuracy_reward(["7", "8"], solution=["7"])
    for strange in (7, None, ["7"], [], [{"role": "user", "content": "7"}], [{"role": "assistant", "content": 7}]):
        with pytest.raises(TypeError):
            trl.accuracy_reward([strange], solution=["7"])
    with pytest.raises(TypeError, match="`completions` is a str"):
        trl.accuracy_reward("7", solution=["7"])
    with pytest.raises(TypeError, match="gold answers alone"):
        trl.accuracy_reward(["?"], ["7"], ["7"])
    with pytest.raises(TypeError, match="`gold` is a NoneType"):
        trl.AccuracyReward(gold=None)  # type: ignore[arg-type]
    for number, error in ((float("nan"), ValueError), (True, TypeError)):
        with pytest.raises(error, match="`undecided`"):
            trl.AccuracyReward(undecided=number)
    for results in ("7", [], [[]], [None], [[7]]):
        with pytest.raises(gradatim.UsageError, match="`results`"):
            lm_eval.process_results({"answer": "7"}, results)  # type: ignore[arg-type]
    with pytest.raises(gradatim.UsageError, match="`no_gold`"):
        verl.compute_score("math", "7", None)
    with pytest.raises(gradatim.UsageError, match="`no_gold`"):
        verl.compute_score_batched(["math"] * 2, ["7", "7"], ["7", ""])
    with pytest.raises(TypeError, match="no option is called `sandbox`"):
        verl.compute_score("math", "7", "7", sandbox=True)  # type: ignore[call-arg]
    with pytest.raises(gradatim.UsageError, match="`no_gold`"):
        lm_eval.process_results({"answer": None}, ["7"])
    with pytest.raises(gradatim.UsageError, match="there is no column `answer`.*\n.*`solution`"):
        lm_eval.process_results({"solution": "7"}, ["7"])
    trace = SimpleNamespace(last_reply="7", info={}, record_metrics=lambda values: None)
    with pytest.raises(gradatim.UsageError, match="there is no column `answer`.*\n.*`solution`"):
        asyncio.run(verifiers.correct(SimpleNamespace(solution="7"), trace))


def test_verl_gets_numbers_by_name_and_in_batches() -> None:
    verl.tally.clear()
    golds = ["1/2", "1/2", "the whole plane", "1/2", None]
    scores = verl.compute_score_batched(
        data_sources=["math"] * 5, solution_strs=RESPONSES, ground_truths=golds, extra_infos=None, no_gold=-1
    )
    assert [one["score"] for one in scores] == [1.0, 0.0, 0.0, 0.0, -1.0]
    assert [one["pred"] for one in scores][:4] == ["0.5", "2", "a plane", ""]
    flags = [(one["acc"], one["undecided"], one["no_answer"]) for one in scores]
    assert flags == [(1, 0, 0), (0, 0, 0), (0, 1, 0), (0, 0, 1), (0, 0, 0)]
    alone = [
        verl.compute_score(data_source="math", solution_str=text, ground_truth=gold, extra_info={}, no_gold=-1)
        for gold, text in zip(golds, RESPONSES)
    ]
    assert alone == scores
    assert verl.tally.counts == dict.fromkeys(ONE_EACH, 2)


def test_a_document_of_several_responses_has_their_means() -> None:
    document = {"answer": "the whole plane"}
    both = [[r"\boxed{the whole plane}", r"\boxed{a plane}", "<think>"]]
    assert lm_eval.process_results(document, both) == pytest.approx(
        {"accuracy": 1 / 3, "undecided": 1 / 3, "no_answer": 1 / 3}
    )
    without = lm_eval.ProcessResults(undecided=None)
    assert without(document, both)["accuracy"] == 0.5
    assert without(document, [r"\boxed{a plane}"]) == {"undecided": 1.0, "no_answer": 0.0}


def test_the_task_file_comes_along() -> None:
    told = Path(lm_eval.TASK).read_text(encoding="utf-8")
    assert "!function gradatim.rewards.lm_eval.process_results" in told


def test_every_trainer_stands_in_the_table() -> None:
    told = gradatim.rewards.__doc__ or ""
    names = sorted(path.stem for path in Path(gradatim.rewards.__file__).parent.glob("*.py"))
    trainers = [name for name in names if name not in ("__init__", "scoring")]
    assert len(trainers) == 6
    assert all(f"``gradatim.rewards.{name}``" in told for name in trainers)
