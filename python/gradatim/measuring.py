"""The measurements of texts, as a pool has them."""

from __future__ import annotations

from . import _native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._native import Table
    from .verifier import Texts


def measure(
    response: Texts,
    *,
    problem: Texts | None = None,
    answer: Texts | None = None,
    tokenizer: str = "qwen2.5",
    behaviours: bool = False,
    threads: int | None = None,
) -> Table:
    r"""What a run measures of trajectories, for columns of their texts, of one length and in their order.

    ``response`` holds whole replies, ``answer`` the gold answers (without them each verdict is ``no_gold``). The table
    has, under the names of the pool and the ledger: ``verdict``, ``verdict_reason``, ``extracted`` (its first 200
    letters), ``tokens`` and of them ``thinking_tokens`` by ``tokenizer`` (``qwen2.5``, or the path of a
    ``tokenizer.json``), ``bytes``, ``finished`` (null where the text does not tell), ``repeated_share``,
    ``style_text``; where ``problem`` is given ``problem_id`` and ``trajectory_id``; and with ``behaviours`` their four
    counts. A null is an empty text.

    The columns are lists or Arrow, as :func:`gradatim.verify_many` takes them: ``measure(frame["response"])``.

    >>> from gradatim import measure
    >>> rows = measure([r"<think>Half.</think>So it is \boxed{0.5}."], answer=["1/2"])
    >>> rows.column_names[:4]
    ['verdict', 'verdict_reason', 'extracted', 'tokens']
    >>> import pyarrow
    >>> pyarrow.table(rows)["verdict"].to_pylist()
    ['correct']
    """
    return _native.measure(problem, response, answer, tokenizer, behaviours, threads)
