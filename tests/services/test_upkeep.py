"""Upkeep: what fails waits and says why; everything else that is due is done."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError

from nurture.db import schedules, status_counts, tables
from nurture.db.engine import read, write
from nurture.services import digest, mailings, revisits
from nurture.services import upkeep as keeping
from nurture.services.runtime import Runtime
from nurture.services.setting_aside import AGAIN
from nurture.services.upkeep import Rows, Whole, keep_up
from tests.services.house import START, House
from tests.services.project import project, workflow

FILES = project(workflow("a", "- {send: x/one}"))

#: the same statements run on both; who holds which row is another test's
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def _troubles(house: House) -> list[tuple[str | None, str]]:
    with read(house.engine) as connection:
        rows = status_counts.troubles(connection)
    return [(row.who, row.detail["why"]) for row in rows if row.reason == "cannot_decide"]


def test_a_task_that_cannot_be_told_of_waits_and_the_others_and_later_chores_go_on(
    house: House,
) -> None:
    house.publish(FILES)
    people = [house.person(f"p{i}@aozora.example") for i in range(3)]
    tasks = [
        house.add(
            tables.task,
            dedupe_key=f"t{who}",
            contact_id=who,
            kind="call",
            title="電話",
            assignee="owner",
            due_at=START,
            created_at=START - timedelta(days=1),
            review_at=START,
        )
        for who in people
    ]
    # What a hand in the database may leave behind.
    house.change(tables.contact, people[1], fields=["no", "names"])
    house.change(tables.contact, people[2], revisit_at=START)
    house.decide()
    stand = [house.row(tables.task, one).review_at for one in tasks]
    assert stand == [None, START + AGAIN, None]
    ((who, why),) = _troubles(house)
    assert (who, "Error: " in why) == ("p1@aozora.example", True)
    assert [row.contact_id for row in house.events("revisit.due")] == [people[2]]
    # Nothing that is due stands still: a stepped clock goes on.
    assert house.next_moment() == START + AGAIN
    house.change(tables.contact, people[1], fields={})
    house.clock.move(AGAIN)
    house.decide()
    assert house.row(tables.task, tasks[1]).review_at is None


@SQLITE
def test_a_chore_that_fails_as_a_whole_waits_and_the_others_go_on(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.publish(FILES)
    with write(house.engine) as connection:
        schedules.plan(connection, "digest", START)
    house.person(revisit_at=START)

    def poisoned(_: Runtime) -> int:
        raise ValueError("poison")

    chores = (
        Whole("mailing", mailings.run),
        Whole("schedule", poisoned),
        Rows("contact", revisits.due_revisits, 10),
    )
    monkeypatch.setattr(keeping, "CHORES", chores)
    house.decide()
    assert len(house.events("revisit.due")) == 1
    assert _troubles(house) == [(None, "ValueError: poison")]
    (row,) = house.rows(tables.schedule)
    assert row.due_at == START + AGAIN
    monkeypatch.setattr(keeping, "CHORES", (Whole("schedule", digest.send_digests),))
    house.clock.move(AGAIN)
    assert keep_up(house.runtime) == 1


@SQLITE
def test_nothing_is_put_off_because_the_database_is_away(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.publish(FILES)
    person = house.person(revisit_at=START)

    def away(_: Runtime, limit: int = 1, only: object = None) -> int:
        raise OperationalError("select", {}, Exception("server closed the connection"))

    monkeypatch.setattr(keeping, "CHORES", (Rows("contact", away, 10),))
    with pytest.raises(OperationalError):
        keep_up(house.runtime)
    assert house.contact(person).revisit_at == START
    assert _troubles(house) == []
