"""A forecast as a page of its own: no scripts, nothing from elsewhere, phone and dark mode too."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

import jinja2
from babel.dates import format_date

from nurture.domain import glossary
from nurture.domain.audience import Audience
from nurture.domain.event_words import name_of
from nurture.domain.idle import Idle, Why
from nurture.domain.lifecycle import Temperature
from nurture.services import sentences
from nurture.services.explanation import Happened
from nurture.simulate.forecast import Forecast, HeldLine
from nurture.simulate.plots import columns
from nurture.simulate.words import Speech, share

_WARM_AND_HOT = (str(Temperature.WARM), str(Temperature.HOT))
_ALL = tuple(str(one) for one in Temperature)

_SHORT = {"ja": "M/d", "en": "d MMM"}
_LONG = {"ja": "y年M月d日(E)", "en": "EEE, d MMM y"}

#: what of an audience the page shows
_RATES = ("open", "click", "reply", "convert", "unsubscribe", "bounce", "complaint")


class Wording:
    """What a forecast's codes are called in one language."""

    def __init__(self, forecast: Forecast, locale: str) -> None:
        self.say = Speech(locale)
        self.locale = self.say.locale
        self.zone = ZoneInfo(forecast.zone)
        self.titles = {
            **{line.workflow: line.title for line in forecast.workflows},
            **{line.workflow: line.title for line in forecast.steps},
            **{line.workflow: line.title for line in forecast.idle},
        }

    def day(self, iso: str, long: bool = False) -> str:
        """Return a day as people write it."""
        form = (_LONG if long else _SHORT)[self.locale]
        return str(format_date(date.fromisoformat(iso[:10]), form, locale=self.locale))

    def held(self, line: HeldLine) -> str:
        """Return the sentence of what held mails back."""
        return sentences.reason(line.reason, line.detail, self.locale, self.zone, self.titles)

    def reason(self, code: str) -> str:
        """Return the sentence of a reason whose blanks differ from mail to mail."""
        known = glossary.word(glossary.HELD_BACK, code, self.locale)
        if known != code:
            return known
        return sentences.reason(code, {}, self.locale, self.zone, self.titles)

    def idle(self, line: Idle) -> list[str]:
        """Return why nobody began a workflow, a sentence for each reason."""
        return [self._why_idle(one, line.workflow) for one in line.why]

    def _why_idle(self, why: Why, workflow: str) -> str:
        code, name = why.code, why.name
        if code == "idle_refused":
            said = {"workflow": workflow}
            reason = sentences.reason(name, said, self.locale, self.zone, self.titles)
            return self.say(code, n=why.number, reason=reason)
        if code == "idle_no_trigger" and not name:
            return self.say("idle_alone")
        if code in ("idle_temperature", "idle_nobody_new"):
            name = self.temperature(name)
        elif code in ("idle_other", "idle_did_not", "idle_never"):
            name = self.event(name)
        return self.say(code, n=why.number, name=name)

    def temperature(self, code: str) -> str:
        """Return a temperature's name."""
        return glossary.word(glossary.TEMPERATURES, code, self.locale)

    def move(self, move: str) -> str:
        """Return `cold → warm` in words."""
        return " → ".join(self.temperature(one) for one in move.split(" → "))

    def stage(self, code: str) -> str:
        """Return a stage's name."""
        return glossary.word(glossary.STAGES, code, self.locale)

    def outcome(self, code: str) -> str:
        """Return how a journey ended."""
        return glossary.word(glossary.OUTCOMES, code, self.locale)

    def task(self, code: str) -> str:
        """Return a kind of task."""
        return glossary.word(glossary.TASK_KINDS, code, self.locale)

    def event(self, code: str) -> str:
        """Return an event's name."""
        return name_of(code, self.locale)

    def moment(self, entry: Happened) -> str:
        """Return when something happened."""
        return sentences.moment(entry.at, self.locale, self.zone)


def as_page(
    forecast: Forecast,
    audience: Audience,
    locale: str,
    timelines: Sequence[tuple[str, Sequence[Happened]]] = (),
) -> str:
    """Return the page; `timelines` are (who, what happened, oldest first)."""
    words = Wording(forecast, locale)
    days = [(words.day(day.date), day) for day in forecast.by_day]
    names = {one: words.temperature(one) for one in _ALL}
    return _template().render(
        f=forecast,
        audience=audience,
        w=words,
        say=words.say,
        share=share,
        mails=columns([(label, day.mails) for label, day in days], _ALL, names),
        people=columns([(label, day.people) for label, day in days], _WARM_AND_HOT, names),
        temperatures=_ALL,
        names=names,
        rates=_RATES,
        most_sent=max((line.sent for line in forecast.steps), default=1) or 1,
        most_held=max((line.hours for line in forecast.held), default=1) or 1,
        timelines=timelines,
        reactions=("opened", "clicked", "replied", "left", "bounced"),
    )


@cache
def _template() -> jinja2.Template:
    text = files("nurture.simulate").joinpath("report.html").read_text(encoding="utf-8")
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    return environment.from_string(text)
