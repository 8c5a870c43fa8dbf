"""What must not be trained on, and what is there twice."""

from __future__ import annotations

from . import _native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ._native import Hit
    from .verifier import Texts


def contaminated(
    problems: Texts,
    golds: Texts | None = None,
    *,
    benchmarks: str | Sequence[str] | None = None,
    threads: int | None = None,
) -> list[Hit | None]:
    """How each problem meets an item of a benchmark: its worst hit, or ``None``; one that is only suspect is false.

    ``benchmarks`` is one or some of those that come along (``gradatim.screening.BENCHMARKS``; all where nothing is said); a
    gold answer makes more of the hits sure. How many items are found, and how many problems that are none are taken
    for one, the manifest of a run and its card say.

    >>> from gradatim import contaminated
    >>> contaminated(["What is 1 + 1?"])
    [None]
    """
    names = [benchmarks] if isinstance(benchmarks, str) else benchmarks and list(benchmarks)
    return _native.contaminated(problems, golds, names, threads)


BENCHMARKS = tuple(_native.benchmarks())
"""The benchmarks that come along, by name."""


def near_duplicates(problems: Texts, *, threshold: float = 0.8) -> list[int]:
    r"""For each problem the row of the one that stands for it and its near duplicates: its own where it has none.

    ``threshold`` is from 0.5 to 1, as ``[screen] near_duplicates`` of a pipeline; another one is a ``ValueError``.
    Which one stands for the others does not depend on their order. A process that was forked from one in which this or a
    command had run lacks the threads for it, and is refused with a ``RuntimeError``: start it by ``spawn`` or
    ``forkserver``.

    >>> from gradatim import near_duplicates
    >>> rows = near_duplicates([
    ...     r"A train leaves the station at 60 miles per hour. How far does it go in $\frac{5}{2}$ hours?",
    ...     "(AIME 2012) A train leaves the station at 60 miles per hour.  How far does it go in 5/2 hours?",
    ...     r"A train leaves the station at 80 miles per hour. How far does it go in $\frac{5}{2}$ hours?",
    ... ])
    >>> rows[0] == rows[1], rows[2]
    (True, 2)
    """
    return _native.near_duplicates(problems, threshold)
