"""gradatim: training sets of math-reasoning trajectories, and a verifier of their answers.

The verifier and the counter of tokens are here at once; commands are loaded when one is first named.

>>> import gradatim
>>> gradatim.verify("1/2", r"So it is \\boxed{0.5}.")
Verdict(verdict='correct', extracted='0.5', reason='exact')
>>> bool(gradatim.verify("1/2", r"So it is \\boxed{2}."))
False
"""

from __future__ import annotations

from ._native import Explanation, Extracted, Hit, Table, Verdict, Verdicts, __version__
from .errors import Error, IntegrityError, Interrupted, Shortfall, Unavailable, UsageError
from .measuring import measure
from .screening import contaminated, near_duplicates
from .verifier import compare, compare_many, explain, extract, token_count, verify, verify_many

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .commands import (
        audit,
        balance,
        check,
        diff,
        evaluate,
        example,
        plan,
        preflight,
        run,
        sql,
        why,
    )
    from .loading import load

_COMMANDS = (
    "audit",
    "balance",
    "check",
    "diff",
    "evaluate",
    "example",
    "plan",
    "preflight",
    "run",
    "sql",
    "why",
)

_PACKAGES = ("math_verify", "rewards")

__all__ = [
    "Error",
    "Explanation",
    "Extracted",
    "Hit",
    "IntegrityError",
    "Interrupted",
    "Shortfall",
    "Table",
    "Unavailable",
    "UsageError",
    "Verdict",
    "Verdicts",
    "__version__",
    "audit",
    "balance",
    "check",
    "compare",
    "compare_many",
    "contaminated",
    "diff",
    "evaluate",
    "example",
    "explain",
    "extract",
    "load",
    "measure",
    "near_duplicates",
    "plan",
    "preflight",
    "run",
    "sql",
    "token_count",
    "verify",
    "verify_many",
    "why",
]


def __getattr__(name: str) -> object:
    if name in _COMMANDS:
        from . import commands

        return getattr(commands, name)
    if name == "load":
        from .loading import load

        return load
    if name in _PACKAGES:
        from importlib import import_module

        return import_module(f".{name}", __name__)
    raise AttributeError(f"module 'gradatim' has no attribute '{name}'")


def __dir__() -> list[str]:
    return [*__all__, *_PACKAGES]
