"""A dry run on the terminal, and as a CSV file."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from typing import TextIO
from zoneinfo import ZoneInfo

from rich.console import Console

from nurture.services import sentences
from nurture.services.dry_run import DryRun, Fate, Group, Outcome

_OUTCOMES = {
    Outcome.NOW: ("開始時に送信", "get it when it begins"),
    Outcome.LATER: ("後で送信", "get it later"),
    Outcome.LAPSES: ("期限までに送れず取りやめ", "held back until it expires"),
    Outcome.NEVER: ("送信しません", "do not get it"),
}

#: why a mail waits for a moment of its own, which it has none of yet
_OWN = {
    "spread": ("一斉に送らず、時間をずらして送ります", "spread, so that not all leave at once"),
    "best_hour": (
        "それぞれの方がよく読む時間帯に送ります",
        "at the hour at which each of them reads",
    ),
}

_COLUMNS = ("contact", "name", "email", "company", "outcome", "reason", "until")


class Telling:
    """Says what a dry run found, in a language."""

    def __init__(self, locale: str, zone: ZoneInfo, titles: Mapping[str, str]) -> None:
        self._locale, self._zone, self._titles = locale, zone, titles

    def why(self, one: Fate | Group) -> str:
        """Return the sentence of a reason, empty where there is none."""
        if not one.reason:
            return ""
        if one.reason in _OWN:
            return _OWN[one.reason][0 if self._locale == "ja" else 1]
        return sentences.reason(one.reason, one.detail, self._locale, self._zone, self._titles)

    def outcome(self, one: Fate | Group) -> str:
        """Return what becomes of a mail, in words."""
        return _OUTCOMES[one.outcome][0 if self._locale == "ja" else 1]

    def show(self, found: DryRun, console: Console) -> None:
        """Print the figures, and of each reason some by name."""
        for line in self._head(found):
            console.print(line, highlight=False)
        for group in found.groups:
            why = self.why(group)
            said = f"{self.outcome(group)}: {why}" if why else self.outcome(group)
            said += self._span(group)
            console.print(f"\n{group.count:>7,}  [bold]{_plain(said)}[/bold]", highlight=False)
            for one in group.people:
                console.print(f"         {_plain(self._person(one))}", highlight=False)
            if group.count > len(group.people):
                rest = group.count - len(group.people)
                more = f"ほか {rest:,}名" if self._locale == "ja" else f"and {rest:,} more"
                console.print(f"         [dim]{more}[/dim]", highlight=False)

    def _span(self, group: Group) -> str:
        """Return from when until when mails that have moments of their own leave."""
        if group.reason not in _OWN or group.first is None or group.last is None:
            return ""
        first, last = (
            sentences.moment(one, self._locale, self._zone) for one in (group.first, group.last)
        )
        span = first if first == last else f"{first} – {last}"
        return f"（{span}）" if self._locale == "ja" else f" ({span})"

    def _head(self, found: DryRun) -> Iterator[str]:
        at = sentences.moment(found.at, self._locale, self._zone, year=True)
        gets = found.count(Outcome.NOW, Outcome.LATER)
        not_ = found.count(Outcome.LAPSES, Outcome.NEVER)
        title = _plain(f"{found.mailing.name}  {found.mailing.title}")
        if self._locale == "ja":
            yield f"[bold]{title}[/bold]\n{at} に開始した場合（何も書き込みません）"
            yield f"条件に合う方 {found.count():,}名・届く方 {gets:,}名・届かない方 {not_:,}名"
        else:
            yield f"[bold]{title}[/bold]\nif it began at {at}; nothing is written"
            yield f"{found.count():,} match, {gets:,} would get it, {not_:,} would not"
        if found.made:
            made = ("すでに {0:,}名分のメールがあります", "{0:,} have a mail of it already")
            yield made[0 if self._locale == "ja" else 1].format(found.made)
        if found.paused:
            yield (
                "[yellow]一時停止中です[/yellow]"
                if self._locale == "ja"
                else ("[yellow]it is paused[/yellow]")
            )
        if found.sending == "off":
            yield "[yellow]SENDING=off[/yellow]"

    def _person(self, one: Fate) -> str:
        parts = [one.name or "–", one.email or "–", one.company]
        if one.until is not None and one.outcome is Outcome.LATER:
            until = sentences.moment(one.until, self._locale, self._zone)
            parts.append(f"（{until} 以降）" if self._locale == "ja" else f"(from {until})")
        return "  ".join(part for part in parts if part)


class Sheet:
    """A CSV file with a row per contact, as spreadsheets read it."""

    def __init__(self, file: TextIO, telling: Telling) -> None:
        self._writer, self._telling = csv.writer(file), telling
        self._writer.writerow(_COLUMNS)

    def add(self, one: Fate) -> None:
        """Write what would become of a contact's mail."""
        until = one.until.isoformat() if one.until is not None else ""
        who = (one.contact_id, _safe(one.name), _safe(one.email), _safe(one.company))
        self._writer.writerow((*who, str(one.outcome), self._telling.why(one), until))


def _safe(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula (OWASP, CSV injection)."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _plain(text: str) -> str:
    return text.replace("[", "\\[")
