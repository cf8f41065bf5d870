"""What the check found, written for people, for programs and for GitHub."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import click

from nurture.errors import Place, Problem, Severity
from nurture.language import Said, in_language, say, say_number

#: version of the JSON; grows when a key goes or changes its meaning, not when one comes
JSON_VERSION = 1


@dataclass(frozen=True, slots=True)
class CheckReport:
    """The outcome of one check."""

    #: by place
    problems: tuple[Problem, ...]
    #: problems of files that were not asked about
    elsewhere: int
    workflows: int
    files: int
    #: warnings fail
    strict: bool
    #: `en` or `ja`
    language: str
    #: before each path for GitHub: the project's folder in the repository, "" or ending in /
    base: str = ""

    @property
    def errors(self) -> int:
        """How many problems keep the project from being published."""
        return sum(problem.severity is Severity.ERROR for problem in self.problems)

    @property
    def warnings(self) -> int:
        """How many are advice."""
        return len(self.problems) - self.errors

    @property
    def failed(self) -> bool:
        """Whether the check ends badly."""
        return bool(self.errors or (self.strict and self.warnings))


def as_text(report: CheckReport, quiet: bool) -> Iterator[str]:
    """Yield a line per problem and one that sums them up."""
    for problem in report.problems:
        yield _coloured(problem, report.language)
    if quiet:
        return
    yield in_language(_summary(report), report.language)
    if report.elsewhere:
        elsewhere = say_number(
            "{number} problem in other files is not shown.",
            "{number} problems in other files are not shown.",
            report.elsewhere,
        )
        yield in_language(elsewhere, report.language)


def _summary(report: CheckReport) -> Said:
    errors = say_number("{number} error", "{number} errors", report.errors)
    warnings = say_number("{number} warning", "{number} warnings", report.warnings)
    found = say(
        "{workflows}, {files}",
        workflows=say_number("{number} workflow", "{number} workflows", report.workflows),
        files=say_number("{number} file", "{number} files", report.files),
    )
    if report.errors:
        return say("{errors}, {warnings} in {found}", errors=errors, warnings=warnings, found=found)
    if report.failed:
        return say("No errors, but {warnings}, which fail: {found}", warnings=warnings, found=found)
    return say(
        "No errors, {warnings}: {found} are ready to be published.", warnings=warnings, found=found
    )


def _coloured(problem: Problem, language: str) -> str:
    """Return a problem's line; the terminal's colours go where there is no terminal."""
    colour = "red" if problem.severity is Severity.ERROR else "yellow"
    place, _, rest = problem.in_language(language).partition(": ")
    severity, _, message = rest.partition(": ")
    return f"{place}: {click.style(f'{severity}:', fg=colour)} {message}"


def as_json(report: CheckReport, quiet: bool) -> Iterator[str]:
    """Yield one JSON object; docs/operator.md describes it."""
    found: dict[str, Any] = {
        "version": JSON_VERSION,
        "ok": not report.failed,
        "errors": report.errors,
        "warnings": report.warnings,
        "elsewhere": report.elsewhere,
        "workflows": report.workflows,
        "files": report.files,
        "problems": [
            {
                "file": problem.place.file,
                "line": problem.place.line,
                "column": problem.place.column,
                "severity": problem.severity.value,
                "code": problem.code,
                "message": in_language(problem.message, report.language),
                "hint": in_language(problem.hint, report.language),
            }
            for problem in report.problems
        ],
    }
    yield json.dumps(found, ensure_ascii=False, indent=2)


def as_github(report: CheckReport, quiet: bool) -> Iterator[str]:
    """Yield workflow commands that GitHub shows beside the line of the file."""
    for problem in report.problems:
        place = problem.place
        said = in_language(problem.message, report.language)
        if problem.hint:
            said += f"\n{in_language(problem.hint, report.language)}"
        yield workflow_command(str(problem.severity), report.base, place, problem.code, said)
    if not quiet:
        # GitHub shows ten annotations a step and kind; the log holds them all.
        yield in_language(_summary(report), report.language)


def workflow_command(kind: str, base: str, place: Place, title: str, said: str) -> str:
    """Return the line by which GitHub shows a message beside a file; `base` stands before it."""
    file = _property(base + place.file)
    return (
        f"::{kind} file={file},line={place.line},col={place.column},"
        f"title={_property(title)}::{_data(said)}"
    )


def _data(text: str) -> str:
    """Return a text as the message of a workflow command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """Return a text as a property of a workflow command."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")


#: by the word of `--format`
FORMATS: Mapping[str, Callable[[CheckReport, bool], Iterator[str]]] = {
    "text": as_text,
    "json": as_json,
    "github": as_github,
}
