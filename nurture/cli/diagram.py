"""`nurture diagram`: a workflow as a picture, or as text that wikis draw."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from nurture.cli.context import house_of, settings_of
from nurture.cli.speaking import speaks, told
from nurture.diagrams.drawing import Drawing
from nurture.diagrams.mermaid import mermaid
from nurture.diagrams.svg import svg
from nurture.language import say, say_number
from nurture.services.diagram import drawings, live_drawings
from nurture.services.project import read_project

#: format → how it is written, and the ending of its files
_FORMATS = {"svg": (svg, ".svg"), "mermaid": (mermaid, ".mmd")}


@click.command()
@click.argument("workflow", required=False)
@click.option(
    "--format",
    "kind",
    type=click.Choice(list(_FORMATS)),
    help="svg (default) or mermaid; by the ending of --out where that says it.",
)
@click.option("--live", is_flag=True, help="As it is published, with the people at each step.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write to this file; without it an SVG goes to a pipe, or to WORKFLOW.svg here.",
)
@click.option(
    "--all",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Draw every workflow into this folder.",
)
@speaks
@click.pass_context
def diagram(
    ctx: click.Context,
    workflow: str | None,
    kind: str | None,
    live: bool,
    out: Path | None,
    folder: Path | None,
    locale: str,
) -> None:
    """Draw WORKFLOW as SVG, or as Mermaid text; with --live the people at each step.

    Live: how many stand at each step, what was sent, opened and clicked (by people, not by
    machines), and which way they went at each wait and branch.
    """
    if (workflow is None) == (folder is None):
        raise click.UsageError(told(say("name one WORKFLOW, or a folder with --all")))
    if out is not None and folder is not None:
        raise click.UsageError(told(say("--out is for one workflow; --all names its own files")))
    if kind is None:
        mermaid_file = out is not None and out.suffix in (".mmd", ".mermaid", ".md")
        kind = "mermaid" if mermaid_file else "svg"
    write, ending = _FORMATS[kind]
    found = _found(ctx, locale, workflow, live)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        for one in found:
            (folder / f"{one.workflow.name}{ending}").write_text(write(one), encoding="utf-8")
        drawn = say_number(
            "{number} workflow drawn in {folder}",
            "{number} workflows drawn in {folder}",
            len(found),
            folder=folder,
        )
        click.echo(told(drawn))
        return
    text = write(found[0])
    if out is None and kind == "svg" and sys.stdout.isatty():
        # Nobody reads SVG on a terminal; a pipe or a file gets it as it is.
        out = Path(f"{found[0].workflow.name}{ending}")
    if out is None:
        click.echo(text, nl=False)
        return
    if out.suffix == ".md":
        text = f"```mermaid\n{text}```\n"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text, encoding="utf-8")
    steps = len(found[0].workflow.graph.steps)
    click.echo(
        told(
            say_number(
                "{name} ({number} step) is drawn in {file}",
                "{name} ({number} steps) is drawn in {file}",
                steps,
                name=found[0].workflow.name,
                file=out,
            )
        )
    )


def _found(ctx: click.Context, locale: str, workflow: str | None, live: bool) -> list[Drawing]:
    if live:
        return live_drawings(house_of(ctx).runtime, locale, workflow)
    return drawings(read_project(settings_of(ctx).project), locale, workflow)
