"""Shipped files, damaged at random: problems, never an exception."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nurture.compiler import compile_files, report
from nurture.compiler.report import did_you_mean
from tests.compiler.releases import BASE

HERE = Path(__file__).parent
TEXTS = [path.read_text("utf-8") for path in sorted((HERE / "good").glob("*.yaml"))] + [
    text for path, text in BASE.items() if path.endswith(".yaml")
]

#: what people and broken disks put in the wrong place
SCRAPS = st.sampled_from(
    ["", " ", "\n", "\t", "- ", ": ", "{", "}", "[", "]", "'", '"', "*a", "&a ", "~", "null",
     "true", "0", "-1", "9" * 30, "steps:", "{}", "[]", "日本", "a.b", ">= ", "|",
     "!x ", "\x00", "\u2028", "id: x", "{expr: '('}", "1d", "#"]
)  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """Return a good text with a few pieces cut out, replaced or put elsewhere."""
    text = draw(st.sampled_from(TEXTS))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 30)))
        text = text[:start] + draw(SCRAPS) + text[end:]
    return text


@settings(max_examples=300)
@given(damaged())
def test_a_damaged_file_never_raises_and_problems_have_places_in_it(text: str) -> None:
    definitions = compile_files({**BASE, "workflows/damaged.yaml": text})
    lines = text.count("\n") + 2
    for problem in definitions.problems:
        assert problem.code and problem.message and not problem.message.endswith(".")
        assert problem.place.line <= lines or "damaged" not in problem.place.file
        assert "\n" not in str(problem)


@given(st.binary(max_size=300))
def test_any_bytes_in_place_of_a_file_never_raise(content: bytes) -> None:
    files = {**BASE, "workflows/policy.yaml": content, "workflows/w.yaml": content}
    assert compile_files(files).errors


@pytest.mark.parametrize(
    "lines",
    [
        # keys, names of steps that nobody has, and fields of conditions
        [f"tilte{i}: x" for i in range(9_000)],
        [
            "steps:",
            *(f"  - {{id: step{i}, goto: {{step: stpe{i}, at_most: 1}}}}" for i in range(1_900)),
        ],
        ["only_if:", "  any:", *(f"    - {{employes{i}: 1}}" for i in range(9_000))],
    ],
    ids=["keys", "steps", "fields"],
)
def test_a_file_full_of_unknown_words_gets_so_many_hints_and_no_more(
    lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each hint compares a word with all known ones; thousands of them once took seconds."""
    compared = 0

    def counting(word: str, known: Iterable[str]) -> str:
        nonlocal compared
        compared += len(set(known))
        return did_you_mean(word, known)

    monkeypatch.setattr(report, "did_you_mean", counting)
    text = "\n".join(["workflow: w", "purpose: marketing", *lines])
    problems = compile_files({**BASE, "workflows/w.yaml": text}).problems
    assert len(problems) >= len([line for line in lines if line != "steps:"]) - 2
    assert 0 < sum("did you mean" in problem.hint for problem in problems) < len(lines)
    assert compared < report.MOST_COMPARED + 2_000


def _steps(lines: list[str]) -> dict[str, str]:
    head = "workflow: w\npurpose: marketing\ntrigger: {temperature: warm}\nsteps:\n"
    return {"workflows/w.yaml": head + "".join(f"  - {line}\n" for line in lines)}


@pytest.mark.parametrize(
    "lines",
    [
        [f"wait: {number % 9 + 1}d" for number in range(5_000)],
        # looking for a circle from each of these once took their square in time
        [
            line
            for number in range(2_500)
            for line in (
                f"{{id: w{number}, wait: 1d}}",
                f"goto: {{step: w{number}, at_most: 2}}",
            )
        ],
    ],
    ids=["waits", "gotos"],
)
def test_a_workflow_of_5000_steps_is_read(lines: list[str]) -> None:
    assert compile_files({**BASE, **_steps(lines)}).problems == ()


def test_one_step_more_is_said_at_its_place() -> None:
    problems = compile_files({**BASE, **_steps(["wait: 1d"] * 5_001)}).problems
    assert [str(problem) for problem in problems] == [
        "workflows/w.yaml:5005:5: error: more than 5000 steps [too-many-steps]"
    ]


@pytest.mark.parametrize("closed", [False, True], ids=["chain", "circle"])
def test_segments_that_stand_deep_in_one_another_are_named_and_nothing_overflows(
    closed: bool,
) -> None:
    many = 3_000
    lines = [f"  s{one}: {{segment: s{one + 1}}}" for one in range(many)]
    lines.append(f"  s{many}: {{segment: s0}}" if closed else f"  s{many}: {{tag: a}}")
    text = "segments:\n" + "\n".join(lines)
    problems = compile_files({**BASE, "workflows/segments.yaml": text}).problems
    assert {problem.code for problem in problems} == {"segment-too-deep"}


def test_segments_whose_conditions_nest_deep_together_are_refused() -> None:
    nots, ends = "{not: " * 12, "}" * 12
    lines = [f"  s{one}: {nots}{{segment: s{one + 1}}}{ends}" for one in range(15)]
    text = "\n".join(["segments:", *lines, "  s15: {tag: a}"])
    problems = compile_files({**BASE, "workflows/segments.yaml": text}).problems
    assert {problem.code for problem in problems} == {"segment-too-deep"}
