"""What a notebook sees of a command that takes a while."""

from __future__ import annotations

import json
import sys
import types
from pathlib import Path
from typing import Any

import pytest
from support import QUICKSTART

import gradatim
from gradatim import _native, _progress


class Bar:
    """A stand-in for ``tqdm``: keeps what it was told."""

    made: list[Bar] = []

    def __init__(self, **options: Any) -> None:
        self.options, self.closed = options, False
        self.told: list[tuple[str, float, str]] = []
        self.n, self.stage, self.amounts = 0.0, options["desc"], ""
        Bar.made.append(self)

    def set_description_str(self, text: str, refresh: bool) -> None:
        self.stage = text

    def set_postfix_str(self, text: str, refresh: bool) -> None:
        self.amounts = text

    def refresh(self) -> None:
        assert not self.closed
        self.told.append((self.stage, self.n, self.amounts))

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that has a kernel of IPython's."""
    ipython = types.ModuleType("IPython")
    shell = types.SimpleNamespace(kernel=object())
    ipython.get_ipython = lambda: shell  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "IPython", ipython)


def with_tqdm(monkeypatch: pytest.MonkeyPatch, tqdm: object) -> None:
    auto = types.ModuleType("tqdm.auto")
    auto.tqdm = tqdm  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "tqdm", types.ModuleType("tqdm"))
    monkeypatch.setitem(sys.modules, "tqdm.auto", auto)


@pytest.mark.usefixtures("notebook")
def test_a_notebook_has_a_bar_for_each_stage_and_none_stays(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    Bar.made = []
    with_tqdm(monkeypatch, Bar)
    gradatim.run(QUICKSTART, tmp_path / "out", pool=tmp_path / "pool", threads=1)
    bars = Bar.made
    assert all(bar.closed and not bar.options["leave"] for bar in bars)
    measured = [told for bar in bars for told in bar.told if told[0] == "measure"]
    shares = [share for _, share, _ in measured]
    assert shares == sorted(shares) and 0 < shares[-1] <= 1
    assert any("rows" in amounts for _, _, amounts in measured)
    assert all(len(set(bar.told)) == len(bar.told) for bar in bars)
    assert capfd.readouterr() == ("", "")


@pytest.mark.usefixtures("notebook")
def test_a_failure_leaves_no_bar(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    Bar.made = []
    with_tqdm(monkeypatch, Bar)
    dropped = QUICKSTART.read_text(encoding="utf-8").replace("size = [100, 200, 500]", "size = [100, 200, 50000]")
    with pytest.raises(gradatim.Shortfall):
        pipeline = tmp_path / "greedy.toml"
        pipeline.write_text(dropped, encoding="utf-8")
        gradatim.run(pipeline, tmp_path / "out", base=QUICKSTART.parent, pool=tmp_path / "pool")
    assert Bar.made and all(bar.closed for bar in Bar.made)


def test_what_a_bar_raises_ends_the_command(tmp_path: Path) -> None:
    def show(*moment: object) -> None:
        raise KeyboardInterrupt

    arguments = ["run", str(QUICKSTART), f"--out={tmp_path}/out", f"--pool={tmp_path}/pool", "--json"]
    with pytest.raises(KeyboardInterrupt):
        _native.answer(arguments, show)
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("notebook")
def test_without_tqdm_a_stage_that_took_long_is_a_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    with _progress.shown() as show:
        assert isinstance(show, _progress.Lines)
        show(1, "measure", 0.5, "1 of 2 files", [])
        show(2, "select", None, "", ["measure: 2 of 2 files in 3.0 s"])
    assert capsys.readouterr() == ("", "measure: 2 of 2 files in 3.0 s\n")


def test_elsewhere_nothing_is_shown(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with _progress.shown() as show:
        assert show is None
    gradatim.plan(QUICKSTART, pool=tmp_path / "pool")
    assert capfd.readouterr() == ("", "")


def test_a_real_kernel_shows_bars_and_no_log(tmp_path: Path) -> None:
    pytest.importorskip("ipykernel", reason="a notebook's kernel is not installed")
    pytest.importorskip("tqdm", reason="what draws bars is not installed")
    client = pytest.importorskip("nbclient", reason="what runs notebooks is not installed")
    nbformat = pytest.importorskip("nbformat", reason="what reads notebooks is not installed")
    cell = f"import gradatim\nmade = gradatim.run({str(QUICKSTART)!r}, 'out', pool='pool', threads=1)\nlen(made.subsets)"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell)])
    client.NotebookClient(notebook, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}).execute()
    [result] = [one for one in notebook.cells[0].outputs if one.output_type == "execute_result"]
    assert int(result.data["text/plain"]) == 42
    told = json.dumps([one for one in notebook.cells[0].outputs if one is not result])
    assert "measure" in told
    assert not any(word in told for word in ("note:", "Warning", " in ", "\\n"))
