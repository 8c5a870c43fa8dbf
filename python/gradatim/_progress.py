"""How far a command is, where a notebook shows it.

On a terminal the program draws its own line, and where nobody looks it draws none. In a notebook's kernel neither does:
there each stage is a bar of ``tqdm``'s while it is at work, which is gone when it ends, or, where ``tqdm`` is not
installed, a line on stderr for each stage that took two seconds or more.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from time import monotonic
from typing import Any, Protocol
from warnings import catch_warnings, simplefilter


class Show(Protocol):
    """What is told of a stage, some times a second: its number, its name (or what it waits for; none between stages), how
    much of it is done from 0 to 1 (none where that is not known), what is done, and the lines of stages that ended."""

    def __call__(
        self,
        stages: int,
        stage: str | None,
        share: float | None,
        amounts: str,
        ended: Sequence[str],
        /,
    ) -> object: ...


AT_REST = 1.0
"""Seconds after which a bar is drawn again that has not moved: each drawing is a message to the notebook."""


class Lines:
    """A line on stderr for each stage that ended."""

    def __call__(
        self,
        stages: int,
        stage: str | None,
        share: float | None,
        amounts: str,
        ended: Sequence[str],
        /,
    ) -> None:
        for line in ended:
            print(line, file=sys.stderr, flush=True)

    def close(self) -> None:
        """Nothing stays."""


class Bars:
    """A bar for the stage that is at work."""

    def __init__(self, tqdm: Any) -> None:
        self._tqdm = tqdm
        self._bar: Any = None
        self._stages = 0
        self._drawn: tuple[float, object] = (0.0, None)

    def __call__(
        self,
        stages: int,
        stage: str | None,
        share: float | None,
        amounts: str,
        ended: Sequence[str],
        /,
    ) -> None:
        if stage is None or stages != self._stages:
            self.close()
        if stage is None:
            return
        if self._bar is None:
            known, unknown = "{desc} {percentage:3.0f}%|{bar}|{postfix}", "{desc}{postfix}"
            self._bar = self._tqdm(
                desc=stage,
                total=None if share is None else 1.0,
                bar_format=unknown if share is None else known,
                leave=False,
            )
            self._stages = stages
            self._drawn = (0.0, None)
        now, moved = monotonic(), (stage, share)
        drawn, before = self._drawn
        if now - drawn < (AT_REST if moved == before else 0.0):
            return
        self._drawn = now, moved
        self._bar.n = share or 0.0
        self._bar.set_description_str(stage, refresh=False)
        self._bar.set_postfix_str(amounts, refresh=False)
        self._bar.refresh()

    def close(self) -> None:
        """Takes the bar away."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None


@contextmanager
def shown() -> Iterator[Show | None]:
    """What shows the progress of a command here; none where the program itself does, or nobody looks."""
    if not _is_notebook():
        yield None
        return
    try:
        with catch_warnings():
            # Without ipywidgets it says so, and draws in letters, which is as good here.
            simplefilter("ignore")
            show: Lines | Bars = Bars(import_module("tqdm.auto").tqdm)
    except ImportError:
        show = Lines()
    try:
        yield show
    finally:
        show.close()


def _is_notebook() -> bool:
    """Whether this process is a kernel of IPython's, whose stderr goes to cells and not to a terminal."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return getattr(shell, "kernel", None) is not None
