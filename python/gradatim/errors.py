"""What the package raises: the library's errors, with how to mend them.

A class stands for an exit code of the program, so that what may be tried again is told from what has to be mended.
Ctrl-C raises ``KeyboardInterrupt``, as everywhere. A value of the wrong type is a ``TypeError`` and an option that there
is not, too; a value that an option does not take is a ``ValueError``.
"""

from __future__ import annotations


class Error(Exception):
    """A command failed.

    ``str(error)`` says what failed, and below it what caused it; ``hint`` how to mend it, or is ``None`` where that is
    not known; ``exit_code`` is what the program would have ended with.
    """

    hint: str | None
    exit_code: int

    def __init__(self, message: str, hint: str | None = None, exit_code: int = 2) -> None:
        super().__init__(message if hint is None else f"{message}\nhint: {hint}")
        self.message = message
        self.hint = hint
        self.exit_code = exit_code

    def __reduce__(self) -> tuple[type[Error], tuple[str, str | None, int]]:
        return type(self), (self.message, self.hint, self.exit_code)


class UsageError(Error):
    """An argument or the pipeline is wrong (2)."""


class Unavailable(Error):
    """A source or the disk is unavailable: worth trying again (3)."""


class IntegrityError(Error):
    """A file cannot be read, or holds something else than it should (4)."""


class Shortfall(Error):
    """A subset asks for more than there is (5)."""


class Interrupted(Error):
    """It was told to stop by another than Ctrl-C (130, 143); the same call goes on where it was."""


_CLASSES: dict[int, type[Error]] = {
    2: UsageError,
    3: Unavailable,
    4: IntegrityError,
    5: Shortfall,
    130: Interrupted,
    143: Interrupted,
}


def of(message: str, hint: str | None, exit_code: int) -> Error:
    """The error of an exit code."""
    return _CLASSES.get(exit_code, Error)(message, hint, exit_code)
