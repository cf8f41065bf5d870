"""People come in once, fill what is empty, and never come back from an opt-out by a list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, func, insert, select, update
from sqlalchemy import event as hooks

from nurture.db import contacts as stored
from nurture.db.engine import make_engine, read, write
from nurture.db.tables import (
    account,
    consent,
    contact,
    contact_tag,
    event,
    identity,
    inbox,
    team_member,
)
from nurture.domain.contact_row import ContactRow
from nurture.services.contact_reading import Reading, read_contact
from nurture.services.upsert_contacts import ImportOutcome, Spoken, speak_for, upsert_contacts

NOW = datetime(2026, 4, 1, 3, tzinfo=UTC)
READING = Reading(NOW, ZoneInfo("Asia/Tokyo"), {"budget": "text"}, {"plan": "text"})
CARD = {"basis": "名刺交換", "source": "展示会2026", "obtained": "2026-03-12"}


def row(email: str, **values: str) -> ContactRow:
    return read_contact({"email": email, **values}, READING)


def upsert(engine: Engine, *rows: ContactRow, **options: Any) -> ImportOutcome:
    with write(engine) as connection:
        return upsert_contacts(
            connection,
            rows,
            now=NOW,
            origin="import",
            recorded_by="import",
            hash_key=b"1" * 32,
            **options,
        )


def rows_of(engine: Engine, *columns: Any) -> Sequence[Any]:
    with read(engine) as connection:
        return connection.execute(select(*columns).order_by(columns[0].table.c.id)).all()


def everything(engine: Engine) -> dict[str, Sequence[Any]]:
    tables = (account, contact, identity, consent, event, contact_tag)
    with read(engine) as connection:
        return {
            table.name: sorted(connection.execute(select(table)).all(), key=str) for table in tables
        }


def test_a_new_person_is_written_whole(engine: Engine) -> None:
    tanaka = row(
        "Tanaka@Example.co.jp", name="田中　太郎 様", company="㈱青空商事 御中", title="部長",
        industry="manufacturing", employees="101〜300名", budget="今期", plan="pro",
        tags="展示会、重要", **CARD,
    )  # fmt: skip
    outcome = upsert(engine, tanaka)
    assert outcome.count("created") == 1
    (person,) = rows_of(engine, contact.c.id, contact.c.email, contact.c.family_name,
                        contact.c.given_name, contact.c.title, contact.c.fields)  # fmt: skip
    assert person[1:] == ("Tanaka@Example.co.jp", "田中", "太郎", "部長", {"budget": "今期"})
    assert rows_of(engine, identity.c.kind, identity.c.value) == [("email", "tanaka@example.co.jp")]
    assert rows_of(engine, account.c.name, account.c.domain, account.c.employees,
                   account.c.fields) == [
        ("株式会社青空商事", "example.co.jp", 101, {"plan": "pro"})
    ]  # fmt: skip
    assert {tag for (_, tag) in everything(engine)["contact_tag"]} == {"展示会", "重要"}


def test_a_new_person_tells_the_engine_once(engine: Engine) -> None:
    upsert(engine, row("a@example.com", **CARD))
    upsert(engine, row("A@Example.com", **CARD))
    assert rows_of(engine, event.c.type, event.c.source) == [("contact.created", "import")]
    with read(engine) as connection:
        assert connection.scalar(select(func.count()).select_from(inbox)) == 1


def test_the_same_rows_again_change_nothing(engine: Engine) -> None:
    rows = [
        row("a@example.com", name="佐藤 花子", company="株式会社A", employees="10", **CARD),
        row("b@example.com", name="鈴木 一郎", company="株式会社A", employees="20", tags="x"),
        row("a@example.com", name="佐藤 華子", first_touch="2025-01-01"),
    ]
    for overwrite in (False, True):
        upsert(engine, *rows, overwrite=overwrite)
        before = everything(engine)
        again = upsert(engine, *rows, overwrite=overwrite)
        assert everything(engine) == before
        assert [landing.status for landing in again.landings] == [
            "unchanged", "unchanged", "repeated",
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("overwrite", "title", "fields"),
    [
        # the default: only what was empty
        (False, "部長", ["department"]),
        (True, "課長", ["department", "title"]),
    ],
)
def test_a_known_person_is_filled_or_overwritten(
    engine: Engine, overwrite: bool, title: str, fields: list[str]
) -> None:
    upsert(engine, row("a@example.com", title="部長", phone="03-0000-0001"))
    outcome = upsert(
        engine, row("a@example.com", title="課長", department="営業部"), overwrite=overwrite
    )
    assert outcome.count("updated") == 1
    # an empty cell never erases: the phone number stays
    assert rows_of(engine, contact.c.title, contact.c.department, contact.c.phone) == [
        (title, "営業部", "03-0000-0001")
    ]
    told = rows_of(engine, event.c.type, event.c.properties)
    assert told[1] == ("contact.updated", {"source": "import", "fields": fields})


def test_consent_is_one_record_per_purpose_with_its_source(engine: Engine) -> None:
    upsert(engine, row("a@example.com", **CARD))
    obtained = datetime(2026, 3, 11, 15, tzinfo=UTC)
    assert rows_of(engine, consent.c.purpose, consent.c.basis, consent.c.source,
                   consent.c.obtained_at, consent.c.recorded_at, consent.c.recorded_by) == [
        (purpose, "business_card", "展示会2026", obtained, NOW, "import")
        for purpose in ("marketing", "survey", "referral")
    ]  # fmt: skip


def test_a_new_source_of_consent_is_added_to_the_old(engine: Engine) -> None:
    upsert(engine, row("a@example.com", **CARD))
    upsert(engine, row("a@example.com", basis="opt_in", source="資料請求", obtained="2026-03-20"))
    assert [tuple(r) for r in rows_of(engine, consent.c.basis, consent.c.purpose)][3:] == [
        ("opt_in", "marketing")
    ]


def test_who_withdrew_stays_withdrawn(engine: Engine) -> None:
    first = upsert(engine, row("a@example.com", **CARD))
    contact_id = first.landings[0].contact_id
    assert contact_id is not None
    with write(engine) as connection:
        purposes = ["marketing", "survey", "referral"]
        stored.withdraw(connection, contact_id, purposes, "link", "contact", NOW)
    later = upsert(engine, row("a@example.com", basis="opt_in", source="フォーム",
                               obtained="2026-04-01"), overwrite=True)  # fmt: skip
    (landing,) = later.landings
    assert not landing.sendable
    assert [remark.code for remark in landing.remarks] == ["withdrawn"]
    with read(engine) as connection:
        newest = stored.newest_consents(connection, [contact_id])[contact_id]
    assert set(newest.values()) == {"withdrawn"}


def test_without_a_basis_a_person_comes_in_and_is_not_sendable(engine: Engine) -> None:
    outcome = upsert(engine, row("a@example.com", name="田中 太郎"))
    assert outcome.count("created") == 1
    assert not outcome.landings[0].sendable
    assert everything(engine)["consent"] == []


def test_public_mail_never_makes_an_account_domain(engine: Engine) -> None:
    upsert(
        engine,
        row("a@gmail.com", company="株式会社山田商事"),
        row("b@docomo.ne.jp", company="株式会社山田商事"),
        row("c@gmail.com", company="青空病院"),
    )
    assert rows_of(engine, account.c.name, account.c.domain) == [
        ("株式会社山田商事", None),
        ("青空病院", None),
    ]


def test_two_namesakes_with_domains_of_their_own_stay_two_companies(engine: Engine) -> None:
    upsert(
        engine,
        row("a@yamada.example", company="株式会社山田商事"),
        row("b@yamada-osaka.example", company="株式会社山田商事"),
        row("c@yamada.example", company="山田商事㈱"),
    )
    assert len(rows_of(engine, account.c.id)) == 2


def test_what_changes_about_a_company_is_told_to_all_its_people(engine: Engine) -> None:
    upsert(engine, *(row(f"{who}@a.example", company="株式会社A") for who in "xyz"))
    upsert(engine, row("x@a.example", company="株式会社A", industry="medical"))
    told = rows_of(engine, event.c.type, event.c.contact_id, event.c.properties)[3:]
    ids = [r.id for r in rows_of(engine, contact.c.id)]
    (account_id,) = rows_of(engine, account.c.id)[0]
    assert [tuple(r) for r in told] == [
        ("account.updated", i, {"source": "import", "account": account_id, "fields": ["industry"]})
        for i in ids
    ]


@pytest.mark.parametrize(
    ("said", "owner", "code"),
    [
        ("Sato@nurture.example", "佐藤花子", None),
        # width and spaces do not matter in a name
        ("佐藤　花子", "佐藤花子", None),
        ("田中", None, "unknown_owner"),
        # two bear the name: nobody is guessed
        ("中村健", None, "ambiguous_owner"),
    ],
)
def test_an_owner_is_found_by_address_or_name(
    engine: Engine, said: str, owner: str | None, code: str | None
) -> None:
    people = [("佐藤花子", "sato"), ("中村健", "nakamura"), ("中村健", "nakamura2")]
    with write(engine) as connection:
        connection.execute(
            insert(team_member),
            [{"name": name, "email": f"{mail}@nurture.example"} for name, mail in people],
        )
    (landing,) = upsert(engine, row("a@example.com", owner=said, **CARD)).landings
    assert [remark.code for remark in landing.remarks] == ([code] if code else [])
    with read(engine) as connection:
        found = connection.execute(
            select(team_member.c.name).join(contact, contact.c.owner_id == team_member.c.id)
        ).scalar()
    assert found == owner


def test_a_merged_person_is_changed_where_they_live_on(engine: Engine) -> None:
    upsert(engine, row("old@example.com"), row("new@example.com"))
    old, new = (r.id for r in rows_of(engine, contact.c.id))
    with write(engine) as connection:
        connection.execute(update(contact).where(contact.c.id == old).values(merged_into=new))
    upsert(engine, row("old@example.com", title="部長"), overwrite=True)
    assert [tuple(r) for r in rows_of(engine, contact.c.email, contact.c.title)] == [
        ("old@example.com", None),
        # the title is theirs, the address they are written at is not turned back
        ("new@example.com", "部長"),
    ]


def test_later_batches_of_a_list_only_fill(engine: Engine) -> None:
    spoken = Spoken()
    upsert(engine, row("a@a.example", company="A社", title="部長", employees="10"))
    for who, title, heads in (("a", "課長", "20"), ("a", "係長", "30"), ("b", "", "40")):
        rows = row(f"{who}@a.example", company="A社", title=title, employees=heads)
        speak_for(upsert(engine, rows, overwrite=True, spoken=spoken), spoken)
    assert rows_of(engine, contact.c.title)[0] == ("課長",)
    assert rows_of(engine, account.c.employees) == [(20,)]


def test_somebody_else_writing_the_same_person_first_is_not_an_error(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        # SQLite's writer is alone: the other waits its turn, and that is all there is to see.
        upsert(engine, row("a@example.com"))
        assert upsert(engine, row("a@example.com")).count("unchanged") == 1
        return
    raced = []

    def race(connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("INSERT INTO identity") and not raced:
            raced.append(True)
            with write(other) as rival:
                contact_id = rival.execute(
                    insert(contact)
                    .values(email="a@example.com", created_at=NOW, scored_at=NOW)
                    .returning(contact.c.id)
                ).scalar_one()
                rival.execute(
                    insert(identity).values(
                        kind="email", value="a@example.com", contact_id=contact_id
                    )
                )

    other = make_engine(engine.url.render_as_string(hide_password=False))
    hooks.listen(engine, "before_cursor_execute", race)
    outcome = upsert(engine, row("a@example.com", title="部長"))
    other.dispose()
    assert raced
    assert outcome.count("updated") == 1
    assert rows_of(engine, contact.c.title) == [("部長",)]
