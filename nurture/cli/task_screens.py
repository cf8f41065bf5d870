"""Tasks and deals on the terminal, in tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rich import box
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from nurture.db.contact_facts import full_name
from nurture.db.deals import name_of
from nurture.domain import glossary, task_words
from nurture.domain.glossary import word
from nurture.domain.task_actions import ACTIONS
from nurture.services import sentences
from nurture.services.task_lists import TaskRow
from nurture.services.task_mails import amount_text
from nurture.services.task_pages import Sheet

_JAPANESE = {
    "No": "番号",
    "Due": "期限",
    "Made": "作成",
    "Task": "タスク",
    "Contact": "コンタクト",
    "Newest": "最近の動き",
    "For": "担当",
    "overdue": "期限超過",
    "Deal": "商談",
    "Stage": "段階",
    "Amount": "金額",
    "Meeting": "商談日",
    "Next step": "約束",
    "Reason": "理由",
    "News": "最終更新",
    "Lately": "最近の動き",
    "What can be done": "記録できること",
    "needs": "必要",
    "closed": "完了",
    "Page": "画面",
}


def say(english: str, locale: str) -> str:
    """Return a heading in a language."""
    return _JAPANESE.get(english, english) if locale.startswith("ja") else english


def tasks_table(rows: Sequence[TaskRow], state: str, zone: ZoneInfo, locale: str) -> Table:
    """Return a list of tasks, the late ones in red."""
    table = _table(
        locale, "No", "Due" if state == "open" else "Made", "Task", "Contact", "Newest", "For"
    )
    for one in rows:
        row = one.row
        when = Text(sentences.moment(row.key, locale, zone))
        if one.late:
            when.append(f" {say('overdue', locale)}", "bold red")
        what = Text(f"{word(glossary.TASK_KINDS, row.kind, locale)} ", "dim")
        what.append(row.title, "not dim")
        if row.outcome:
            what.append(f" ({word(glossary.TASK_OUTCOMES, row.outcome, locale)})", "dim")
        who = " ".join(part for part in (row.account_name, one.name) if part)
        for_whom = row.member or word(glossary.ROLES, row.assignee, locale)
        table.add_row(str(row.id), when, what, Text(who), Text(one.why), Text(for_whom))
    return table


def task_parts(sheet: Sheet, locale: str) -> list[RenderableType]:
    """Return one task: who, what, until when, why, and what can be recorded how."""
    task, portrait = sheet.values, sheet.portrait
    assert portrait is not None  # the command looked
    row = portrait.row
    lines: list[RenderableType] = []
    if task.get("who"):
        lines.append(Text(" ".join(p for p in (task["who"], task["job"]) if p), "bold"))
        lines.append(Text("  ".join(p for p in (task["phone"], task["email"]) if p)))
        state = (task["temperature"], f"{task['score']}", task["lifecycle"])
        lines.append(Text(" · ".join(state)))
    if row.state == "open":
        due = Text(f"{say('Due', locale)}: {task['due']}" if task["due"] else "")
        if task["late"]:
            due.append(f" {say('overdue', locale)}", "bold red")
        lines.append(due)
    else:
        ended = word(glossary.TASK_OUTCOMES, row.outcome, locale)
        at = sentences.moment(row.done_at, locale, portrait.zone)
        lines.append(Text(f"{say('closed', locale)}: {ended} {at} {row.doer_name or ''}".rstrip()))
    lines.append(Text(f"{say('For', locale)}: {sheet.holder}", "dim"))
    if task.get("reply"):
        lines += [Text(f"│ {line}") for line in task["reply"]["lines"]]
    for name in ("promises", "known", "points"):
        lines += [Text(f"{one['what']}: {one['text']}") for one in task.get(name, [])]
    title = Text(f"{row.id}  {task['kind']}  {row.title}")
    parts: list[RenderableType] = [Panel(Group(*lines), title=title, title_align="left")]
    if task["signs"]:
        table = _table(locale, "Lately", "")
        for one in task["signs"]:
            table.add_row(one["at"], Text(one["what"]))
        parts.append(table)
    if row.state == "open":
        parts.append(_actions(row.id, portrait.offers, locale))
        parts.append(Text(f"{say('Page', locale)}: {task['url']}", "dim", overflow="fold"))
    return parts


def _actions(task_id: int, offers: Sequence[str], locale: str) -> Table:
    table = _table(locale, "What can be done", "")
    for name in offers:
        needed = "".join(
            f" --{field.name.replace('_', '-')} {_example(field.choices, field.name)}"
            for field in ACTIONS[name].fields
            if field.required or field.name == "next_step"
        )
        table.add_row(
            Text(word(task_words.ACTIONS, name, locale)),
            Text(f"nurture task do {task_id} {name}{needed}", "dim"),
        )
    return table


def _example(choices: Mapping[str, Any] | None, name: str) -> str:
    return "|".join(choices) if choices else name.upper()


def deals_table(rows: Sequence[Any], zone: ZoneInfo, locale: str) -> Table:
    """Return a list of deals."""
    table = _table(
        locale, "Deal", "Contact", "Stage", "Amount", "Meeting", "Next step", "News", "For"
    )
    table.columns[3].justify = "right"
    for row in rows:
        stage = Text(word(task_words.DEAL_STAGES, row.stage, locale))
        if row.reason and row.stage == "lost":
            stage.append(f" ({word(task_words.LOSS_REASONS, row.reason, locale)})", "dim")
        meeting = Text(sentences.moment(row.meeting_at, locale, zone))
        if row.stale_at is not None:
            meeting.stylize("red")
        table.add_row(
            Text(name_of(row.id, row.external_id)),
            Text(_who(row)),
            stage,
            amount_text(row.amount, row.currency, locale),
            meeting,
            Text(row.next_step or ""),
            _moment(row.updated_at, locale, zone),
            Text(row.owner_name or ""),
        )
    return table


def deal_panel(row: Any, zone: ZoneInfo, locale: str) -> Panel:
    """Return one deal with what was learnt of it."""
    said = [
        ("Stage", word(task_words.DEAL_STAGES, row.stage, locale)),
        ("Amount", amount_text(row.amount, row.currency, locale)),
        ("Meeting", sentences.moment(row.meeting_at, locale, zone)),
        ("Next step", row.next_step or ""),
        ("Reason", word(task_words.LOSS_REASONS, row.reason, locale)),
        ("News", sentences.moment(row.updated_at, locale, zone)),
        ("For", row.owner_name or ""),
    ]
    lines = [Text(_who(row), "bold")]
    lines += [Text(f"{say(name, locale)}: {text}") for name, text in said if text]
    for name, value in (row.facts or {}).items():
        text = word(task_words.YES_NO, "yes" if value else "no", locale)
        known = word(glossary.DEAL_FIELDS, name, locale)
        lines.append(Text(f"{known}: {text if isinstance(value, bool) else value}", "dim"))
    return Panel(Group(*lines), title=Text(name_of(row.id, row.external_id)), title_align="left")


def _who(row: Any) -> str:
    name = full_name(row.family_name, row.given_name, row.locale or "ja") or row.email or ""
    return " ".join(part for part in (row.account_name, name) if part)


def _moment(at: datetime | None, locale: str, zone: ZoneInfo) -> str:
    return sentences.moment(at, locale, zone)


def _table(locale: str, *columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, title_justify="left")
    for column in columns:
        # Folded, not cut: the end of a line says what matters.
        table.add_column(say(column, locale), overflow="fold")
    return table
