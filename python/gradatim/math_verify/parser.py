"""Finds the answer of a text."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from typing import Literal, Protocol, TypeVar

from .. import _native

_log = logging.getLogger(__name__)

FallbackMode = Literal["no_fallback", "first_match"]
ExtractionMode = Literal["first_match", "any_match"]


@dataclass(frozen=True)
class LatexNormalizationConfig:
    """How LaTeX is mended before it is read: ``units`` must be true and ``boxed`` ``"all"``, the others do nothing."""

    basic_latex: bool = True
    units: bool = False
    malformed_operators: bool = False
    nits: bool = False
    boxed: Literal["all", "last", "none"] = "all"
    equations: bool = False


class Normalization(Protocol):
    """What is looked at of a normalization: ours, or latex2sympy2_extended's."""

    @property
    def units(self) -> bool: ...
    @property
    def boxed(self) -> str: ...


@dataclass(frozen=True)
class LatexExtractionConfig:
    """Looks for LaTeX.

    ``boxed_match_priority`` is where boxes stand: below 0 they are ignored, below 50 they come before anything but
    ``The final answer is …. I hope it is correct``, from 50 on a final answer that is announced behind them comes first,
    from 100 on any. Unless ``try_extract_without_anchor``, only what is boxed or announced is an answer.
    ``normalization_config`` is a :class:`LatexNormalizationConfig`, or latex2sympy2_extended's.
    """

    try_extract_without_anchor: bool = True
    boxed_match_priority: int = 50
    normalization_config: Normalization = field(
        default_factory=lambda: LatexNormalizationConfig(
            units=True, malformed_operators=True, nits=True
        )
    )


@dataclass(frozen=True)
class ExprExtractionConfig:
    """Looks for plain text; unless ``try_extract_without_anchor`` for such that is announced."""

    try_extract_without_anchor: bool = True


@dataclass(frozen=True)
class StringExtractionConfig:
    """Looks for one of some texts, as the letters of choices, and gives it in small letters if ``lowercase``."""

    strings: tuple[str, ...] = ("A", "B", "C", "D")
    try_extract_without_anchor: bool = True
    lowercase: bool = True


ExtractionTarget = LatexExtractionConfig | ExprExtractionConfig | StringExtractionConfig
_Config = TypeVar("_Config", LatexExtractionConfig, ExprExtractionConfig, StringExtractionConfig)


@dataclass(frozen=True)
class Reading:
    """How an answer is looked for, by the names of the verifier's options."""

    plain_text: bool = True
    boxed_match_priority: int = 50
    text_fallback: bool = True
    any_match: bool = True

    def options(self) -> dict[str, object]:
        """As the native module takes them."""
        return asdict(self)


@dataclass(frozen=True)
class Answer:
    """An answer that was found in a text; a value, which may be pickled. ``str()`` is its text.

    >>> from gradatim.math_verify import parse
    >>> answer, text = parse(r"So $x = 3$, hence it is \\boxed{\\frac12}.")
    >>> answer.read, str(answer) == text
    ('(/ 1 2)', True)
    """

    text: str
    """The answer, without what stands around it."""
    source: str = field(repr=False)
    """The text that it was found in."""
    rule: str
    """What pointed at it, as :class:`gradatim.Extracted` has it."""
    reading: Reading = field(repr=False)
    """How it was looked for."""

    @property
    def read(self) -> str | None:
        """The tree that it is read as, operator first; ``None`` where it cannot be read."""
        return _read_as(self.source, self.reading)

    def __str__(self) -> str:
        return self.text


def parse(
    pred: str,
    extraction_config: Sequence[ExtractionTarget] = (
        LatexExtractionConfig(),
        ExprExtractionConfig(),
    ),
    fallback_mode: FallbackMode = "first_match",
    extraction_mode: ExtractionMode = "any_match",
    parsing_timeout: int | None = 5,
    raise_on_error: bool = False,
) -> list[Answer | str]:
    r"""The answer of a text: empty where none is found, else the answer, and with ``first_match`` its text too.

    With ``fallback_mode="no_fallback"`` there is no text, and an answer alone that can be read as mathematics; with
    ``extraction_mode="any_match"`` one that cannot be read is passed over for the next that something points at. What a
    :class:`StringExtractionConfig` finds is a text. Of several configs that which finds an announced answer counts, of
    two such the one that stands later.

    ``pred`` that is no text gives nothing, or is raised where ``raise_on_error`` says so; a config that cannot be
    honoured is always a ``ValueError``. ``parsing_timeout`` does nothing.

    >>> from gradatim.math_verify import LatexExtractionConfig, StringExtractionConfig, parse
    >>> parse("The answer is $0.5$")
    [Answer(text='0.5', rule='anchor'), '0.5']
    >>> parse("We know $0.5$ of it", [LatexExtractionConfig(try_extract_without_anchor=False)])
    []
    >>> parse("The answer is A", [StringExtractionConfig()])
    ['a', 'A']
    """
    wanted = _wanted(tuple(extraction_config), fallback_mode, extraction_mode)
    if not isinstance(pred, str):
        if raise_on_error:
            raise TypeError(f"`pred` is a {type(pred).__name__}, and no text")
        _log.debug("what is no text has no answer: %r", pred)
        return []
    answer = wanted.answer(pred)
    choice = wanted.choice(pred)
    if choice is not None and (answer is None or choice.place >= answer[0]):
        parsed: list[Answer | str] = [choice.text.lower() if choice.lowercase else choice.text]
        text = choice.text
    elif answer is not None:
        parsed, text = [answer[1]], answer[1].text
    else:
        return []
    return [*parsed, text] if fallback_mode == "first_match" else parsed


# What is announced comes before what only stands there, and then what ends later.
Place = tuple[bool, int]


@dataclass(frozen=True)
class Choice:
    """One of some texts that was found."""

    text: str
    place: Place
    lowercase: bool


@dataclass(frozen=True)
class Wanted:
    """What is looked for."""

    reading: Reading
    latex: LatexExtractionConfig | None
    plain: ExprExtractionConfig | None
    strings: StringExtractionConfig | None

    def answer(self, text: str) -> tuple[Place, Answer] | None:
        """The answer that the verifier finds, and where."""
        if self.latex is None and self.plain is None:
            return None
        found = _native.extract(text, "math_verify", self.reading.options())
        if found is None or not self._takes(found.rule):
            return None
        if not self.reading.text_fallback and _read_as(text, self.reading) is None:
            return None
        answer = Answer(text=found.text, source=text, rule=found.rule, reading=self.reading)
        return (found.rule in _ANNOUNCED, found.span[1]), answer

    def _takes(self, rule: str) -> bool:
        """Whether what was pointed at in this way is looked for."""
        if rule in _ANNOUNCED:
            return True
        config = self.latex if rule == "math" and self.latex is not None else self.plain
        return config is not None and config.try_extract_without_anchor

    def choice(self, text: str) -> Choice | None:
        """The text of :class:`StringExtractionConfig` that is found."""
        if self.strings is None:
            return None
        for pattern, announced in _patterns(self.strings):
            matches: Iterator[re.Match[str]] = pattern.finditer(text)
            last = max(matches, key=lambda match: match.end(), default=None)
            if last is not None:
                return Choice(last["key"], (announced, last.end("key")), self.strings.lowercase)
        return None


_ANNOUNCED = ("box", "tag", "hashes", "anchor")


@lru_cache(maxsize=64)
def _wanted(
    configs: tuple[ExtractionTarget, ...], fallback: FallbackMode, mode: ExtractionMode
) -> Wanted:
    """What configs ask for; a ``ValueError`` where that cannot be done."""
    if fallback not in ("no_fallback", "first_match"):
        raise ValueError(f"`fallback_mode` is `no_fallback` or `first_match`, and not `{fallback}`")
    if mode not in ("first_match", "any_match"):
        raise ValueError(f"`extraction_mode` is `first_match` or `any_match`, and not `{mode}`")
    latex = _only(configs, LatexExtractionConfig)
    plain = _only(configs, ExprExtractionConfig)
    strings = _only(configs, StringExtractionConfig)
    if len([config for config in (latex, plain, strings) if config is not None]) < len(configs):
        raise ValueError("`extraction_config` holds something else than this module's configs")
    if latex is not None:
        _check(latex.normalization_config)
    reading = Reading(
        plain_text=plain is not None,
        # Boxes are LaTeX: who does not look for that looks for none.
        boxed_match_priority=-1 if latex is None else latex.boxed_match_priority,
        text_fallback=fallback == "first_match",
        any_match=mode == "any_match",
    )
    return Wanted(reading, latex, plain, strings)


def _only(configs: tuple[ExtractionTarget, ...], kind: type[_Config]) -> _Config | None:
    """The config of a kind; a ``ValueError`` where there are two."""
    found = [config for config in configs if isinstance(config, kind)]
    if len(found) > 1:
        raise ValueError(f"`extraction_config` holds {len(found)} of `{kind.__name__}`, of which one can be honoured")
    return found[0] if found else None


def _check(config: Normalization) -> None:
    if config.boxed != "all":
        raise ValueError(f"`boxed={config.boxed!r}` cannot be honoured: boxes that are one answer are all read (`all`)")
    if not config.units:
        raise ValueError("`units=False` cannot be honoured: what is a unit behind a number is read as one")


@lru_cache(maxsize=64)
def _patterns(config: StringExtractionConfig) -> list[tuple[re.Pattern[str], bool]]:
    """Where a text may stand, the surest first, and whether it is announced there."""
    key = f"(?P<key>{'|'.join(map(re.escape, config.strings))})"
    alone = rf"{key}(?:\*\*)?(?:[.,:\s]|$)"
    behind = rf"(?:^|\s)(?:\*\*)?{alone}"
    announced = [
        rf"(?i:final answer is):?\s*{key}\.?\s?I hope",
        rf"(?i:final answer.{{0,100}}?)\s+is:?\s*{key}",
        rf"(?i:answer):.{{0,50}}?{behind}",
        rf"(?i:answer).{{0,50}}?{behind}",
    ]
    bare = [rf"^(?:\*\*)?{alone}", behind] if config.try_extract_without_anchor else []
    return [(re.compile(pattern), pattern in announced) for pattern in announced + bare]


def _read_as(text: str, reading: Reading) -> str | None:
    return _native.explain(None, text, "math_verify", reading.options()).read_as
