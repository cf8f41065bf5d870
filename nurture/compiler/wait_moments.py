"""`wait_until`: a weekday, a date, a time of day, or a date field and an offset."""

from __future__ import annotations

import unicodedata
from typing import NoReturn

from nurture.compiler import durations
from nurture.compiler.fields import Catalogue, FieldInfo, FieldType
from nurture.compiler.nodes import MapNode, Node, Scalar, describe
from nurture.compiler.records import Record
from nurture.compiler.report import Report
from nurture.compiler.step_kinds import AT, DATE, WAIT_UNTIL_KEYS, WEEKDAY
from nurture.domain.conditions import Scope
from nurture.domain.steps import Duration, WaitUntil
from nurture.language import NOTHING, Said, say

_RECORD = Record(say("a moment"), WAIT_UNTIL_KEYS)
_KNOWN = frozenset(key.name for key in WAIT_UNTIL_KEYS)
_SCOPES = ("contact", "account", "deal", "trigger")


class _Refused(Exception):  # noqa: N818 - it never leaves this file
    """The report has said why."""


class WaitMoments:
    """Reads the moments of `wait_until` steps."""

    def __init__(self, catalogue: Catalogue, report: Report) -> None:
        self._catalogue = catalogue
        self._report = report

    def read(self, step: str, following: str | None, node: Node | None) -> WaitUntil:
        """Return the step; a harmless one where the report says what is wrong."""
        plain = WaitUntil(step, following)
        if not isinstance(node, MapNode):
            return plain
        others = {name: pair for name, pair in node.pairs.items() if name not in _KNOWN}
        own = {name: pair for name, pair in node.pairs.items() if name in _KNOWN}
        fields = _RECORD.read(MapNode(node.line, node.column, own), self._report)
        if fields is None:
            return plain
        weekday, on, at = fields.get(WEEKDAY), fields.get(DATE), fields.get(AT)
        said = [name for name in (WEEKDAY.name, DATE.name) if name in own] + list(others)
        try:
            if len(said) > 1:
                self._refuse(
                    node,
                    "two-moments",
                    say("'{one}' and '{other}' are two moments", one=said[0], other=said[1]),
                )
            if not said and AT.name not in own:
                self._refuse(
                    node, "no-value", say("a moment needs weekday, date, at, or a date field")
                )
            if weekday is not None and AT.name not in own:
                self._refuse(
                    node, "missing-key", say("a weekday needs 'at'"), say("e.g. at: 10:00")
                )
            if not others:
                return WaitUntil(step, following, weekday=weekday, on=on, at=at)
            key, value = next(iter(others.values()))
            field = self._field(key)
            offset, before = self._offset(value)
        except _Refused:
            return plain
        return WaitUntil(step, following, at=at, field=field, offset=offset, before=before)

    def _refuse(self, at: Node, code: str, message: Said, hint: Said = NOTHING) -> NoReturn:
        self._report.error(at, code, message, hint)
        raise _Refused

    def _field(self, key: Scalar) -> tuple[str, str]:
        """Return the scope and name of a date field."""
        scope, dot, name = key.value.partition(".")
        if not dot:
            scope, name = "contact", key.value
        if scope not in _SCOPES:
            hint = self._report.suggest(scope, _SCOPES)
            if scope == "event":
                hint = say("write trigger.{name}", name=name)
            self._refuse(
                key, "unknown-field", say("unknown date field '{name}'", name=key.value), hint
            )
        if scope == "trigger":
            return scope, name
        lookup = {
            "contact": self._catalogue.of_contact,
            "account": self._catalogue.of_account,
            "deal": self._catalogue.of_deal,
        }[scope]
        info: FieldInfo | None = lookup(name)
        if info is None:
            known = (*_KNOWN, *self._catalogue.names(Scope(scope)))
            hint = self._report.suggest(name, known)
            self._refuse(
                key, "unknown-field", say("unknown date field '{name}'", name=key.value), hint
            )
        if info.type is not FieldType.DATE and not self._catalogue.incomplete:
            self._refuse(
                key,
                "wrong-type",
                say("'{name}' is a {type}, not a date", name=key.value, type=info.type.said),
            )
        return info.field.scope.value, info.field.path[0]

    def _offset(self, value: Node) -> tuple[Duration, bool]:
        """Return how far after the field's date, and whether before it instead."""
        if not isinstance(value, Scalar) or value.is_nothing:
            message = say(
                "expected an offset such as 14d or -1d, found {found}", found=describe(value)
            )
            self._refuse(value, "wrong-type", message)
        text = unicodedata.normalize("NFKC", value.value).replace("\u2212", "-").strip()
        before = text.startswith("-")
        try:
            return durations.read_duration(text.removeprefix("-").removeprefix("+")), before
        except durations.DurationError as error:
            self._refuse(value, "bad-duration", error.message, error.hint)
