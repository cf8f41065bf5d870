"""`nurture backtest`: what other rules of scoring and stages would have done, over real history."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import click
from rich import box
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from nurture.cli.context import house_of
from nurture.cli.speaking import speaks, told
from nurture.domain import glossary
from nurture.domain.backtest import Qualified, Stand
from nurture.domain.glossary import word
from nurture.language import say
from nurture.services.project import read_project
from nurture.simulate.backtest import Backtest, backtest

#: contacts that are named
_NAMED = 15


@click.command("backtest")
@click.argument("what", type=click.Choice(["scoring", "lifecycle"]), default="scoring")
@click.option(
    "--days",
    type=click.IntRange(1, 3650),
    default=90,
    show_default=True,
    help="Figures are of the last so many days; all of history is replayed.",
)
@click.option(
    "--top",
    type=click.IntRange(0, 10_000),
    default=_NAMED,
    show_default=True,
    help="How many contacts to name.",
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@speaks
@click.pass_context
def backtest_(ctx: click.Context, what: str, days: int, top: int, form: str, locale: str) -> None:
    """Replay what happened under the rules of the files, beside those that are live.

    `scoring` begins with temperatures, `lifecycle` with stages and hand-offs; both are of
    workflows/scoring.yaml. Nothing is written, sent or published.
    """
    house = house_of(ctx)
    files = read_project(house.settings.project)
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(told(say("Replaying history")), total=None)
        found = backtest(
            house.runtime,
            files,
            days,
            lambda done, total: bar.update(task, completed=done, total=total),
        )
    if form == "json":
        click.echo(json.dumps(_plain(found, top), ensure_ascii=False, indent=2))
        return
    _show(found, what, top, locale, Console())


def _show(found: Backtest, what: str, top: int, locale: str, console: Console) -> None:
    result = found.comparison
    console.print(
        told(
            say(
                "{events:,} {events:event|events} of {contacts:,} {contacts:contact|contacts} "
                "replayed; figures {since} to {until}",
                events=found.events,
                contacts=result.contacts,
                since=_day(result.since),
                until=_day(result.until),
            )
        )
    )
    if found.same_rules:
        console.print(told(say("The rules of the files are those that are live.")))
    if result.faithful is not None and result.faithful < 1:
        message = say(
            "Under the live rules, {share:.0%} of contacts end where the record has them; others "
            "were moved by hand or journeys, by earlier rules, or within a day.",
            share=result.faithful,
        )
        console.print(told(message), style="dim")
    parts = [_temperatures(found, locale), _stages(found, locale)]
    for table in parts if what == "scoring" else reversed(parts):
        console.print(table)
    console.print(_quality(found, locale))
    if result.differences and top:
        console.print(_people(found, top, locale))


def _sides(title: str) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column("")
    for name in (say("live"), say("proposed"), say("change")):
        table.add_column(told(name), justify="right")
    return table


def _row(table: Table, name: str, live: float, proposed: float, form: str = ",.0f") -> None:
    change = proposed - live
    # A sign as well as a colour: not everybody sees the latter.
    colour = "" if not change else "green" if change > 0 else "red"
    shown = f"{change:+{form}}" if format(abs(change), form) != format(0, form) else "·"
    table.add_row(
        name,
        format(live, form),
        format(proposed, form),
        f"[{colour}]{shown}[/]" if colour else shown,
    )


def _coloured(text: str, colour: str) -> str:
    return f"[{colour}]{text}[/]" if colour else text


def _temperatures(found: Backtest, locale: str) -> Table:
    table = _sides(told(say("Temperatures now")))
    for name, (live, proposed) in found.comparison.temperatures.items():
        _row(table, word(glossary.TEMPERATURES, name, locale), live, proposed)
    _row(table, told(say("turned hot in this time")), *found.comparison.hot)
    return table


def _stages(found: Backtest, locale: str) -> Table:
    table = _sides(told(say("Stages now")))
    for name, (live, proposed) in found.comparison.stages.items():
        if live or proposed:
            _row(table, word(glossary.STAGES, name, locale), live, proposed)
    _row(table, told(say("hand-offs a week")), *found.comparison.per_week, ",.1f")
    return table


def _quality(found: Backtest, locale: str) -> Table:
    table = Table(
        title=told(
            say(
                "How well {stage} finds those whom sales wins",
                stage=word(glossary.STAGES, found.handoff, locale),
            )
        ),
        title_justify="left",
        box=box.SIMPLE_HEAD,
    )
    table.add_column("")
    for name in (say("live"), say("proposed")):
        table.add_column(told(name), justify="right")
    both = (found.comparison.live, found.comparison.proposed)
    table.add_row(told(say("handed over")), *(f"{one.leads:,}" for one in both))
    table.add_row(told(say("of these, sales made an SQL or customer")), *map(_precision, both))
    table.add_row(told(say("of those whom sales won, handed over before")), *map(_recall, both))
    table.add_row(told(say("days ahead of it (median)")), *map(_ahead, both))
    return table


def _precision(one: Qualified) -> str:
    return f"{one.right:,} ({one.precision:.0%})" if one.precision is not None else "–"


def _recall(one: Qualified) -> str:
    return f"{one.right:,} / {one.won:,} ({one.recall:.0%})" if one.recall is not None else "–"


def _ahead(one: Qualified) -> str:
    return f"{one.ahead / timedelta(days=1):.1f}" if one.ahead is not None else "–"


def _people(found: Backtest, top: int, locale: str) -> Table:
    differences = found.comparison.differences
    title = say(
        "{number:,} {number:contact|contacts} would stand elsewhere; the greatest changes",
        number=len(differences),
    )
    table = Table(title=told(title), title_justify="left", box=box.SIMPLE_HEAD)
    for heading in (say("contact"), say("live"), say("proposed"), say("points")):
        table.add_column(told(heading), overflow="fold")
    for one in differences[:top]:
        name, company, address = found.who.get(one.contact_id, ("", "", ""))
        table.add_row(
            "\n".join(filter(None, (" ".join(filter(None, (company, name))), address))),
            _standing(one.live, locale),
            _standing(one.proposed, locale),
            f"{one.live.score:.0f} → {one.proposed.score:.0f}",
        )
    return table


def _standing(stand: Stand, locale: str) -> str:
    temperature = word(glossary.TEMPERATURES, stand.temperature, locale)
    return f"{temperature} · {word(glossary.STAGES, stand.stage, locale)}"


def _day(moment: datetime) -> str:
    return moment.date().isoformat()


def _plain(found: Backtest, top: int) -> dict[str, Any]:
    """Return what `--format json` prints; moments are ISO 8601, spans are in days."""
    result = found.comparison

    def qualified(one: Qualified) -> dict[str, Any]:
        ahead = one.ahead / timedelta(days=1) if one.ahead is not None else None
        return {**asdict(one), "ahead": ahead, "precision": one.precision, "recall": one.recall}

    return {
        "since": result.since.isoformat(),
        "until": result.until.isoformat(),
        "contacts": result.contacts,
        "events": found.events,
        "same_rules": found.same_rules,
        "faithful": result.faithful,
        "handoff": found.handoff,
        "temperatures": {k: list(v) for k, v in result.temperatures.items()},
        "stages": {k: list(v) for k, v in result.stages.items()},
        "hand_offs_per_week": list(result.per_week),
        "turned_hot": list(result.hot),
        "live": qualified(result.live),
        "proposed": qualified(result.proposed),
        "would_stand_elsewhere": len(result.differences),
        "contacts_that_differ": [
            {
                "contact": found.who.get(one.contact_id, ("", "", ""))[2],
                "live": asdict(one.live),
                "proposed": asdict(one.proposed),
            }
            for one in result.differences[:top]
        ],
    }
