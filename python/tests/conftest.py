"""Fixtures of the tests."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import QUICKSTART

import gradatim


@pytest.fixture(scope="session")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pool")


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, pool: Path) -> gradatim.commands.Run:
    """The quickstart, made once."""
    out = tmp_path_factory.mktemp("made") / "out"
    return gradatim.run(QUICKSTART, out, pool=pool)
