"""The command line: ``gradatim`` and ``python -m gradatim``, the same program as the binary."""

from __future__ import annotations

import signal
import sys

from ._native import main as _main


def main() -> int:
    """Runs the program with this process's arguments; gives its exit code."""
    # Python would only take note of it, and meet it when the command has ended. A run meets it by itself.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return _main(["gradatim", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
