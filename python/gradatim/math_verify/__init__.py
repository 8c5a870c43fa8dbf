r"""Math-Verify's interface over this verifier, so that a swap is one import.

``from gradatim.math_verify import parse, verify`` stands for ``from math_verify import parse, verify``; ``parser``,
``grader``, ``metric`` and ``errors`` hold what theirs hold. Names, arguments and conventions are those of Math-Verify
0.9.0 (the profile ``math_verify``), of whose code nothing is used. It needs no sympy, is safe in threads, and its work
is bounded without a clock.

>>> from gradatim.math_verify import parse, verify
>>> gold = parse(r"$\{1, 2, 3, 4\}$")
>>> verify(gold, parse(r"It is \boxed{\{4, 3, 2, 1\}}."))
True
>>> parse("")
[]

What differs:

- :func:`parse` gives an :class:`Answer` where theirs gives an object of sympy: its ``text``, how it is ``read``, what
  pointed at it. It does so too where the text cannot be read as mathematics, as long as texts may be compared
  (``fallback_mode="first_match"``).
- A plain text without delimiters (``x^2 + 1``, ``north``) is an answer, of which they find none or a number in it; LaTeX
  is read where an :class:`ExprExtractionConfig` alone is given, without boxes.
- The thinking of a response is not looked into, and one that never ends has no answer.
- What is undecided is no match, though the two texts may look alike: a piece of a sentence, an answer that is taken
  back.
- ``parsing_timeout`` and ``timeout_seconds`` are taken and do nothing, since no work is unbounded: ``TimeoutException``
  is never raised, and threads are welcome.
- ``malformed_operators``, ``nits``, ``basic_latex`` and ``equations`` of a :class:`LatexNormalizationConfig` do nothing:
  what they mend (``\frac12``, ``.5``, ``\left(``, ``a = b = 5``) is read as it stands. ``units=False`` and ``boxed``
  other than ``"all"`` would give other answers, cannot be honoured, and are a ``ValueError``.
- An object of sympy is compared by its LaTeX.

``python/tests/test_math_verify.py`` runs their own tests against this module, and lists each that ends otherwise.
"""

from __future__ import annotations

from . import errors as errors
from .grader import verify
from .metric import math_metric
from .parser import (
    Answer,
    ExprExtractionConfig,
    LatexExtractionConfig,
    LatexNormalizationConfig,
    StringExtractionConfig,
    parse,
)

__all__ = [
    "Answer",
    "ExprExtractionConfig",
    "LatexExtractionConfig",
    "LatexNormalizationConfig",
    "StringExtractionConfig",
    "math_metric",
    "parse",
    "verify",
]
