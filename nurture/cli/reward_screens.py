"""Rewards on the terminal: the list, the sums, one with its ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from rich import box
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text
from sqlalchemy import Row

from nurture.db.contact_facts import full_name
from nurture.domain import loop_words
from nurture.domain.glossary import word
from nurture.services import sentences
from nurture.services.reward_books import reason_text
from nurture.services.reward_desk import Line, Overview, Sheet
from nurture.services.task_mails import amount_text

_JAPANESE = {
    "No": "番号",
    "Promised": "お約束の日",
    "State": "状態",
    "Reward": "特典",
    "For": "お届け先",
    "Referral": "紹介",
    "Owner": "担当",
    "Amount": "金額",
    "overdue": "期限超過",
    "held": "保留",
    "Owed": "お届け前",
    "Delivered": "お届け済み",
    "At": "日時",
    "Change": "変更",
    "Reason": "理由",
    "By": "記録者",
    "To": "寄付先",
    "points": "ポイント",
}

_COLOURS = {"due": "yellow", "delivered": "green", "reversed": "dim"}


def _say(english: str, locale: str) -> str:
    return _JAPANESE.get(english, english) if locale.startswith("ja") else english


def rewards_table(lines: Sequence[Line], zone: ZoneInfo, locale: str) -> Table:
    """Return a list of rewards, the overdue ones in red."""
    table = _table(
        locale, "No", "Promised", "State", "Reward", "Amount", "For", "Referral", "Owner"
    )
    table.columns[4].justify = "right"
    for one in lines:
        row = one.row
        promised = Text(sentences.day(row.due_at, locale, zone))
        if one.overdue:
            promised.append(f"\n{_say('overdue', locale)}", "bold red")
        table.add_row(
            str(row.id),
            promised,
            state_text(one, locale),
            Text(f"{word(loop_words.REWARD_KINDS, row.kind, locale)} {row.title}"),
            amount_of(row, locale),
            Text(whose(one)),
            Text(row.ref),
            Text(row.owner_name or ""),
        )
    return table


def state_text(line: Line, locale: str) -> Text:
    """Return a reward's state with why it is held or was reversed."""
    row = line.row
    text = Text(word(loop_words.REWARD_STATES, row.state, locale), _COLOURS.get(row.state, ""))
    if row.held:
        text.append(f"\n{_say('held', locale)}: {reason_text(row.reason, locale)}", "magenta")
    elif row.reason:
        text.append(f"\n{reason_text(row.reason, locale)}", "dim")
    return text


def amount_of(row: Row[Any], locale: str) -> str:
    """Return an amount of money; of other kinds the title says how much."""
    return amount_text(row.amount, row.currency, locale) if row.currency else ""


def whose(line: Line) -> str:
    """Return who receives a reward: company and name."""
    row = line.row
    if row.erased:
        return "—"
    name = full_name(row.family_name, row.given_name, row.locale or "ja") or row.email or "—"
    return " ".join(part for part in (row.account_name, name) if part)


def sums_line(found: Overview, locale: str) -> Text:
    """Return how many are owed and were given, and what of it can be added up."""
    parts = []
    counted = (
        ("Owed", found.owed_number, found.owed),
        ("Delivered", found.given_number, found.given),
    )
    between = "・" if locale.startswith("ja") else ", "
    for title, number, sums in counted:
        count = f"{number}件" if locale.startswith("ja") else str(number)
        said = " / ".join(_sum(unit, amount, locale) for unit, amount in sums.items())
        parts.append(f"{_say(title, locale)}: {between.join(one for one in (count, said) if one)}")
    text = Text(" · ".join(parts))
    if found.overdue:
        text.append(f" · {_say('overdue', locale)}: {found.overdue}", "bold red")
    return text


def _sum(unit: str, amount: float, locale: str) -> str:
    if unit == "points":
        return f"{amount:,.0f} {_say('points', locale)}"
    return amount_text(amount, unit, locale)


def reward_parts(sheet: Sheet, zone: ZoneInfo, locale: str) -> list[RenderableType]:
    """Return one reward and its ledger."""
    row = sheet.line.row
    said: Mapping[str, str] = {
        "For": f"{whose(sheet.line)} ({word(loop_words.REWARD_SIDES, row.side, locale)})",
        "Referral": f"{row.ref} ({word(loop_words.REFERRAL_STATES, row.referral_state, locale)})",
        "Amount": amount_of(row, locale),
        "To": row.recipient or "",
        "Promised": sentences.day(row.due_at, locale, zone),
        "Owner": row.owner_name or "",
    }
    lines: list[Text] = [state_text(sheet.line, locale)]
    lines += [Text(f"{_say(name, locale)}: {text}") for name, text in said.items() if text]
    if sheet.line.overdue:
        lines.append(Text(_say("overdue", locale), "bold red"))
    kind = word(loop_words.REWARD_KINDS, row.kind, locale)
    panel = Panel(Group(*lines), title=Text(f"{row.id}: {kind} {row.title}"), title_align="left")
    table = _table(locale, "At", "Change", "Amount", "Reason", "By")
    table.columns[2].justify = "right"
    for one in sheet.entries:
        moved = word(loop_words.REWARD_STATES, one.to_state, locale)
        if one.from_state is not None and one.from_state != one.to_state:
            before = word(loop_words.REWARD_STATES, one.from_state, locale)
            moved = f"{before} → {moved}"
        table.add_row(
            sentences.moment(one.at, locale, zone, year=True),
            moved,
            amount_text(one.amount, one.currency, locale) if one.currency else "",
            Text(reason_text(one.reason, locale)),
            Text(word(loop_words.MOVERS, one.by, locale)),
        )
    return [panel, table]


def _table(locale: str, *columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, title_justify="left")
    for column in columns:
        table.add_column(_say(column, locale), overflow="fold")
    return table
