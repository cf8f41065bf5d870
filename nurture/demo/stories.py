"""Three true stories in sentences, told from what the database holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding

from nurture.db import demo_stories
from nurture.db.demo_stories import Hero, Keen, Leaver, Unsent
from nurture.db.engine import read
from nurture.services import sentences
from nurture.services.runtime import Runtime

_CALLS = {
    "qualified": ("予算、決裁、必要性、時期を確認できました", "budget and authority confirmed"),
    "later": ("時期を改めることになりました", "they want to talk again later"),
    "talked": ("お話を伺えました", "a first conversation"),
    "no_answer": ("ご不在でした", "nobody picked up"),
    "not_now": ("今は不要とのことでした", "not now"),
}


@dataclass(frozen=True, slots=True)
class _Told:
    """In which language, on which wall clock, with which names of workflows."""

    japanese: bool
    zone: ZoneInfo
    titles: Mapping[str, str]

    @property
    def locale(self) -> str:
        return "ja" if self.japanese else "en"

    def at(self, moment: datetime) -> str:
        text = sentences.moment(moment, self.locale, self.zone)
        # Japanese lines break anywhere, except where they hold a blank.
        return text.replace(" ", "") if self.japanese else text

    def why(self, reason: str, detail: Mapping[str, object]) -> str:
        return sentences.reason(reason, detail, self.locale, self.zone, self.titles)

    def workflow(self, name: str) -> str:
        title = self.titles.get(name, name)
        return f"「{title}」" if self.japanese else name

    def person(self, hero: Hero) -> str:
        if self.japanese:
            name = f"{hero.family_name}{hero.given_name}"
            if name.isascii():
                name = f"{hero.given_name} {hero.family_name}".strip()
            return f"{hero.company}の{name}さん" if name else f"{hero.company}のご担当者さん"
        parts = (hero.given_name, hero.family_name)
        japanese = not "".join(parts).isascii()
        name = "".join(reversed(parts)) if japanese else " ".join(parts).strip()
        name = name or hero.email
        return f"{name} of {hero.company}" if hero.company else name

    def soon(self, span: timedelta) -> str:
        if span < timedelta(minutes=1):
            return "その場で" if self.japanese else "at once"
        return f"{self.span(span)}後に" if self.japanese else f"{self.span(span)} later"

    def span(self, span: timedelta) -> str:
        minutes = int(span.total_seconds() // 60)
        days, hours = minutes // 1440, minutes // 60
        if days >= 2:
            return f"{days}日" if self.japanese else f"{days} days"
        if hours >= 2:
            return f"{hours}時間" if self.japanese else f"{hours} hours"
        return f"{minutes}分" if self.japanese else f"{minutes} minutes"


def tell(console: Console, runtime: Runtime, language: str) -> None:
    """Print the three stories; one that did not happen in this run is left out."""
    with read(runtime.engine) as connection:
        definitions = runtime.releases.live(connection).definitions
        keen = demo_stories.keen(connection, language)
        unsent = demo_stories.unsent(connection, language)
        leaver = demo_stories.leaver(connection, language)
    told = _Told(
        language == "ja",
        ZoneInfo(definitions.calendar.zone),
        {name: workflow.title for name, workflow in definitions.workflows.items()},
    )
    stories: list[tuple[str, str, Callable[[], list[str]] | None]] = [
        (
            "資料から、間に合った一本の電話まで",
            "From a document to a call in time",
            (lambda: _keen(told, keen)) if keen else None,
        ),
        (
            "届かなかったメール",
            "A mail that did not go out",
            (lambda: _unsent(told, unsent)) if unsent else None,
        ),
        (
            "待っている途中で離れた人",
            "Left in the middle of a wait",
            (lambda: _leaver(told, leaver)) if leaver else None,
        ),
    ]
    for japanese, english, tale in stories:
        if tale is None:
            continue
        console.print(f"\n[bold]{japanese if told.japanese else english}[/bold]")
        for sentence in tale():
            console.print(Padding(escape(sentence), (0, 0, 0, 2)), highlight=False)


def _keen(told: _Told, one: Keen) -> list[str]:
    title = str(one.document.get("title") or one.document.get("document") or "")
    learnt = [
        str(one.learnt[name])
        for name in ("budget", "authority", "need", "timeline")
        if one.learnt.get(name)
    ]
    call = _CALLS.get(str(one.learnt.get("result", "")), ("", ""))
    in_time = told.span(one.due_at - one.called_at)
    if told.japanese:
        soon = told.soon(one.thanked_at - one.took_at)
        return [
            f"{told.person(one.hero)}は{told.at(one.took_at)}に資料「{title}」をダウンロード。",
            f"お礼のメール「{one.subject}」は{soon}お送りしました。",
            f"{told.at(one.hot_at)}、スコアが{one.score:.0f}点に達してホットになり、"
            f"{told.at(one.due_at)}を期限に電話のタスクができました。",
            f"担当者の電話は{told.at(one.called_at)}、期限の{in_time}前。{call[0]}"
            + (f"（{'、'.join(learnt)}）。" if learnt else "。"),
        ]
    return [
        f"{told.person(one.hero)} took “{title}” on {told.at(one.took_at)}.",
        f"We sent “{one.subject}” {told.soon(one.thanked_at - one.took_at)}.",
        f"On {told.at(one.hot_at)} the score reached {one.score:.0f}: hot, and a call was due by "
        f"{told.at(one.due_at)}.",
        f"The call came on {told.at(one.called_at)}, {in_time} before that: {call[1]}"
        + (f" ({'; '.join(learnt)})." if learnt else "."),
    ]


def _unsent(told: _Told, one: Unsent) -> list[str]:
    mail = f"「{one.subject}」" if told.japanese else f"“{one.subject}”"
    mail = mail if one.subject else one.template
    lines = []
    if told.japanese:
        lines.append(
            f"{told.person(one.hero)}には{told.workflow(one.workflow)}から{mail}を"
            f"{told.at(one.decided_at)}にお送りするはずでした。"
        )
        if one.held is not None:
            lines.append(f"しかし、{told.why(*one.held)}。")
        lines.append(f"{told.at(one.dropped_at)}、{told.why(one.reason, one.detail)}。")
    else:
        lines.append(
            f"{told.person(one.hero)} was to get {mail} from {one.workflow} on "
            f"{told.at(one.decided_at)}."
        )
        if one.held is not None:
            lines.append(f"But first: {told.why(*one.held)}.")
        lines.append(f"On {told.at(one.dropped_at)}: {told.why(one.reason, one.detail)}.")
    return lines


def _leaver(told: _Told, one: Leaver) -> list[str]:
    waits = told.why(one.reason, one.detail)
    if told.japanese:
        return [
            f"{told.person(one.hero)}は{told.workflow(one.workflow)}の途中。"
            f"{told.at(one.waits_since)}から、{waits}。",
            f"ところが{told.at(one.left_at)}に配信停止。その場でシナリオは終了し、"
            f"その後にお送りしたメールは{one.mails_after}通です。",
        ]
    return [
        f"{told.person(one.hero)} was in {one.workflow}; from {told.at(one.waits_since)}: {waits}.",
        f"On {told.at(one.left_at)} they unsubscribed. The journey ended that instant, and "
        f"{one.mails_after or 'no'} mails have gone to them since.",
    ]
