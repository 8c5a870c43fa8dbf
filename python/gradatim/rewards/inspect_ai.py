r"""A scorer of `inspect <https://inspect.aisi.org.uk>`_, in the place of its own ``math``.

.. code-block:: python

    from gradatim.rewards.inspect_ai import math          # in place of inspect_ai.scorer.math

    task = Task(dataset=..., solver=generate(), scorer=math())

A sample is ``C``, ``I``, or ``N`` where the response gives no answer; one that is undecided has the number that it
scores. Its score has the extracted answer, a ``reason`` where it is neither right nor wrong, and the verdict with what
it rests on in its metadata. ``undecided_share`` and ``no_answer_share`` stand among the metrics, of the scored samples
(of several epochs, by each sample's first). ``tally`` counts what all scorers of this process have judged.
"""

from __future__ import annotations

from inspect_ai.scorer import (
    CORRECT,
    INCORRECT,
    NOANSWER,
    Metric,
    SampleScore,
    Score,
    Scorer,
    Target,
    accuracy,
    metric,
    scorer,
    stderr,
)
from inspect_ai.solver import TaskState

from .scoring import Judge, Tally

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Unpack

    from gradatim.verifier import Options, Profile

tally = Tally()

_VALUES = {"correct": CORRECT, "wrong": INCORRECT, "no_answer": NOANSWER}


@metric
def undecided_share() -> Metric:
    """Which share of the scored samples is undecided."""
    return _Share("undecided")


@metric
def no_answer_share() -> Metric:
    """Which share of the scored samples gives no answer."""
    return _Share("no_answer")


class _Share:
    def __init__(self, verdict: str) -> None:
        self.verdict = verdict

    def __call__(self, scores: list[SampleScore]) -> float:
        told = [(one.score.metadata or {}).get("verdict") for one in scores]
        return told.count(self.verdict) / len(told) if told else 0.0


@scorer(metrics=[accuracy(), stderr(), undecided_share(), no_answer_share()])
def math(*, undecided: float | None = 0.0, profile: Profile = "default", **options: Unpack[Options]) -> Scorer:
    """The scorer; ``undecided``, ``profile`` and ``options`` are those of :class:`gradatim.rewards.Judge`.

    A sample without a target is not scored, nor is one that is undecided with ``undecided=None``: inspect keeps them
    with their ``reason`` and counts them as ``unscored_samples``. Of several targets each would do.
    """
    judge = Judge(undecided=undecided, profile=profile, **options)
    judge.tally = tally

    async def score(state: TaskState, target: Target) -> Score:
        verdict = judge.verdict(list(target), state.output.completion)
        number = judge.score(verdict)
        told = {"verdict": verdict.verdict, "verdict_reason": verdict.reason}
        reason = None if verdict.verdict in ("correct", "wrong") else verdict.verdict
        if number is None:
            return Score.unscored(reason=reason, answer=verdict.extracted, metadata=told)
        value = _VALUES.get(verdict.verdict, number)
        return Score(value=value, answer=verdict.extracted, reason=reason, metadata=told)

    return score
