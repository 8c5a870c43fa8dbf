"""The README's sessions of Python."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest
from support import REPOSITORY


def test_what_the_readme_shows_is_what_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pyarrow")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in ("pipelines", "data"):
        (tmp_path / name).symlink_to(REPOSITORY / name)
    failed, tried = doctest.testfile(str(REPOSITORY / "README.md"), module_relative=False)
    assert tried >= 12
    assert failed == 0
