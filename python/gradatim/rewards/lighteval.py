r"""A metric of `lighteval <https://github.com/huggingface/lighteval>`_, for tasks of one's own.

.. code-block:: python

    from gradatim.rewards.lighteval import accuracy

    task = LightevalTaskConfig(name="mine", metrics=[accuracy], ...)
    TASKS_TABLE = [task]

It gives four numbers a row: ``accuracy``, ``undecided``, ``no_answer`` and ``no_gold``, and lighteval shows the mean of
each. Of several responses to one row each number is the mean. Gold answers are the row's (``Doc.get_golds``), of which
each would do. A row without one, as one that ``undecided=None`` leaves out, is not in the mean of ``accuracy``.
"""

from __future__ import annotations

import math

from lighteval.metrics.metrics_sample import SampleLevelComputation
from lighteval.metrics.utils.metric_utils import SampleLevelMetricGrouping
from lighteval.models.model_output import ModelResponse
from lighteval.tasks.requests import Doc, SamplingMethod

from .scoring import Judge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, Unpack

    from gradatim.verifier import Options, Profile


class Accuracy(SampleLevelComputation):
    """What the metric computes for a row; :func:`metric` makes it one. What was judged is counted in ``tally``."""

    def __init__(
        self, *, undecided: float | None = 0.0, profile: Profile = "default", **options: Unpack[Options]
    ) -> None:
        self.judge = Judge(undecided=undecided, profile=profile, **options)
        self.tally = self.judge.tally

    def compute(self, doc: Doc, model_response: ModelResponse, **kwargs: object) -> dict[str, float]:
        """The numbers of a row; ``accuracy`` is NaN where nothing in it was scored, and is left out of the mean."""
        responses = list(model_response.final_text)
        golds = doc.get_golds()  # type: ignore[no-untyped-call, unused-ignore]
        verdicts = self.judge.verdicts([golds] * len(responses), responses)
        shares = {
            name: mean(float(one.verdict == name) for one in verdicts) for name in ("undecided", "no_answer", "no_gold")
        }
        return {"accuracy": mean(self.judge.score(one) for one in verdicts), **shares}


def metric(
    *, undecided: float | None = 0.0, profile: Profile = "default", **options: Unpack[Options]
) -> SampleLevelMetricGrouping:
    """The metric with other options, those of :class:`gradatim.rewards.Judge`."""
    names = ["accuracy", "undecided", "no_answer", "no_gold"]
    higher: Any = {name: name == "accuracy" for name in names}
    return SampleLevelMetricGrouping(
        metric_name=names,
        higher_is_better=higher,
        category=SamplingMethod.GENERATIVE,
        sample_level_fn=Accuracy(undecided=undecided, profile=profile, **options),
        corpus_level_fn=dict.fromkeys(names, mean),
    )


def mean(numbers: Iterable[float | None]) -> float:
    """The mean of the numbers that there are; NaN where there is none."""
    there = [one for one in numbers if one is not None and not math.isnan(one)]
    return sum(there) / len(there) if there else math.nan


accuracy = metric()
