"""Imports point downwards only, and the house keeps its shape."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# room -> rooms of ours that it may import; the longest prefix that fits a module decides.
BASE = {"kucoin.errors", "kucoin.decimals", "kucoin.model"}
DESK = BASE | {"kucoin.rest", "kucoin.stream", "kucoin.book", "kucoin.hub", "kucoin.journal"}
MAY_IMPORT: dict[str, set[str]] = {
    "kucoin": set(),
    "kucoin.errors": set(),
    "kucoin.decimals": set(),
    "kucoin.figures": set(),
    "kucoin.model": {"kucoin.decimals"},
    "kucoin.settings": BASE,
    "kucoin.rest": BASE,
    "kucoin.stream": BASE,
    "kucoin.book": BASE,
    "kucoin.journal": BASE,
    "kucoin.hub": BASE | {"kucoin.rest", "kucoin.stream", "kucoin.book"},
    "kucoin.desk": DESK,
    "kucoin.web": DESK | {"kucoin.desk", "kucoin.figures"},
    "kucoin.practice": BASE,
    "kucoin.assemble": DESK | {"kucoin.desk", "kucoin.web", "kucoin.settings"},
    "pages": BASE | {"pages.widgets", "kucoin.desk"},
    "pages.widgets": BASE | {"kucoin.figures", "kucoin.hub", "kucoin.desk", "kucoin.web", "kucoin.assemble"},
    "dashboard": BASE | {"kucoin.assemble", "kucoin.settings", "kucoin.web"},
}
TOP_LEVEL = {
    *("requirements.txt", "dashboard.py", "pages", "kucoin", "tests", ".streamlit", "README.md"),
    *("Makefile", "pyproject.toml", "LICENSE", ".ci", ".gitignore", "CHANGELOG.md", "docs"),
}


def modules() -> Iterator[tuple[str, Path]]:
    """Every module of ours with its dotted name."""
    for path in [ROOT / "dashboard.py", *ROOT.glob("kucoin/**/*.py"), *ROOT.glob("pages/**/*.py")]:
        parts = path.relative_to(ROOT).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def imported(path: Path) -> set[str]:
    """The modules that the file at ``path`` imports, submodules taken by ``from`` included."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def room(module: str) -> str:
    """The longest key of MAY_IMPORT that ``module`` lies in."""
    fitting = [key for key in MAY_IMPORT if module == key or module.startswith(f"{key}.")]
    return max(fitting, key=len, default="")


@pytest.mark.parametrize(("module", "path"), [pytest.param(*each, id=each[0]) for each in modules()])
def test_imports_point_downwards(module: str, path: Path) -> None:
    """A module imports its own room and those below it, nothing else of ours."""
    own = room(module)
    for name in imported(path):
        if name.split(".")[0] in {"kucoin", "pages", "dashboard", "tests"}:
            there = room(name)
            assert there == own or there in MAY_IMPORT[own], f"{module} imports {name}"


@pytest.mark.parametrize(("module", "path"), [pytest.param(*each, id=each[0]) for each in modules()])
def test_streamlit_stays_in_the_pages(module: str, path: Path) -> None:
    """What would be true without Streamlit never imports it."""
    if module.startswith("kucoin"):
        assert not {name for name in imported(path) if name.split(".")[0] == "streamlit"}


def test_the_top_level_holds_nothing_else() -> None:
    """The folder contract of the README."""
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert {line.split("/")[0] for line in tracked.splitlines()} <= TOP_LEVEL
