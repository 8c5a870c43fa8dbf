"""What the tests share."""

from __future__ import annotations

import shutil
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).parents[2]
QUICKSTART = REPOSITORY / "pipelines" / "quickstart.toml"
EVAL_RUNS = REPOSITORY.parent / "shared" / "data" / "eval_runs"


def program(*arguments: object) -> subprocess.CompletedProcess[str]:
    """The console script that was installed with the package."""
    script = shutil.which("gradatim", path=str(Path(sys.executable).parent))
    assert script, "the package is installed with its command"
    command = [script, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def package(name: str) -> Any:
    """A package that a test is about, with what it warns of when it is loaded left aside; else the test is skipped."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip(name, reason=f"{name} is not installed")
