"""Messages about templates that marketers read, pinned over commented bad files.

Each file in `bad/` ends with a comment `{# expect:` that holds every problem the check must
find in it, word by word, and below each what it says in Japanese.
`python -m tests.emails.test_bad` writes the comments anew.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from nurture.emails.lint import lint_templates
from nurture.emails.template_context import TemplateContext
from nurture.errors import Problem
from nurture.language import in_language
from tests.emails.mails import shipped_layouts

HERE = Path(__file__).parent
MARK, END = "{# expect:\n", "#}\n"


def found_in(path: Path) -> list[str]:
    """Return what the check says of a template in both languages, without the file's name."""
    text = path.read_text("utf-8").partition(MARK)[0]
    name = f"templates/email/x/{path.name}"
    files = {**shipped_layouts(), name: text}
    context = TemplateContext(locales=(path.name.split(".")[1],), service_templates=("x/*",))
    return [
        line
        for problem in lint_templates(files, context)
        for line in (str(problem).removeprefix(f"{name}:"), _below(problem))
    ]


def _below(problem: Problem) -> str:
    message, hint = (in_language(text, "ja") for text in (problem.message, problem.hint))
    return f"  {message}（{hint}）" if hint else f"  {message}"


def expected_in(path: Path) -> list[str]:
    """Return the problems that a template says it has."""
    block = path.read_text("utf-8").partition(MARK)[2].removesuffix(END)
    return [line.removeprefix("   ") for line in block.splitlines()]


@pytest.mark.parametrize("path", sorted((HERE / "bad").iterdir()), ids=lambda path: path.name)
def test_every_mistake_of_a_template_is_said_with_its_place_and_remedy(path: Path) -> None:
    assert found_in(path) == expected_in(path)


@pytest.mark.parametrize("path", sorted((HERE / "good").iterdir()), ids=lambda path: path.name)
def test_what_looks_like_a_mistake_and_is_none_is_left_alone(path: Path) -> None:
    assert found_in(path) == []


def _write_blocks() -> None:
    for path in sorted((HERE / "bad").iterdir()):
        text = path.read_text("utf-8").partition(MARK)[0]
        block = "".join(f"   {line}\n" for line in found_in(path))
        path.write_text(f"{text}{MARK}{block}{END}", "utf-8")


if __name__ == "__main__":
    _write_blocks()
