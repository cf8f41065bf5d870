"""`audience:` files: how readers behave in a simulation. Not part of a release."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import timedelta

from nurture.compiler.calendar import Hours
from nurture.compiler.happenings import EQUALITY
from nurture.compiler.moments import Elapsed
from nurture.compiler.names import NAME, EventName
from nurture.compiler.nodes import Node, Scalar, describe
from nurture.compiler.records import Fields, Key, ListOf, Record
from nurture.compiler.report import Report
from nurture.compiler.shapes import Schema, Shape, SharedParts, Text
from nurture.compiler.yaml_source import read_yaml
from nurture.domain.audience import Arrival, Audience, MailRates, Reading, Team
from nurture.domain.lifecycle import Temperature
from nurture.errors import DefinitionError, Problem
from nurture.language import NOTHING, say


class Share(Shape[float]):
    """A share: `20%`, or a number from 0 to 1."""

    def read(self, node: Node, report: Report) -> float | None:
        """Return the share, 0 to 1."""
        found = _share(node) if isinstance(node, Scalar) else None
        if found is None:
            message = say(
                "expected a share such as 20% or 0.2, found {found}", found=describe(node)
            )
            report.error(node, "bad-share", message)
            return None
        if not 0 <= found <= 1:
            message = say("{found} is not a share: shares go from 0% to 100%", found=describe(node))
            # 20 is a slip for 20 %, which is what most people mean by it.
            hint = say("write {share}%", share=f"{found:g}") if 1 < found <= 100 else NOTHING
            report.error(node, "bad-share", message, hint)
            return None
        return found

    def schema(self, shared: SharedParts) -> Schema:
        """Return a number or a text with a percent sign."""
        percent = {"type": "string", "pattern": "^[0-9]+(\\.[0-9]+)?\\s*%$"}
        return {"anyOf": [{"type": "number", "minimum": 0, "maximum": 1}, percent]}


def _share(node: Scalar) -> float | None:
    text = unicodedata.normalize("NFKC", node.value).strip()
    number = text.removesuffix("%").strip()
    try:
        found = float(number)
    except ValueError:
        return None
    if found != found:
        return None
    return found / 100 if text.endswith("%") else found


_SHARE = Share()
_RATES = (
    Key("open", _SHARE, say("Of the mails sent: opened.")),
    Key("click", _SHARE, say("Of the mails sent: a link followed. Who clicks has opened.")),
    Key("reply", _SHARE, say("Of the mails sent: answered by hand.")),
    Key("convert", _SHARE, say("Of those who clicked: do what the mail asks for.")),
    Key("unsubscribe", _SHARE, say("Of the mails sent: unsubscribed.")),
    Key("bounce", _SHARE, say("Of the mails sent: came back for good.")),
    Key("complaint", _SHARE, say("Of the mails sent: called spam.")),
)
_OF_MAILS = Record(say("how a temperature reads"), _RATES)
_TEMPERATURES = tuple(
    Key(
        str(one),
        _OF_MAILS,
        say("What {temperature} readers do with a mail.", temperature=str(one)),
        required=True,
    )
    for one in Temperature
)
_MAIL = Record(say("how mails are read"), _TEMPERATURES)

_EVENT = Key("event", EventName(), say("What happens, noun.verbed."), required=True)
_WITH = Key("with", EQUALITY, say("Properties that the event has."))
_PER = Key("per", Elapsed(), say("The span that the shares are of."), required=True)
_SHARES = tuple(
    Key(
        str(one),
        _SHARE,
        say("Of the {temperature} contacts: do it in such a span.", temperature=str(one)),
    )
    for one in Temperature
)
_ARRIVAL = Record(say("something people do by themselves"), (_EVENT, _WITH, _PER, *_SHARES))

_MEDIAN = Key("median", Elapsed(), say("Half have done it so long afterwards."))
_LONGEST = Key("longest", Elapsed(), say("Nobody reads a mail that is older."))
_AWAKE = Key("awake", Hours(), say("Hours of the day in which people read."))
_READING = Record(say("when mails are read"), (_MEDIAN, _LONGEST, _AWAKE))

_DONE = Key("done", _SHARE, say("Of the tasks: done."))
_QUALIFIED = Key("qualified", _SHARE, say("Of the calls made: qualified."))
_NO_ANSWER = Key("no_answer", _SHARE, say("Of the calls made: nobody answered."))
_TEAM = Record(say("what our people do"), (_DONE, _MEDIAN, _QUALIFIED, _NO_ANSWER))

_ATTEND = Key("attend", _SHARE, say("Of those registered: come."))
_SEMINARS = Record(say("what becomes of registrations"), (_ATTEND,))

_NAME = Key("audience", NAME, say("What it is called."), required=True)
_TITLE = Key("title", Text(), say("What it describes, for people."))
_MAILS = Key("mail", _MAIL, say("What readers do with mails, by temperature."), required=True)
_ARRIVALS = Key("arrivals", ListOf(_ARRIVAL), say("What people do whatever we send."))
_WHEN = Key("reading", _READING, say("When mails are read."))
_OURS = Key("team", _TEAM, say("What our own people do with their tasks."))
_THERE = Key("seminars", _SEMINARS, say("How many of those registered come."))

#: the whole file
AUDIENCE = Record(say("an audience"), (_NAME, _TITLE, _MAILS, _ARRIVALS, _WHEN, _OURS, _THERE))


def read_audience(content: bytes | str, file: str) -> Audience:
    """Return the audience of a file; raises DefinitionError with everything wrong with it."""
    report = Report(file)
    node = read_yaml(content, report)
    fields = AUDIENCE.read(node, report) if node is not None else None
    found = _audience(fields, report) if fields is not None else None
    if found is None or report.failed:
        raise DefinitionError(report.problems)
    return found


def problems_of(content: bytes | str, file: str) -> tuple[Problem, ...]:
    """Return everything wrong with an audience file."""
    try:
        read_audience(content, file)
    except DefinitionError as error:
        return tuple(error.problems)
    return ()


def _audience(fields: Fields, report: Report) -> Audience:
    mail = fields.get(_MAILS)
    by_name = {str(key.name): mail.get(key) for key in _TEMPERATURES} if mail is not None else {}
    team, when, seminars = fields.get(_OURS), fields.get(_WHEN), fields.get(_THERE)
    return Audience(
        name=fields.get_or(_NAME, ""),
        mail={one: _rates(by_name.get(str(one)), report) for one in Temperature},
        arrivals=tuple(_arrival(one) for one in fields.get_or(_ARRIVALS, [])),
        reading=_reading(when),
        team=_team(team, report),
        attend=seminars.get_or(_ATTEND, 0.6) if seminars is not None else 0.6,
    )


def _rates(fields: Fields | None, report: Report) -> MailRates:
    if fields is None:
        return MailRates()
    found = MailRates(*(fields.get_or(key, 0.0) for key in _RATES))
    if None not in map(fields.get, _RATES[:2]) and found.click > found.open:
        message = say("more click than open: whoever follows a link has opened the mail")
        report.error(fields.at(_RATES[1]), "click-above-open", message)
    return found


def _arrival(fields: Fields) -> Arrival:
    shares: Mapping[Temperature, float] = {
        one: fields.get_or(key, 0.0) for one, key in zip(Temperature, _SHARES, strict=True)
    }
    return Arrival(
        event=fields.get_or(_EVENT, ""),
        properties={one.name: one.value for one in fields.get_or(_WITH, [])},
        per=fields.get_or(_PER, timedelta(days=30)),
        shares=shares,
    )


def _reading(fields: Fields | None) -> Reading:
    usual = Reading()
    if fields is None:
        return usual
    return Reading(
        fields.get_or(_MEDIAN, usual.median),
        fields.get_or(_LONGEST, usual.longest),
        fields.get_or(_AWAKE, usual.awake),
    )


def _team(fields: Fields | None, report: Report) -> Team:
    usual = Team()
    if fields is None:
        return usual
    found = Team(
        fields.get_or(_DONE, usual.done),
        fields.get_or(_MEDIAN, usual.median),
        fields.get_or(_QUALIFIED, usual.qualified),
        fields.get_or(_NO_ANSWER, usual.no_answer),
    )
    if found.qualified + found.no_answer > 1:
        message = say("'qualified' and 'no_answer' together are more than all calls")
        report.error(fields.at(_QUALIFIED), "too-many-calls", message)
    return found
