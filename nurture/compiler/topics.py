"""`topics`, `routine` and `chats` of `policy.yaml`: what readers may turn off, what we do when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nurture.compiler.names import NAME
from nurture.compiler.nodes import Node
from nurture.compiler.records import Fields, Key, ListOf, Record
from nurture.compiler.report import Report
from nurture.compiler.shapes import Localized, Text
from nurture.domain.policy import Topic
from nurture.language import say

#: a topic's name stands beside every mail of its own
TOPIC = Text(say("a topic such as seminars (a-z, 0-9, hyphens)"), r"[a-z0-9][a-z0-9_-]*", 64)

_DAYS_SAID = {
    "monday": say("monday"),
    "tuesday": say("tuesday"),
    "wednesday": say("wednesday"),
    "thursday": say("thursday"),
    "friday": say("friday"),
    "saturday": say("saturday"),
    "sunday": say("sunday"),
}

_NAME = Key("topic", TOPIC, say("Name that workflows, broadcasts and seminars say."), required=True)
_TITLE = Key("title", Localized(), say("What readers call it."), required=True)
_ABOUT = Key("description", Localized(), say("What they get, in one sentence."))

TOPICS = Key(
    "topics",
    ListOf(Record(say("a topic"), (_NAME, _TITLE, _ABOUT))),
    say("What readers turn on and off by itself, in the order they see it."),
)

_DAYS = tuple(
    Key(
        day,
        ListOf(Text(say("what is done that day"), longest=200), or_one=True),
        say("Every {day}.", day=_DAYS_SAID[day]),
    )
    for day in _DAYS_SAID
)
ROUTINE = Key(
    "routine",
    Record(say("a routine"), _DAYS),
    say("What the team does on which weekday: `nurture today`."),
)

_ROOMS = Key("rooms", ListOf(NAME), say("Chat rooms; NAME is found at CHAT_NAME."), required=True)
_LEADS = Key("leads", NAME, say("The room that hears of hand-offs and of late first calls."))
CHATS = Key("chats", Record(say("chats"), (_ROOMS, _LEADS)), say("Where the team chats."))


def topics_of(fields: Fields, locales: Sequence[str], report: Report) -> Mapping[str, Topic]:
    """Return topics by name in the file's order; reports repeats and missing languages."""
    found: dict[str, Topic] = {}
    for one in fields.get_or(TOPICS, []):
        name, title = one.get_or(_NAME, ""), one.get_or(_TITLE, {})
        about = one.get_or(_ABOUT, {})
        if name in found:
            report.error(
                one.at(_NAME),
                "duplicate-id",
                say("a topic '{name}' stands above already", name=name),
            )
        for key, texts in ((_TITLE, title), (_ABOUT, about)):
            _check_languages(name, key.name, texts, locales, one.at(key), report)
        found[name] = Topic(name, title, about)
    return found


def _check_languages(
    name: str,
    what: str,
    texts: Mapping[str, str],
    locales: Sequence[str],
    at: Node,
    report: Report,
) -> None:
    if not texts or "" in texts:
        return
    for locale in locales:
        if locale not in texts:
            message = say(
                "the {what} of topic '{name}' is missing in '{locale}'",
                what=what,
                name=name,
                locale=locale,
            )
            report.warn(at, "missing-locale", message, say("readers of it see another language"))


def routine_of(fields: Fields) -> Mapping[int, tuple[str, ...]]:
    """Return weekday (Monday is 0) → what is done that day."""
    days = fields.get(ROUTINE)
    if days is None:
        return {}
    said = {number: tuple(days.get_or(key, [])) for number, key in enumerate(_DAYS)}
    return {number: lines for number, lines in said.items() if lines}


def chats_of(fields: Fields, report: Report) -> tuple[tuple[str, ...], str]:
    """Return the rooms, and the one that hears of leads ("": none)."""
    said = fields.get(CHATS)
    if said is None:
        return (), ""
    rooms = tuple(dict.fromkeys(said.get_or(_ROOMS, [])))
    leads = said.get_or(_LEADS, "")
    if leads and rooms and leads not in rooms:
        hint = report.suggest(leads, rooms)
        report.error(
            said.at(_LEADS),
            "unknown-chat",
            say("no chat room '{name}' in `rooms`", name=leads),
            hint,
        )
        leads = ""
    return rooms, leads
