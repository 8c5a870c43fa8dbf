r"""The reward of `verifiers <https://github.com/PrimeIntellect-ai/verifiers>`_ 0.4 (prime-rl), by its protocol.

.. code-block:: toml

    [env.taskset.task.rewards.correct]
    fn = "gradatim.rewards.verifiers:correct"

or in a task, whose data has an ``answer``:

.. code-block:: python

    class MathTask(vf.Task[MathData]):
        @vf.reward(weight=1.0)
        async def correct(self, trace: vf.Trace) -> float:
            return await correct(self.data, trace)

It judges the trace's last reply, and records which verdict that was as metrics of the trace (``verdict_correct`` and
its like, 0 or 1), with answer and reason in ``trace.info["gradatim"]``. A task without a gold answer is an error, which
verifiers takes as the trace's ``TaskError``, with the reward ``None``.
"""

from __future__ import annotations

from .scoring import OUTCOMES, Judge, column, numeric

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Unpack

    from gradatim.verifier import Options, Profile


class Correct:
    r"""1 for a trace whose last reply gives the gold answer, 0 for another.

    ``gold`` is the field of the task's data with the gold answer. ``undecided`` (a number), ``profile`` and ``options``
    are those of :class:`gradatim.rewards.Judge`. What was judged is counted in ``tally``.

    >>> import asyncio
    >>> from types import SimpleNamespace as Some
    >>> from gradatim.rewards.verifiers import Correct
    >>> reward = Correct(undecided=0.5)
    >>> trace = Some(last_reply=r"So it is \boxed{a plane}.", info={}, record_metrics=lambda values: None)
    >>> asyncio.run(reward(Some(answer="the whole plane"), trace)), trace.info["gradatim"]["verdict"]
    (0.5, 'undecided')
    """

    def __init__(
        self,
        *,
        gold: str = "answer",
        undecided: float = 0.0,
        profile: Profile = "default",
        **options: Unpack[Options],
    ) -> None:
        self.__name__ = "correct"
        self.gold = gold
        self.judge = Judge(undecided=numeric(undecided), profile=profile, **options)
        self.tally = self.judge.tally

    async def __call__(self, task: Any, trace: Any) -> float:
        """The score of a trace; ``task`` is the task's data."""
        gold = getattr(task, self.gold) if hasattr(task, self.gold) else column(_fields(task), self.gold)
        verdict = self.judge.verdict(gold, trace.last_reply)
        trace.record_metrics({f"verdict_{name}": float(verdict.verdict == name) for name in OUTCOMES})
        trace.info["gradatim"] = {
            "verdict": verdict.verdict,
            "extracted": verdict.extracted,
            "reason": verdict.reason,
        }
        return self.judge.number(verdict)


def _fields(task: Any) -> dict[str, object]:
    return {name: None for name in getattr(type(task), "model_fields", vars(task))}


correct = Correct()
