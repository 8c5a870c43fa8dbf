r"""What a task of `lm-evaluation-harness <https://github.com/EleutherAI/lm-evaluation-harness>`_ scores answers by.

``tasks/gradatim_math.yaml`` beside this file is a whole task but for its data; a task of one's own includes it (its
path is ``gradatim.rewards.lm_eval.TASK``), and says what is else:

.. code-block:: yaml

    include: /…/gradatim/rewards/tasks/gradatim_math.yaml
    task: mine
    dataset_path: json
    dataset_kwargs: {data_files: {test: mine.jsonl}}     # with `problem` and `answer`

For other options, or another column of gold answers, ``utils.py`` beside the task makes the function,
``judged = ProcessResults(gold="solution", undecided=None)``, and the task names it by
``process_results: !function utils.judged``.
"""

from __future__ import annotations

import os

from gradatim import UsageError, extract

from .scoring import Judge, column, gold_column

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Unpack

    from gradatim.verifier import Options, Profile

TASK = os.path.join(os.path.dirname(os.path.abspath(__file__)), "tasks", "gradatim_math.yaml")


class ProcessResults:
    r"""A document's metrics: ``accuracy``, and 0 or 1 as ``undecided`` and ``no_answer``; means of several responses.

    ``gold`` is the document's field with the gold answer; one without is a :class:`gradatim.UsageError`. ``undecided``,
    ``profile`` and ``options`` are those of :class:`gradatim.rewards.Judge`; with ``undecided=None`` a document that is
    undecided has no ``accuracy``, and the harness takes the mean of the others. ``tally`` counts what was judged.

    >>> from gradatim.rewards.lm_eval import ProcessResults
    >>> ProcessResults(gold="solution")({"solution": "1/2"}, [r"So it is \boxed{0.5}."])
    {'accuracy': 1.0, 'undecided': 0.0, 'no_answer': 0.0}
    """

    def __init__(
        self,
        *,
        gold: str = "answer",
        undecided: float | None = 0.0,
        profile: Profile = "default",
        **options: Unpack[Options],
    ) -> None:
        self.__name__ = "process_results"
        self.gold = gold_column(gold)
        self.judge = Judge(undecided=undecided, profile=profile, **options)
        self.tally = self.judge.tally

    def __call__(self, doc: Mapping[str, object], results: Sequence[str | Sequence[str]]) -> dict[str, float]:
        """The metrics of a document; ``results`` holds a response, or a list of them where a filter has kept all."""
        responses = _responses(results)
        gold = column(doc, self.gold)
        verdicts = self.judge.verdicts([gold] * len(responses), responses)
        undecided = self.judge.undecided is None
        scores = [self.judge.number(one) for one in verdicts if not (undecided and one.verdict == "undecided")]
        metrics = {
            name: sum(one.verdict == name for one in verdicts) / len(verdicts) for name in ("undecided", "no_answer")
        }
        return {"accuracy": sum(scores) / len(scores), **metrics} if scores else metrics


def _responses(results: Sequence[str | Sequence[str]]) -> list[str]:
    """The responses to a document; :class:`gradatim.UsageError` where there are none."""
    kept = results[0] if isinstance(results, (list, tuple)) and results else None
    responses = [kept] if isinstance(kept, str) else list(kept or ())
    if responses and all(isinstance(one, str) for one in responses):
        return responses
    raise UsageError(
        f"`results` is {results!r}: it is a list of a response, or of a list of them",
        "score a task that generates text (`output_type: generate_until`)",
    )


def keep_answers(resps: Sequence[Sequence[str]], docs: Sequence[object]) -> list[list[str]]:
    r"""Of each response its answer, or an empty text: a filter, ``function: custom``, with ``filter_fn`` this.

    >>> from gradatim.rewards.lm_eval import keep_answers
    >>> keep_answers([[r"So it is \boxed{0.5}.", "<think>It is 0.5"]], [{}])
    [['0.5', '']]
    """
    return [[_answer(response) for response in responses] for responses in resps]


def _answer(response: str) -> str:
    found = extract(response)
    return found.text if found else ""


process_results = ProcessResults()
