"""`nurture today`: what needs a person, what goes out and what was held back."""

from __future__ import annotations

import click
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from nurture.cli.context import house_of
from nurture.cli.speaking import speaks
from nurture.domain import glossary
from nurture.services import sentences
from nurture.services.today import Today, Who, today

#: headings and words: English → Japanese
_JAPANESE = {
    "To do": "やること",
    "Due": "期限",
    "Task": "タスク",
    "Contact": "お客様",
    "For": "担当",
    "overdue": "期限超過",
    "Hot leads": "ホットリード",
    "Since": "いつから",
    "Stage": "ステージ",
    "Score": "スコア",
    "Last": "直近の行動",
    "Meetings nobody wrote about": "記録が更新されていない商談",
    "Meeting": "商談日",
    "Promises to come back": "再訪のお約束",
    "When": "日時",
    "Why": "理由",
    "Mails today": "本日のメール",
    "Mail": "メール",
    "left": "送信済み",
    "going": "本日これから",
    "later": "後日",
    "Held back": "保留中",
    "Given up today": "本日取りやめ",
    "Until": "早くて",
    "Mailings": "一斉配信",
    "State": "状態",
    "Splits decided lately": "最近決定したパターン",
    "Split": "パターン分け",
    "This weekday": "今日の定例",
}


@click.command("today")
@click.option("--for", "member", default="", metavar="KEY", help="One person: a sender key.")
@speaks
@click.pass_context
def today_(ctx: click.Context, member: str, locale: str) -> None:
    """Show what needs a person today: tasks, hot leads, mails, what was held back and why."""
    language = locale
    page = _Page(today(house_of(ctx).runtime, language, member), language)
    console = Console()
    for part in page.parts():
        console.print(part)


class _Page:
    """The day, laid out."""

    def __init__(self, day: Today, locale: str) -> None:
        self._day, self._locale = day, locale

    def parts(self) -> list[RenderableType]:
        """Return what is printed, from top to bottom."""
        parts = [
            self._headline(),
            self._routine(),
            self._tasks(),
            self._hot(),
            self._deals(),
            self._revisits(),
            self._mails(),
            self._held(),
            self._mailings(),
            self._splits(),
        ]
        return [part for part in parts if part is not None]

    def _say(self, text: str) -> str:
        return _JAPANESE.get(text, text) if self._locale == "ja" else text

    def _at(self, at: object) -> str:
        return sentences.moment(at, self._locale, self._day.zone)  # type: ignore[arg-type]

    def _table(self, title: str, *columns: str) -> Table:
        table = Table(title=self._say(title), title_justify="left", title_style="bold")
        for name in columns:
            table.add_column(self._say(name), overflow="fold")
        return table

    def _headline(self) -> Text:
        day, counts = self._day, self._day.counts
        at = sentences.moment(day.now, self._locale, day.zone, year=True)
        if self._locale == "ja":
            said = (
                f"タスク: 期限超過 {counts['late']}件・本日中 {counts['today']}件・"
                f"以降 {counts['later']}件"
            )
            nobody = f"・担当者なし {counts['nobody']}件" if counts["nobody"] else ""
            trouble = f"　送信の不具合 {day.troubles}件" if day.troubles else ""
            if day.unhappy:
                trouble += f"　ご不満への対応の期限超過 {day.unhappy}件（nurture nps loops）"
            lines = f"　届かなかったチャット通知 {day.lines}件" if day.lines else ""
        else:
            said = f"tasks: {counts['late']} overdue, {counts['today']} due today, "
            said += f"{counts['later']} later"
            nobody = f", {counts['nobody']} for nobody" if counts["nobody"] else ""
            trouble = f"; {day.troubles} mails failed" if day.troubles else ""
            if day.unhappy:
                trouble += f"; {day.unhappy} unhappy answers overdue (nurture nps loops)"
            lines = f"; {day.lines} chat lines not taken" if day.lines else ""
        return Text.assemble(
            (at, "bold"),
            f"  {day.member}  " if day.member else "  ",
            (said, "red" if counts["late"] else ""),
            nobody,
            (trouble + lines, "red"),
        )

    def _routine(self) -> Text | None:
        if not self._day.routine:
            return None
        return Text(f"{self._say('This weekday')}: " + " / ".join(self._day.routine), "cyan")

    def _tasks(self) -> Table | Text:
        if not self._day.tasks:
            return Text(
                "本日中のタスクはありません。" if self._locale == "ja" else "No task is due today."
            )
        table = self._table("To do", "#", "Due", "Task", "Contact", "For")
        for one in self._day.tasks:
            due = Text(self._at(one.due_at), "red" if one.late else "")
            if one.late:
                due.append(f" {self._say('overdue')}")
            kind = glossary.word(glossary.TASK_KINDS, one.kind, self._locale)
            table.add_row(
                str(one.id),
                due,
                Text(f"[{kind}] {one.title}"),
                self._who(one.who),
                Text(glossary.word(glossary.ROLES, one.who.member, self._locale)),
            )
        return table

    def _hot(self) -> Table | None:
        if not self._day.hot:
            return None
        table = self._table("Hot leads", "Since", "Contact", "Stage", "Score", "Last", "For")
        for one in self._day.hot:
            last = f"{one.last} {self._at(one.last_at)}".strip()
            table.add_row(
                self._at(one.since), self._who(one.who), one.stage, f"{one.score:.0f}",
                Text(last), Text(one.who.member),
            )  # fmt: skip
        return table

    def _deals(self) -> Table | None:
        if not self._day.quiet_deals:
            return None
        table = self._table("Meetings nobody wrote about", "Meeting", "Contact", "For")
        for one in self._day.quiet_deals:
            table.add_row(self._at(one.at), self._who(one.who), Text(one.who.member))
        return table

    def _revisits(self) -> Table | None:
        if not self._day.revisits:
            return None
        table = self._table("Promises to come back", "When", "Contact", "Why", "For")
        for one in self._day.revisits:
            table.add_row(self._at(one.at), self._who(one.who), Text(one.why), Text(one.who.member))
        return table

    def _mails(self) -> Table | None:
        if not self._day.flows:
            return None
        table = self._table("Mails today", "Mail", "left", "going", "later")
        for one in self._day.flows:
            table.add_row(Text(one.title), str(one.sent), str(one.going), str(one.later))
        return table

    def _held(self) -> Table | None:
        if not (self._day.held or self._day.given_up):
            return None
        table = self._table("Held back", "Why", "Mail", "Until")
        for one in self._day.held:
            table.add_row(Text(one.why), str(one.number), self._at(one.until))
        for one in self._day.given_up:
            why = f"{self._say('Given up today')}: {one.why}"
            table.add_row(Text(why, "yellow"), str(one.number), "")
        return table

    def _mailings(self) -> Table | None:
        if not self._day.mailings:
            return None
        table = self._table("Mailings", "When", "Mail", "State")
        for one in self._day.mailings:
            state = glossary.word(glossary.MAILING_STATES, one.state, self._locale)
            table.add_row(self._at(one.at), Text(one.title), state)
        return table

    def _splits(self) -> Table | None:
        if not self._day.splits:
            return None
        table = self._table("Splits decided lately", "When", "Split", "Why")
        for one in self._day.splits:
            table.add_row(self._at(one.at), Text(f"{one.title} / {one.step}"), Text(one.why))
        return table

    def _who(self, who: Who) -> Text:
        return Text(" ".join(part for part in (who.company, who.name) if part))
