"""An explanation on the terminal: who, why, and what happened, in tables."""

from __future__ import annotations

import os
from datetime import datetime

from rich import box
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from nurture.domain import glossary
from nurture.domain.glossary import word
from nurture.language import language_of_terminal
from nurture.services import sentences
from nurture.services.explain import explain
from nurture.services.explanation import Explanation
from nurture.services.runtime import Runtime

#: entries of the timeline shown
_NEWEST = 20

_COLOURS = {"cold": "blue", "warm": "yellow", "hot": "red"}

#: headings and words: English → Japanese
_JAPANESE = {
    "Score": "スコア",
    "What": "内容",
    "Earned": "獲得",
    "Now": "現在",
    "fit": "属性",
    "faded rows": "減衰した行",
    "counted earlier": "以前の計算分",
    "Mails": "メール",
    "When": "日時",
    "Mail": "メール",
    "State": "状態",
    "Why": "理由",
    "Journeys": "シナリオ",
    "Journey": "シナリオ",
    "under way": "進行中",
    "Step": "ステップ",
    "Consents": "同意",
    "none: nothing but service mails may go": "なし（事務連絡以外は送信できません）",
    "Preferences": "配信設定",
    "paused until": "お休み中、再開は",
    "not measured": "計測なし",
    "suppressed: gets no mail": "送信停止リスト登録済み",
    "on hold": "企業保留中",
    "Timeline, newest first": "これまでの経緯（新しい順）",
    "Tasks": "タスク",
    "Due": "期限",
    "Task": "タスク",
    "opened": "開封",
    "clicked": "クリック",
    "replied": "返信",
}


def show(
    runtime: Runtime, contact: str, locale: str | None, console: Console | None = None
) -> None:
    """Explain a contact (an address) on the terminal; NotFoundError where nobody is.

    Without a locale it speaks Japanese where the terminal does (LANG), else English.
    """
    console = console or Console()
    why = explain(runtime, contact, locale or language_of_terminal(os.environ))
    for part in _Page(why).parts():
        console.print(part)


class _Page:
    """One explanation, laid out."""

    def __init__(self, why: Explanation) -> None:
        self._why = why

    def parts(self) -> list[RenderableType]:
        """Return what is printed, from top to bottom."""
        why = self._why
        parts: list[RenderableType] = [self._head(), self._score()]
        if why.journeys:
            parts.append(self._journeys())
        if why.mails:
            parts.append(self._mails())
        if why.tasks:
            parts.append(self._tasks())
        parts.append(self._timeline())
        return parts

    def _say(self, english: str) -> str:
        ja = self._why.locale.startswith("ja")
        return _JAPANESE.get(english, english) if ja else english

    def _moment(self, at: datetime | None) -> str:
        return sentences.moment(at, self._why.locale, self._why.contact.zone)

    def _word(self, words: glossary.Words, code: str) -> str:
        return word(words, code, self._why.locale)

    def _head(self) -> RenderableType:
        who, locale = self._why.contact, self._why.locale
        title = " ".join(
            str(part)
            for part in (who.company, who.fields.get("department"), who.fields.get("title"))
            if part
        )
        temperature = Text(
            self._word(glossary.TEMPERATURES, who.temperature),
            f"bold {_COLOURS.get(who.temperature, '')}",
        )
        state = Text(" · ").join(
            [temperature, Text(self._word(glossary.STAGES, who.lifecycle)), *self._alarms()]
        )
        told = self._consents() or self._say("none: nothing but service mails may go")
        lines = [
            Text(f"{who.email}  {title}".rstrip()),
            state,
            Text(f"{self._say('Consents')}: {told}", style="dim"),
        ]
        if asked := self._preferences():
            lines.append(Text(f"{self._say('Preferences')}: {asked}", style="dim"))
        if (best := self._why.preferences.best_hour) is not None:
            lines.append(Text(self._best_hour(*best), style="dim"))
        if who.tags:
            lines.append(Text(" ".join(f"#{tag}" for tag in who.tags), style="dim"))
        when = sentences.moment(self._why.now, locale, who.zone, year=True)
        return Panel(
            Group(*lines), title=Text(who.name or who.email), subtitle=when, title_align="left"
        )

    def _consents(self) -> str:
        """Return the consents that count, those of one origin together."""
        origins: dict[str, list[str]] = {}
        for one in self._why.consents:
            if one.counts:
                origin = self._word(glossary.CONSENT_STATES, one.state)
                if one.basis:
                    origin += f" ({one.basis}, {one.source})"
                purpose = self._word(glossary.PURPOSES, one.purpose)
                origins.setdefault(origin, []).append(purpose)
        return "; ".join(f"{', '.join(names)}: {origin}" for origin, names in origins.items())

    def _preferences(self) -> str:
        """Return what they asked for in their preferences, empty where they did not."""
        has = self._why.preferences
        told = [f"−{title}" for title in has.topics_off]
        if has.rhythm:
            told.append(has.rhythm)
        if has.paused_until is not None:
            told.append(f"{self._say('paused until')} {self._moment(has.paused_until)}")
        if not has.tracking:
            told.append(self._say("not measured"))
        return ", ".join(told)

    def _best_hour(self, hour: int, opens: int) -> str:
        if self._why.locale.startswith("ja"):
            return f"よく読まれる時間帯: {hour}時台（{opens}通の開封から）"
        return f"Best hour: {hour}:00, from {opens} opens"

    def _alarms(self) -> list[Text]:
        who = self._why.contact
        found = []
        if who.suppressed:
            found.append(Text(self._say("suppressed: gets no mail"), "bold red"))
        if who.account_hold:
            found.append(Text(f"{self._say('on hold')}: {who.account_hold}", "bold red"))
        return found

    def _table(self, title: str, *columns: str) -> Table:
        table = Table(title=self._say(title), box=box.SIMPLE_HEAD, title_justify="left")
        for column in columns:
            # Folded, not cut: the end of a reason says what matters.
            table.add_column(self._say(column), overflow="fold")
        return table

    def _score(self) -> RenderableType:
        table = self._table("Score", "What", "When", "Earned", "Now")
        for column in table.columns[2:]:
            column.justify = "right"
        for row in self._why.score_rows:
            match row.kind:
                case "points":
                    what, earned = Text(f"{row.text} ({row.rule})"), f"{row.points:+.1f}"
                case "fit":
                    text = f"{self._say('fit')}: {row.text} ({row.rule})"
                    what, earned = Text(text), f"{row.points:+.1f}"
                case "faded":
                    what, earned = Text(f"{row.count} {self._say('faded rows')}", "dim"), ""
                case _:
                    what, earned = Text(self._say("counted earlier"), "dim"), ""
            table.add_row(what, self._moment(row.at), earned, f"{row.worth:+.1f}")
        table.add_section()
        table.add_row(
            Text(self._say("Score"), "bold"), "", "", Text(f"{self._why.score:.1f}", "bold")
        )
        return table

    def _journeys(self) -> RenderableType:
        table = self._table("Journeys", "#", "Journey", "State", "Step", "Why")
        for one in self._why.journeys:
            state = (
                Text(self._say("under way"), "green")
                if one.active
                else Text(self._word(glossary.OUTCOMES, one.outcome), "dim")
            )
            table.add_row(str(one.id), Text(one.title), state, Text(one.step), Text(one.why))
        return table

    def _mails(self) -> RenderableType:
        table = self._table("Mails", "#", "When", "Mail", "State", "Why")
        for one in self._why.mails:
            reactions = {"opened": one.opened, "clicked": one.clicked, "replied": one.replied}
            done = [self._say(name) for name, yes in reactions.items() if yes]
            state = self._word(glossary.MESSAGE_STATES, one.state)
            table.add_row(
                str(one.id),
                self._moment(one.sent_at or one.at),
                Text(one.subject or one.template),
                Text(" · ".join([state, *done])),
                Text(one.why),
            )
        return table

    def _tasks(self) -> RenderableType:
        table = self._table("Tasks", "Due", "Task", "State")
        for one in self._why.tasks:
            state = Text(
                self._word(glossary.TASK_STATES, one.state), "bold red" if one.late else ""
            )
            table.add_row(self._moment(one.due_at), Text(one.title), state)
        return table

    def _timeline(self) -> RenderableType:
        table = self._table("Timeline, newest first", "When", "What")
        for one in self._why.timeline[:_NEWEST]:
            text = Text(one.title, "bold")
            if one.verdict:
                text.append(f" [{self._word(glossary.VERDICTS, one.verdict)}]", "dim")
            text.append(f": {one.text}" if one.text else "", "not bold")
            if one.workflow and one.workflow not in one.text:
                text.append(f"  {one.workflow}", "dim not bold")
            table.add_row(self._moment(one.at), text)
        return table
