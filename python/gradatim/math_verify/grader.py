"""Whether what was parsed of a response equals what was parsed of a gold answer."""

from __future__ import annotations

import logging
import sys
from itertools import product

from .. import _native
from .parser import Answer, Reading

_log = logging.getLogger(__name__)


def verify(
    gold: object,
    target: object,
    float_rounding: int = 6,
    numeric_precision: int = 15,
    strict: bool = True,
    allow_set_relation_comp: bool = False,
    timeout_seconds: int | None = 5,
    raise_on_error: bool = False,
) -> bool:
    r"""Whether one of the gold answers equals one of the answers.

    Both are what :func:`parse` gives, one item of it, a text, a number, an object of sympy, or a list of these. An answer
    is compared with an answer, a text with a text, letter by letter. ``float_rounding`` are the decimals at which
    values are equal of which one is a decimal; below a ``numeric_precision`` of 15 two constants are equal that differ
    behind so many decimals, from there on where it is proved. Unless ``strict``, variables are matched by their order,
    and a set is compared with a tuple; ``allow_set_relation_comp`` lets ``1 < x < 2`` of the response stand for the
    ``(1, 2)`` of the gold answer, as the other way round it always may.

    What cannot be compared is false, or raised where ``raise_on_error`` says so; an option that takes no such value is
    always raised. ``timeout_seconds`` does nothing.

    >>> from gradatim.math_verify import parse, verify
    >>> verify(parse("$1 < x < 2$"), parse(r"\boxed{(1, 2)}")), verify(parse("$(1, 2)$"), parse("$1 < x < 2$"))
    (True, False)
    >>> verify(parse("$f(x)$"), parse("$f(y)$"), strict=False)
    True
    >>> verify("B", ["A", "B"])
    True
    """
    options: dict[str, object] = {
        "float_rounding": float_rounding,
        "numeric_precision": numeric_precision,
        "strict": strict,
        "allow_set_relation_comp": allow_set_relation_comp,
    }
    try:
        pairs = list(product(_items(gold), _items(target)))
    except Exception:
        if raise_on_error:
            raise
        _log.debug("what cannot be compared is no match", exc_info=True)
        return False
    return any(_is_same(gold, target, options) for gold, target in pairs)


def _is_same(gold: Answer | _Text, target: Answer | _Text, options: dict[str, object]) -> bool:
    if isinstance(gold, Answer) and isinstance(target, Answer):
        return bool(_native.verify(_gold(gold, target), target.source, "math_verify", _all(gold, target, options)))
    if isinstance(gold, _Text) and isinstance(target, _Text) and not (gold.of_answer and target.of_answer):
        return gold.text != "" and gold.text == target.text
    return False


def _gold(gold: Answer, target: Answer) -> str:
    """The text that holds the gold answer: its own where both are looked for in one way."""
    same = gold.reading.boxed_match_priority == target.reading.boxed_match_priority
    return gold.source if same else gold.text


def _all(gold: Answer, target: Answer, options: dict[str, object]) -> dict[str, object]:
    """The options of a verdict, and of how both sides were read."""
    both = gold.reading.text_fallback and target.reading.text_fallback
    gold_plain = gold.reading.plain_text or _gold(gold, target) is not gold.source
    return {**target.reading.options(), **options, "text_fallback": both, "gold_plain_text": gold_plain}


class _Text:
    """A text, which may be that of the answer before it: such two are judged as answers alone."""

    __slots__ = ("of_answer", "text")

    def __init__(self, text: str, of_answer: bool) -> None:
        self.text = text.strip()
        self.of_answer = of_answer


def _items(value: object) -> list[Answer | _Text]:
    items: list[Answer | _Text] = []
    for item in value if isinstance(value, list) else [value]:
        before = items[-1] if items else None
        if isinstance(item, Answer):
            items.append(item)
        elif isinstance(item, str):
            items.append(_Text(item, isinstance(before, Answer) and before.text == item))
        else:
            items.append(_answer(item))
    return items


def _answer(value: object) -> Answer:
    """An answer of what is no text: a number, or an object of sympy by its LaTeX."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        text = str(value)
    elif (sympy := sys.modules.get("sympy")) and isinstance(value, (sympy.Basic, sympy.MatrixBase)):
        text = sympy.latex(value)
    else:
        raise TypeError(f"neither parsed, nor a text, a number or of sympy: {type(value).__name__}")
    return Answer(text=text, source=text, rule="text", reading=Reading())
