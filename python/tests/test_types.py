"""The types that the package says it has."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

TYPED = Path(__file__).with_name("typed.py")
EXAMPLES = Path(__file__).parents[1] / "examples"


def checked(*arguments: str) -> None:
    """Runs a checker as a module; fails with what it says."""
    module = arguments[1]
    if importlib.util.find_spec(module.split(".")[0]) is None:
        pytest.skip(f"{module} is not installed")
    told = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout + told.stderr


def test_mypy_finds_nothing_in_the_package_and_its_use(tmp_path: Path) -> None:
    cache = f"--cache-dir={tmp_path}"
    checked("-m", "mypy", "--strict", cache, "-p", "gradatim")
    used = [TYPED, *sorted(EXAMPLES.glob("*.py"))]
    checked("-m", "mypy", "--strict", cache, "--ignore-missing-imports", *map(str, used))


def test_the_stubs_are_what_the_native_module_has(tmp_path: Path) -> None:
    checked("-m", "mypy.stubtest", "gradatim._native")


def test_pyright_finds_nothing_in_its_use() -> None:
    checked("-m", "pyright", "--pythonpath", sys.executable, str(TYPED))
