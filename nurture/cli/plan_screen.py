"""A plan on the terminal: signs and colours, people, the first day, and how to go on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

from rich import box
from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from nurture.cli.plan_lines import Line, at_once_lines, change_lines
from nurture.cli.plan_words import say_plan
from nurture.cli.still_needed import needed_lines
from nurture.domain.changes.change import Sign
from nurture.domain.forecast import FirstDay
from nurture.language import in_language
from nurture.services import sentences
from nurture.services.planning import Plan

_STYLES = {Sign.ADDED: "green", Sign.REMOVED: "red", Sign.CHANGED: "yellow", "!": "bold red"}
#: mails whose numbers change that are shown
_MOST_MAILS = 8

_TONES = {"remark": "cyan", "alarm": "bold red", "": ""}


def plan_parts(
    plan: Plan, locale: str, zone: ZoneInfo, day: FirstDay | None = None
) -> Iterator[RenderableType]:
    """Yield what is printed, from top to bottom."""
    yield _title(plan, locale, zone)
    if plan.live is not None and plan.unchanged:
        yield Text(say_plan("same", locale))
    elif not plan.diff:
        yield Text(say_plan("no_difference", locale))
    yield from shown(change_lines(plan, locale))
    needed = list(needed_lines(plan.needed))
    if needed:
        yield _heading(say_plan("needed", locale))
        yield from (Text(f"  {in_language(line, locale)}", "yellow") for line in needed)
    yield _heading(say_plan("at_once", locale))
    at_once = list(at_once_lines(plan, locale))
    yield from shown(at_once, 1)
    if not at_once:
        yield Text(f"  {say_plan('nobody', locale)}", "dim")
    if plan.back_to is not None:
        code = "stays_ended" if plan.ended_since else "stays_so"
        yield Text(f"  {say_plan(code, locale, people=plan.ended_since)}", "dim")
    if day is not None:
        yield from _first_day(day, locale, zone)
    yield from _end(plan, locale)


def shown(lines: Iterable[Line], indent: int = 0) -> Iterator[Text]:
    """Yield lines with their signs and colours."""
    for line in lines:
        text = Text("  " * (line.depth + indent))
        if line.sign:
            text.append(f"{line.sign} ", f"bold {_STYLES.get(line.sign, '')}".strip())
        if line.name:
            style = _STYLES.get(line.sign, "") if line.depth == 0 else ""
            text.append(line.name, f"bold {style}".strip())
            text.append("  ")
        style = _TONES[line.tone]
        if not line.name and not line.tone:
            style = {Sign.ADDED: "green", Sign.REMOVED: "red"}.get(line.sign, "")  # type: ignore[call-overload]
        text.append(line.text, style)
        text.rstrip()
        yield text


def _title(plan: Plan, locale: str, zone: ZoneInfo) -> Text:
    code = "title_back" if plan.back_to is not None else "title"
    text = Text(say_plan(code, locale, of=plan.back_to), "bold")
    live = say_plan("nothing_live", locale)
    if plan.live is not None:
        at = sentences.moment(plan.live.at, locale, zone, year=True)
        live = say_plan("live", locale, id=plan.live.id, by=plan.live.by, at=at)
    text.append(f"   {live}", "not bold dim")
    return text


def _heading(text: str, style: str = "bold") -> Text:
    return Text(f"\n{text}", style)


def _first_day(day: FirstDay, locale: str, zone: ZoneInfo) -> Iterator[RenderableType]:
    yield _heading(say_plan("first_day", locale))
    about = "≈ " if day.sampled else ""
    before, after = (f"{about}{number:,}" for number in (day.without, day.mails))
    text = Text(f"  {say_plan('without_with', locale, before=before, after=after)}")
    yield text
    code = "about" if day.sampled else "all_of"
    basis = say_plan(code, locale, people=day.played, all=day.concerned)
    yield Text(f"  {basis}", "dim")
    if not day.everybody:
        yield Text(f"  {say_plan('not_counted', locale)}", "dim")
    for mail, (was, now) in list(day.changed.items())[:_MOST_MAILS]:
        sign, style = ("+", "green") if now > was else ("−", "red")
        yield Text(f"  {sign} {abs(now - was):,}  {mail} ({about}{was:,} → {now:,})", style)
    if not day.names:
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("", width=1)
    for code in ("when", "who", "mail"):
        table.add_column(say_plan(code, locale), overflow="fold", no_wrap=code == "when")
    for one in day.names:
        why = sentences.reason(one.reason, one.detail, locale, zone, day.titles)
        mail = one.mail if not one.workflow else f"{one.workflow} · {one.mail}"
        news = Text("+", "green") if one.news else Text(" ")
        # Two lines each, so that they fit a terminal of 80 columns.
        who = Text("\n").join([Text(one.name), Text(one.company, "dim")])
        told = Text("\n").join([Text(mail), Text(why, "dim")])
        table.add_row(news, sentences.moment(one.at, locale, zone), who, told)
    yield Padding(table, (0, 0, 0, 2))
    if (more := day.mails - len(day.names)) > 0:
        yield Text(f"  {say_plan('more', locale, more=more)}", "dim")


def _end(plan: Plan, locale: str) -> Iterator[RenderableType]:
    if plan.warnings:
        number = len(plan.warnings)
        yield _heading(say_plan("warnings", locale, number=number), "yellow")
    if plan.without_place:
        yield _heading(say_plan("refused", locale), "bold red")
        return
    if plan.nothing_to_do:
        return
    text = _heading(say_plan("plan", locale, id=plan.id))
    if plan.counts.total:
        text.append(f" · {say_plan('number', locale, people=plan.counts.total)}", "not bold")
    yield text
    code = "do_back" if plan.back_to is not None else "do_it"
    yield Text(f"  {say_plan(code, locale, id=plan.id, of=plan.back_to)}", "dim")
