"""A dry run says beforehand what the run does, contact by contact, and writes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import func, select

from nurture.db import tables
from nurture.db.engine import read
from nurture.domain.addresses import address_hash
from nurture.services.dry_run import DryRun, Fate, Outcome, dry_run
from nurture.services.runtime import Sending
from tests.services.broadcasts import broadcast, crowd, with_broadcast
from tests.services.house import House
from tests.services.project import POLICY

CAPS = """\
  - {id: letters, per: contact, mails: 1, within: 3d}
  - {id: company, per: account, mails: 2, within: 30d}
"""
TOPICS = "topics: [{topic: letters, title: お便り}]\n"


def population(house: House) -> None:
    """Add one of every sort, in an order that mixes them."""
    now = house.clock.now()
    crowded = house.company("株式会社大所帯")
    held = house.company("株式会社立腹", hold_reason="ご立腹")
    for n in range(4):
        house.person(f"crowd{n}@aozora.example", account_id=crowded)
    house.person("plain@aozora.example")
    house.person("never-asked@aozora.example", consent=())
    left = house.person("left@aozora.example")
    house.consent(left, "marketing", "withdrawn")
    silent = house.person("silent@aozora.example")
    house.change(tables.contact, silent, email=None)
    house.person("held@aozora.example", account_id=held)
    house.person("nameless@aozora.example", family_name=None)
    house.person("abroad@aozora.example", zone="America/New_York")
    blocked = house.person("blocked@aozora.example")
    hashed = address_hash(house.contact(blocked).email, house.runtime.hash_key)
    house.add(tables.suppression, address_hash=hashed, reason="complaint", created_at=now)
    for email, choices in {
        "off@aozora.example": {"topics_off": ["letters"]},
        "resting@aozora.example": {"paused_until": now + timedelta(days=2)},
        "long-rest@aozora.example": {"paused_until": now + timedelta(days=20)},
        "monthly@aozora.example": {"rhythm": "monthly"},
    }.items():
        person = house.person(email)
        row = {"topics_off": [], "rhythm": "all", "paused_until": None, **choices}
        with house.engine.begin() as connection:
            connection.execute(
                tables.preference.insert().values(contact_id=person, updated_at=now, **row)
            )
    for email, days in {"yesterday@aozora.example": 1, "last-week@aozora.example": 7}.items():
        person = house.person(email)
        house.add(
            tables.message, dedupe_key=email, contact_id=person, recipient=email, state="sent",
            purpose="marketing", template="x/old", window="business", priority=1, attach=[],
            sent_at=now - timedelta(days=days), created_at=now, recorded_at=now, fence=0,
        )  # fmt: skip
    monthly = next(r for r in house.rows(tables.contact) if r.email == "monthly@aozora.example")
    house.add(
        tables.message, dedupe_key="m", contact_id=monthly.id, recipient="m", state="sent",
        purpose="marketing", template="x/old", window="business", priority=1, attach=[],
        sent_at=now - timedelta(days=10), created_at=now, recorded_at=now, fence=0,
    )  # fmt: skip


def look(house: House, fates: list[Fate] | None = None, **asked: object) -> DryRun:
    """Run the only broadcast dry."""
    with read(house.engine) as connection:
        definitions = house.runtime.releases.live(connection).definitions
    each = fates.append if fates is not None else None
    return dry_run(house.runtime, definitions, definitions.mailings["news"], each=each, **asked)  # type: ignore[arg-type]


def test_the_dry_run_and_the_run_agree_on_everybody(house: House) -> None:
    text = broadcast(topic="letters", delivery="{window: office, from: mori}", expires="5d")
    house.publish(with_broadcast(text, policy=POLICY + TOPICS, caps=CAPS))
    population(house)
    fates: list[Fate] = []
    found = look(house, fates)
    assert house.rows(tables.decision) == []
    said = {one.contact_id: (one.outcome, one.reason) for one in fates}
    assert {outcome for outcome, _ in said.values()} == set(Outcome)
    house.until(found.at)
    happened = {}
    for row in house.rows(tables.message, mailing="news"):
        if row.state == "sent":
            happened[row.contact_id] = (Outcome.NOW, "")
        elif row.state == "deferred":
            in_time = row.due_at < row.expires_at
            happened[row.contact_id] = (Outcome.LATER if in_time else Outcome.LAPSES, row.reason)
        else:
            happened[row.contact_id] = (Outcome.NEVER, row.reason)
    # Who has no address gets no row at all.
    (silent,) = {one for one, (_, why) in said.items() if why == "no_address"}
    assert happened == {one: fate for one, fate in said.items() if one != silent}
    assert found.count() == len(said) == len(happened) + house.rows(tables.mailing)[0].left_out
    # Who is said to get it later does.
    house.after(days=6)
    with read(house.engine) as connection:
        sent = connection.execute(
            select(func.count()).where(
                tables.message.c.mailing == "news", tables.message.c.state == "sent"
            )
        ).scalar_one()
    assert sent == found.count(Outcome.NOW, Outcome.LATER)


def test_groups_count_all_and_name_some(house: House) -> None:
    house.publish(with_broadcast(broadcast()))
    for n in range(12):
        house.person(f"p{n}@aozora.example", consent=())
    house.person()
    found = look(house)
    assert [(g.outcome, g.reason, g.count, len(g.people)) for g in found.groups] == [
        (Outcome.NOW, "", 1, 1),
        (Outcome.NEVER, "no_consent", 12, 10),
    ]
    assert [len(g.people) for g in look(house, keep=None).groups] == [1, 12]


def test_another_moment_may_be_asked_for_and_a_house_that_is_off_says_so(house: House) -> None:
    house.publish(with_broadcast(broadcast(delivery="{window: office}")))
    house.person()
    assert look(house).count(Outcome.NOW) == 1
    saturday = house.clock.now() + timedelta(days=4)
    later = look(house, at=saturday)
    assert (later.count(Outcome.NOW), later.count(Outcome.LATER)) == (0, 1)
    assert later.groups[0].reason == "window"
    off = replace(house, runtime=replace(house.runtime, sending=Sending("off")))
    assert (look(off).sending, look(off).count(Outcome.NOW)) == ("off", 1)


def test_a_dry_run_says_when_each_mail_of_a_spread_leaves(house: House) -> None:
    people = crowd(house, 8)
    house.publish(with_broadcast(broadcast(delivery="{spread: 2h}")))
    fates: list[Fate] = []
    found = look(house, fates)
    (group,) = found.groups
    assert (group.outcome, group.reason, group.count) == (Outcome.LATER, "spread", 8)
    assert (group.first, group.last) == (
        min(one.until for one in fates if one.until),
        max(one.until for one in fates if one.until),
    )
    house.after(hours=3)
    sent = {row.contact_id: row.sent_at for row in house.rows(tables.message)}
    assert {one.contact_id: one.until for one in fates} == sent
    assert sorted(sent) == sorted(people)
