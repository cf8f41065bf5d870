"""`topics`, `routine` and `chats` of `policy.yaml`: what readers may turn off, what we do when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nurture.compiler.names import NAME
from nurture.compiler.nodes import Node
from nurture.compiler.records import Fields, Key, ListOf, Record
from nurture.compiler.report import Report
from nurture.compiler.shapes import Localized, Text
from nurture.domain.policy import Topic

#: a topic's name stands beside every mail of its own
TOPIC = Text("a topic such as seminars (a-z, 0-9, hyphens)", r"[a-z0-9][a-z0-9_-]*", 64)

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_NAME = Key("topic", TOPIC, "Name that workflows, broadcasts and seminars say.", required=True)
_TITLE = Key("title", Localized(), "What readers call it.", required=True)
_ABOUT = Key("description", Localized(), "What they get, in one sentence.")

TOPICS = Key(
    "topics",
    ListOf(Record("a topic", (_NAME, _TITLE, _ABOUT))),
    "What readers turn on and off by itself, in the order they see it.",
)

_DAYS = tuple(
    Key(day, ListOf(Text("what is done that day", longest=200), or_one=True), f"Every {day}.")
    for day in _WEEKDAYS
)
ROUTINE = Key(
    "routine", Record("a routine", _DAYS), "What the team does on which weekday: `nurture today`."
)

_ROOMS = Key("rooms", ListOf(NAME), "Chat rooms; NAME is found at CHAT_NAME.", required=True)
_LEADS = Key("leads", NAME, "The room that hears of hand-offs and of late first calls.")
CHATS = Key("chats", Record("chats", (_ROOMS, _LEADS)), "Where the team chats.")


def topics_of(fields: Fields, locales: Sequence[str], report: Report) -> Mapping[str, Topic]:
    """Return topics by name in the file's order; reports repeats and missing languages."""
    found: dict[str, Topic] = {}
    for one in fields.get_or(TOPICS, []):
        name, title = one.get_or(_NAME, ""), one.get_or(_TITLE, {})
        about = one.get_or(_ABOUT, {})
        if name in found:
            report.error(one.at(_NAME), "duplicate-id", f"a topic '{name}' stands above already")
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
            message = f"the {what} of topic '{name}' is missing in '{locale}'"
            report.warn(at, "missing-locale", message, "readers of it see another language")


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
        report.error(said.at(_LEADS), "unknown-chat", f"no chat room '{leads}' in `rooms`", hint)
        leads = ""
    return rooms, leads
