"""What theirs may raise."""

from __future__ import annotations


class TimeoutException(BaseException):
    """Never raised here; it stands for ``except TimeoutException`` in code that catches it."""
