"""A plan for programs and for pull requests: JSON and Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

from nurture.cli.plan_lines import Line, at_once_lines, change_lines
from nurture.cli.plan_words import say_plan
from nurture.domain.changes.change import Change, Sign
from nurture.domain.forecast import FirstDay
from nurture.services import sentences
from nurture.services.flights import Flight
from nurture.services.planning import Plan

#: version of the JSON; grows when a key goes or changes its meaning, not when one comes
JSON_VERSION = 1

#: signs as `diff` writes them, which GitHub colours
_DIFF = {Sign.ADDED: "+", Sign.REMOVED: "-", Sign.CHANGED: "!", "!": "-"}


def plan_json(plan: Plan, day: FirstDay | None = None) -> dict[str, Any]:
    """Return a plan as plain values; sentences in both languages."""
    live = plan.live
    return {
        "version": JSON_VERSION,
        "plan": plan.id,
        "live": None
        if live is None
        else {"release": live.id, "at": live.at.isoformat(), "by": live.by},
        "back_to": plan.back_to,
        "nothing_to_do": plan.nothing_to_do,
        "publishable": not plan.without_place,
        "people": plan.counts.total,
        "counts": plan.counts.as_json(),
        "headline": {"ja": plan.headline.ja, "en": plan.headline.en},
        "changes": [_change(one) for one in plan.diff.changes],
        "under_way": [_flight(one) for one in plan.flights],
        "mails_that_wait": dict(plan.waiting),
        "warnings": [str(one) for one in plan.warnings],
        "first_day": None if day is None else _day(day),
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "sign": {Sign.ADDED: "added", Sign.REMOVED: "removed"}.get(change.sign, "changed"),
        "noun": change.noun,
        "name": change.name,
        "said": {"ja": change.said.ja, "en": change.said.en},
        "parts": [_change(one) for one in change.parts],
    }


def _flight(flight: Flight) -> dict[str, Any]:
    return {
        "workflow": flight.workflow,
        "mode": str(flight.mode),
        "people": flight.people,
        "steps": [
            {
                "release": one.release_id,
                "step": one.step,
                "people": one.people,
                "fate": str(one.fate),
                "to": one.to,
                "suggestion": one.suggestion,
            }
            for one in flight.stands
        ],
    }


def _day(day: FirstDay) -> dict[str, Any]:
    return {
        "mails": day.mails,
        "without_publishing": day.without,
        "people_concerned": day.concerned,
        "people_played": day.played,
        "estimated": day.sampled,
        "by_mail": {
            mail: {"without": was, "with": now} for mail, (was, now) in day.by_mail.items()
        },
        "names": [
            {
                "at": one.at.isoformat(),
                "contact": one.contact_id,
                "name": one.name,
                "company": one.company,
                "mail": one.mail,
                "workflow": one.workflow,
                "reason": one.reason,
            }
            for one in day.names
        ],
    }


def plan_markdown(
    plan: Plan, locale: str, zone: ZoneInfo, day: FirstDay | None = None
) -> Iterator[str]:
    """Yield the lines of a comment on a pull request; people are counted, not named."""
    code = "title_back" if plan.back_to is not None else "title"
    yield f"### {say_plan(code, locale, of=plan.back_to)}"
    yield ""
    if plan.live is not None:
        at = sentences.moment(plan.live.at, locale, zone, year=True)
        yield say_plan("live", locale, id=plan.live.id, by=plan.live.by, at=at)
    else:
        yield say_plan("nothing_live", locale)
    yield ""
    if plan.without_place:
        yield f"> **{say_plan('refused', locale)}**"
        yield ""
    changes = list(change_lines(plan, locale))
    if plan.unchanged:
        yield say_plan("same", locale)
    elif not changes:
        yield say_plan("no_difference", locale)
    else:
        yield "```diff"
        yield from _quoted(changes)
        yield "```"
    yield ""
    yield f"**{say_plan('at_once', locale)}**"
    yield ""
    at_once = [line.text for line in at_once_lines(plan, locale)]
    yield from (f"- {text}" for text in at_once or [say_plan("nobody", locale)])
    if day is not None:
        yield ""
        about = "≈ " if day.sampled else ""
        before, after = (f"{about}{number:,}" for number in (day.without, day.mails))
        said = say_plan("without_with", locale, before=before, after=after)
        yield f"**{say_plan('first_day', locale)}**: {said}"
        yield ""
        yield f"| {say_plan('mail', locale)} | |"
        yield "| --- | ---: |"
        for mail, (was, now) in list(day.by_mail.items())[:10]:
            yield f"| {mail} | {about}{was:,} → {now:,} |"
    if not plan.nothing_to_do and not plan.without_place:
        yield ""
        yield f"`nurture publish --plan {plan.id}`"


def _quoted(lines: Iterable[Line]) -> Iterator[str]:
    for line in lines:
        sign = _DIFF.get(line.sign, " ") if line.sign else " "
        named = f"{line.name}  {line.text}".strip() if line.name else line.text
        # A fence in somebody's text must not end the block.
        yield f"{sign} {'  ' * line.depth}{named}".rstrip().replace("```", "ʼʼʼ")
