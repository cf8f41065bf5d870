"""Messages that marketers read, pinned over commented bad files.

Each file in `bad/` ends with a block `# expect:` that holds every problem the check must
find in it, word by word, and below each what it says in Japanese.
`python -m tests.compiler.test_mistakes` writes the blocks anew.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from nurture.compiler import compile_files
from nurture.errors import Problem
from nurture.language import in_language
from tests.compiler.releases import BASE, release_with

BAD = Path(__file__).parent / "bad"
GOOD = Path(__file__).parent / "good"
MARK = "# expect:\n"
#: what has expired is an error
NOW = datetime(2026, 12, 1, tzinfo=UTC)


def problems_in(path: Path) -> list[Problem]:
    """Return what the check finds in a file."""
    text = path.read_text("utf-8").partition(MARK)[0]
    return list(compile_files(release_with(f"workflows/{path.name}", text), NOW).problems)


def found_in(path: Path) -> list[str]:
    """Return what the check says of a file in both languages, without the file's name."""
    return [line for problem in problems_in(path) for line in (_english(problem), _below(problem))]


def _english(problem: Problem) -> str:
    return str(problem).removeprefix(f"{problem.place.file}:")


def _below(problem: Problem) -> str:
    message, hint = (in_language(text, "ja") for text in (problem.message, problem.hint))
    return f"  {message}（{hint}）" if hint else f"  {message}"


def expected_in(path: Path) -> list[str]:
    """Return the lines that a file says the check must say."""
    block = path.read_text("utf-8").partition(MARK)[2]
    return [line.removeprefix("#   ") for line in block.splitlines()]


@pytest.mark.parametrize("path", sorted(BAD.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_mistake_of_a_file_is_said_with_its_place_and_remedy(path: Path) -> None:
    assert found_in(path) == expected_in(path)


def test_files_that_use_everything_rightly_have_no_problem() -> None:
    good = {f"workflows/{path.name}": path.read_bytes() for path in GOOD.glob("*.yaml")}
    assert compile_files({**BASE, **good}).problems == ()


def test_the_small_release_that_the_other_tests_build_on_is_right() -> None:
    assert compile_files(BASE).problems == ()


def test_one_bad_file_hides_nothing_of_the_others() -> None:
    files = {**BASE, "workflows/a.yaml": "workflow: [", "workflows/policy.yaml": "policy: {"}
    text = (BAD / "durations.yaml").read_text("utf-8")
    problems = compile_files({**files, "workflows/z.yaml": text}).problems
    found = [Path(problem.place.file).name for problem in problems]
    assert found.count("a.yaml") == 1
    assert found.count("policy.yaml") == 1
    assert found.count("z.yaml") == len(problems_in(BAD / "durations.yaml"))


def _write_blocks() -> None:
    for path in sorted(BAD.glob("*.yaml")):
        text = path.read_text("utf-8").partition(MARK)[0].rstrip("\n") + "\n"
        block = "".join(f"#   {line}\n" for line in found_in(path))
        path.write_text(f"{text}\n{MARK}{block}", "utf-8")


if __name__ == "__main__":
    _write_blocks()
