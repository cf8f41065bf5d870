"""Asks on the terminal: the list, one person, matches, the playbook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from rich import box
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from nurture.domain import loop_words
from nurture.domain.glossary import word
from nurture.domain.playbook import Tally
from nurture.domain.readiness import Likeness
from nurture.domain.referral_program import Program
from nurture.language import in_language
from nurture.services import sentences
from nurture.services.ask_list import AskBoard, Candidate, Words, because
from nurture.services.ask_mail import text_in

_JAPANESE = {
    "Person": "お名前",
    "Company": "会社",
    "Ready": "点数",
    "Reach": "顔の広さ",
    "Offer": "特典",
    "Because": "理由",
    "Not now because": "お願いしない理由",
    "Part": "項目",
    "Points": "点",
    "of": "配点",
    "Why": "内容",
    "Score": "合計",
    "What to say": "お伝えすること",
    "For a chat": "チャット用の一行",
    "Alike in": "近い点",
    "Asked": "お願い",
    "Answered": "お返事",
    "Introduced": "ご紹介",
    "Contracts": "ご契約",
    "Ask them now": "今、お願いできる方",
    "Small start": "試行",
    "best": "最良",
    "Why not": "お断りの理由",
    "industry": "業種",
    "use_case": "用途",
    "size": "規模",
    "region": "地域",
}


def _say(english: str, locale: str) -> str:
    return _JAPANESE.get(english, english) if locale.startswith("ja") else english


def board_parts(
    found: AskBoard, zone: ZoneInfo, locale: str, limit: int, everybody: bool
) -> list[RenderableType]:
    """Return who may be asked now, and with `everybody` who may not and why."""
    title = f"{_say('Ask them now', locale)} · {text_in(found.program.title, locale)}"
    if found.pilot is not None and found.program.pilot is not None:
        title += f" · {_say('Small start', locale)} {found.pilot}/{found.program.pilot.people}"
    table = _table(locale, "Person", "Company", "Ready", "Reach", "Offer", "Because", title=title)
    table.columns[2].justify = "right"
    for one in found.ready[:limit]:
        offer = text_in(one.offer.title, locale) if one.offer is not None else ""
        table.add_row(
            Text(one.name),
            Text(one.row.account_name or ""),
            f"{one.readiness.score:.0f}",
            word(loop_words.REACHES, str(one.signs.network_reach), locale),
            Text(offer),
            Text(" · ".join(in_language(why, locale) for why in because(one))),
        )
    parts: list[RenderableType] = [table]
    if everybody and found.waiting:
        waiting = _table(locale, "Person", "Company", "Ready", "Not now because")
        waiting.columns[2].justify = "right"
        for one in found.waiting[:limit]:
            waiting.add_row(
                Text(one.name),
                Text(one.row.account_name or ""),
                f"{one.readiness.score:.0f}",
                Text(refused(one, locale, zone)),
            )
        parts.append(waiting)
    return parts


def refused(one: Candidate, locale: str, zone: ZoneInfo) -> str:
    """Return why somebody is not asked now, as a sentence; empty where they may be."""
    if one.refusal is None:
        return ""
    return sentences.reason(one.refusal.reason, one.refusal.detail, locale, zone, {})


def person_parts(
    one: Candidate, words: Words | None, program: Program, zone: ZoneInfo, locale: str
) -> list[RenderableType]:
    """Return one person's readiness line by line, the answer, and what to say."""
    table = _table(locale, "Part", "Points", "of", "Why")
    for number in (1, 2):
        table.columns[number].justify = "right"
    for line in one.readiness.lines:
        part = word(loop_words.READINESS, line.part, locale)
        table.add_row(part, f"{line.points:.1f}", f"{line.most:.0f}", in_language(line.why, locale))
    table.add_row(_say("Score", locale), f"{one.readiness.score:.1f}", "100", "", style="bold")
    company = f" · {one.row.account_name}" if one.row.account_name else ""
    head: list[RenderableType] = [table]
    if one.offer is not None:
        offer = f"{text_in(one.offer.title, locale)}: {text_in(one.offer.benefit, locale)}"
        head.append(Text(f"✓ {_say('Offer', locale)} {offer}", "green"))
    else:
        head.append(Text(f"✗ {refused(one, locale, zone)}", "yellow"))
    parts: list[RenderableType] = [
        Panel(Group(*head), title=Text(f"{one.name}{company}"), title_align="left")
    ]
    if words is not None:
        lines = [Text(f"{number}. {line}") for number, line in enumerate(words.script, 1)]
        parts.append(Panel(Group(*lines), title=_say("What to say", locale), title_align="left"))
        parts.append(Panel(Text(words.chat), title=_say("For a chat", locale), title_align="left"))
    return parts


def match_table(found: Sequence[tuple[Candidate, Likeness]], locale: str) -> Table:
    """Return who could introduce us to a company, closest first."""
    table = _table(locale, "Person", "Company", "Reach", "Alike in")
    for one, like in found:
        table.add_row(
            Text(one.name),
            Text(one.row.account_name or ""),
            word(loop_words.REACHES, str(one.signs.network_reach), locale),
            ", ".join(_say(what, locale) for what in like.alike),
        )
    return table


def playbook_tables(
    found: Mapping[str, Sequence[Tally]], titles: Mapping[str, str], locale: str
) -> list[Table]:
    """Return a table per dimension: what was asked, and what came of it."""
    tables = []
    for name, tallies in found.items():
        title = word(loop_words.DIMENSIONS, name, locale)
        table = _table(locale, "", "Asked", "Answered", "Introduced", "Contracts", "", title=title)
        for number in range(1, 5):
            table.columns[number].justify = "right"
        for one in tallies:
            table.add_row(
                tally_name(name, one.key, titles, locale),
                str(one.asked),
                f"{one.answered} ({_percent(one.response_rate)})",
                f"{one.referrals} ({_percent(one.referral_rate)})",
                f"{one.won} ({_percent(one.win_rate)})",
                f"★ {_say('best', locale)}" if one.best else "",
                style="bold" if one.best else "",
            )
        tables.append(table)
    return tables


def whys_table(whys: Mapping[str, int], locale: str) -> Table:
    """Return why people would rather not, as far as they said."""
    table = _table(locale, "", "Answered", title=_say("Why not", locale))
    table.columns[1].justify = "right"
    for why, number in whys.items():
        table.add_row(word(loop_words.WHY_NOT, why, locale), str(number))
    return table


def tally_name(dimension: str, key: str, titles: Mapping[str, str], locale: str) -> str:
    """Return what people call a way of asking."""
    words: Mapping[str, Any] = {
        "timing": loop_words.TIMINGS,
        "channel": loop_words.ASK_CHANNELS,
        "mode": loop_words.ASK_MODES,
        "lever": loop_words.LEVERS,
    }
    if dimension in words:
        return word(words[dimension], key, locale)
    return titles.get(key, key)


def _percent(share: float | None) -> str:
    return "n/a" if share is None else f"{share:.0%}"


def _table(locale: str, *columns: str, title: str | None = None) -> Table:
    table = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left")
    for column in columns:
        table.add_column(_say(column, locale) if column else "", overflow="fold")
    return table
