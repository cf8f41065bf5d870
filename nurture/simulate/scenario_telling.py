"""A failed scenario in words: what was expected, what came instead, why, and what happened."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from nurture.compiler.durations import write_duration
from nurture.domain import glossary
from nurture.domain.condition_words import condition_text
from nurture.domain.definitions import Definitions
from nurture.domain.glossary import word
from nurture.domain.scenario import (
    Bound,
    Dropped,
    Enrolled,
    Exits,
    Expectation,
    Held,
    Holds,
    NotSent,
    Owner,
    Score,
    Sent,
    State,
    Tally,
    TaskMade,
    Timing,
    Waits,
)
from nurture.domain.scenario_miss import Miss
from nurture.domain.scenario_seen import Why
from nurture.domain.scenario_wording import Wording
from nurture.domain.scenario_words import ALONG, EXPECTED, MISSES, words
from nurture.errors import NurtureError
from nurture.services import sentences
from nurture.services.explanation import Explanation
from nurture.simulate.scenario_run import Failure, Outcome

#: entries of a story that are shown, the newest
LONGEST_STORY = 30

#: links of mails are long and say nothing here
_LONG_URL = re.compile(r"(https?://\S{30})\S+")

#: characters of a mail's text that are shown
_LONGEST_TEXT = 600

_WORDS = {
    "expected": ("期待", "expected"),
    "found": ("結果", "instead"),
    "why": ("理由", "why"),
    "nearest": ("近いメール", "closest"),
    "judged": ("判定時刻", "judged at"),
    "story": ("{0} に起きたこと", "What happened to {0}"),
    "earlier": ("（これより前の {0} 件は省略）", "({0} earlier entries are left out)"),
    "nobody": ("（なし）", "(nothing)"),
}

#: what each entry of a story is
_MARKS = {"event": "●", "mail": "✉", "decision": "·"}


class Telling:
    """Says what a scenario expected and what came of it, in a language."""

    def __init__(self, definitions: Definitions, locale: str) -> None:
        self._locale = locale
        self._zone = ZoneInfo(definitions.calendar.zone)
        self._titles = {one.name: one.title for one in definitions.workflows.values()}

    def lines(self, outcome: Outcome) -> Iterator[str]:
        """Yield all of a failed scenario: every failure, then each person's story."""
        for failure in outcome.failures:
            yield from self.failure(failure)
            yield ""
        for name, story in outcome.stories.items():
            yield from self.story(name, story)

    # -- one failure -----------------------------------------------------------------------

    def failure(self, failure: Failure) -> Iterator[str]:
        """Yield where it stands, what was expected, what came instead, and why."""
        miss = failure.miss
        yield str(failure.place)
        if failure.expected is not None:
            yield self._row("expected", self.expectation(failure.expected))
        yield self._row("found", self.miss(miss))
        for why in miss.why:
            said = self.reason(why)
            if said:
                yield self._row("why", f"{said}（{self.moment(why.at)}）" if self._ja else said)
        if miss.mail is not None and miss.code in ("never_made",):
            yield self._row("nearest", f"{miss.mail.template} ({self._state(miss.mail.state)})")
        if failure.expected is not None:
            yield self._row("judged", self.moment(failure.at))

    def summary(self, failure: Failure) -> str:
        """Return a failure on one line."""
        found = self.miss(failure.miss)
        if failure.expected is None:
            return found
        joint = "：" if self._ja else ": "
        return f"{self.expectation(failure.expected)}{joint}{found}".replace("\n", " ")

    def expectation(self, one: Expectation) -> str:
        """Return what was expected, as a sentence."""
        key, blanks, along = self._expected(one)
        said = words(EXPECTED, key, self._locale).format(**blanks)
        if not along:
            return said
        comma = "、" if self._ja else ", "
        return f"{said}（{comma.join(along)}）" if self._ja else f"{said} {comma.join(along)}"

    def miss(self, miss: Miss) -> str:
        """Return what came instead, as a sentence."""
        detail = {key: self._blank(key, value, miss) for key, value in miss.detail.items()}
        text = words(MISSES, miss.code, self._locale)
        blanks = {"at": "", "late": "", **detail}
        return text.format_map(_Known(blanks)).rstrip()

    def reason(self, why: Why) -> str:
        """Return a stored reason as a sentence."""
        return sentences.reason(
            why.reason, dict(why.detail), self._locale, self._zone, self._titles
        )

    def moment(self, at: datetime | None) -> str:
        """Return a moment as people write it."""
        return sentences.moment(at, self._locale, self._zone)

    # -- stories ---------------------------------------------------------------------------

    def story(self, name: str, story: Explanation) -> Iterator[str]:
        """Yield what happened to somebody, oldest first."""
        contact = story.contact
        who = " ".join(one for one in (contact.name, contact.email) if one) or name
        yield self._word("story").format(who)
        state = [
            word(glossary.TEMPERATURES, contact.temperature, self._locale),
            word(glossary.STAGES, contact.lifecycle, self._locale),
            f"{'スコア' if self._ja else 'score'} {story.score:.1f}",
        ]
        entries = list(reversed(story.timeline))
        if len(entries) > LONGEST_STORY:
            yield f"  {self._word('earlier').format(len(entries) - LONGEST_STORY)}"
            entries = entries[-LONGEST_STORY:]
        if not entries:
            yield f"  {self._word('nobody')}"
        before = ""
        for entry in entries:
            at = self.moment(entry.at)
            shown, before = (" " * _width(at) if at == before else at), at
            mark = _MARKS.get(entry.kind, " ")
            text = f"{entry.title}  {entry.text}" if entry.text else entry.title
            where = f" [{entry.workflow}]" if entry.workflow else ""
            yield f"  {shown}  {mark} {_one_line(text)}{where}"
        yield f"  {self.moment(story.now)}  = {' · '.join(state)}"

    # -- parts -----------------------------------------------------------------------------

    @property
    def _ja(self) -> bool:
        return self._locale.startswith("ja")

    def _word(self, key: str) -> str:
        return _WORDS[key][0 if self._ja else 1]

    def _row(self, key: str, text: str) -> str:
        name = self._word(key)
        lines = text.split("\n")
        first = f"  {name}{' ' * (10 - _width(name))}{lines[0]}"
        return "\n".join([first, *(f"            {line}" for line in lines[1:])])

    def _state(self, state: str) -> str:
        return word(glossary.MESSAGE_STATES, state, self._locale)

    def _expected(self, one: Expectation) -> tuple[str, dict[str, str], list[str]]:
        match one:
            case Sent():
                along = [*self._timing(one.timing), *self._tally(one.times)]
                along += self._wording(one.wording)
                if one.sender is not None:
                    along.append(self._along("from", one.sender))
                if one.attached is not None:
                    along.append(self._along("attached", one.attached))
                return "sent", {"mail": one.mail}, along
            case NotSent():
                along = [] if one.within is None else self._timing(Timing(within=one.within))
                return "not_sent", {"mail": one.mail}, [*along, *self._wording(one.wording)]
            case Held(mail=mail, reason=reason) | Dropped(mail=mail, reason=reason):
                key = "held" if isinstance(one, Held) else "dropped"
                along = [self._along("reason", reason)] if reason else []
                along += self._wording(one.wording) if isinstance(one, Held) else []
                return key, {"mail": mail}, along
            case TaskMade():
                return self._task(one)
            case Enrolled():
                none = one.times.high == 0
                along = [] if none else [*self._timing(one.timing), *self._tally(one.times)]
                return "not_enrolled" if none else "enrolled", {"workflow": one.workflow}, along
            case Waits():
                step = ""
                if one.step is not None:
                    step = f"のステップ {one.step} " if self._ja else f" at {one.step}"
                along = [self._along("until", self.moment(one.until))] if one.until else []
                return "waits", {"workflow": one.workflow, "step": step}, along
            case Exits():
                outcome = ""
                if one.outcome is not None:
                    outcome = f"「{one.outcome}」で" if self._ja else f" as {one.outcome}"
                return (
                    "exits",
                    {"workflow": one.workflow, "outcome": outcome},
                    self._timing(one.timing),
                )
            case State():
                table = glossary.TEMPERATURES if one.what == "temperature" else glossary.STAGES
                said = [word(table, name, self._locale) for name in one.words]
                return one.what, {"words": (" か " if self._ja else " or ").join(said)}, []
            case Score():
                span = f"{one.low:g}" if one.low == one.high else f"{one.low:g}–{one.high:g}"
                return "score", {"words": span}, []
            case Owner():
                return "owner", {"words": one.key}, []
            case Holds():
                said_of = condition_text(one.condition, self._locale)
                return "holds" if one.truth else "holds_not", {"words": said_of}, []
        raise TypeError(one)

    def _task(self, one: TaskMade) -> tuple[str, dict[str, str], list[str]]:
        said = [part for part in (one.kind, one.assignee) if part]
        if one.title:
            said.append(f"「{one.title}」" if self._ja else f'"{one.title}"')
        what = f" {'・'.join(said)} " if self._ja else f" ({', '.join(said)})"
        none = one.times.high == 0
        along = [] if none else [*self._timing(one.timing), *self._tally(one.times)]
        if one.due is not None:
            along.append(self._along("due", self._bound(one.due)))
        return "no_task" if none else "task", {"task": what if said else ""}, along

    def _along(self, key: str, *values: str) -> str:
        return words(ALONG, key, self._locale).format(*values)

    def _bound(self, bound: Bound) -> str:
        return self.moment(bound) if isinstance(bound, datetime) else write_duration(bound)

    def _wording(self, wording: Wording) -> list[str]:
        parts = (
            ("subject", wording.subject),
            ("text", wording.text),
            ("not_subject", wording.not_subject),
            ("not_text", wording.not_text),
        )
        return [self._along(key, text) for key, texts in parts for text in texts]

    def _timing(self, timing: Timing) -> list[str]:
        along = []
        if timing.within is not None:
            along.append(self._along("within", write_duration(timing.within)))
        if timing.at is not None:
            along.append(self._along("exactly_at", self.moment(timing.at)))
        if timing.not_before is not None:
            along.append(self._along("not_before", self._bound(timing.not_before)))
        if timing.between is not None:
            along.append(self._along("between", *map(self._bound, timing.between)))
        if timing.hours is not None:
            along.append(self._along("hours", *(f"{one:%H:%M}" for one in timing.hours)))
        return along

    def _tally(self, times: Tally) -> list[str]:
        if times == Tally():
            return []
        if times.low == times.high:
            return [self._along("times", str(times.low))]
        along = [self._along("at_least", str(times.low))] if times.low > 0 and times.high else []
        if times.low > 1 and not times.high:
            along = [self._along("at_least", str(times.low))]
        return along + ([self._along("at_most", str(times.high))] if times.high else [])

    def _blank(self, key: str, value: Any, miss: Miss) -> Any:
        """Return a blank of a sentence as people read it."""
        if key == "parts":
            return " / ".join(condition_text(one, self._locale) for one in value)
        if key == "moments":
            said = [self.moment(one) for one in value if one is not None]
            if not said:
                return ""
            return f"（{'、'.join(said)}）" if self._ja else f": {', '.join(said)}"
        if key == "until" and miss.code != "waits_until_other":
            if not isinstance(value, datetime):
                return ""
            return f"（{self.moment(value)} まで）" if self._ja else f", until {self.moment(value)}"
        if isinstance(value, datetime):
            return self.moment(value)
        if isinstance(value, timedelta):
            return self._span(value)
        if key == "state":
            return self._state(str(value))
        if isinstance(value, NurtureError):
            return value.in_language("ja" if self._ja else "en")
        if key in ("found", "outcome", "workflow"):
            return self._named(key, value, miss)
        if isinstance(value, Sequence) and not isinstance(value, str):
            return ("、" if self._ja else ", ").join(map(str, value)) or self._word("nobody")
        return "–" if value is None else value

    def _named(self, key: str, value: Any, miss: Miss) -> Any:
        if key == "workflow":
            return self._titles.get(str(value), value)
        if key == "outcome":
            return word(glossary.OUTCOMES, str(value), self._locale)
        match miss.code:
            case "temperature_is":
                return word(glossary.TEMPERATURES, value, self._locale)
            case "lifecycle_is":
                return word(glossary.STAGES, value, self._locale)
            case "text_lacks" | "text_holds":
                text = _LONG_URL.sub(r"\1…", str(value).strip())
                return text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}…"
            case "owner_is":
                return value or self._word("nobody")
        if isinstance(value, list):
            return ("、" if self._ja else ", ").join(map(str, value))
        return "–" if value is None else value

    def _span(self, span: timedelta) -> str:
        minutes = max(1, round(span.total_seconds() / 60))
        days, minutes = divmod(minutes, 24 * 60)
        hours, minutes = divmod(minutes, 60)
        units = ("日", "時間", "分") if self._ja else (" d", " h", " min")
        parts = [
            f"{number}{unit}"
            for number, unit in zip((days, hours, minutes), units, strict=True)
            if number
        ]
        return ("" if self._ja else " ").join(parts)


class _Known(dict[str, Any]):
    """Blanks of a sentence; one that is missing shows as `?`."""

    def __missing__(self, key: str) -> str:
        return "?"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _width(text: str) -> int:
    """Return how many columns a text takes in a terminal."""
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in text)
