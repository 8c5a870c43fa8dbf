"""What the native module has; users take it from ``gradatim``, where it is documented."""

from collections.abc import Callable, Sequence
from os import PathLike
from typing import Any, Literal, final, overload

__version__: str
__all__ = [
    "Answer",
    "Explanation",
    "Extracted",
    "Hit",
    "Table",
    "Verdict",
    "Verdicts",
    "__version__",
    "answer",
    "as_toml",
    "benchmarks",
    "compare",
    "contaminated",
    "explain",
    "extract",
    "main",
    "measure",
    "near_duplicates",
    "settings",
    "token_count",
    "verify",
    "verify_many",
]

_Outcome = Literal["correct", "wrong", "undecided", "no_answer", "no_gold"]

@final
class Verdict:
    """Whether a response gives the gold answer, and what that rests on. True where it is ``correct``."""

    def __new__(cls, verdict: _Outcome, extracted: str | None, reason: str) -> Verdict: ...
    @property
    def verdict(self) -> _Outcome:
        """``correct``, ``wrong``, ``undecided``, ``no_answer`` or ``no_gold``."""
    @property
    def extracted(self) -> str | None:
        """The answer that was found in the response."""
    @property
    def reason(self) -> str:
        """What the verdict rests on."""
    def __bool__(self) -> bool: ...
    def __hash__(self) -> int: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    def __getnewargs__(self) -> tuple[str, str | None, str]: ...

@final
class Extracted:
    """The answer of a response."""

    def __new__(cls, text: str, span: tuple[int, int], rule: str, ambiguous: bool, piece: bool) -> Extracted: ...
    @property
    def text(self) -> str:
        """The answer, joined by commas where it stands in several boxes."""
    @property
    def span(self) -> tuple[int, int]:
        """Where it begins and ends in the response, in letters of a ``str``."""
    @property
    def rule(self) -> Literal["box", "tag", "hashes", "anchor", "math", "bold", "text", "number"]:
        """What pointed at it: ``box``, ``tag``, ``hashes``, ``anchor``, ``math``, ``bold``, ``text`` or ``number``."""
    @property
    def ambiguous(self) -> bool:
        """Whether another reading of the line gives another answer: no ``wrong`` rests on it."""
    @property
    def piece(self) -> bool:
        """Whether it is only a piece of what was said: neither ``correct`` nor ``wrong`` rests on it."""
    def __getnewargs__(self) -> tuple[str, tuple[int, int], str, bool, bool]: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...

@final
class Explanation:
    """How a response and a gold answer are read, and the verdict."""

    def __new__(
        cls,
        verdict: Verdict,
        thinking: str,
        found: Extracted | None,
        read_as: str | None,
        gold: str | None,
        gold_read_as: str | None,
    ) -> Explanation: ...
    @property
    def verdict(self) -> Verdict:
        """The verdict."""
    @property
    def thinking(self) -> Literal["absent", "open", "closed"]:
        """Whether the response thinks before it answers: ``absent``, ``closed``, or ``open`` where that never ends."""
    @property
    def found(self) -> Extracted | None:
        """The answer that was found in the response."""
    @property
    def read_as(self) -> str | None:
        """The tree that it is read as, operator first; ``None`` where it cannot be read."""
    @property
    def gold(self) -> str | None:
        """The gold answer without what is around it; ``None`` where there is none, or a proof."""
    @property
    def gold_read_as(self) -> str | None:
        """The tree that it is read as."""
    def __getnewargs__(self) -> tuple[Verdict, str, Extracted | None, str | None, str | None, str | None]: ...

@final
class Verdicts(Sequence[Verdict]):
    """A verdict for each pair, in their order: a sequence of ``Verdict``, and a table of Arrow (``verdict``, ``extracted``,
    ``reason``)."""

    def __new__(cls, verdicts: Sequence[Verdict]) -> Verdicts: ...
    def __getnewargs__(self) -> tuple[list[Verdict]]: ...
    def __len__(self) -> int: ...
    @overload
    def __getitem__(self, at: int, /) -> Verdict: ...
    @overload
    def __getitem__(self, at: slice, /) -> list[Verdict]: ...
    @property
    def correct(self) -> list[bool]:
        """Whether each is ``correct``."""
    @property
    def counts(self) -> dict[_Outcome, int]:
        """How many there are of each verdict, those of which there is none too."""
    def __arrow_c_schema__(self) -> object: ...
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...

@final
class Table:
    """Rows of an answer. ``pyarrow.table(rows)``, ``polars.DataFrame(rows)`` and every other library of Arrow's protocol take
    them without a copy."""

    def __new__(cls, stream: bytes) -> Table: ...
    def __getnewargs__(self) -> tuple[bytes]: ...
    def __len__(self) -> int: ...
    @property
    def column_names(self) -> list[str]:
        """Names of the columns, in their order."""
    def __arrow_c_schema__(self) -> object: ...
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...

@final
class Hit:
    """How a problem meets an item of a benchmark. True where it is one of its problems, and not only suspect."""

    def __new__(cls, benchmark: str, item: str, how: str, outcome: str) -> Hit: ...
    def __getnewargs__(self) -> tuple[str, str, str, str]: ...
    @property
    def benchmark(self) -> str:
        """The benchmark."""
    @property
    def item(self) -> str:
        """Its own id of the item, or its row."""
    @property
    def how(self) -> Literal["exact", "near", "part", "numbers_changed", "reworded"]:
        """What speaks for it: ``exact``, ``near``, ``part``, ``numbers_changed`` or ``reworded``."""
    @property
    def outcome(self) -> Literal["contaminated", "suspect"]:
        """Whether it is one of its problems, ``contaminated``, or perhaps made from one, ``suspect``."""
    def __bool__(self) -> bool: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...

@final
class Answer:
    """What a command said."""

    @property
    def exit_code(self) -> int: ...
    @property
    def report(self) -> Any: ...
    @property
    def rows(self) -> Table | None: ...
    @property
    def text(self) -> str: ...
    @property
    def notes(self) -> list[str]: ...

def verify(gold: str | None, response: str, profile: str = ..., named: object = ...) -> Verdict: ...
def compare(gold: str | None, answer: str, profile: str = ..., named: object = ...) -> Verdict: ...
def extract(response: str, profile: str = ..., named: object = ...) -> Extracted | None: ...
def explain(
    gold: str | None, response: str, profile: str = ..., named: object = ...
) -> Explanation: ...
def verify_many(
    golds: object,
    responses: object,
    whole: bool,
    threads: int | None = ...,
    profile: str = ...,
    named: object = ...,
) -> Verdicts: ...
def measure(
    problems: object | None,
    responses: object,
    golds: object | None,
    tokenizer: str,
    behaviours: bool,
    threads: int | None,
) -> Table: ...
def benchmarks() -> list[str]: ...
def contaminated(
    problems: object, golds: object | None, names: Sequence[str] | None, threads: int | None
) -> list[Hit | None]: ...
def near_duplicates(problems: object, threshold: float) -> list[int]: ...
def settings() -> list[tuple[str, str, str]]: ...
def token_count(text: str, tokenizer: str = ...) -> int: ...
def main(arguments: Sequence[str]) -> int: ...
def answer(
    arguments: Sequence[str | PathLike[str]],
    show: Callable[[int, str | None, float | None, str, list[str]], object] | None = None,
) -> Answer: ...
def as_toml(json: str) -> str: ...
