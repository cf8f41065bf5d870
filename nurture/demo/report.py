"""The tables at the end of a demo."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta

from rich.columns import Columns
from rich.console import Console, Group, RenderableType
from rich.text import Text

from nurture.demo import loop_report, season_report
from nurture.demo.figures import Figures
from nurture.demo.tables import percent, table_of

_WINDOWS = ("business", "courtesy")
_VERDICTS = ("human", "unknown", "prefetch", "machine")
_GRADES = ("cold", "warm", "hot")
_STAGES = ("prospect", "lead", "mql", "tql", "sal", "sql", "customer", "lost")


def show(console: Console, figures: Figures, full: bool) -> None:
    """Print every table; what is missing from a full run is a fault, from a short one none."""
    console.print(_tracks(figures))
    console.print(Columns([_evidence(figures), _moves(figures), _people(figures)], padding=(0, 3)))
    console.print(Columns([_held(figures), _dropped(figures)], padding=(0, 3)))
    if figures.season is not None:
        season_report.show(console, figures.season)
    if figures.loop is not None:
        loop_report.show(console, figures.loop)
    console.print(_sentences(figures, full))


def _tracks(figures: Figures) -> RenderableType:
    table = table_of("Mails by track", "track", "sent", "opened", "", "clicked", "", "answered")
    total = [0, 0, 0, 0]
    for track in figures.tracks:
        numbers = (track.sent, track.opened, track.clicked, track.replied)
        total = [a + b for a, b in zip(total, numbers, strict=True)]
        table.add_row(track.workflow or "-", *_shares(*numbers))
    table.add_section()
    table.add_row("all", *_shares(*total), style="bold")
    return table


def _shares(sent: int, opened: int, clicked: int, replied: int) -> tuple[str, ...]:
    return (
        f"{sent:,}",
        f"{opened:,}",
        f"[dim]{percent(opened, sent)}[/dim]",
        f"{clicked:,}",
        f"[dim]{percent(clicked, sent)}[/dim]",
        f"{replied:,}" if replied else "",
    )


def _evidence(figures: Figures) -> RenderableType:
    table = table_of("Opens and clicks by evidence", "who", "opens", "clicks", "the commonest sign")
    opens = figures.evidence.get("email.opened", Counter())
    clicks = figures.evidence.get("email.clicked", Counter())
    for verdict in _VERDICTS:
        both = Counter({why: n for (v, why), n in (opens + clicks).items() if v == verdict})
        why = both.most_common(1)
        table.add_row(
            verdict,
            f"{_of(opens, verdict):,}",
            f"{_of(clicks, verdict):,}",
            f"[dim]{why[0][0].replace('_', ' ')}[/dim]" if why else "",
        )
    return table


def _of(counter: Counter[tuple[str, str]], verdict: str) -> int:
    return sum(number for (one, _), number in counter.items() if one == verdict)


def _moves(figures: Figures) -> RenderableType:
    table = table_of("Temperature", "move", "times")
    for old, new in _ordered(figures.temperature, _GRADES):
        up = _GRADES.index(new) > _GRADES.index(old)
        arrow = "[red]▲[/red]" if up else "[blue]▼[/blue]"
        table.add_row(f"{arrow} {old} → {new}", f"{figures.temperature[old, new]:,}")
    return table


def _people(figures: Figures) -> RenderableType:
    table = table_of("Lifecycle", "move", "times")
    for old, new in _ordered(figures.lifecycle, _STAGES):
        table.add_row(f"{old} → {new}", f"{figures.lifecycle[old, new]:,}")
    return table


def _ordered(counter: Counter[tuple[str, str]], words: tuple[str, ...]) -> list[tuple[str, str]]:
    known = [pair for pair in counter if pair[0] in words and pair[1] in words]
    return sorted(known, key=lambda pair: (words.index(pair[0]), words.index(pair[1])))


def _held(figures: Figures) -> RenderableType:
    table = table_of("Held back", "by", "mails")
    for name, number in figures.held_back.most_common():
        kind = "window" if name in _WINDOWS else "cap"
        if name.startswith("reader_"):
            # What they chose in the preference centre.
            kind, name = "reader's", name.removeprefix("reader_")
        table.add_row(f"[dim]{kind}[/dim] {name}", f"{number:,}")
    return table


def _dropped(figures: Figures) -> RenderableType:
    table = table_of("Not sent", "why", "mails")
    for (state, reason), number in figures.never_sent.most_common():
        table.add_row(f"[dim]{state}[/dim] {reason.replace('_', ' ')}", f"{number:,}")
    return table


def _sentences(figures: Figures, full: bool) -> RenderableType:
    left, after, cancelled = figures.unsubscribes
    refused, blocked, again = figures.bounced
    replied = figures.replies.get("email.replied", 0)
    away = figures.replies.get("email.auto_replied", 0)
    lines = []
    if (delays := figures.delays) is not None:
        lines.append(
            f"mails that a click led to: [bold]{delays.number}[/bold], {delays.at_once} of them "
            f"queued at once; {_span(delays.business)} of business time from click to sent mail "
            f"(median, windows included), [bold]{delays.median * 1000:.0f} ms[/bold] of real time "
            "from the end of the click's hold to the queued mail (median; slowest tenth "
            f"{delays.slowest_tenth * 1000:.0f} ms)"
        )
    lines += [
        f"unsubscribed: [bold]{left}[/bold]; mails cancelled for it {cancelled}, sent afterwards "
        f"[bold]{after}[/bold]",
        f"refused by hosts that are gone: [bold]{refused}[/bold]; addresses suppressed {blocked}, "
        f"tried again [bold]{again}[/bold]",
        f"replies: [bold]{replied}[/bold]; out-of-office answers {away}, which are none",
        *_verdict(figures, full),
    ]
    return Group(*(Text.from_markup(f"• {line}") for line in lines))


def _verdict(figures: Figures, full: bool) -> Iterable[str]:
    if not figures.inconsistencies:
        yield (
            "inconsistencies: [bold]0[/bold]; every mail that SQL calls sent is in the mailbox "
            "exactly once, and no other"
        )
    for wrong in figures.inconsistencies:
        yield f"[red]inconsistent: {wrong}[/red]"
    if figures.missing and full:
        yield f"[red]the circle did not close: {'; '.join(figures.missing)}[/red]"
    elif figures.missing:
        yield f"[dim]in so few days {'; '.join(figures.missing)}[/dim]"


def _span(span: timedelta) -> str:
    seconds = span.total_seconds()
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
