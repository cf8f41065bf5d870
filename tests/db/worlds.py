"""Strategies for contacts with accounts, tags, events and evidence, and rows that hold them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import Connection, insert

from nurture.db.tables import account, contact, contact_tag, event, event_evidence, team_member

NOW = datetime(2026, 5, 12, 3, 4, 5, 678901, tzinfo=UTC)
HALF_LIFE = timedelta(days=30)

#: few, so that they meet; composed and decomposed é differ, so do A and a
#: dates of custom fields are their ISO texts
TEXTS = st.sampled_from(
    [
        *("", "a", "ab", "A", "ja", "佐藤", "é", "e\u0301", "𠮷", "5", "true"),
        "2026-05-12",
        "2026-06",
    ]
)
NUMBERS = st.sampled_from([0, 1, 2, 5, -1, 0.5, 60, 60.0, 59.9, 61, 1e300, -1e301, 2**53, 10**400])
JSON_VALUES = st.one_of(TEXTS, NUMBERS, st.booleans(), st.none(), st.just([1]), st.just({"a": "b"}))
#: a key beyond ASCII is stored escaped, one with a quote needs care in paths
KEYS = st.sampled_from(["form", "会社", 'a"b', "a.b"])
TAGS = st.sampled_from(["vip", "VIP", "セミナー"])
EVENT_TYPES = st.sampled_from(["form.submitted", "page.viewed", "email.opened", "email.clicked"])
DOCUMENTS = st.dictionaries(KEYS, JSON_VALUES, max_size=3)
AGES = st.sampled_from(
    [timedelta(0), timedelta(microseconds=1), timedelta(days=7), timedelta(days=30)]
) | st.timedeltas(timedelta(0), timedelta(days=400))


@dataclass(frozen=True)
class Happening:
    """An event of one contact and the verdicts on it, oldest first."""

    type: str
    age: timedelta
    properties: dict[str, Any]
    message_id: int | None
    verdicts: list[str]


@dataclass(frozen=True)
class Person:
    """A contact before it is stored."""

    columns: dict[str, Any]
    account: dict[str, Any] | None
    owned: bool
    tags: set[str] = field(default_factory=set)
    happenings: list[Happening] = field(default_factory=list)


happenings = st.builds(
    Happening,
    type=EVENT_TYPES,
    age=AGES,
    properties=DOCUMENTS,
    message_id=st.none() | st.integers(1, 2),
    verdicts=st.lists(st.sampled_from(["human", "machine", "prefetch", "unknown"]), max_size=2),
)

columns = st.fixed_dictionaries(
    {
        "family_name": st.none() | TEXTS,
        "given_name": st.none() | TEXTS,
        "locale": st.sampled_from([None, "", "ja", "ja-JP", "en", "JA"]),
        **{name: st.none() | TEXTS for name in ("role", "title", "department", "email")},
        **{name: st.none() | TEXTS for name in ("zone", "phone", "source")},
        "lifecycle": st.sampled_from(["prospect", "mql", "customer"]),
        "temperature": st.sampled_from(["cold", "warm", "hot"]),
        "fields": DOCUMENTS,
        "first_touch_at": st.none() | AGES.map(lambda age: NOW - age),
        "created_at": AGES.map(lambda age: NOW - age),
        "engagement": st.sampled_from([0.0, 60.0, 120.0, -60.0, 240.0]) | st.floats(-500, 500),
        "scored_at": st.sampled_from([0, 1, 2, 500]).map(lambda n: NOW - n * HALF_LIFE)
        | AGES.map(lambda age: NOW - age),
        "fit": st.sampled_from([0.0, 5.0, 30.0, 60.0]),
    }
)

accounts = st.fixed_dictionaries(
    {
        "name": TEXTS,
        **{name: st.none() | TEXTS for name in ("industry", "region", "zone")},
        "employees": st.none() | st.sampled_from([0, 5, 60, 300]),
        "fields": DOCUMENTS,
        "created_at": st.just(NOW),
    }
)

people = st.builds(
    Person,
    columns=columns,
    account=st.none() | accounts,
    owned=st.booleans(),
    tags=st.sets(TAGS),
    happenings=st.lists(happenings, max_size=5),
)


def store(connection: Connection, everyone: list[Person]) -> list[int]:
    """Store people with all that is theirs and return their ids."""
    owner = _insert(connection, team_member, name="a", email="a@nurture.example")
    return [_store(connection, person, owner) for person in everyone]


def _store(connection: Connection, person: Person, owner: int) -> int:
    company = _insert(connection, account, **person.account) if person.account else None
    contact_id = _insert(
        connection,
        contact,
        **person.columns,
        account_id=company,
        owner_id=owner if person.owned else None,
    )
    for tag in person.tags:
        connection.execute(insert(contact_tag).values(contact_id=contact_id, tag=tag))
    for happening in person.happenings:
        at = NOW - happening.age
        event_id = _insert(
            connection,
            event,
            type=happening.type,
            contact_id=contact_id,
            occurred_at=at,
            received_at=at,
            recorded_at=at,
            properties=happening.properties,
            source="test",
            message_id=happening.message_id,
        )
        for verdict in happening.verdicts:
            _insert(
                connection, event_evidence, event_id=event_id, verdict=verdict, reason="", at=at
            )
    return contact_id


def _insert(connection: Connection, table: Any, **values: Any) -> int:
    result = connection.execute(insert(table).values(**values))
    assert result.inserted_primary_key is not None
    return int(result.inserted_primary_key[0])
