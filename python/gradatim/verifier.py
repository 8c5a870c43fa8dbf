"""The verifier: whether a response gives the gold answer.

Exact, with bounded work and no clock: a verdict depends on its two texts and the options alone, in any thread and
process. Each function lets other threads of Python run meanwhile.

``profile`` is ``"default"``, or ``"math_verify"`` for the conventions of Math-Verify 0.9.0. Each option that
:class:`Options` lists goes over the profile's.
"""

from __future__ import annotations

from . import _native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Literal, Protocol, TypedDict, Unpack

    from ._native import Explanation, Extracted, Verdict, Verdicts

    Profile = Literal["default", "math_verify"]

    class ArrowArray(Protocol):
        """A column of Arrow's in one piece."""

        def __arrow_c_array__(self, requested_schema: object | None = None) -> tuple[object, object]: ...

    class ArrowStream(Protocol):
        """A column of Arrow's in pieces."""

        def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...

    Texts = Iterable[str | int | None] | ArrowArray | ArrowStream

    class Options(TypedDict, total=False):
        """What a verdict may be told to do otherwise; ``None`` takes away what may be nothing."""

        rounding_digits: int | None
        answer_rounding_digits: int | None
        float_rounding: int | None
        rel_tol: float | str | None
        abs_tol: float | str | None
        numeric_precision: int | None
        bare_percent: bool
        strict: bool
        allow_set_relation_comp: bool
        stated_values: bool
        boxed_match_priority: int
        loose_boxes: bool
        inline_across_lines: bool
        plain_text: bool
        gold_plain_text: bool
        text_fallback: bool
        any_match: bool
        fuel: int


def verify(
    gold: str | None,
    response: str,
    *,
    profile: Profile = "default",
    **options: Unpack[Options],
) -> Verdict:
    r"""Whether the answer of a response is the gold answer.

    ``gold`` may carry ``$…$``, ``\boxed{…}``, ``#### …`` or a sentence; where it is ``None`` or empty the verdict is
    ``no_gold``. In ``response`` the answer is looked for behind its thinking, and one that never ends has
    ``no_answer``.

    >>> from gradatim import verify
    >>> verify("1/2", r"<think>Half.</think>So it is \boxed{0.5}.").verdict
    'correct'
    >>> verify("2", r"\boxed{2.0001}").verdict, verify("2", r"\boxed{2.0001}", rel_tol=1e-4).verdict
    ('wrong', 'correct')
    >>> verify("1/2", "<think>It is 1/2").reason
    'open_thinking'
    """
    return _native.verify(gold, response, profile, options)


def compare(
    gold: str | None,
    answer: str,
    *,
    profile: Profile = "default",
    **options: Unpack[Options],
) -> Verdict:
    r"""Whether a bare answer, with no response around it, is the gold answer.

    >>> from gradatim import compare
    >>> compare(r"\frac{1}{2}", "0.5").verdict
    'correct'
    >>> compare("the whole plane", "a plane").verdict
    'undecided'
    """
    return _native.compare(gold, answer, profile, options)


def extract(
    response: str,
    *,
    profile: Profile = "default",
    **options: Unpack[Options],
) -> Extracted | None:
    r"""The answer of a response, where it stands and what pointed at it; ``None`` where it gives none.

    >>> from gradatim import extract
    >>> response = r"So it is \boxed{7}."
    >>> found = extract(response)
    >>> found.text, found.rule, response[slice(*found.span)]
    ('7', 'box', '7')
    """
    return _native.extract(response, profile, options)


def explain(
    gold: str | None,
    response: str,
    *,
    profile: Profile = "default",
    **options: Unpack[Options],
) -> Explanation:
    r"""The verdict, with how both texts are read.

    >>> from gradatim import explain
    >>> explained = explain("x/2 + 1", r"It is \boxed{\frac{x}{2}+1}.")
    >>> explained.verdict.reason, explained.read_as, explained.gold_read_as
    ('same_text', '(+ (/ x 2) 1)', '(+ (/ x 2) 1)')
    """
    return _native.explain(gold, response, profile, options)


def verify_many(
    golds: Texts,
    responses: Texts,
    *,
    threads: int | None = None,
    profile: Profile = "default",
    **options: Unpack[Options],
) -> Verdicts:
    r""":func:`verify` of each row of two columns of one length, on ``threads`` threads (as many as the machine has).

    A column is a list, or a column of texts of any library of Arrow's PyCapsule protocol (pyarrow, polars, pandas 3,
    duckdb, datasets): plain, large, view or dictionary texts, in chunks, with nulls, of which nothing is copied. A table
    of one column is that column. A whole number is its digits, a null an empty text. The verdicts are those of one thread, in the rows' order; they
    are a sequence, and a table of the columns ``verdict``, ``extracted`` (null where nothing was found) and ``reason``.
    Ctrl-C ends it.

    >>> from gradatim import verify_many
    >>> verdicts = verify_many(["1/2", "3", None], [r"\boxed{0.5}", r"\boxed{4}", r"\boxed{5}"])
    >>> [one.verdict for one in verdicts], verdicts.correct
    (['correct', 'wrong', 'no_gold'], [True, False, False])
    """
    return _native.verify_many(golds, responses, False, threads, profile, options)


def compare_many(
    golds: Texts,
    answers: Texts,
    *,
    threads: int | None = None,
    profile: Profile = "default",
    **options: Unpack[Options],
) -> Verdicts:
    """:func:`compare` of each row of two columns, as :func:`verify_many` is of :func:`verify`.

    >>> from gradatim import compare_many
    >>> compare_many(["1/2", "3"], ["0.5", None]).counts["no_answer"]
    1
    """
    return _native.verify_many(golds, answers, True, threads, profile, options)


def token_count(text: str, *, tokenizer: str = "qwen2.5") -> int:
    """How many tokens a text has by Qwen2.5's vocabulary, or by that of a ``tokenizer.json``, whose path is named.

    Added tokens that the text names are counted, and none is put around it. A tokenizer is loaded once; one that cannot
    be used is a :class:`UsageError`.

    >>> from gradatim import token_count
    >>> token_count("So the answer is 12.")
    8
    """
    return _native.token_count(text, tokenizer)
