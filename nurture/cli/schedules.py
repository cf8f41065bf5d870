"""`nurture schedule list`: when each schedule fires next, and for whom."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import click
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from nurture.cli.context import house_of
from nurture.cli.speaking import language as spoken
from nurture.cli.speaking import speaks, told
from nurture.domain.firing import FiringState
from nurture.domain.schedule_words import in_words
from nurture.language import say_number
from nurture.services import sentences
from nurture.services.firing_plans import Plan, upcoming
from nurture.services.mailing_reports import definitions_of

#: state of a firing that is over → (Japanese, English)
_OVER = {
    FiringState.DONE: ("{enrolled}名が開始", "{enrolled} began"),
    FiringState.MISSED: ("実行できず", "missed"),
    FiringState.CANCELLED: ("中止", "cancelled"),
}


@click.group()
def schedule() -> None:
    """Workflows that start by time: when they fire next, and for how many people."""


@schedule.command("list")
@speaks
@click.pass_context
def list_(ctx: click.Context, locale: str) -> None:
    """Show when each schedule fires next, who matches today, and what the last one did."""
    japanese, language = locale == "ja", locale
    runtime = house_of(ctx).runtime
    plans = upcoming(runtime)
    if not plans:
        click.echo(
            "定期起動するシナリオはありません。"
            if japanese
            else "No published workflow has a schedule."
        )
        return
    zone = ZoneInfo(definitions_of(runtime).calendar.zone)
    headings = (
        ("シナリオ", "いつ", "次回", "現在の対象", "前回")
        if japanese
        else ("Workflow", "When", "Next", "Match now", "Last")
    )
    table = Table(box=box.SIMPLE_HEAD)
    for heading in headings:
        table.add_column(
            heading, overflow="fold", justify="right" if heading == headings[3] else "left"
        )
    for one in plans:
        table.add_row(
            Text(one.workflow, "bold"),
            Text(in_words(one.trigger.schedule, language)),
            Text(sentences.moment(one.at, language, zone, year=True)),
            Text(f"{one.matching:,}{'名' if japanese else ''}"),
            Text(_last(one, language, zone)),
        )
    Console().print(table)


def _last(one: Plan, language: str, zone: ZoneInfo) -> str:
    row = one.last
    if row is None:
        return ""
    said = _OVER[FiringState(row.state)][0 if language == "ja" else 1]
    told = said.format(enrolled=f"{row.enrolled:,}")
    if row.skipped:
        more = (
            f"その前の{row.skipped}回は実行できず"
            if language == "ja"
            else f"{row.skipped} before it missed"
        )
        told = f"{told}、{more}" if language == "ja" else f"{told}, {more}"
    at = sentences.moment(row.at, language, zone)
    return f"{at}：{told}" if language == "ja" else f"{at}: {told}"


def schedule_lines(plans: tuple[Plan, ...], zone: ZoneInfo) -> list[str]:
    """Return a line per schedule: when it fires next, and how many match today."""
    return [
        told(
            say_number(
                "{name} starts {when}: next {at}, {people} person matches today",
                "{name} starts {when}: next {at}, {people} people match today",
                one.matching,
                name=one.workflow,
                when=in_words(one.trigger.schedule, spoken()),
                at=sentences.moment(one.at, spoken(), zone, year=True),
                people=f"{one.matching:,}",
            )
        )
        for one in plans
    ]
