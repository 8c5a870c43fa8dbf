"""What all trainers' rewards share: judging, what a verdict scores, and the tally of what was judged."""

from __future__ import annotations

import math
import numbers
import threading
from decimal import Decimal

from gradatim import UsageError, Verdict, verify, verify_many

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Unpack

    from gradatim.verifier import Options, Profile

OUTCOMES: tuple[str, ...] = ("correct", "wrong", "undecided", "no_answer", "no_gold")

# Of several gold answers, the verdict that stands first here is the response's.
_FIRST = ("correct", "undecided", "wrong", "no_answer", "no_gold")


class Tally:
    """How many of each verdict were given in this process; safe in threads.

    What is unpickled in another process begins at nought there, so that the sum over processes is right.

    >>> from gradatim.rewards import Judge
    >>> judge = Judge()
    >>> _ = judge.verdicts(["1/2", "3", None], ["0.5", "4", "5"])
    >>> judge.tally
    Tally(correct=1, wrong=1, undecided=0, no_answer=0, no_gold=1)
    >>> judge.tally.clear()["correct"], judge.tally.total
    (1, 0)
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[str, int] = dict.fromkeys(OUTCOMES, 0)

    def add(self, verdicts: Iterable[Verdict]) -> None:
        """Counts these."""
        names = [one.verdict for one in verdicts]
        with self._lock:
            for name in names:
                self._counts[name] += 1

    @property
    def counts(self) -> dict[str, int]:
        """How many of each verdict, those of which there is none too."""
        with self._lock:
            return dict(self._counts)

    @property
    def total(self) -> int:
        """How many in all."""
        return sum(self.counts.values())

    def clear(self) -> dict[str, int]:
        """Begins at nought again, and says what there was."""
        with self._lock:
            counts, self._counts = self._counts, dict.fromkeys(OUTCOMES, 0)
        return counts

    def __repr__(self) -> str:
        return f"Tally({', '.join(f'{name}={count}' for name, count in self.counts.items())})"

    def __reduce__(self) -> tuple[type[Tally], tuple[()]]:
        return type(self), ()


class Judge:
    r"""Judges responses, says what each verdict scores, and counts them in ``tally``.

    ``undecided`` is what an ``undecided`` response scores, or ``None`` for nothing; ``gradatim.rewards`` says why 0.
    ``profile`` and ``options`` are the verifier's.

    >>> from gradatim.rewards import Judge
    >>> judge = Judge(undecided=0.25)
    >>> verdict = judge.verdict("the whole plane", r"\boxed{a plane}")
    >>> verdict.verdict, judge.score(verdict)
    ('undecided', 0.25)
    >>> judge.verdict(["1/2", "0.25"], r"\boxed{1/4}").verdict
    'correct'
    """

    def __init__(
        self, *, undecided: float | None = 0.0, profile: Profile = "default", **options: Unpack[Options]
    ) -> None:
        if undecided is not None and (isinstance(undecided, bool) or not isinstance(undecided, numbers.Real)):
            raise TypeError(f"`undecided` is a {type(undecided).__name__}: it is what such a response scores, or None")
        if undecided is not None and not math.isfinite(undecided):
            raise ValueError(f"`undecided` is {undecided}: it is a number, or None for nothing")
        verify("1", "1", profile=profile, **options)
        self.undecided = None if undecided is None else float(undecided)
        self.profile: Profile = profile
        self.options = options
        self.tally = Tally()

    def verdict(self, gold: object, response: str) -> Verdict:
        """The verdict of one response; ``gold`` is a text, a number, a list of such, or ``None``."""
        golds = texts(gold)
        many = [verify(one, response, profile=self.profile, **self.options) for one in golds]
        verdict = first(many)
        self.tally.add([verdict])
        return verdict

    def verdicts(self, golds: Sequence[object], responses: Sequence[str]) -> list[Verdict]:
        """The verdict of each response, in their order, on all cores."""
        if len(golds) != len(responses):
            raise ValueError(f"there are {len(golds)} gold answers and {len(responses)} responses")
        each = [texts(gold) for gold in golds]
        pairs = [(gold, response) for some, response in zip(each, responses) for gold in some]
        many = iter(
            verify_many(
                [gold for gold, _ in pairs], [response for _, response in pairs], profile=self.profile, **self.options
            )
        )
        verdicts = [first([next(many) for _ in some]) for some in each]
        self.tally.add(verdicts)
        return verdicts

    def score(self, verdict: Verdict) -> float | None:
        """What a verdict scores; ``None`` where there is no gold answer, or ``undecided`` is ``None``."""
        if verdict.verdict == "no_gold":
            return None
        return self.undecided if verdict.verdict == "undecided" else float(bool(verdict))

    def number(self, verdict: Verdict) -> float:
        """What a verdict scores, for who takes numbers alone; :class:`gradatim.UsageError` where that is nothing."""
        score = self.score(verdict)
        if score is None:
            has_gold = verdict.verdict != "no_gold"
            raise UsageError(
                f"a response was to be scored that is `{verdict.verdict}`, and that scores nothing",
                "say what it scores: `undecided=0.0`"
                if has_gold
                else "leave rows without a gold answer out, or name the column that holds it",
            )
        return score


def numeric(undecided: float | None) -> float:
    """``undecided`` for a trainer that takes numbers alone."""
    if undecided is None:
        raise UsageError("`undecided=None` has no score here", "say what it scores: `undecided=0.0`")
    return undecided


def texts(gold: object) -> list[str | None]:
    """The gold answers that a value holds, at least one: a text or a number is one, a list may be several."""
    if gold is None or isinstance(gold, str):
        return [gold]
    if isinstance(gold, (numbers.Real, Decimal)) and not isinstance(gold, bool):
        # What is missing in a column of numbers is NaN in pandas.
        return [str(gold) if gold == gold else None]
    tolist = getattr(gold, "tolist", None)
    listed = tolist() if tolist else gold
    if isinstance(listed, (list, tuple)):
        return [text for one in listed for text in texts(one)] or [None]
    raise TypeError(f"a gold answer is a {type(gold).__name__}: it is a text or a number, or a list of them")


def rows(column: object, name: str) -> list[object]:
    """The rows of a column, of a list or of any library's; ``name`` is what an error calls it."""
    tolist = getattr(column, "tolist", None) or getattr(column, "to_pylist", None) or getattr(column, "to_list", None)
    listed = tolist() if tolist else column
    if isinstance(listed, (list, tuple)):
        return list(listed)
    raise TypeError(f"{name} is a {type(column).__name__}: it is a list, one a completion")


def gold_column(name: object) -> str:
    """The name of a column of gold answers."""
    if isinstance(name, str):
        return name
    raise TypeError(f"`gold` is a {type(name).__name__}: it is the name of the column of gold answers")


def first(verdicts: Sequence[Verdict]) -> Verdict:
    """Of a response's verdicts by several gold answers, the one that is its own."""
    return min(verdicts, key=lambda one: _FIRST.index(one.verdict))


def column(row: Mapping[str, object], name: str) -> object:
    """A column of a row; :class:`gradatim.UsageError` with the names that there are, where it is not one."""
    if name in row:
        return row[name]
    raise UsageError(
        f"there is no column `{name}` with gold answers",
        f"name it by `gold=`: there are {', '.join(f'`{one}`' for one in row) or 'none'}",
    )


def reply(message: object) -> str:
    """The text of a completion: itself, or that of the last turn of the assistant's, of texts and parts.

    A turn without text (one that calls a tool) is an empty text.
    """
    if isinstance(message, str):
        return message
    if isinstance(message, (list, tuple)) and all(isinstance(turn, dict) for turn in message):
        said = [turn for turn in message if turn.get("role", "assistant") == "assistant"]
        if not said:
            raise TypeError("a completion has no turn of the assistant's")
        return _content(said[-1].get("content"))
    raise TypeError(f"a completion is a {type(message).__name__}: it is a text, or a list of messages")


def _content(content: object) -> str:
    if content is None or isinstance(content, str):
        return content or ""
    if isinstance(content, (list, tuple)) and all(isinstance(part, dict) for part in content):
        return "".join(part.get("text") or "" for part in content)
    raise TypeError(f"the content of a message is a {type(content).__name__}: it is a text, or a list of parts")
