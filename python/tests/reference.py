"""The page of the Python API, `docs/python.md`, made of the docstrings: `python python/tests/reference.py` writes it anew.

It reads the sources and imports nothing, so that it needs no build. `test_reference.py` holds the page against it.
"""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
PACKAGE = REPOSITORY / "python" / "gradatim"
PAGE = REPOSITORY / "docs" / "python.md"

HEAD = """\
# From Python

<!-- Made of the docstrings by `python python/tests/reference.py`; what should stand here is written there. -->

What `help()` says, in one page. Names without a module are taken from `gradatim` itself.
"""

FIRST = ("verifier", "_native", "measuring", "screening", "commands", "errors")
"""Modules in the order in which they are met; others follow by name."""

Documented = ast.FunctionDef | ast.ClassDef


def page() -> str:
    """The whole page."""
    parts = [HEAD, prose(ast.get_docstring(_parsed(PACKAGE / "__init__.py")))]
    parts += [section(path) for path in sorted(_modules(), key=_place)]
    return "\n".join(parts)


def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _modules() -> list[Path]:
    """The public modules, packages among them, and the types of the native one."""
    public = (path for path in PACKAGE.rglob("*.py") if not path.name.startswith("_"))
    return [*public, *PACKAGE.glob("*/__init__.py"), PACKAGE / "_native.pyi"]


def _place(path: Path) -> tuple[int, str]:
    is_first = path.parent == PACKAGE and path.stem in FIRST
    return FIRST.index(path.stem) if is_first else len(FIRST), _dotted(path)


def _exported(path: Path) -> set[str]:
    """The names that the package of a module gives."""
    for node in _parsed(path.with_name("__init__.py")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return set(ast.literal_eval(node.value))
    return set()


def section(path: Path) -> str:
    """A module: what it says of itself, then each of its public names."""
    source = path.read_text(encoding="utf-8")
    module = ast.parse(source)
    exported = _exported(path)
    is_native = path.stem == "_native"
    # What a package of ours holds is told apart by the module that it is taken from.
    within = "" if path.parent == PACKAGE else _dotted(path).removeprefix("gradatim.") + "."
    name = "What comes back" if is_native else f"`{_dotted(path)}`"
    parts = [f"## {name}\n"]
    if not is_native:
        parts.append(prose(ast.get_docstring(module)))
    nodes = [node for node in _documented(module) if ast.get_docstring(node) is not None]
    is_shared = any(node.name in exported for node in nodes)
    seen: set[str] = set()
    for node in nodes:
        is_found_here = isinstance(node, ast.ClassDef) and not is_native and not within
        is_public = node.name in exported or is_found_here or not is_shared
        if is_public and not node.name.startswith("_") and node.name not in seen:
            seen.add(node.name)
            parts.append(entry(node, source, within))
    return "\n".join(parts)


def _dotted(path: Path) -> str:
    module = path.parent if path.stem == "__init__" else path.with_suffix("")
    return ".".join(("gradatim", *module.relative_to(PACKAGE).parts))


def _documented(module: ast.Module) -> Iterator[Documented]:
    """Functions, classes, and those that only type checkers see."""
    typed = [inner for node in module.body if isinstance(node, ast.If) for inner in node.body]
    yield from (node for node in module.body if isinstance(node, ast.FunctionDef))
    yield from (node for node in [*module.body, *typed] if isinstance(node, ast.ClassDef))


def entry(node: Documented, source: str, within: str) -> str:
    """A function or class: how it is written, what it says, what it has."""
    first = node.body[0].lineno - 1
    head = textwrap.dedent("\n".join(source.splitlines()[node.lineno - 1 : first]))
    parts = [f"### `{within}{node.name}`\n", f"```py\n{head}\n```\n", prose(ast.get_docstring(node))]
    members = [_member(name, text) for name, text in _members(node)]
    if members:
        parts.append("\n".join(members) + "\n")
    return "\n".join(parts)


def _member(name: str, text: str) -> str:
    told = " ".join(markdown(text).split())
    return f"- `{name}`" + (f": {told}" if told else "")


def _members(node: Documented) -> Iterator[tuple[str, str]]:
    """Fields and properties of a class with their types, and what is said of them."""
    if not isinstance(node, ast.ClassDef):
        return
    for at, one in enumerate(node.body):
        if isinstance(one, ast.AnnAssign):
            told = node.body[at + 1] if at + 1 < len(node.body) else None
            yield f"{ast.unparse(one.target)}: {ast.unparse(one.annotation)}", _text(told)
        elif isinstance(one, ast.FunctionDef) and (text := ast.get_docstring(one)):
            gives = f" -> {ast.unparse(one.returns)}" if one.returns else ""
            is_property = any(ast.unparse(mark) == "property" for mark in one.decorator_list)
            yield (one.name if is_property else f"{one.name}()") + gives, text


def _text(node: ast.stmt | None) -> str:
    """The text that stands behind a field."""
    is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return str(ast.literal_eval(node.value)) if isinstance(node, ast.Expr) and is_text else ""


def prose(docstring: str | None) -> str:
    """A docstring as Markdown: paragraphs, and what one types in blocks."""
    blocks = []
    for block in re.split(r"\n{2,}", (docstring or "").strip()):
        if block.startswith(">>>"):
            blocks.append(f"```pycon\n{block}\n\n```\n")
        else:
            blocks.append(markdown(block) + "\n")
    return "\n".join(blocks)


def markdown(text: str) -> str:
    """Marks of reStructuredText as Markdown has them."""
    text = re.sub(r":\w+:`~?([^`]+)`", r"`\1`", text)
    return re.sub(r"``(.+?)``", r"`\1`", text)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
