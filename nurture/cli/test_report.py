"""What came of the scenarios, written for people, for programs and for GitHub."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import click

from nurture.cli.check_report import workflow_command
from nurture.language import Said, in_language, say, say_number
from nurture.simulate.scenario_run import Outcome
from nurture.simulate.scenario_telling import Telling

#: version of the JSON; grows when a key goes or changes its meaning, not when one comes
JSON_VERSION = 1


@dataclass(frozen=True, slots=True)
class TestReport:
    """The outcome of one run."""

    #: in the order in which they ran
    outcomes: tuple[Outcome, ...]
    #: how many were to run
    chosen: int
    #: machine seconds
    seconds: float
    telling: Telling
    #: `en` or `ja`
    language: str
    #: before each path for GitHub: the project's folder in the repository, "" or ending in /
    base: str = ""

    @property
    def broken(self) -> list[Outcome]:
        """Those that did not come as expected."""
        return [one for one in self.outcomes if not one.passed]

    @property
    def failed(self) -> bool:
        """Whether the run ends badly."""
        return bool(self.broken)


def as_text(report: TestReport) -> Iterator[str]:
    """Yield everything about what failed, and a line that sums up."""
    for outcome in report.broken:
        yield ""
        yield click.style(f"✗ {outcome.scenario.title}", fg="red", bold=True)
        yield from report.telling.lines(outcome)
    if report.broken:
        yield ""
    yield in_language(_summary(report), report.language)


def _summary(report: TestReport) -> Said:
    ran, failed = len(report.outcomes), len(report.broken)
    scenarios = say_number("{number} scenario", "{number} scenarios", ran)
    seconds = f"{report.seconds:.1f}"
    if not failed:
        return say(
            "{scenarios} came as expected ({seconds} s).", scenarios=scenarios, seconds=seconds
        )
    left = report.chosen - ran
    if left:
        return say(
            "{failed} of {scenarios} failed ({seconds} s); {left} did not run.",
            failed=failed,
            scenarios=scenarios,
            seconds=seconds,
            left=left,
        )
    return say(
        "{failed} of {scenarios} failed ({seconds} s).",
        failed=failed,
        scenarios=scenarios,
        seconds=seconds,
    )


def as_json(report: TestReport) -> Iterator[str]:
    """Yield one JSON object."""
    telling = report.telling
    found: dict[str, Any] = {
        "version": JSON_VERSION,
        "ok": not report.failed,
        "scenarios": len(report.outcomes),
        "failed": len(report.broken),
        "seconds": round(report.seconds, 3),
        "outcomes": [
            {
                "scenario": one.scenario.title,
                "file": one.scenario.place.file,
                "line": one.scenario.place.line,
                "ok": one.passed,
                "seconds": round(one.seconds, 3),
                "failures": [
                    {
                        "file": failure.place.file,
                        "line": failure.place.line,
                        "column": failure.place.column,
                        "code": failure.miss.code,
                        "expected": (
                            telling.expectation(failure.expected)
                            if failure.expected is not None
                            else ""
                        ),
                        "found": telling.miss(failure.miss),
                        "why": [telling.reason(why) for why in failure.miss.why],
                    }
                    for failure in one.failures
                ],
                "story": [
                    line
                    for name, story in one.stories.items()
                    for line in telling.story(name, story)
                ],
            }
            for one in report.outcomes
        ],
    }
    yield json.dumps(found, ensure_ascii=False, indent=2)


def as_github(report: TestReport) -> Iterator[str]:
    """Yield workflow commands that GitHub shows beside the line of the file."""
    for outcome in report.broken:
        for failure in outcome.failures:
            said = report.telling.summary(failure)
            yield workflow_command(
                "error", report.base, failure.place, outcome.scenario.title, said
            )
    yield in_language(_summary(report), report.language)


#: by the word of `--format`
FORMATS: Mapping[str, Callable[[TestReport], Iterator[str]]] = {
    "text": as_text,
    "json": as_json,
    "github": as_github,
}
