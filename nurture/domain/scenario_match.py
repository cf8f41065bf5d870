"""Does an expectation hold; and where it does not, what came closest and why.

Pure: what was seen goes in, nothing or a `Miss` comes out. The words stand in
`nurture.domain.scenario_words`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from nurture.domain.calendar import shift
from nurture.domain.policy import Calendar
from nurture.domain.scenario import (
    Dropped,
    Enrolled,
    Exits,
    Expectation,
    Held,
    NotSent,
    Sent,
    Tally,
    TaskMade,
    Timing,
    Waits,
)
from nurture.domain.scenario_end import resolve
from nurture.domain.scenario_miss import Miss
from nurture.domain.scenario_seen import Seen, SeenJourney, SeenMail, SeenTask, Why
from nurture.domain.scenario_states import judge_state
from nurture.domain.scenario_wording import Wording, slip

#: a moment of a scenario is a minute long
_MINUTE = timedelta(minutes=1)


def judge(expected: Expectation, seen: Seen, calendar: Calendar) -> Miss | None:
    """Return None where an expectation holds, else why not."""
    match expected:
        case Sent():
            return _sent(expected, seen, calendar)
        case NotSent():
            return _not_sent(expected, seen, calendar)
        case Held() | Dropped():
            return _held_or_dropped(expected, seen)
        case TaskMade():
            return _task(expected, seen, calendar)
        case Enrolled():
            return _enrolled(expected, seen, calendar)
        case Waits():
            return _waits(expected, seen)
        case Exits():
            return _exits(expected, seen, calendar)
        case _:
            return judge_state(expected, seen)


def fits(pattern: str, name: str) -> bool:
    """Say whether a name is meant by a pattern such as `cold/*`."""
    return pattern == name or fnmatchcase(name, pattern)


# -- mails -----------------------------------------------------------------------------------


def _sent(expected: Sent, seen: Seen, calendar: Calendar) -> Miss | None:
    meant = [mail for mail in seen.mails if fits(expected.mail, mail.template)]
    looks = [(mail, *_look(expected, mail, seen, calendar)) for mail in meant]
    right = [mail for mail, miss, _ in looks if miss is None]
    high = expected.times.high
    if len(right) >= expected.times.low and (high is None or len(right) <= high):
        return None
    if expected.times != Tally() and (right or not looks):
        when = [mail.sent_at for mail in right]
        detail = {"found": len(right), "low": expected.times.low, "high": high, "moments": when}
        return Miss("times", detail, right[-1] if right else None, why=_of_refusal(seen))
    if looks:
        # The one that got furthest; of several, the newest.
        miss = max(looks, key=lambda look: (look[2], look[0].id))[1]
        assert miss is not None
        return miss
    gone = [mail for mail in seen.mails if mail.gone]
    others = [mail.template for mail in gone]
    near = [mail for mail in seen.mails if _folder(mail.template) == _folder(expected.mail)]
    code = "never_made" if others else "never_made_nor_any"
    return Miss(code, {"others": others}, near[-1] if near else None, why=_of_refusal(seen))


def _folder(template: str) -> str:
    return template.rpartition("/")[0]


def _look(
    expected: Sent, mail: SeenMail, seen: Seen, calendar: Calendar
) -> tuple[Miss | None, int]:
    """Return what is wrong with a mail, and how many looks it passed."""
    if mail.sent_at is None:
        detail = {"state": mail.state, "until": mail.due_at}
        why = mail.decisions[-1:] or _reason_of(mail)
        return Miss("not_gone", detail, mail, why=why), 0
    sent_at = mail.sent_at
    sender = expected.sender
    looks: list[Callable[[], Miss | None]] = [
        lambda: _when(expected.timing, sent_at, seen, calendar, mail),
        lambda: _says(expected.wording, mail),
        lambda: (
            Miss("other_sender", {"found": mail.sender}, mail)
            if sender is not None and sender != mail.sender
            else None
        ),
        lambda: _attached(expected.attached, mail),
    ]
    for passed, look in enumerate(looks, 1):
        miss = look()
        if miss is not None:
            return miss, passed
    return None, len(looks) + 1


def _reason_of(mail: SeenMail) -> tuple[Why, ...]:
    return (Why(mail.created_at, mail.state, mail.reason),) if mail.reason else ()


def _when(
    timing: Timing, at: datetime, seen: Seen, calendar: Calendar, mail: SeenMail | None = None
) -> Miss | None:
    """Return what is wrong with the moment at which something happened."""
    why = _held_back(mail)
    spans = timing.within is not None or isinstance(timing.not_before, type(timing.within))
    low: datetime | None = None
    high: datetime | None = None
    if timing.within is not None:
        low, high = seen.anchor, shift(calendar, seen.anchor, timing.within, seen.zone)
    elif timing.between is not None:
        low, high = (resolve(one, seen.anchor, calendar, seen.zone) for one in timing.between)
    elif timing.not_before is not None:
        low = resolve(timing.not_before, seen.anchor, calendar, seen.zone)
    if low is not None and at < low:
        code = "before_anchor" if spans and low == seen.anchor else "too_early"
        return Miss(code, {"at": at, "first": low}, mail, why=why)
    if high is not None and at > high:
        return Miss("too_late", {"at": at, "last": high, "late": at - high}, mail, why=why)
    if timing.at is not None and not timing.at <= at < timing.at + _MINUTE:
        return Miss("other_moment", {"at": at, "wanted": timing.at}, mail, why=why)
    if timing.hours is not None:
        clock = at.astimezone(seen.zone).time()
        if not timing.hours[0] <= clock < timing.hours[1]:
            return Miss("outside_hours", {"at": at}, mail, why=why)
    return None


def _held_back(mail: SeenMail | None) -> tuple[Why, ...]:
    if mail is None:
        return ()
    return tuple(one for one in mail.decisions if one.kind == "deferred")[-1:]


def _says(wording: Wording, mail: SeenMail) -> Miss | None:
    """Return what a mail says otherwise than asked."""
    if wording.any and not mail.readable:
        return Miss("not_readable", {}, mail, why=mail.decisions[-1:])
    found = slip(wording, mail.subject, mail.text)
    if found is None:
        return None
    return Miss(found.code, {"wanted": found.wanted, "found": found.found}, mail)


def _attached(wanted: str | None, mail: SeenMail) -> Miss | None:
    if wanted is None or any(fits(wanted, one) for one in mail.attached):
        return None
    code = "other_file" if mail.attached else "no_file"
    return Miss(code, {"found": list(mail.attached)}, mail)


def _not_sent(expected: NotSent, seen: Seen, calendar: Calendar) -> Miss | None:
    low: datetime | None = None
    high: datetime | None = None
    if expected.within is not None:
        low, high = seen.anchor, shift(calendar, seen.anchor, expected.within, seen.zone)
    for mail in seen.mails:
        if mail.sent_at is None or not fits(expected.mail, mail.template):
            continue
        if _says(expected.wording, mail) is not None:
            continue
        if (low is None or mail.sent_at >= low) and (high is None or mail.sent_at <= high):
            detail = {"at": mail.sent_at, "template": mail.template, "workflow": mail.workflow}
            return Miss("was_sent", detail, mail)
    return None


def _held_or_dropped(expected: Held | Dropped, seen: Seen) -> Miss | None:
    held = isinstance(expected, Held)
    kinds = ("deferred",) if held else ("dropped", "failed")
    meant = [mail for mail in seen.mails if fits(expected.mail, mail.template)]
    reasons: list[Why] = []
    said: Miss | None = None
    for mail in meant:
        found = [one for one in mail.decisions if one.kind in kinds]
        if not held and not found and not mail.gone and mail.state in ("cancelled", "failed"):
            found = [*_reason_of(mail)] or [Why(mail.created_at, mail.state, mail.state)]
        if any(expected.reason in (None, one.reason) for one in found):
            other = _says(expected.wording, mail) if isinstance(expected, Held) else None
            if other is None:
                return None
            said = other
            continue
        reasons += found
    if said is not None:
        return said
    what = "held" if held else "dropped"
    if reasons:
        return Miss(f"{what}_for_other", {"found": reasons[-1].reason}, meant[-1], why=(*reasons,))
    if not meant:
        return Miss("never_made", {"others": [mail.template for mail in seen.mails if mail.gone]})
    last = meant[-1]
    detail = {"state": last.state, "at": last.sent_at, "until": last.due_at}
    return Miss(f"not_{what}", detail, last, why=last.decisions[-1:])


# -- tasks -----------------------------------------------------------------------------------


def _task(expected: TaskMade, seen: Seen, calendar: Calendar) -> Miss | None:
    looks = [(task, *_look_at(expected, task, seen, calendar)) for task in seen.tasks]
    right = [task for task, miss, _ in looks if miss is None]
    low, high = expected.times.low, expected.times.high
    if len(right) >= low and (high is None or len(right) <= high):
        return None
    titles = [f"{task.kind}: {task.title}" for task in (right or seen.tasks)]
    if high == 0:
        return Miss("task_there", {"tasks": titles, "at": right[0].made_at})
    if right or not looks:
        code = "task_times" if right else "no_task"
        return Miss(code, {"found": len(right), "low": low, "high": high, "tasks": titles})
    task, miss, passed = max(looks, key=lambda look: look[2])
    assert miss is not None
    if passed == 0:
        return Miss("no_such_task", {"tasks": titles})
    return Miss(miss.code, {**miss.detail, "task": task.title})


def _look_at(
    expected: TaskMade, task: SeenTask, seen: Seen, calendar: Calendar
) -> tuple[Miss | None, int]:
    """Return what is wrong with a task, and how many of its properties were right."""
    passed = 0
    if expected.kind is not None:
        if expected.kind != task.kind:
            return Miss("task_kind", {"found": task.kind}), passed
        passed += 1
    if expected.title is not None:
        if expected.title not in task.title:
            return Miss("task_title", {"found": task.title}), passed
        passed += 1
    if expected.assignee is not None:
        if expected.assignee not in (task.assignee, task.assignee_key):
            whose = f"{task.assignee} ({task.assignee_key})"
            return Miss("task_assignee", {"found": whose}), passed
        passed += 1
    miss = _when(expected.timing, task.made_at, seen, calendar)
    if miss is not None:
        return Miss(f"task_{miss.code}", miss.detail), passed
    if expected.due is not None:
        latest = resolve(expected.due, task.made_at, calendar, seen.zone)
        early = latest if isinstance(expected.due, datetime) else task.made_at
        if task.due_at is None or not early <= task.due_at < latest + _MINUTE:
            return Miss("task_due", {"found": task.due_at, "wanted": latest}), passed + 1
    return None, passed + 2


# -- journeys --------------------------------------------------------------------------------


def _begun(workflow: str, seen: Seen) -> list[SeenJourney]:
    return [one for one in seen.journeys if one.workflow == workflow and not one.given]


def _of_refusal(seen: Seen, workflow: str | None = None) -> tuple[Why, ...]:
    found = [why for name, why in seen.refusals if workflow is None or name == workflow]
    return tuple(found[-1:])


def _enrolled(expected: Enrolled, seen: Seen, calendar: Calendar) -> Miss | None:
    begun = _begun(expected.workflow, seen)
    late = [_when(expected.timing, one.started_at, seen, calendar) for one in begun]
    right = [one for one, miss in zip(begun, late, strict=True) if miss is None]
    low, high = expected.times.low, expected.times.high
    if len(right) >= low and (high is None or len(right) <= high):
        return None
    if high == 0:
        detail = {"at": right[0].started_at, "step": right[0].step, "outcome": right[0].outcome}
        return Miss("was_enrolled", detail, journey=right[0])
    if not begun:
        given = [one for one in seen.journeys if one.workflow == expected.workflow]
        code = "enrolled_as_given" if given else "not_enrolled"
        return Miss(code, why=_of_refusal(seen, expected.workflow))
    wrong = [miss for miss in late if miss is not None]
    if wrong and not right:
        return Miss(f"enrolled_{wrong[-1].code}", wrong[-1].detail, journey=begun[-1])
    detail = {"found": len(right), "low": low, "high": high}
    return Miss("enrolled_times", detail, why=_of_refusal(seen, expected.workflow))


def _waits(expected: Waits, seen: Seen) -> Miss | None:
    all_of_it = [one for one in seen.journeys if one.workflow == expected.workflow]
    active = [one for one in all_of_it if one.active]
    if not active:
        if all_of_it:
            return _ended(all_of_it[-1])
        return Miss("not_enrolled", why=_of_refusal(seen, expected.workflow))
    journey = next((one for one in active if expected.step in (None, one.step)), None)
    if journey is None:
        found = active[-1]
        why = (found.why,) if found.why is not None else ()
        detail = {"step": found.step, "until": found.due_at}
        return Miss("stands_elsewhere", detail, journey=found, why=why)
    until = expected.until
    if until is not None and (
        journey.due_at is None or not until <= journey.due_at < until + _MINUTE
    ):
        return Miss("waits_until_other", {"until": journey.due_at}, journey=journey)
    return None


def _ended(journey: SeenJourney) -> Miss:
    why = (journey.why,) if journey.why is not None else ()
    detail = {"outcome": journey.outcome, "at": journey.ended_at}
    return Miss("has_ended", detail, journey=journey, why=why)


def _exits(expected: Exits, seen: Seen, calendar: Calendar) -> Miss | None:
    found = [one for one in seen.journeys if one.workflow == expected.workflow]
    if not found:
        return Miss("not_enrolled", why=_of_refusal(seen, expected.workflow))
    nearest: Miss | None = None
    for journey in found:
        why = (journey.why,) if journey.why is not None else ()
        if journey.active or journey.ended_at is None:
            detail = {"step": journey.step, "until": journey.due_at}
            miss: Miss | None = Miss("still_under_way", detail, journey=journey, why=why)
        elif expected.outcome not in (None, journey.outcome):
            detail = {"outcome": journey.outcome, "at": journey.ended_at}
            miss = Miss("other_outcome", detail, journey=journey, why=why)
        else:
            miss = _when(expected.timing, journey.ended_at, seen, calendar)
            if miss is not None:
                miss = Miss(f"ended_{miss.code}", miss.detail, journey=journey, why=why)
        if miss is None:
            return None
        nearest = miss
    return nearest
