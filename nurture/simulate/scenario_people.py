"""The people of a scenario, put into a world as they are given: nothing starts by it.

Rows are written as they stand, not imported: an import tells of a new contact, which would
start journeys of its own (that is `event: contact.created`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from nurture.clock import machine_now
from nurture.db import outcomes, tables, team
from nurture.db.engine import write
from nurture.db.events import NewEvent, record
from nurture.domain import lifecycle
from nurture.domain.addresses import canonical
from nurture.domain.definitions import Definitions
from nurture.domain.evaluate import holds
from nurture.domain.lifecycle import Stage, Temperature
from nurture.domain.scenario import Person, Scenario, Underway
from nurture.domain.scoring import Engagement, Scoring, reconcile, worth
from nurture.errors import NurtureError
from nurture.language import language_of, say
from nurture.services.batch import Batch, load_people
from nurture.services.metrics import take_metrics
from nurture.simulate.world import World

_COLUMNS = frozenset(
    {
        "email", "family_name", "given_name", "title", "department", "role", "locale", "zone",
        "phone", "source",
    }
)  # fmt: skip
_ACCOUNT_COLUMNS = frozenset({"name", "domain", "industry", "employees", "region", "zone"})

#: a mail needs a name to address; who is given none is called so
_NAMES = {"ja": "見本", "en": "Sample"}

_COMPANY = "株式会社見本"

_SOURCE = "scenario"


@dataclass(frozen=True, slots=True)
class Placed:
    """Who is there: name in the scenario → contact; and the journeys they were put into."""

    ids: Mapping[str, int]
    enrolments: frozenset[int]


def place_people(world: World, scenario: Scenario) -> Placed:
    """Put everybody of a scenario into a world whose clock stands at its beginning."""
    definitions = world.definitions
    ids: dict[str, int] = {}
    given: set[int] = set()
    with write(world.engine) as connection:
        release = world.runtime.releases.live(connection)
        for person in scenario.people.values():
            ids[person.name] = _contact(connection, person, definitions, world.now)
        _stand(connection, world, scenario, ids)
        for person in scenario.people.values():
            for one in person.underway:
                contact_id = ids[person.name]
                given.add(_enrol(connection, contact_id, one, release.id, world.now))
    return Placed(ids, frozenset(given))


def columns_of(fields: Mapping[str, Any], known: frozenset[str]) -> dict[str, Any]:
    """Return fields as columns, custom ones under `fields`."""
    custom = {name: value for name, value in fields.items() if name not in known}
    return {**{name: value for name, value in fields.items() if name in known}, "fields": custom}


def contact_columns(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields of a contact as columns of its table."""
    return columns_of(fields, _COLUMNS)


def account_columns(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields of an account as columns of its table."""
    return columns_of(fields, _ACCOUNT_COLUMNS)


def _insert(connection: Connection, table: Any, **values: Any) -> int:
    return int(
        connection.execute(insert(table).values(**values).returning(table.c.id)).scalar_one()
    )


def _contact(
    connection: Connection, person: Person, definitions: Definitions, now: datetime
) -> int:
    fields = dict(person.fields)
    locale = str(fields.get("locale") or definitions.policy.default_locale)
    if not (fields.get("family_name") or fields.get("given_name")):
        fields["family_name"] = _NAMES[language_of(locale)]
    fields.setdefault("email", f"{_plain(person.name)}@scenario.example")
    account_id = _account(connection, person, now) if person.account or person.metrics else None
    contact_id = _insert(
        connection,
        tables.contact,
        **contact_columns(fields),
        account_id=account_id,
        owner_id=member_id(connection, person.owner) if person.owner else None,
        first_touch_at=person.first_touch,
        created_at=person.created or now,
        scored_at=now,
        temperature_at=now,
        lifecycle=person.lifecycle or str(Stage.PROSPECT),
        lifecycle_at=now,
        # Looked at in the first turn: what is given may move it by itself.
        review_at=now,
    )
    email = str(fields["email"])
    value = canonical(email)
    _insert(connection, tables.identity, kind="email", value=value, contact_id=contact_id)
    for tag in dict.fromkeys(person.tags):
        connection.execute(insert(tables.contact_tag).values(contact_id=contact_id, tag=tag))
    for state, purposes in (("granted", person.consent), ("withdrawn", person.withdrawn)):
        for purpose in purposes:
            _consent(connection, contact_id, purpose, state, person.created or now)
    # Known as any contact is, so that `days_since('contact.created')` has something to count.
    born = NewEvent("contact.created", contact_id, person.created or now, _SOURCE, act=False)
    history = [
        NewEvent(one.type, contact_id, one.at, _SOURCE, one.properties, act=False)
        for one in person.history
    ]
    record(connection, [born, *history], now)
    if account_id is not None and person.metrics:
        rows = [replace(row, account=str(account_id)) for row in person.metrics]
        take_metrics(connection, rows, "api", _SOURCE, now)
    for mail in person.mails:
        _mail(connection, contact_id, account_id, email, mail, locale)
    return contact_id


def _plain(name: str) -> str:
    return name.lower() if name.isascii() else f"contact-{abs(hash(name)) % 10_000}"


def member_id(connection: Connection, key: str) -> int:
    """Return who of our people has a sender's key; raises NurtureError where nobody has."""
    found = team.member_of(connection, key)
    if found is None:
        raise NurtureError(say("no sender has the key {key}", key=key))
    return int(found.id)


def _account(connection: Connection, person: Person, now: datetime) -> int:
    name = person.account.get("name")
    if name is not None:
        # People of one company share it, so that caps and holds of an account can be tried.
        same = select(tables.account.c.id).where(tables.account.c.name == name)
        found = connection.execute(same).scalar()
        if found is not None:
            return int(found)
    return new_account(connection, account_columns(person.account), now)


def new_account(connection: Connection, columns: dict[str, Any], now: datetime) -> int:
    """Add a company and return its id; one without a name is called so."""
    values = {"name": _COMPANY, **columns, "created_at": now}
    return _insert(connection, tables.account, **values)


def _consent(
    connection: Connection, contact_id: int, purpose: str, state: str, at: datetime
) -> None:
    _insert(
        connection,
        tables.consent,
        contact_id=contact_id,
        purpose=purpose,
        state=state,
        basis="opt_in" if state == "granted" else None,
        obtained_at=at,
        recorded_at=at,
        recorded_by=_SOURCE,
    )


def _mail(
    connection: Connection,
    contact_id: int,
    account_id: int | None,
    email: str,
    mail: Any,
    locale: str,
) -> None:
    _insert(
        connection,
        tables.message,
        dedupe_key=f"{_SOURCE}/{contact_id}/{mail.template}/{mail.at.isoformat()}",
        contact_id=contact_id,
        account_id=account_id,
        recipient=email,
        purpose=mail.purpose,
        template=mail.template,
        window="always",
        priority=0,
        state="sent",
        locale=locale,
        created_at=mail.at,
        recorded_at=machine_now(),
        sent_at=mail.at,
    )


def _enrol(
    connection: Connection, contact_id: int, one: Underway, release_id: int, now: datetime
) -> int:
    return _insert(
        connection,
        tables.enrolment,
        contact_id=contact_id,
        workflow=one.workflow,
        subject=one.subject,
        release_id=release_id,
        state="active",
        step=one.step,
        due_at=now,
        trigger=dict(one.trigger),
        started_at=now,
    )


# -- score and temperature -------------------------------------------------------------------


def _stand(
    connection: Connection, world: World, scenario: Scenario, ids: Mapping[str, int]
) -> None:
    """Give everybody the score of their history, or the one that is said, and a temperature."""
    # The one connection is busy with us: the release is asked through it.
    release = world.runtime.releases.live(connection)
    scoring = release.definitions.scoring
    for person in scenario.people.values():
        wanted = person.temperature
        if wanted == Temperature.HOT:
            show_intent(connection, ids[person.name], scoring, world.now)
    batch = Batch(connection, release, world.runtime.releases, release.lookups, world.now)
    load_people(batch, list(ids.values()), {one.event for one in scoring.rules})
    for person in scenario.people.values():
        known = batch.people[ids[person.name]]
        entries = reconcile(worth(scoring, list(scoring.rules), known.scored), [])
        outcomes.append_ledger(connection, [(known.id, one) for one in entries], release.id)
        engagement = Engagement(0.0, world.now).add(entries, world.now, scoring.half_life)
        fit = sum(rule.points for rule in scoring.fit if holds(rule.condition, known.facts))
        value, at = engagement.value, engagement.at
        if person.score is not None:
            value, at = person.score - fit, world.now
        elif person.temperature is not None and not person.history:
            value, at = points_for(person.temperature, scoring) - fit, world.now
        score = Engagement(value, at).value_at(world.now, scoring.half_life) + fit
        found = person.temperature or lifecycle.temperature(
            Temperature.COLD, score, _intent(known.facts.events, scoring), scoring, world.now
        )
        connection.execute(
            update(tables.contact)
            .where(tables.contact.c.id == known.id)
            .values(engagement=value, scored_at=at, fit=fit, temperature=str(found))
        )
        # Who is in a segment from the start does not enter it.
        known.facts.contact["temperature"] = str(found)
        known.facts.contact["score"] = score
        inside = [
            (known.id, name)
            for name, condition in release.lookups.trigger_segments.items()
            if holds(condition, known.facts)
        ]
        outcomes.change_segments(connection, inside, [])


def _intent(events: Mapping[str, Any], scoring: Scoring) -> datetime | None:
    signs = [
        event.occurred_at
        for kind, where in scoring.intent
        for event in events.get(kind, ())
        if all(event.properties.get(name) == value for name, value in where)
    ]
    return max(signs) + scoring.intent_within if signs else None


def points_for(temperature: str, scoring: Scoring) -> float:
    """Return a score in the middle of a temperature; of hot, just inside."""
    if temperature == Temperature.HOT:
        return scoring.hot.enter + 2
    if temperature == Temperature.WARM:
        return (scoring.warm.enter + scoring.hot.enter) / 2
    return 0.0


def show_intent(connection: Connection, contact_id: int, scoring: Scoring, now: datetime) -> None:
    """Write down a sign of intent, which hot needs: the last that `scoring` names, unheard."""
    if not scoring.intent:
        return
    kind, where = scoring.intent[-1]
    sign = NewEvent(kind, contact_id, now, _SOURCE, dict(where), act=False)
    record(connection, [sign], now)
