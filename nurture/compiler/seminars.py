"""A seminar's file: the event, and the mailings that come of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from nurture.compiler import seminar_keys as keys
from nurture.compiler.nodes import ListNode, quoted
from nurture.compiler.records import Fields, Key
from nurture.compiler.references import References
from nurture.compiler.report import Report
from nurture.compiler.scope import ConditionScope
from nurture.compiler.seminar_mailings import check_reminder, invitation, reminder
from nurture.compiler.sources import Source, Sources
from nurture.domain.calendar import at_wall
from nurture.domain.mailing import Mailing
from nurture.domain.policy import Calendar
from nurture.domain.seminar import Seminar
from nurture.domain.workflow import Purpose
from nurture.language import say

_FORM = "%Y-%m-%d %H:%M"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a seminar's file may refer to."""

    references: References
    calendar: Calendar
    #: what a condition may name, for a file's report
    scope: Callable[[Report], ConditionScope]


def compile_seminars(
    sources: Sources, around: Surroundings
) -> tuple[dict[str, Seminar], dict[str, Mailing]]:
    """Return seminars and their mailings by name; the reports say what is wrong."""
    seminars: dict[str, Seminar] = {}
    mailings: dict[str, Mailing] = {}
    for source in sources.of("seminar"):
        fields = keys.SEMINAR.read(source.root, source.report)
        if fields is None:
            continue
        name = fields.get_or(keys.NAMED, "")
        if name in seminars:
            message = say("a seminar '{name}' exists already", name=name)
            hint = say("the first is {file}", file=seminars[name].file)
            source.report.error(fields.at(keys.NAMED), "duplicate-id", message, hint)
            continue
        one = _File(fields, source, around)
        seminar = one.seminar(name)
        if seminar is not None:
            seminars[name] = seminar
            mailings.update({mailing.name: mailing for mailing in one.mailings(seminar)})
    return seminars, mailings


class _File:
    """Reads one file."""

    def __init__(self, fields: Fields, source: Source, around: Surroundings) -> None:
        self._fields, self._around = fields, around
        self._report = source.report
        self._zone = ZoneInfo(around.calendar.zone)

    def seminar(self, name: str) -> Seminar | None:
        """Return the event; None where not even its times could be read."""
        fields, report = self._fields, self._report
        correction = fields.get(keys.CORRECTION)
        moved = correction.get_or(keys.MOVED, "") if correction else ""
        called_off = correction.get_or(keys.CALLED_OFF, "") if correction else ""
        starts, ends = self._times()
        cancelled = fields.get_or(keys.CANCELLED, False)
        self._check_place()
        self._check_references()
        if cancelled and not called_off:
            message = say("it is cancelled, and nothing says which mail tells people so")
            hint = say("add correction: {cancelled: seminar/cancelled}")
            report.error(fields.at(keys.CANCELLED), "no-cancellation", message, hint)
        elif not (moved and called_off) and (
            fields.written(keys.INVITATION) or fields.written(keys.REMINDER)
        ):
            message = say("nothing says which mails tell people of another time, or that it is off")
            hint = say("add correction: {moved: seminar/moved, cancelled: seminar/cancelled}")
            report.error(fields.at(keys.CORRECTION), "no-correction", message, hint)
        if starts is None or ends is None or not name:
            return None
        return Seminar(
            name=name,
            title=fields.get_or(keys.TITLE, {}),
            starts_at=starts,
            ends_at=ends,
            place=fields.get_or(keys.PLACE, {}),
            summary=fields.get_or(keys.SUMMARY, {}),
            url=fields.get_or(keys.URL, ""),
            join=fields.get_or(keys.JOIN, ""),
            seats=fields.get(keys.SEATS),
            host=fields.get_or(keys.HOST, ""),
            cancelled=cancelled,
            materials=self._materials(ends),
            topic=fields.get(keys.TOPIC),
            moved_template=moved,
            cancelled_template=called_off,
            file=report.file,
        )

    def mailings(self, seminar: Seminar) -> list[Mailing]:
        """Return what is sent of itself: none of it where the seminar is cancelled."""
        calendar, report = self._around.calendar, self._report
        invited, reminded = None, None
        fields = self._fields.get(keys.INVITATION)
        if fields is not None:
            self._template(fields, keys.INVITATION_SEND, Purpose.MARKETING)
            window = self._window(fields, "business")
            invited = invitation(fields, seminar, calendar, self._around.scope(report), window)
        fields = self._fields.get(keys.REMINDER)
        if fields is not None:
            self._template(fields, keys.REMINDER_SEND, Purpose.SERVICE)
            window = self._window(fields, "courtesy")
            reminded = reminder(fields, seminar, calendar, report, window)
            if reminded is not None:
                at = fields.at(keys.BEFORE)
                check_reminder(reminded, invited, seminar, calendar, at, report)
        found = [one for one in (invited, reminded) if one is not None]
        return [] if seminar.cancelled else found

    def _times(self) -> tuple[datetime | None, datetime | None]:
        starts, ends = self._fields.get(keys.STARTS), self._fields.get(keys.ENDS)
        if starts is not None and ends is not None:
            if ends.date() == date.min:
                ends = datetime.combine(starts.date(), ends.time())
            if ends <= starts:
                message = say(
                    "it ends at {ends}, not after it starts at {starts}",
                    ends=f"{ends:{_FORM}}",
                    starts=f"{starts:{_FORM}}",
                )
                self._report.error(self._fields.at(keys.ENDS), "ends-first", message)
        return self._instant(starts), self._instant(ends)

    def _instant(self, wall: datetime | None) -> datetime | None:
        return at_wall(wall.date(), wall.time(), self._zone) if wall is not None else None

    def _check_place(self) -> None:
        fields = self._fields
        if not fields.written(keys.PLACE) and not fields.written(keys.JOIN):
            message = say("nobody can tell where it takes place")
            hint = say("add a `place`, the address of the room as `join`, or both")
            self._report.error(fields.at(keys.NAMED), "nowhere", message, hint)

    def _check_references(self) -> None:
        fields, report, references = self._fields, self._report, self._around.references
        host, topic = fields.get(keys.HOST), fields.get(keys.TOPIC)
        if host is not None:
            references.check_sender(host, fields.at(keys.HOST), report)
        if topic is not None:
            references.check_topic(topic, fields.at(keys.TOPIC), report)
        correction = fields.get(keys.CORRECTION)
        if correction is not None:
            for key in (keys.MOVED, keys.CALLED_OFF):
                self._template(correction, key, Purpose.SERVICE)

        for text in (keys.TITLE, keys.PLACE, keys.SUMMARY):
            said = fields.get_or(text, {})
            missing = [one for one in references.policy.locales if one not in said]
            if said and "" not in said and missing:
                message = say(
                    "the {name} is missing in '{locale}'", name=text.name, locale=missing[0]
                )
                hint = say("its readers see another language")
                report.warn(fields.at(text), "missing-locale", message, hint)

    def _template(self, fields: Fields, key: Key[str], purpose: Purpose) -> None:
        name = fields.get(key)
        if name is not None:
            self._around.references.check_template(name, purpose, fields.at(key), self._report)

    def _window(self, fields: Fields, otherwise: str) -> str:
        window = fields.get(keys.WINDOW)
        known = self._around.references.windows
        if window is not None:
            self._around.references.check_window(window, fields.at(keys.WINDOW), self._report)
            return window
        return otherwise if known is not None and otherwise in known else "business"

    def _materials(self, ends: datetime) -> tuple[str, ...]:
        named = self._fields.get_or(keys.MATERIALS, [])
        node = self._fields.at(keys.MATERIALS)
        places = node.items if isinstance(node, ListNode) else []
        library = self._around.references.library
        day = ends.astimezone(self._zone).date()
        for name, at in zip(named, places, strict=False):
            if library is None:
                break
            item = library.items.get(name)
            if item is None:
                hint = self._report.suggest(name, library.items)
                self._report.error(
                    at, "unknown-item", say("no library item {name}", name=quoted(name)), hint
                )
            elif item.valid_until is not None and item.valid_until < day:
                message = say(
                    "'{name}' is valid until {valid_until}, before the seminar ends",
                    name=name,
                    valid_until=item.valid_until,
                )
                self._report.error(at, "expired-item", message, say("name another one"))
        return tuple(named)
