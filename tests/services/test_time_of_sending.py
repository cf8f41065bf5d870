"""Spread, quiet hours and best hours in a house: when do mails really leave?"""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from nurture.db import tables
from nurture.db.engine import write
from nurture.db.events import NewEvent, put_back, record
from nurture.db.messages import queue
from nurture.db.outcomes import append_evidence
from nurture.domain.best_hour import BestHours
from nurture.services.explain import explain
from tests.domain.calendars import TOKYO, tokyo
from tests.services.broadcasts import broadcast, crowd, with_broadcast
from tests.services.house import House
from tests.services.project import POLICY, project, workflow

OFFICE = "{window: office, spread: 2h}"


def left(house: House) -> list[datetime]:
    """Return when mails left, on Tokyo's clock, in that order."""
    rows = house.rows(tables.message)
    return sorted(row.sent_at.astimezone(TOKYO) for row in rows if row.sent_at is not None)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_broadcast_leaves_over_its_spread_and_says_until_when(house: House) -> None:
    crowd(house, 20)
    house.publish(with_broadcast(broadcast(delivery=OFFICE, at="2026-05-13 06:00")))
    house.until(tokyo("2026-05-13 09:00"))
    # Nobody leaves when the window opens at 9:00 sharp: each waits for its place.
    assert len(left(house)) <= 1
    why = [row for row in house.rows(tables.message) if row.state == "deferred"]
    assert {row.reason for row in why} == {"spread"}
    told = explain(house.runtime, "p0@aozora.example", "en").mails[0].why
    assert "spread over time, until Wed, 13 May" in told
    house.until(tokyo("2026-05-13 12:00"))
    sent = left(house)
    assert len(sent) == 20
    assert tokyo("2026-05-13 09:00") <= sent[0] and sent[-1] < tokyo("2026-05-13 11:00")
    assert len({one.replace(minute=one.minute // 15 * 15, second=0) for one in sent}) >= 6
    # One deferral each, however often they were looked at.
    assert len(house.rows(tables.decision, reason="spread")) == 20


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_spread_ends_with_the_window(house: House) -> None:
    crowd(house, 12)
    house.publish(with_broadcast(broadcast(delivery=OFFICE, at="2026-05-12 11:50")))
    house.until(tokyo("2026-05-13 20:00"))
    sent = left(house)
    assert len(sent) == 12
    assert sent[-1] < tokyo("2026-05-12 12:00")


QUIET = POLICY + 'quiet: {hours: ["21:00-08:00"]}\n'


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nothing_that_nobody_asked_for_leaves_at_night(house: House) -> None:
    """In the reader's own night; what answers a request goes."""
    nyc = house.person("nyc@aozora.example", zone="America/New_York")
    here = house.person("here@aozora.example")
    news = workflow("news", "- send: x/news")
    receipt = workflow(
        "receipt", "- send: receipt/form", "trigger: [{form: any}]\npurpose: service"
    )
    house.publish(project(news, receipt, policy=QUIET))
    # 10:00 in Tokyo is 21:00 in New York.
    for one in (nyc, here):
        house.happens(one)
    house.happens(nyc, "form.submitted", form="any")
    house.turn()
    assert sorted(house.to()) == ["here@aozora.example", "nyc@aozora.example"]
    assert house.reasons(reason="quiet_hours") == [("deferred", "quiet_hours")]
    house.until(tokyo("2026-05-12 20:59"))
    assert len(house.to()) == 2
    house.until(tokyo("2026-05-12 21:00"))
    assert house.to()[2:] == ["nyc@aozora.example"]


BEST = "delivery: {at: best_hour}\ntrigger: [{event: page.viewed}]"


def reads(house: House, who: int, hour: int, times: int, verdict: str = "human") -> list[int]:
    """Let somebody open a mail at an hour on so many days; return the events."""
    found = []
    with write(house.engine) as connection:
        for day in range(times):
            row = {
                **{"dedupe_key": f"old/{who}/{hour}/{day}/{verdict}", "contact_id": who},
                **{"purpose": "marketing", "template": "x/old", "window": "business"},
                **{"priority": 1, "state": "sent"},
            }
            (message_id,) = queue(connection, [row], 1, house.clock.now()).values()
            opened = NewEvent(
                "email.opened",
                who,
                tokyo(f"2026-04-{day + 1:02} {hour:02}:10"),
                "tracking",
                message_id=message_id,
                evidence=(verdict, "no_sign_of_a_machine"),
            )
            found += record(connection, [opened], house.clock.now())
    return [one for one in found if one is not None]


def best(house: House, who: int) -> BestHours | None:
    """Return what was learnt of somebody."""
    return BestHours.from_json(house.contact(who).best_hours)


def everybody(house: House) -> dict[int, int]:
    """Return what all readers together opened, by hour."""
    return {row.hour: row.opens for row in house.rows(tables.open_hour) if row.opens}


def test_a_mail_leaves_at_the_hour_its_reader_reads(house: House) -> None:
    early, unknown = house.person("early@aozora.example"), house.person("new@aozora.example")
    house.publish(project(workflow("news", "- send: x/news", BEST)))
    reads(house, early, 14, 7)
    house.turn()
    assert everybody(house) == {14: 7}
    for one in (early, unknown):
        house.happens(one)
    house.turn()
    # Of whom nothing is known goes at once.
    assert house.to() == ["new@aozora.example"]
    page = explain(house.runtime, "early@aozora.example", "ja")
    assert page.preferences.best_hour == (14, 7)
    assert "よく読まれる時間帯（14:00、7通の開封から）" in page.mails[0].why
    house.until(tokyo("2026-05-12 14:00"))
    assert house.to() == ["new@aozora.example", "early@aozora.example"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_machines_prefetches_and_who_knows_teach_nothing(house: House) -> None:
    who = house.person()
    house.publish(project(workflow("news", "- send: x/news", BEST)))
    for verdict in ("machine", "prefetch", "unknown"):
        reads(house, who, 3, 6, verdict)
    house.turn()
    assert (best(house, who), everybody(house)) == (None, {})


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_turns_out_to_be_a_machines_is_unlearnt(house: House) -> None:
    who = house.person()
    house.publish(project(workflow("news", "- send: x/news", BEST)))
    events = reads(house, who, 14, 6)
    house.turn()
    assert best(house, who) is not None
    now = house.clock.now()
    with write(house.engine) as connection:
        append_evidence(connection, [(one, "machine", "late") for one in events[:3]], now)
        put_back(connection, [(one, who) for one in events[:3]], now)
    house.turn()
    known = best(house, who)
    assert known is not None and (known.opens, known.order) == (3, ())
    assert everybody(house) == {14: 3}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_who_turns_measuring_off_has_no_best_hour_any_more(house: House) -> None:
    who = house.person()
    house.publish(project(workflow("news", "- send: x/news", BEST)))
    reads(house, who, 14, 6)
    house.turn()
    house.change(tables.contact, who, tracking=False)
    house.happens(who)
    house.turn()
    # At once: what was learnt is not used …
    assert house.to() == ["tanaka@aozora.example"]
    assert explain(house.runtime, who, "en").preferences.best_hour is None
    # … and forgotten when the choice is taken in.
    changed = NewEvent("contact.preferences_changed", who, house.clock.now(), "engine")
    with write(house.engine) as connection:
        record(connection, [changed], house.clock.now())
    house.turn()
    assert (best(house, who), everybody(house)) == (None, {})


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nothing_is_learnt_where_nothing_leaves_at_a_best_hour(house: House) -> None:
    who = house.person()
    house.publish(project(workflow("news", "- send: x/news")))
    reads(house, who, 14, 6)
    house.turn()
    assert (best(house, who), everybody(house)) == (None, {})


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_mail_that_a_cap_held_back_does_not_wait_for_its_place_again(house: House) -> None:
    crowd(house, 6)
    house.publish(with_broadcast(broadcast(delivery=OFFICE)))
    with write(house.engine) as connection:
        connection.execute(tables.pause.insert().values(kind="everything", at=house.clock.now()))
    house.after(hours=5)
    with write(house.engine) as connection:
        connection.execute(tables.pause.delete())
        connection.execute(tables.message.update().values(due_at=house.clock.now(), state="queued"))
    house.turn()
    assert len(left(house)) == 6
    assert left(house)[-1] - left(house)[0] < timedelta(minutes=1)
