r"""The scores of `verl <https://github.com/volcengine/verl>`_, by the signatures of its reward managers.

.. code-block:: sh

    reward.custom_reward_function.path=pkg://gradatim.rewards.verl
    reward.custom_reward_function.name=compute_score
    +reward.custom_reward_function.reward_kwargs.undecided=0.0   # and the verifier's options

Each score is a dict: ``score``, what verl trains on; ``acc`` (1 if it is correct), ``pred`` (the extracted answer, by
which verl takes its majorities), ``verdict``, and 0 or 1 as ``undecided`` and ``no_answer``, of which verl's validation
shows the means. It works in verl's executor threads: no process is spawned and there is no time limit to be hit.

verl has no word for "not applicable": a row without a gold answer is a :class:`gradatim.UsageError`, unless ``no_gold``
says what it scores. In a group of one prompt the same score for all has no gradient, so 0 does no harm there. The
managers ``naive``, ``dapo``, ``gdpo`` and ``remote`` pass an error on, and so does ``batch`` of
``verl.workers.reward_manager``, which takes ``compute_score_batched``. **Not so** ``rate_limited``, which logs it and
scores 0, and ``prime`` there, which scores 0 and takes no dicts: do not use these two.
"""

from __future__ import annotations

from functools import lru_cache

from gradatim import UsageError
from gradatim.rewards.scoring import Judge, Tally, numeric

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Unpack

    from gradatim import Verdict
    from gradatim.verifier import Options, Profile

    Score = dict[str, float | str]

tally = Tally()


def compute_score(
    data_source: str,
    solution_str: str,
    ground_truth: object,
    extra_info: object = None,
    *,
    reward_router_address: object = None,
    reward_model_tokenizer: object = None,
    undecided: float = 0.0,
    no_gold: float | None = None,
    profile: Profile = "default",
    **options: Unpack[Options],
) -> Score:
    r"""The score of a response, ``solution_str``; what verl passes besides it and ``ground_truth`` has no part in it.

    >>> from gradatim.rewards.verl import compute_score
    >>> compute_score("math", r"So it is \boxed{0.5}.", "1/2")
    {'score': 1.0, 'acc': 1.0, 'pred': '0.5', 'verdict': 'correct', 'undecided': 0.0, 'no_answer': 0.0}
    """
    judge = _judge(undecided, profile, tuple(options.items()))
    return _score(judge, judge.verdict(ground_truth, solution_str), no_gold)


def compute_score_batched(
    data_sources: Sequence[str],
    solution_strs: Sequence[str],
    ground_truths: Sequence[object],
    extra_infos: object = None,
    *,
    undecided: float = 0.0,
    no_gold: float | None = None,
    profile: Profile = "default",
    **options: Unpack[Options],
) -> list[Score]:
    r""":func:`compute_score` of each, in their order, on all cores.

    >>> from gradatim.rewards.verl import compute_score_batched
    >>> scores = compute_score_batched(["math"] * 2, [r"\boxed{0.5}", r"\boxed{a plane}"], ["1/2", "the whole plane"])
    >>> [one["score"] for one in scores], [one["undecided"] for one in scores]
    ([1.0, 0.0], [0.0, 1.0])
    """
    judge = _judge(undecided, profile, tuple(options.items()))
    return [_score(judge, one, no_gold) for one in judge.verdicts(ground_truths, solution_strs)]


@lru_cache(maxsize=64)
def _judge(undecided: float, profile: Profile, options: tuple[tuple[str, object], ...]) -> Judge:
    judge = Judge(undecided=numeric(undecided), profile=profile, **dict(options))  # type: ignore[arg-type]
    judge.tally = tally
    return judge


def _score(judge: Judge, verdict: Verdict, no_gold: float | None) -> Score:
    if verdict.verdict != "no_gold":
        score = judge.number(verdict)
    elif no_gold is not None:
        score = float(no_gold)
    else:
        raise UsageError(
            "a response was to be scored that is `no_gold`, and that scores nothing",
            "leave such rows out, or say what they score: `no_gold=0.0`",
        )
    return {
        "score": score,
        "acc": float(bool(verdict)),
        "pred": verdict.extracted or "",
        "verdict": verdict.verdict,
        "undecided": float(verdict.verdict == "undecided"),
        "no_answer": float(verdict.verdict == "no_answer"),
    }
