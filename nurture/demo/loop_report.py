"""The tables of the loop: results, answers, asks, referrals by way, KPIs beside their events."""

from __future__ import annotations

from collections import Counter

from rich.columns import Columns
from rich.console import Console, RenderableType
from rich.text import Text

from nurture.demo.loop_figures import LoopFigures
from nurture.demo.tables import table_of
from nurture.domain.referral import CLOSED, PROGRESS, Way

_WAYS = (Way.INTRODUCE, Way.FORWARD, Way.TICKET, Way.DOWNLOAD, Way.CC)
_STATES = (*PROGRESS, *sorted(CLOSED - set(PROGRESS)))


def show(console: Console, loop: LoopFigures) -> None:
    """Print them."""
    console.print(_referrals(loop))
    console.print(Columns([_kpis(loop), _rewards(loop)], padding=(0, 3)))
    for line in _sentences(loop):
        console.print(Text.from_markup(f"• {line}"))


def _referrals(loop: LoopFigures) -> RenderableType:
    seen = [state for state in _STATES if any(found[state] for found in loop.ways.values())]
    table = table_of(
        "Introductions by way", "way", "all", *(state.replace("_", " ") for state in seen)
    )
    every: Counter[str] = sum(loop.ways.values(), Counter())
    for way in (*_WAYS, *sorted(set(loop.ways) - set(_WAYS))):
        found = loop.ways.get(way, Counter())
        table.add_row(
            way, f"{found.total()}", *(f"{found[one]}" if found[one] else "" for one in seen)
        )
    table.add_section()
    table.add_row("all", f"{every.total()}", *(f"{every[one]}" for one in seen), style="bold")
    return table


def _kpis(loop: LoopFigures) -> RenderableType:
    table = table_of(
        "KPIs of the loop, and events that say the same", "KPI", "figure", "of", "events"
    )
    for one in loop.kept:
        table.add_row(one.name, one.said.main, f"[dim]{one.said.basis}[/dim]", one.by_events)
    return table


def _rewards(loop: LoopFigures) -> RenderableType:
    table = table_of("Rewards", "state", "now")
    for state in ("pending", "earned", "due", "delivered", "reversed"):
        table.add_row(state, f"{loop.rewards[state]:,}")
    return table


def _sentences(loop: LoopFigures) -> list[str]:
    counts = loop.counts
    return [
        f"results reported to [bold]{counts['reports']}[/bold] accounts and months; people asked "
        f"how likely they are to recommend us: [bold]{counts['invitations']}[/bold], answers "
        f"{counts['answers']}, unhappy ones followed {counts['loops']} (put right "
        f"{counts['loops_ended']})",
        f"asked for an introduction: [bold]{counts['asks']}[/bold], politely declined "
        f"{counts['ask_answers'] - counts['ask_referred']}; agreed to be introduced: "
        f"[bold]{loop.events['introduction.accepted']}[/bold]; golden tickets {counts['tickets']},"
        f" used {counts['tickets_used']}; promises to referrers broken "
        f"{loop.events['referral.overdue']}",
    ]
