"""Seminars with many readers: what a publication says, holds and pages through."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, event

from nurture.db import tables
from nurture.errors import DefinitionError
from nurture.services import seminar_corrections, seminars
from nurture.services.seminars import Note
from tests.services.clinic import INVITED, MOVED, REMINDED, guest, seen, seminar
from tests.services.house import House

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@SQLITE
def test_a_correction_goes_on_past_duplicates_and_says_only_who_may_be_written_to(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seminar_corrections, "BATCH", 1)
    people = [guest(house, name) for name in ("a", "b", "c", "d", "e")]
    house.publish(seminar())
    house.until(INVITED)
    house.change(tables.contact, people[0], merged_into=people[4])
    house.change(tables.contact, people[2], merged_into=people[4])
    house.consent(people[3], "marketing", "withdrawn")
    (remark,) = house.publish(seminar(**MOVED)).seminars
    assert (remark.note, remark.told) == (Note.CORRECTED, 2)
    house.turn()
    assert seen(house, 5) == [("b", "変更"), ("e", "変更")]


@SQLITE
def test_how_many_hear_of_a_change_is_counted_before_the_writer_is_held(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seminars, "_PAGE", 1)
    statements: list[int] = []

    def publish(**changes: str) -> int:
        """Return how many statements ran while the writer was held."""
        statements.clear()
        house.publish(seminar(**changes))
        return len(statements)

    def note(connection: Connection, *_: object) -> None:
        if connection.get_execution_options().get("nurture_write"):
            statements.append(1)

    event.listen(house.engine, "before_cursor_execute", note)
    guest(house, "first")
    house.publish(seminar())
    house.until(INVITED)
    publish(**MOVED)
    few = publish(starts='"2026-05-27 15:00"')
    for name in ("b", "c", "d", "e"):
        guest(house, name, registers=True)
    house.after(minutes=1)
    assert 0 < publish(starts='"2026-05-29 15:00"') <= few


def test_the_longest_name_of_a_seminar_has_room_for_what_its_mailings_add(house: House) -> None:
    name = "s" * 75
    guest(house, "invited")
    registered = guest(house, "registered")
    house.happens(registered, "seminar.registered", seminar=name)
    house.publish(seminar(seminar=name))
    house.until(REMINDED)
    house.publish(seminar(seminar=name, **MOVED))
    house.turn()
    told = {
        ("invited", "件名"),
        ("registered", "明日です"),
        *((who, "変更") for who in ("invited", "registered")),
    }
    assert told <= set(seen(house))
    with pytest.raises(DefinitionError, match="75"):
        house.publish(seminar(seminar=name + "s"))
