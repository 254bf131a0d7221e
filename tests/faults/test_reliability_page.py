"""The page on reliability names tests; each of them exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reliability.md"
NAMED = sorted(set(re.findall(r"`(tests/[^`]*\.py::[^`]*)`", PAGE.read_text(encoding="utf-8"))))


def defined_in(path: Path) -> set[str]:
    """Test functions and classes of a file; hypothesis's state machines are assigned."""
    names = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            names.update(target.id for target in node.targets if isinstance(target, ast.Name))
    return names


def test_the_page_names_many() -> None:
    assert len(NAMED) > 60


@pytest.mark.parametrize("test", NAMED)
def test_a_named_test_exists(test: str) -> None:
    file, _, name = test.partition("::")
    assert (ROOT / file).is_file()
    assert name in defined_in(ROOT / file)


def test_every_line_of_the_tables_names_a_test() -> None:
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line[:2] == "| "]
    without = [line for line in lines if "::" not in line and "what happens" not in line]
    assert without == []
