"""A broadcast file: one mail to everybody who matches, at a moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from zoneinfo import ZoneInfo

from nurture.compiler.condition_maps import CONDITION, read_condition
from nurture.compiler.delivery import DELIVERY, read_delivery
from nurture.compiler.mail_checks import check_attachments, check_content
from nurture.compiler.mailing_times import check_opening
from nurture.compiler.moments import Span, WallTime
from nurture.compiler.names import NAME
from nurture.compiler.nodes import Node
from nurture.compiler.picks import ATTACH, SEND, Content, attached
from nurture.compiler.promises import check_mailing_caps
from nurture.compiler.records import Fields, Key, Record
from nurture.compiler.references import References
from nurture.compiler.report import Report
from nurture.compiler.scope import ConditionScope
from nurture.compiler.shapes import Choice, Text, Whole
from nurture.compiler.sources import Source, Sources
from nurture.compiler.topics import TOPIC
from nurture.domain.calendar import at_wall
from nurture.domain.conditions import ALWAYS, Condition, Scope
from nurture.domain.mailing import Mailing
from nurture.domain.policy import Calendar
from nurture.domain.purpose import CONSENTED, Purpose
from nurture.domain.reads import reads
from nurture.domain.steps import Duration
from nurture.language import say
from nurture.language.joining import both

_WEEK = Duration(days=7)

_NAME = Key("broadcast", NAME, say("Its name; nobody gets the same one twice."), required=True)
_TITLE = Key("title", Text(longest=200), say("What it is called on pages."))
_TO = Key(
    "to",
    CONDITION,
    say(
        "Who gets it, asked when it begins: fields of contact and account, tags, events, segments."
    ),
    required=True,
)
_AT = Key(
    "at",
    WallTime(),
    say("When it begins, e.g. 2026-12-08 10:00, in the calendar's zone."),
    required=True,
)
_SUBJECT = Key("subject", Text(longest=500), say("Overrides the template's subject."))
_TOPIC = Key("topic", TOPIC, say("Topic of the policy that readers may turn off."))
_PURPOSE = Key(
    "purpose",
    Choice(*(one.value for one in CONSENTED), Purpose.SERVICE.value),
    say("Which consent it needs; marketing. Never `service`."),
)
_PRIORITY = Key("priority", Whole(0, 1000), say("Who wins when a cap lets one mail through; 30."))
_EXPIRES = Key(
    "expires", Span(), say("Held back longer than this after it began: dropped. Without it, 7d.")
)
_SEND = Key(SEND.name, SEND.shape, SEND.about, required=True)

BROADCAST = Record(
    say("a broadcast"),
    (
        _NAME, _TITLE, _TO, _SEND, _SUBJECT, ATTACH, _AT, _TOPIC, _PURPOSE, _PRIORITY,
        DELIVERY, _EXPIRES,
    ),
)  # fmt: skip

#: what SQL knows of every contact, journeys or not
_KNOWN_OF_ALL = frozenset({Scope.CONTACT, Scope.ACCOUNT})


def compile_broadcasts(
    sources: Sources,
    scopes: Callable[[Report], ConditionScope],
    references: References,
    calendar: Calendar,
    workflows: Mapping[str, Source],
) -> dict[str, Mailing]:
    """Return the broadcasts by name; the reports say what is wrong.

    `workflows`: the names that are taken, since pauses, caps and lists go by name.
    """
    found: dict[str, Mailing] = {}
    for source in sources.of("broadcast"):
        one = _compile(source, scopes(source.report), references, calendar)
        if one is None:
            continue
        taken = workflows.get(one.name)
        first = found.get(one.name)
        if taken is not None:
            message = say(
                "a workflow '{name}' exists already: {file}", name=one.name, file=taken.report.file
            )
            hint = say("pauses and caps go by name; choose another, e.g. with the month in it")
            source.report.error(source.root.get(_NAME.name), "duplicate-id", message, hint)
        elif first is not None:
            message = say("a broadcast '{name}' exists already", name=one.name)
            hint = say("the first is {file}", file=first.file)
            source.report.error(source.root.get(_NAME.name), "duplicate-id", message, hint)
        else:
            found[one.name] = one
    return found


def _compile(
    source: Source, scope: ConditionScope, references: References, calendar: Calendar
) -> Mailing | None:
    report = source.report
    fields = BROADCAST.read(source.root, report)
    if fields is None:
        return None
    name, wall = fields.get_or(_NAME, ""), fields.get(_AT)
    purpose = _purpose(fields, report)
    content = fields.get_or(_SEND, Content(""))
    if fields.get(_SEND) is not None:
        check_content(content, fields.at(_SEND), purpose, references, report)
        check_attachments(fields, content, references, report)
    delivery = read_delivery(fields, purpose, references, report)
    window = delivery.window
    topic = fields.get(_TOPIC)
    if topic is not None:
        references.check_topic(topic, fields.at(_TOPIC), report)
    expires = fields.get_or(_EXPIRES, _WEEK)
    condition = _condition(fields.get(_TO), scope)
    if not name or wall is None:
        return None
    moment = at_wall(wall.date(), wall.time(), ZoneInfo(calendar.zone))
    if references.windows is not None:
        quiet = references.policy.quiet
        check_opening(moment, window, quiet, expires, calendar, fields.at(_AT), report)
    mailing = Mailing(
        name=name,
        title=fields.get_or(_TITLE, name),
        template=content.template,
        condition=condition,
        at=moment,
        purpose=purpose,
        priority=fields.get_or(_PRIORITY, 30),
        topic=topic,
        subject=fields.get(_SUBJECT),
        sender=delivery.sender,
        window=window,
        spread=delivery.spread,
        at_best_hour=delivery.at_best_hour,
        expires=expires,
        pick=content.pick,
        attach=attached(fields),
        file=report.file,
        subject_at=(fields.at(_SUBJECT).line, fields.at(_SUBJECT).column),
    )
    check_mailing_caps(mailing, references.policy.caps, fields.at(_EXPIRES), report)
    return mailing


def _purpose(fields: Fields, report: Report) -> Purpose:
    """Return which consent a broadcast needs; that it needs some is not for a file to deny."""
    purpose = Purpose(fields.get_or(_PURPOSE, Purpose.MARKETING.value))
    if purpose is not Purpose.SERVICE:
        return purpose
    message = say("a broadcast is nothing its readers asked for, so it is no `service`")
    hint = say(
        "it would pass by consent, caps, topics and pauses: delete the line; "
        "a seminar sends its reminder and corrections by itself"
    )
    report.error(fields.at(_PURPOSE), "service-broadcast", message, hint)
    return Purpose.MARKETING


def _condition(node: Node | None, scope: ConditionScope) -> Condition:
    if node is None:
        return ALWAYS
    condition = read_condition(node, scope)
    read = reads(condition)
    scopes = {str(one) for one, _ in read.fields if one not in _KNOWN_OF_ALL}
    if read.steps:
        scopes.add("steps")
    if scopes:
        message = say("`to` reads {scopes}", scopes=both(sorted(scopes)))
        hint = say(
            "of people outside a journey, fields of contact and account, tags and events are known"
        )
        scope.report.error(node, "not-known-of-all", message, hint)
    return condition
