"""`nurture test`: runs the scenarios of a project on virtual time."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import click

from nurture.cli.check_report import CheckReport, as_github, as_json
from nurture.cli.context import settings_of
from nurture.cli.speaking import speaks, told
from nurture.cli.test_report import FORMATS, TestReport
from nurture.clock import machine_now, machine_seconds
from nurture.domain.scenario import Scenario
from nurture.errors import DefinitionError, NotFoundError
from nurture.language import say
from nurture.services.project import NoProjectError, read_project
from nurture.simulate.scenario_crew import fitting_jobs, run_all
from nurture.simulate.scenario_junit import junit, junit_of_problems
from nurture.simulate.scenario_run import Outcome
from nurture.simulate.scenario_telling import Telling
from nurture.simulate.suite import Suite

#: everything came as expected; something did not; there is nothing to run, or no project
OK, FAILED, MISUSED = 0, 1, 2


@click.command()
@click.argument("patterns", nargs=-1, metavar="[FILE]...")
@click.option("-k", "words", multiple=True, help="Only scenarios whose title holds this.")
@click.option("-x", "--fail-fast", is_flag=True, help="Stop at the first that fails.")
@click.option("-l", "--list", "only_list", is_flag=True, help="Name the scenarios, run none.")
@click.option("-v", "--verbose", is_flag=True, help="A line per scenario instead of a dot.")
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(1, 64),
    help="Run on so many processes (default: as many as it is worth).",
)
@click.option(
    "--junit",
    "junit_file",
    type=click.Path(path_type=Path, dir_okay=False, writable=True),
    help="Write the outcome to this file as JUnit XML, too.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(sorted(FORMATS)),
    default="text",
    show_default=True,
    help="json: one object; github: annotations of a workflow run.",
)
@speaks
@click.pass_context
def test(
    ctx: click.Context,
    patterns: tuple[str, ...],
    words: tuple[str, ...],
    fail_fast: bool,
    only_list: bool,
    verbose: bool,
    jobs: int | None,
    junit_file: Path | None,
    form: str,
    locale: str,
) -> None:
    """Run the scenarios of workflows/tests/ and say what did not come as expected.

    FILE is a file of scenarios: its path or name (warm-nurture, 'cold-*'), or path:line for
    one scenario. Time is virtual and everything stays in memory: nothing is sent, no database
    is opened, nothing is written but the file of --junit.

    Exit status: 0 all came as expected, 1 something did not or the project has errors, 2
    there is nothing to run.
    """
    settings = settings_of(ctx)
    try:
        files = read_project(settings.project, scenarios=True)
    except NoProjectError as error:
        said = f"{told(error.message)}\n  → {told(error.hint)}"
        raise click.UsageError(said, ctx) from None
    try:
        suite = Suite.of(files, machine_now())
    except DefinitionError as error:
        _never_began(error, junit_file, form, locale, _base(settings.project))
        ctx.exit(FAILED)
    scenarios = _chosen(suite, patterns, words, ctx)
    if only_list:
        for one in scenarios:
            click.echo(f"{one.place.file}:{one.place.line}  {one.title}")
        ctx.exit(OK)
    text = form == "text"
    started = machine_seconds()
    if text:
        for warning in suite.warnings:
            click.echo(warning.in_language(locale))
    if jobs is None:
        jobs = 1 if fail_fast else fitting_jobs(len(scenarios), os.cpu_count() or 1)
    outcomes = []
    for outcome in run_all(suite.project, scenarios, locale, jobs):
        outcomes.append(outcome)
        if text:
            _sign(outcome, verbose)
        if fail_fast and not outcome.passed:
            break
    if text and not verbose:
        click.echo()
    telling = Telling(suite.project.definitions, locale)
    if junit_file is not None:
        junit_file.parent.mkdir(parents=True, exist_ok=True)
        junit_file.write_bytes(junit(outcomes, telling))
    report = TestReport(
        outcomes=tuple(outcomes),
        chosen=len(scenarios),
        seconds=machine_seconds() - started,
        telling=telling,
        language=locale,
        base=_base(settings.project),
    )
    for line in FORMATS[form](report):
        click.echo(line)
    ctx.exit(FAILED if report.failed else OK)


def _never_began(
    error: DefinitionError, junit_file: Path | None, form: str, language: str, base: str
) -> None:
    """Say in every form that was asked for what keeps scenarios from being run."""
    if junit_file is not None:
        junit_file.parent.mkdir(parents=True, exist_ok=True)
        junit_file.write_bytes(junit_of_problems(error.problems, language))
    report = CheckReport(error.problems, 0, 0, 0, False, language, base)
    if form == "text":
        for problem in error.problems:
            click.echo(problem.in_language(language), err=True)
        return
    for line in (as_json if form == "json" else as_github)(report, quiet=True):
        click.echo(line)


def _chosen(
    suite: Suite, patterns: Sequence[str], words: Sequence[str], ctx: click.Context
) -> list[Scenario]:
    if not suite.scenarios:
        said = told(say("there are no scenarios in workflows/tests/"))
        hint = told(say("docs/reference.md, section scenarios, shows how to write one"))
        raise click.UsageError(f"{said}\n  → {hint}", ctx)
    try:
        found = suite.chosen(patterns, words)
    except NotFoundError as error:
        raise click.UsageError(f"{told(error.message)}\n  → {told(error.hint)}", ctx) from None
    if not found:
        said = told(say("no title holds {words}", words=list(words)))
        raise click.UsageError(said, ctx)
    return found


def _sign(outcome: Outcome, verbose: bool) -> None:
    colour = "green" if outcome.passed else "red"
    if verbose:
        mark = click.style("✓" if outcome.passed else "✗", fg=colour)
        click.echo(f"{mark} {outcome.scenario.title}  ({outcome.seconds:.2f}s)")
    else:
        click.echo(click.style("." if outcome.passed else "F", fg=colour), nl=False)


def _base(project: Path) -> str:
    """Return what stands before a file's path, seen from the top of the repository."""
    top = Path(os.environ.get("GITHUB_WORKSPACE") or Path.cwd()).resolve()
    if project == top or not project.is_relative_to(top):
        return ""
    return f"{project.relative_to(top).as_posix()}/"
