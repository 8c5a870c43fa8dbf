"""The page of the API says what the docstrings say."""

from __future__ import annotations

import ast
import doctest
import inspect
import re

import pytest
import reference

import gradatim


def test_the_page_is_made_of_the_docstrings() -> None:
    kept = reference.PAGE.read_text(encoding="utf-8")
    assert kept == reference.page(), "renew it with `python python/tests/reference.py`"


def plain(text: str | None) -> str:
    """A text without marks, in one line."""
    return " ".join(reference.markdown(text or "").replace("`", "").split())


def test_every_public_name_is_on_the_page() -> None:
    shown = re.findall(r"^### `([\w.]+)`$", reference.page(), re.MULTILINE)
    assert {name for name in gradatim.__all__ if name != "__version__"} <= set(shown)
    assert len(shown) == len(set(shown))


def test_the_stub_says_of_a_native_class_what_the_class_says_of_itself() -> None:
    stub = ast.parse((reference.PACKAGE / "_native.pyi").read_text(encoding="utf-8"))
    compared = 0
    for node in stub.body:
        if not isinstance(node, ast.ClassDef) or node.name not in gradatim.__all__:
            continue
        native = getattr(gradatim, node.name)
        members = [one for one in node.body if isinstance(one, ast.FunctionDef)]
        pairs = [(ast.get_docstring(one), inspect.getdoc(getattr(native, one.name))) for one in members]
        for said, says in [(ast.get_docstring(node), inspect.getdoc(native)), *pairs]:
            if said is not None:
                assert plain(said) == plain(says), node.name
                compared += 1
    assert compared >= 20


def test_what_the_page_shows_is_what_comes() -> None:
    pytest.importorskip("pyarrow")
    failed, tried = doctest.testfile(str(reference.PAGE), module_relative=False)
    assert tried >= 20
    assert failed == 0
