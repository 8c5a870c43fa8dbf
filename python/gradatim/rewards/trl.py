r"""The reward of `TRL <https://github.com/huggingface/trl>`_'s ``GRPOTrainer`` and ``RLOOTrainer``, by its protocol.

.. code-block:: python

    from gradatim.rewards.trl import accuracy_reward          # in place of trl.rewards.accuracy_reward
    trainer = GRPOTrainer(model=..., reward_funcs=accuracy_reward, train_dataset=..., args=...)

It is synchronous, and judges a batch on all cores. A row without a gold answer gets ``None``, and TRL leaves it out of
its group. ``verdict/undecided`` and its like stand among the metrics, as shares of the batch; ``verdict``,
``extracted`` and ``verdict_reason`` in the table of completions.
"""

from __future__ import annotations

from .scoring import OUTCOMES, Judge, column, gold_column, reply, rows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Unpack

    from gradatim.verifier import Options, Profile


class AccuracyReward:
    r"""1 for a completion that gives the gold answer, 0 for one that does not, ``None`` where there is no gold answer.

    ``gold`` is the column of gold answers. ``undecided``, ``profile`` and ``options`` are those of
    :class:`gradatim.rewards.Judge`; ``undecided=None`` leaves such completions out of their group. What was judged is
    counted in ``tally``. It can be pickled, as a worker that is spawned asks.

    Options are not taken from the columns, which TRL passes by name: a column ``strict`` changes no verdict.

    >>> from gradatim.rewards.trl import AccuracyReward
    >>> reward = AccuracyReward(gold="answer", undecided=None)
    >>> reward([r"\boxed{0.5}", r"\boxed{2}", r"\boxed{1}"], answer=["1/2", "1/2", None])
    [1.0, 0.0, None]
    >>> reward([[{"role": "assistant", "content": r"\boxed{a plane}"}]], answer=["the whole plane"])
    [None]
    >>> reward.tally
    Tally(correct=1, wrong=1, undecided=1, no_answer=0, no_gold=1)
    """

    def __init__(
        self,
        *,
        gold: str = "solution",
        undecided: float | None = 0.0,
        profile: Profile = "default",
        **options: Unpack[Options],
    ) -> None:
        # TRL names a reward's metrics by this.
        self.__name__ = "accuracy_reward"
        self.gold = gold_column(gold)
        self.judge = Judge(undecided=undecided, profile=profile, **options)
        self.tally = self.judge.tally

    def __call__(
        self,
        completions: Sequence[object],
        *solution: Sequence[object],
        log_extra: Callable[[str, list[object]], None] | None = None,
        log_metric: Callable[[str, float], None] | None = None,
        **columns: object,
    ) -> list[float | None]:
        """A score for each of ``completions`` (texts, or lists of messages), in their order.

        Columns come by name, as TRL passes them; the gold answers may come behind the completions, too.
        """
        if len(solution) > 1:
            raise TypeError("behind the completions stand the gold answers alone; other columns come by name")
        golds = rows(solution[0] if solution else column(columns, self.gold), f"the column `{self.gold}`")
        replies = [reply(completion) for completion in rows(completions, "`completions`")]
        verdicts = self.judge.verdicts(golds, replies)
        if log_extra is not None:
            log_extra("verdict", [one.verdict for one in verdicts])
            log_extra("extracted", [one.extracted for one in verdicts])
            log_extra("verdict_reason", [one.reason for one in verdicts])
        if log_metric is not None and verdicts:
            for name in OUTCOMES:
                log_metric(f"verdict/{name}", sum(one.verdict == name for one in verdicts) / len(verdicts))
        return [self.judge.score(one) for one in verdicts]


accuracy_reward = AccuracyReward()
