"""`nurture check`: everything wrong with a project, for people, programs and GitHub."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from nurture.cli.check_report import FORMATS, CheckReport
from nurture.cli.context import settings_of
from nurture.cli.speaking import speaks, told
from nurture.clock import machine_now
from nurture.errors import Problem
from nurture.language import say
from nurture.services.check import check as check_files
from nurture.services.check_memory import FileMemory
from nurture.services.project import NoProjectError, find_files

#: nothing is wrong; something is; the command was asked for something that is not there
OK, WRONG, MISUSED = 0, 1, 2


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[FILE]...")
@click.option(
    "--format",
    "form",
    type=click.Choice(sorted(FORMATS)),
    default="text",
    show_default=True,
    help="json: one object; github: annotations of a workflow run.",
)
@click.option("--strict", is_flag=True, help="Warnings fail too.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but what is wrong.")
@click.option("--fresh", is_flag=True, help="Do without what an earlier check found.")
@speaks
@click.pass_context
def check(
    ctx: click.Context,
    paths: tuple[Path, ...],
    form: str,
    strict: bool,
    quiet: bool,
    fresh: bool,
    locale: str,
) -> None:
    """Say everything that is wrong with workflows and templates, as file:line:column.

    With FILEs (or folders), only what is wrong in these is shown and counts; everything is
    looked at all the same, since files speak of one another.

    Exit status: 0 nothing is wrong (warnings aside), 1 there are errors (with --strict:
    or warnings), 2 there is no such project or file.
    """
    settings = settings_of(ctx)
    try:
        found = find_files(settings.project, scenarios=True)
    except NoProjectError as error:
        said = f"{told(error.message)}\n  → {told(error.hint)}"
        raise click.UsageError(said, ctx) from None
    wanted = _wanted(paths, settings.project, ctx)
    memory = FileMemory(settings.var / "cache" / "check.json", fresh)
    with _no_collection():
        definitions, of_content = check_files(
            found.files, machine_now(), settings.public_url, memory
        )
    memory.save()
    problems = sorted([*found.problems, *of_content], key=lambda p: (p.place, p.code, p.message))
    shown = [problem for problem in problems if _is_wanted(problem, wanted)]
    report = CheckReport(
        problems=tuple(shown),
        elsewhere=len(problems) - len(shown),
        workflows=len(definitions.workflows),
        files=len(found.files),
        strict=strict,
        language=locale,
        base=_base(settings.project),
    )
    for line in FORMATS[form](report, quiet):
        click.echo(line)
    ctx.exit(WRONG if report.failed else OK)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Let garbage lie: a check builds much, throws little away, and is soon over."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _wanted(paths: Iterable[Path], project: Path, ctx: click.Context) -> list[str]:
    """Return the paths in the project that are asked about; it and what lies below count."""
    wanted = []
    for path in paths:
        for start in (Path.cwd(), project):
            full = Path(os.path.normpath(start / path))
            if full.is_relative_to(project) and os.path.lexists(full):
                wanted.append(full.relative_to(project).as_posix())
                break
        else:
            said = say("there is no {path} in {project}", path=path, project=project)
            raise click.UsageError(told(said), ctx)
    return wanted


def _is_wanted(problem: Problem, wanted: list[str]) -> bool:
    file = problem.place.file
    return not wanted or any(path in (".", file) or file.startswith(f"{path}/") for path in wanted)


def _base(project: Path) -> str:
    """Return what stands before a file's path, seen from the top of the repository."""
    top = Path(os.environ.get("GITHUB_WORKSPACE") or Path.cwd()).resolve()
    if project == top or not project.is_relative_to(top):
        return ""
    return f"{project.relative_to(top).as_posix()}/"
