"""A metric over lists of gold answers and responses."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from .grader import verify
from .parser import Answer, ExprExtractionConfig, ExtractionTarget, parse

_log = logging.getLogger(__name__)

Texts = tuple[list[str], list[str]]


def math_metric(
    gold_extraction_target: Sequence[ExtractionTarget] = (ExprExtractionConfig(),),
    pred_extraction_target: Sequence[ExtractionTarget] = (ExprExtractionConfig(),),
    aggregation_function: Callable[[list[float]], float] = max,
    precision: int = 6,
) -> Callable[[list[str], list[str]], tuple[float, Texts | None]]:
    r"""A function of a problem's gold answers and of its responses.

    It gives the aggregate of what the responses score (1 where one equals any of the gold answers, else 0), and the
    texts of all gold answers and responses that were found. A gold answer in which none is found is a ``ValueError``.

    >>> from gradatim.math_verify import LatexExtractionConfig, math_metric
    >>> metric = math_metric((LatexExtractionConfig(),), (LatexExtractionConfig(),))
    >>> metric([r"\boxed{0.5}"], [r"So $x = \frac{1}{2}$."])[0]
    1.0
    """

    def score(golds: list[str], predictions: list[str]) -> tuple[float, Texts | None]:
        read_golds = [parse(gold, gold_extraction_target) for gold in golds]
        read = [parse(prediction, pred_extraction_target) for prediction in predictions]
        if not all(read_golds):
            raise ValueError(f"no gold answer is found in at least one of {golds!r}")
        if not any(read):
            _log.warning("no answer is found in any of %r", predictions)
        scores = [float(any(verify(gold, one, precision) for gold in read_golds)) for one in read]
        return aggregation_function(scores), (_texts(read_golds), _texts(read))

    return score


def _texts(parsed: list[list[Answer | str]]) -> list[str]:
    return [str(item) for items in parsed for item in items]
