"""Every requirement names what meets it, and what is named exists.

`docs/requirements.md` has a row for each; what stands in backticks is looked up:
`path`, `path#word` (the file says the word), `path::name` (the module defines it).
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "requirements.md"

#: 1 to 185: NPS, results, referrals; from 186: leads
ROWS = range(1, 222)

_ROW = re.compile(r"^\| (\d+) \| (.+?) \| (.+) \|$", re.MULTILINE)
_NAMED = re.compile(r"`([^`]+)`")


def _rows() -> dict[int, tuple[str, str]]:
    text = PAGE.read_text(encoding="utf-8")
    return {int(number): (what, by) for number, what, by in _ROW.findall(text)}


def _names() -> list[tuple[int, str]]:
    return [(number, name) for number, (_, by) in _rows().items() for name in _NAMED.findall(by)]


def _fault(named: str) -> str | None:
    """Return why what is named is not there, or None where it is."""
    path, sign, rest = re.match(r"([^#:]+)(::|#)?(.*)", named).groups()  # type: ignore[union-attr]
    if path.startswith("templates/email/") and not Path(path).suffix:
        found = sorted((ROOT / path).parent.glob(f"{Path(path).name}.*"))
        missing = [one for one in ("ja", "en") if not any(f".{one}." in f.name for f in found)]
        return f"{path} lacks {missing}" if missing else None
    file = ROOT / path
    if not file.exists():
        return f"there is no {path}"
    if not sign:
        return None
    text = file.read_text(encoding="utf-8")
    if sign == "#":
        there = re.search(rf"(?<![\w-]){re.escape(rest)}(?![\w-])", text)
        return None if there else f"{path} does not say '{rest}'"
    return None if rest in _defined(text) else f"{path} does not define {rest}"


def _defined(text: str) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign):
            found |= {one.id for one in node.targets if isinstance(one, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found.add(node.target.id)
    return found


def test_no_requirement_is_passed_over() -> None:
    rows = _rows()
    assert [number for number in ROWS if number not in rows] == []


@pytest.mark.parametrize("number", ROWS)
def test_what_meets_a_requirement_exists(number: int) -> None:
    names = [name for row, name in _names() if row == number]
    assert names, f"row {number} names nothing that meets it"
    assert [fault for name in names if (fault := _fault(name))] == []


@pytest.mark.parametrize(
    "named",
    [
        # no such file
        "workflows/never.yaml",
        # the file is there, the word is not
        "workflows/scoring.yaml#no-such-rule",
        # a word is looked for whole
        "workflows/scoring.yaml#ques",
        # the module defines nothing of that name
        "nurture/domain/scoring.py::no_such_function",
        # a template in no language
        "templates/email/never/written",
    ],
)
def test_a_name_of_nothing_is_found_out(named: str) -> None:
    assert _fault(named)
