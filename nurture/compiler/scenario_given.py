"""`given` of a scenario: when it begins, who there is, and what they had before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from nurture.compiler.fields import FieldType
from nurture.compiler.names import ADDRESS, NAME
from nurture.compiler.nodes import ListNode, MapNode, Node, Scalar, describe, quoted
from nurture.compiler.records import Fields, Key, Record
from nurture.compiler.report import Report
from nurture.compiler.scenario_keys import (
    ACCOUNT,
    AGO,
    AT,
    AT_STEP,
    CONSENT,
    CONTACT_KEYS,
    CREATED,
    ENROLLED_IN,
    FIRST_TOUCH,
    GIVEN,
    HISTORY,
    IN_WORKFLOW,
    LIFECYCLE_KEY,
    MAILS,
    ON,
    ONE,
    OWNER,
    PAST_EVENT,
    PAST_MAIL,
    PAST_PURPOSE,
    SCORE_KEY,
    SEVERAL,
    TAGS,
    TEMPERATURE_KEY,
    TRIGGER,
    UNDERWAY,
    WITH,
    WITHDRAWN,
)
from nurture.compiler.scenario_metrics import metrics_of
from nurture.compiler.scenario_scope import ScenarioScope
from nurture.compiler.shapes import plain_value
from nurture.domain.calendar import shift
from nurture.domain.conditions import Scalar as Value
from nurture.domain.conditions import Scope
from nurture.domain.purpose import Purpose
from nurture.domain.scenario import ONLY, Bound, Happened, Person, Received, Underway
from nurture.language import NOTHING, say

#: fields of a contact that are written on their own, not among the others
_CONTACT_TEXTS = frozenset(
    {
        "email", "family_name", "given_name", "title", "department", "role", "locale", "zone",
        "phone", "source",
    }
)  # fmt: skip
#: bare names that stand for fields of the account
_OF_ACCOUNT = {
    "company": "name",
    "industry": "industry",
    "employees": "employees",
    "region": "region",
    "domain": "domain",
}


def merged(shared: Node | None, own: Node | None) -> Node | None:
    """Return what is given in all scenarios of a file with what one says itself on top.

    `contact` is joined field by field; a scenario that names `contacts` has no shared one.
    """
    if not isinstance(shared, MapNode) or not isinstance(own, MapNode):
        return own if own is not None else shared
    pairs = {**shared.pairs, **own.pairs}
    if ONE.name in shared.pairs and ONE.name in own.pairs:
        key, node = own.pairs[ONE.name]
        before = shared.pairs[ONE.name][1]
        if isinstance(before, MapNode) and isinstance(node, MapNode):
            joined = MapNode(node.line, node.column, {**before.pairs, **node.pairs})
            pairs[ONE.name] = (key, joined)
    if SEVERAL.name in own.pairs:
        pairs.pop(ONE.name, None)
    return MapNode(own.line, own.column, pairs)


def read_given(
    node: Node | None, fallback: Node, scope: ScenarioScope
) -> tuple[datetime | None, dict[str, Person]]:
    """Return when a scenario begins and who there is; the report says what is wrong.

    `fallback`: where a scenario without `given` stands.
    """
    report = scope.report
    fields = GIVEN.read(node, report) if node is not None else None
    wall = fields.get(AT) if fields is not None else None
    if fields is None or not fields.written(AT):
        at = fields.node if fields is not None else fallback
        message = say("nothing says when the scenario begins")
        report.error(at, "missing-key", message, say("add `at: 2026-04-03 18:00` to `given`"))
    if fields is None or wall is None:
        return None, {}
    begins = scope.instant(wall)
    one, several = fields.get(ONE), fields.get(SEVERAL)
    if one is not None and several is not None:
        message = say("either `contact` or `contacts`, not both")
        report.error(fields.at(SEVERAL), "contact-and-contacts", message)
    people: dict[str, Person] = {}
    if several is not None:
        for entry in several:
            people[entry.name] = _person(entry.name, entry.value, begins, scope)
    elif one is not None:
        people[ONLY] = _person(ONLY, one, begins, scope)
    elif not (fields.written(ONE) or fields.written(SEVERAL)):
        message = say("nobody is given")
        report.error(
            fields.node, "missing-key", message, say("add `contact: {consent: [marketing]}`")
        )
    _check_addresses(people, scope)
    return begins, people


def _check_addresses(people: Mapping[str, Person], scope: ScenarioScope) -> None:
    seen: dict[str, str] = {}
    for person in people.values():
        email = str(person.fields.get("email", "")).lower()
        if email and email in seen:
            message = say(
                "'{person}' has the address of '{email}'", person=person.name, email=seen[email]
            )
            scope.report.error(
                person.place, "duplicate-address", message, say("one person, one address")
            )
        seen[email] = person.name


def _person(name: str, node: Node, begins: datetime, scope: ScenarioScope) -> Person:
    report = scope.report
    assert isinstance(node, MapNode)  # CONTACT reads nothing else
    own = {key.name for key in CONTACT_KEYS}
    known = {key: pair for key, pair in node.pairs.items() if key in own}
    record = Record(say("a contact"), CONTACT_KEYS)
    fields = record.read(MapNode(node.line, node.column, known), report)
    assert fields is not None
    rest = {key: pair for key, pair in node.pairs.items() if key not in own}
    contact, account = read_fields(rest, fields.get(ACCOUNT), scope)
    email = node.get("email")
    if email is not None and "email" in contact:
        ADDRESS.read(email, report)
    owner = fields.get(OWNER)
    if owner is not None:
        check_sender(owner, fields.at(OWNER), scope)
    return Person(
        name=name,
        place=scope.place(node),
        fields=contact,
        account=account,
        tags=tuple(fields.get_or(TAGS, [])),
        consent=tuple(fields.get_or(CONSENT, [])),
        withdrawn=tuple(fields.get_or(WITHDRAWN, [])),
        owner=owner,
        temperature=fields.get(TEMPERATURE_KEY),
        lifecycle=fields.get(LIFECYCLE_KEY),
        score=fields.get(SCORE_KEY),
        first_touch=_past(fields, FIRST_TOUCH, begins, scope),
        created=_past(fields, CREATED, begins, scope),
        history=tuple(_history(fields, begins, scope)),
        mails=tuple(_mails(fields, begins, scope)),
        underway=tuple(_underway(fields, scope)),
        metrics=metrics_of(fields, scope),
    )


def check_sender(name: str, at: Node, scope: ScenarioScope) -> None:
    """Report a name that is no sender of the policy."""
    senders = scope.about.references.senders
    if senders is not None and name not in senders:
        hint = scope.report.suggest(name, senders)
        scope.report.error(at, "unknown-sender", say("no sender {name}", name=quoted(name)), hint)


def _past(
    fields: Fields, key: Key[Bound], begins: datetime, scope: ScenarioScope
) -> datetime | None:
    """Return a moment before the scenario begins, given as a time or as how long ago."""
    point = fields.get(key)
    if point is None:
        return None
    if isinstance(point, datetime):
        found = scope.instant(point)
    else:
        found = shift(scope.about.definitions.calendar, begins, point, scope.zone, back=True)
    if found > begins:
        message = say("'{key}' lies after the scenario's beginning", key=key.name)
        scope.report.error(fields.at(key), "not-before", message)
    return found


def _when_before(fields: Fields, begins: datetime, scope: ScenarioScope) -> datetime | None:
    ago, wall = fields.get(AGO), fields.get(ON)
    if fields.written(AGO) == fields.written(ON):
        message = say("say either `ago: 3d` or `on: 2026-04-01 10:00`")
        scope.report.error(fields.node, "no-time", message)
        return None
    if ago is not None:
        return shift(scope.about.definitions.calendar, begins, ago, scope.zone, back=True)
    if wall is None:
        return None
    found = scope.instant(wall)
    if found >= begins:
        message = say("this lies after the scenario's beginning")
        hint = say("what happens in the scenario stands under `when`")
        scope.report.error(fields.at(ON), "not-before", message, hint)
    return found


def _history(fields: Fields, begins: datetime, scope: ScenarioScope) -> list[Happened]:
    found = []
    for entry in fields.get_or(HISTORY, []):
        kind, at = entry.get(PAST_EVENT), _when_before(entry, begins, scope)
        if kind is None:
            continue
        scope.event(kind, entry.at(PAST_EVENT))
        if at is not None:
            found.append(Happened(kind, at, _properties(entry, WITH)))
    return sorted(found, key=lambda one: one.at)


def _mails(fields: Fields, begins: datetime, scope: ScenarioScope) -> list[Received]:
    found = []
    for entry in fields.get_or(MAILS, []):
        name, at = entry.get(PAST_MAIL), _when_before(entry, begins, scope)
        if name is None:
            continue
        templates = scope.about.references.templates
        if templates is not None and name not in templates:
            hint = scope.report.suggest(name, templates)
            message = say("no template {name}", name=quoted(name))
            scope.report.error(entry.at(PAST_MAIL), "unknown-template", message, hint)
        elif at is not None:
            purpose = entry.get_or(PAST_PURPOSE, Purpose.MARKETING.value)
            found.append(Received(name, at, purpose))
    return found


def _properties(fields: Fields, key: Key[Any]) -> dict[str, Value]:
    return {entry.name: entry.value for entry in fields.get_or(key, [])}


def _underway(fields: Fields, scope: ScenarioScope) -> list[Underway]:
    found = []
    for node in fields.get_or(ENROLLED_IN, []):
        if not isinstance(node, MapNode):
            name = NAME.read(node, scope.report)
            if name is not None and scope.workflow(name, node) is not None:
                found.append(Underway(name, None))
            continue
        entry = UNDERWAY.read(node, scope.report)
        name = entry.get(IN_WORKFLOW) if entry is not None else None
        if entry is None or name is None:
            continue
        workflow = scope.workflow(name, entry.at(IN_WORKFLOW))
        step = entry.get(AT_STEP)
        if workflow is None:
            continue
        if step is not None:
            step = scope.step(workflow, step, entry.at(AT_STEP))
        trigger = _properties(entry, TRIGGER)
        subject = str(trigger.get(workflow.subject_field, "")) if workflow.subject_field else ""
        if workflow.subject_field and not subject:
            message = say(
                "{name} is per event.{subject_field}",
                name=name,
                subject_field=workflow.subject_field,
            )
            hint = say("add `trigger: {{subject_field}: …}`", subject_field=workflow.subject_field)
            scope.report.error(node, "no-subject", message, hint)
        found.append(Underway(name, step, trigger, subject))
    return found


# -- fields of contact and account ------------------------------------------------------------


def read_fields(
    pairs: Mapping[str, tuple[Scalar, Node]], account: Node | None, scope: ScenarioScope
) -> tuple[dict[str, Value], dict[str, Value]]:
    """Return fields of a contact and of its account; unknown ones are reported."""
    catalogue, report = scope.catalogue, scope.report
    of_contact: dict[str, Value] = {}
    of_account: dict[str, Value] = {}
    for name, (key, node) in pairs.items():
        kind = catalogue.contact.get(name)
        if name in _CONTACT_TEXTS:
            of_contact[name] = _value(name, FieldType.TEXT, node, report)
        elif name in _OF_ACCOUNT:
            inside = _OF_ACCOUNT[name]
            of_account[inside] = _account_value(inside, node, scope)
        elif kind is not None:
            of_contact[name] = _value(name, kind, node, report)
        elif catalogue.incomplete:
            continue
        else:
            _unknown(name, key, scope)
    if isinstance(account, MapNode):
        for name, (key, node) in account.pairs.items():
            if catalogue.of_account(name) is None:
                hint = report.suggest(name, catalogue.names(Scope.ACCOUNT))
                report.error(
                    key,
                    "unknown-field",
                    say("unknown field '{name}' of an account", name=name),
                    hint,
                )
            else:
                of_account[name] = _account_value(name, node, scope)
    return of_contact, of_account


def _unknown(name: str, key: Scalar, scope: ScenarioScope) -> None:
    hints = {
        "name": say("write family_name and given_name"),
        "customer": say("write lifecycle: customer"),
        "tag": say("write tags: […]"),
    }
    own = [one.name for one in CONTACT_KEYS]
    known = (*own, *_CONTACT_TEXTS, *_OF_ACCOUNT, *scope.catalogue.contact)
    hint = hints.get(name) or scope.report.suggest(name, known)
    scope.report.error(
        key, "unknown-field", say("unknown field '{name}' of a contact", name=name), hint
    )


def _account_value(name: str, node: Node, scope: ScenarioScope) -> Value:
    info = scope.catalogue.of_account(name)
    kind = info.type if info is not None else FieldType.TEXT
    return _value(name, kind, node, scope.report)


def _value(name: str, kind: FieldType, node: Node, report: Report) -> Value:
    if not isinstance(node, Scalar):
        hint = say("take the brackets away") if isinstance(node, ListNode) else NOTHING
        message = say("expected a value for '{name}', found {node}", name=name, node=describe(node))
        report.error(node, "wrong-type", message, hint)
        return None
    if node.is_nothing:
        return None
    value = plain_value(node)
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if (kind is FieldType.NUMBER and not number) or (
        kind is FieldType.BOOLEAN and not isinstance(value, bool)
    ):
        report.error(
            node,
            "wrong-type",
            say(
                "'{name}' is a {kind}, {value} is not",
                name=name,
                kind=kind,
                value=quoted(node.value),
            ),
        )
        return None
    return value if kind in (FieldType.NUMBER, FieldType.BOOLEAN) else node.value
