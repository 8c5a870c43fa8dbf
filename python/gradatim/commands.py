"""The commands of the program, a function each, in this process.

Each takes what the command takes, under the same names, and gives its report as an object: its chief figures by name and
type, and the whole as the program's ``--json`` has it in ``raw`` (``gradatim schema`` prints what stands in it). What is
told beside the report stands in ``notes``. An error of the program is raised, with its hint
(:mod:`gradatim.errors`); an answer that is no (a check that found something, a difference) is an answer.

Ctrl-C ends a call as it ends the program: what ``run`` had measured is kept in its pool. Work that looks at no signal (most
of ``check``, ``balance``, ``preflight``) is waited for two seconds, and then ends by itself, unheard. Other threads run
meanwhile.
Progress is a line on a terminal, a bar of ``tqdm``'s in a notebook (lines where that is not installed), and nothing
elsewhere.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, TypeVar, overload

from . import _native
from ._native import Table
from ._progress import shown

PathText = str | os.PathLike[str]
Pipeline = PathText | Mapping[str, Any]
OnShortfall = Literal["refuse", "skip", "short"]
Hub = Literal["stream", "cache"]


@dataclass(frozen=True, kw_only=True, repr=False)
class Report:
    """What a command reports. Its ``repr`` is a line, in which a list is how many items it has."""

    raw: Any = field(repr=False)
    """The whole, as ``--json`` prints it."""
    notes: list[str] = field(repr=False)
    """What is told beside it."""

    def __repr__(self) -> str:
        shown = (one.name for one in fields(self) if one.repr)
        figures = (f"{name}={_brief(getattr(self, name))}" for name in shown)
        return f"{type(self).__name__}({', '.join(figures)})"


def _brief(value: object) -> str:
    """A value, or how many items a list has."""
    if not isinstance(value, list):
        return repr(value)
    return f"<{len(value)} item{'' if len(value) == 1 else 's'}>"


@dataclass(frozen=True)
class Fates:
    """Where the entries of a source went: ``read = kept`` and all that was dropped, by reason."""

    source: str
    read: int
    kept: int
    dropped: dict[str, int]


@dataclass(frozen=True)
class Subset:
    """A subset or control."""

    name: str
    role: str
    size: int
    steps: int | None
    bucket: int
    bucket_share: float | None


@dataclass(frozen=True)
class Missing:
    """A subset that could not be filled."""

    name: str
    asked: int
    available: int
    unit: str
    reason: str


@dataclass(frozen=True, kw_only=True, repr=False)
class Made(Report):
    """What a run makes."""

    ledger: list[Fates]
    subsets: list[Subset]
    shortfalls: list[Missing]
    warnings: list[str]


@dataclass(frozen=True, kw_only=True, repr=False)
class Run(Made):
    """What a run made, and where."""

    out: Path | str
    """The folder, or its address in an object store."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Plan(Made):
    """What a run would make."""

    text_bytes: int
    """What the subsets' texts take."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Check(Report):
    """Whether a folder is what its manifest says; true where it is."""

    broken: list[str]
    """The promises that do not hold, a line each."""
    digest: str
    """The one hash that names all files."""
    files: int
    subsets: int
    rows: int
    entries: int

    @property
    def sound(self) -> bool:
        """Whether no promise is broken."""
        return not self.broken

    def __bool__(self) -> bool:
        return self.sound


@dataclass(frozen=True, kw_only=True, repr=False)
class Balance(Report):
    """How subsets stand beside their controls."""

    pairs: list[dict[str, Any]]
    """Each pair that was compared."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Why(Report):
    """Why entries are where they are."""

    entries: list[dict[str, Any]]
    """Each entry that the id names: ``ledger``, ``decisions``, ``standings`` and more."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Audit(Report):
    """What a dataset is, and what is wrong with it."""

    entries: int
    trajectories: int
    problems: int
    findings: list[dict[str, Any]]


@dataclass(frozen=True, kw_only=True, repr=False)
class Diff(Report):
    """Where two folders or datasets differ."""

    differs: bool
    same_rows: int


@dataclass(frozen=True, kw_only=True, repr=False)
class Evaluation(Report):
    """What logs of evaluations say of the trained models."""

    runs: list[dict[str, Any]]


@dataclass(frozen=True, kw_only=True, repr=False)
class Preflight(Report):
    """What a trainer makes of each subset."""

    subsets: list[dict[str, Any]]
    """Each subset: what is cut, dropped and trained on."""


R = TypeVar("R", bound=Report)
M = TypeVar("M", bound=Made)


def run(
    pipeline: Pipeline,
    out: PathText,
    *,
    sources: Mapping[str, PathText] | None = None,
    base: PathText | None = None,
    on_shortfall: OnShortfall | None = None,
    seed: int | None = None,
    wait: bool = False,
    report: bool = False,
    pool: PathText | None = None,
    threads: int | None = None,
    batch_size: int | None = None,
    memory: str | None = None,
    hub: Hub | None = None,
    hub_space: str | None = None,
    timings: PathText | None = None,
) -> Run:
    """Makes the subsets and controls of a pipeline in the folder ``out``, which must not exist; it may be the address of one
    in an object store, as ``s3://BUCKET/FOLDER``.

    ``pipeline`` is a file, or what stands in one as a dict; relative paths in a dict start at the current folder unless
    ``base`` says otherwise. ``sources`` says where each source, companion, benchmark or join lies, by its name. What
    is written is the same, byte for byte, as the program writes, for any ``threads``, ``batch_size`` and ``memory``.
    """
    given = dict(locals())
    with _written(pipeline, base) as written:
        answer = _answer("run", given | written, ["pipeline"])
    place = os.fspath(out)
    return _made(Run, answer, out=place if is_address(place) else Path(place))


def plan(
    pipeline: Pipeline,
    *,
    sources: Mapping[str, PathText] | None = None,
    base: PathText | None = None,
    on_shortfall: OnShortfall | None = None,
    seed: int | None = None,
    pool: PathText | None = None,
    threads: int | None = None,
    batch_size: int | None = None,
    memory: str | None = None,
    hub: Hub | None = None,
    hub_space: str | None = None,
    timings: PathText | None = None,
) -> Plan:
    """What :func:`run` would make, and what is missing; no output is written, and what is measured is kept in the pool."""
    given = dict(locals())
    with _written(pipeline, base) as written:
        answer = _answer("plan", given | written, ["pipeline"])
    return _made(Plan, answer)


def check(
    out: PathText,
    *,
    expect: str | None = None,
    measure_again: bool = False,
    base: PathText | None = None,
    sources: Mapping[str, PathText] | None = None,
    sample: int | None = None,
    sample_seed: int | None = None,
) -> Check:
    """Whether an output folder is what its manifest says: all that follows from its ledger and pipeline, made again.

    ``expect`` is the digest that it must have; with ``measure_again`` a sample of the entries is measured again from
    the sources, which ``sources`` may name.
    """
    return _told(Check, _answer("check", locals(), ["out"], {"measure_again": "sources"}))


def balance(
    out: PathText,
    first: str | None = None,
    second: str | None = None,
    *,
    plot: PathText | None = None,
) -> Balance:
    """How two subsets compare, or each subset with each of its controls; ``plot`` is an SVG file to draw."""
    answer = _answer("balance", locals(), ["out", "first", "second"])
    pairs = answer.report["pairs"] if "pairs" in answer.report else [answer.report]
    return _told(Balance, answer, pairs=pairs)


def why(
    id: str,
    out: PathText = "out",
    *,
    text: bool = False,
    subset: str | None = None,
    base: PathText | None = None,
    sources: Mapping[str, PathText] | None = None,
    pool: PathText | None = None,
) -> Why:
    """Why a trajectory or a problem is where it is: by its id, its first 6 digits, the source's own id, or its place."""
    answer = _answer("why", locals(), ["id"], {"out": "in"})
    return _told(Why, answer, entries=answer.report)


def audit(
    sources: PathText | Sequence[PathText],
    *,
    against: PathText | None = None,
    config: str | None = None,
    split: str | None = None,
    layout: str | None = None,
    tokenizer: PathText | None = None,
    out: PathText | None = None,
    pool: PathText | None = None,
    threads: int | None = None,
    memory: str | None = None,
    hub: Hub | None = None,
) -> Audit:
    """What a dataset is, and what is wrong with it; ``out`` is a folder for the rows of each finding."""
    return _told(Audit, _answer("audit", locals(), ["sources"]))


def diff(
    first: PathText,
    second: PathText,
    *,
    out: PathText | None = None,
    config: str | None = None,
    split: str | None = None,
    layout: str | None = None,
    pool: PathText | None = None,
    threads: int | None = None,
    memory: str | None = None,
    hub: Hub | None = None,
) -> Diff:
    """Where two output folders, or two datasets, differ; ``out`` is a file for the rows that do."""
    return _told(Diff, _answer("diff", locals(), ["first", "second"]))


def evaluate(
    logs: PathText | Sequence[PathText],
    *,
    experiment: PathText | None = None,
    format: str | None = None,
    benchmark: Mapping[str, PathText] | None = None,
    column: Mapping[str, str] | None = None,
    grader: Literal["recorded", "ours", "both"] | None = None,
    tiers: Mapping[str, str] | None = None,
    out: PathText | None = None,
    threads: int | None = None,
    seed: int | None = None,
) -> Evaluation:
    """What logs of evaluations say of the trained models, and with ``experiment`` (a folder) of what it shows."""
    return _told(Evaluation, _answer("eval", locals(), ["logs"]))


def preflight(
    out: PathText,
    subsets: Sequence[str] = (),
    *,
    trainer: str,
    model: PathText | None = None,
    template: PathText | None = None,
    tokenizer: PathText | None = None,
    max_length: int | None = None,
    threads: int | None = None,
) -> Preflight:
    """What a trainer makes of each subset of a folder (all, or those that are named), and what is lost on the way."""
    return _told(Preflight, _answer("preflight", locals(), ["out", "subsets"]))


def sql(
    query: str,
    folder: PathText = "out",
    *,
    tables: Mapping[str, PathText] | None = None,
    pool: PathText | None = None,
    memory: str | None = None,
) -> Table:
    """The rows of a query over the tables of an output folder, or of an evaluation's, as a table of Arrow.

    ``tables`` are files of your own to ask beside them (Parquet, JSONL, CSV), by the names that they have in the query;
    cells of CSV are texts: ``CAST(score AS DOUBLE)`` makes numbers of them.
    ``pyarrow.table(rows)``, ``polars.DataFrame(rows)`` and ``duckdb`` take the rows without a copy. A second column
    ``id``, as a join has it, is called ``id_2``.
    """
    answer = _answer("sql", locals(), ["query"], {"folder": "in", "tables": "with"}, json=False)
    assert answer.rows is not None, "sql gives rows"
    return answer.rows


@overload
def example(name: str = "quickstart", *, into: None = None) -> str: ...


@overload
def example(name: str = "quickstart", *, into: PathText) -> Path: ...


def example(name: str = "quickstart", *, into: PathText | None = None) -> str | Path:
    """A complete pipeline as text, to start from; its top says how to name your own data in it.

    With ``into``, a folder that does not exist or holds nothing, it is written there, with the sample beside it where it
    reads that, and its file is what comes back: ``run(example(into="quickstart"), "out")`` needs no checkout of the
    repository, and makes the same bytes as one. Sources on the hub are read from there.

    >>> from gradatim import example
    >>> "[[grid]]" in example("columns")
    True
    """
    answer = _answer("example", locals(), ["name"], json=into is not None)
    return answer.text if into is None else Path(answer.report["pipeline"])


@contextmanager
def _written(pipeline: Pipeline, base: PathText | None) -> Iterator[dict[str, Any]]:
    """A pipeline as a file, and where its paths start."""
    if not isinstance(pipeline, Mapping):
        yield {"pipeline": pipeline, "base": base}
        return
    with tempfile.TemporaryDirectory(prefix="gradatim-") as folder:
        path = Path(folder) / "pipeline.toml"
        path.write_text(_native.as_toml(json.dumps(_plain(pipeline))), encoding="utf-8")
        yield {"pipeline": path, "base": base if base is not None else os.curdir}


def _plain(value: object) -> object:
    """A value without Python's own types of paths and sequences."""
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    return value


def is_address(path: str) -> bool:
    """Whether a path is the address of something in an object store."""
    return "://" in path and not path.startswith("file://")


def _made(kind: type[M], answer: _native.Answer, **more: Any) -> M:
    """A run or a plan, with what it is of as objects."""
    report = answer.report
    names = Subset.__dataclass_fields__
    return _told(
        kind,
        answer,
        ledger=[Fates(**one) for one in report["ledger"]],
        subsets=[Subset(**{name: one[name] for name in names}) for one in report["subsets"]],
        shortfalls=[Missing(**one) for one in report["shortfalls"]],
        **more,
    )


def _told(kind: type[R], answer: _native.Answer, **more: Any) -> R:
    """A report as an object: each field that is not given stands under its name in the report."""
    known = {"raw": answer.report, "notes": answer.notes} | more
    missing = (one.name for one in fields(kind) if one.name not in known)
    return kind(**known, **{name: answer.report[name] for name in missing})


def _answer(
    command: str,
    given: Mapping[str, Any],
    named: Sequence[str],
    names: Mapping[str, str] = MappingProxyType({}),
    json: bool = True,
) -> _native.Answer:
    """Runs a command on the arguments of its function, of which none can be left out: those in ``named`` have no option
    on the command line, the others have one of their name, or of that in ``names``."""
    names = {"sources": "source"} | dict(names)
    arguments = [command, *_option("--json", json)]
    for name, value in given.items():
        if name not in named:
            arguments += _option("--" + names.get(name, name).replace("_", "-"), value)
    words = [word for name in named for word in _words(name, given[name])]
    with shown() as show:
        return _native.answer([*arguments, "--", *words], show)


def _words(name: str, value: object) -> list[str]:
    """An argument that is one or several paths or names, or none."""
    if value is None:
        return []
    several = [value] if isinstance(value, (str, bytes)) or not isinstance(value, Iterable) else list(value)
    for one in several:
        if not isinstance(one, (str, os.PathLike)):
            raise TypeError(f"`{name}` is a {type(one).__name__}: it is a path or a name, or a list of them")
    return [_text(one) for one in several]


def _option(name: str, value: object) -> list[str]:
    """An option as the command line has it; nothing where it is left out."""
    if value is None or value is False:
        return []
    if value is True:
        return [name]
    if isinstance(value, Mapping):
        return [f"{name}={key}={_text(inner)}" for key, inner in value.items()]
    return [f"{name}={_text(value)}"]


def _text(value: object) -> str:
    return os.fspath(value) if isinstance(value, os.PathLike) else str(value)
