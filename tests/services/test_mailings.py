"""A broadcast goes to everybody who matches, once, however often its runner is killed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, update

from nurture.db import mailings as rows
from nurture.db import releases, tables
from nurture.db.engine import read, write
from nurture.domain.mailing import MailingState
from nurture.domain.mailing_plan import Note
from nurture.services import mailings
from nurture.services.publish import check
from nurture.services.releases import Releases
from tests.services.broadcasts import broadcast, crowd, reached, with_broadcast
from tests.services.house import START, House
from tests.services.project import letter

#: a file that has nothing to do with any mailing
MORE = b"segments: {more: {title: x}}\n"


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a few people be several batches."""
    monkeypatch.setattr(mailings, "BATCH", 3)


def the_mailing(house: House) -> tuple[str, int, int]:
    """Return state, queued and left out of the only mailing."""
    (row,) = house.rows(tables.mailing)
    return row.state, row.queued, row.left_out


def test_everybody_who_matches_at_its_time_gets_it_once(house: House) -> None:
    people = crowd(house, 7)
    house.person("student@aozora.example", title="学生")
    published = house.publish(with_broadcast(broadcast()))
    assert [(one.name, one.note) for one in published.mailings] == [("news", Note.SCHEDULED)]
    again = house.publish(with_broadcast(broadcast()) | {"workflows/more.yaml": MORE})
    assert again.mailings == ()
    house.turn()
    assert reached(house) == []
    late = house.person("late@aozora.example")
    house.after(hours=1)
    everybody = ["late@aozora.example", *(f"p{n}@aozora.example" for n in range(7))]
    assert reached(house) == everybody
    assert the_mailing(house) == ("done", 8, 0)
    mails = house.rows(tables.message)
    assert {row.contact_id for row in mails} == {*people, late}
    assert {(row.workflow, row.mailing, row.purpose) for row in mails} == {
        ("news", "news", "marketing")
    }
    # Published again, and its row looked at again: nobody gets it twice.
    house.publish(with_broadcast(broadcast()))
    house.after(days=1)
    assert reached(house) == everybody


def test_who_has_no_address_or_is_gone_is_left_out_and_counted(house: House) -> None:
    house.publish(with_broadcast(broadcast()))
    kept = house.person()
    house.person("gone@aozora.example", erased=True)
    house.person("twin@aozora.example", merged_into=kept)
    silent = house.person("silent@aozora.example")
    house.change(tables.contact, silent, email=None)
    house.person("never@aozora.example", consent=())
    house.after(hours=1)
    assert house.to() == ["tanaka@aozora.example"]
    assert the_mailing(house) == ("done", 2, 1)
    assert house.reasons(kind="dropped") == [("dropped", "no_consent")]


def test_who_was_merged_with_somebody_that_has_it_has_it_too(house: House) -> None:
    first, middle, last, other = crowd(house, 4)
    house.publish(with_broadcast(broadcast(expires="1d")))
    house.clock.move_to(house.next_moment() or house.clock.now())
    house.change(tables.contact, middle, title="学生")
    house.change(tables.contact, last, title="学生")
    # Three of a batch: the first and the last have it.
    while mailings.run(house.runtime):
        pass
    house.change(tables.contact, first, merged_into=middle)
    house.change(tables.contact, middle, merged_into=last)
    with read(house.engine) as connection:
        assert rows.having(connection, "news", [last, other, first]) == {last, other, first}
        assert rows.having(connection, "nothing", [last, other]) == set()
    # Asked again, as after a batch whose cursor was lost, nobody gets a second one.
    house.change(tables.contact, last, title="部長")
    (row,) = house.rows(tables.mailing)
    house.change(tables.mailing, row.id, state="running", cursor=0, due_at=house.clock.now())
    house.turn()
    assert reached(house) == ["p0@aozora.example", "p3@aozora.example"]


def test_who_stopped_matching_since_the_look_gets_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = crowd(house, 2)
    house.publish(with_broadcast(broadcast()))
    house.clock.move_to(house.next_moment() or house.clock.now())
    real = write

    def late(engine: Engine) -> AbstractContextManager[Connection]:
        with real(engine) as connection:
            student = update(tables.contact).where(tables.contact.c.id == people[0])
            connection.execute(student.values(title="学生"))
        return real(engine)

    monkeypatch.setattr(mailings, "write", late)
    house.turn()
    assert reached(house) == ["p1@aozora.example"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_whom_it_is_for_is_looked_for_while_nobody_waits(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd(house, 4)
    house.publish(with_broadcast(broadcast()))
    house.clock.move_to(house.next_moment() or house.clock.now())
    writers = []
    real = rows.matching_after

    def looked(connection: Connection, *about: Any) -> list[int]:
        writers.append(connection.get_execution_options().get("nurture_write", False))
        return real(connection, *about)

    monkeypatch.setattr(rows, "matching_after", looked)
    house.turn()
    assert (writers, len(reached(house))) == ([False, False], 4)


class _PowerCutError(Exception):
    """The process dies."""


@pytest.mark.parametrize("dies_at", range(4))
def test_killed_between_or_in_a_batch_it_goes_on_without_doubles_or_gaps(
    house: House, monkeypatch: pytest.MonkeyPatch, dies_at: int
) -> None:
    crowd(house, 8)
    house.publish(with_broadcast(broadcast()))
    house.clock.move_to(house.next_moment() or house.clock.now())
    real, calls = rows.change, iter(range(100))

    def change(connection: Connection, name: str, **values: object) -> None:
        real(connection, name, **values)
        if next(calls) == dies_at:
            # The batch's mails and its cursor are written, the commit never comes.
            raise _PowerCutError

    monkeypatch.setattr(rows, "change", change)
    with pytest.raises(_PowerCutError):
        while mailings.run(house.runtime):
            # Whatever was queued so far goes out before the lights do.
            house.outbox.drain(5)
        raise _PowerCutError  # the last look found nothing more to do
    monkeypatch.setattr(rows, "change", real)
    house.after(hours=1)
    assert reached(house) == sorted(f"p{n}@aozora.example" for n in range(8))
    assert the_mailing(house) == ("done", 8, 0)


def test_two_runners_at_once_queue_each_mail_once(house: House) -> None:
    crowd(house, 20)
    house.publish(with_broadcast(broadcast(), broadcast("second")))
    house.clock.move_to(house.next_moment() or house.clock.now())

    def work(_: int) -> None:
        while mailings.run(house.runtime):
            pass

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(work, range(3)))
    keys = [row.dedupe_key for row in house.rows(tables.message)]
    assert len(keys) == len(set(keys)) == 40
    while mailings.run(house.runtime):
        pass
    assert {(r.state, r.queued) for r in house.rows(tables.mailing)} == {("done", 20)}


def test_edited_while_it_runs_it_stays_as_it_began_with_the_newest_words(house: House) -> None:
    crowd(house, 5)
    house.publish(with_broadcast(broadcast()))
    house.clock.move_to(house.next_moment() or house.clock.now())
    assert mailings.run(house.runtime) == 1
    nobody = broadcast(at="2026-06-01 10:00", to="{tag: nobody}")
    published = house.publish(with_broadcast(nobody, t_x__news=letter("新しい文", subject="新")))
    assert [one.note for one in published.mailings] == [Note.EDITED_AFTER_START]
    house.after(hours=1)
    assert the_mailing(house) == ("done", 5, 0)
    assert {row.subject for row in house.rows(tables.message)} == {"新"}
    everybody = with_broadcast(broadcast(at="2026-06-01 10:00"))
    (again,) = house.publish(everybody).mailings
    assert again.note is Note.SENT_ALREADY
    assert house.publish(everybody).mailings == ()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_publication_compiles_nothing_of_what_went_out_and_nothing_while_others_wait(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd(house, 5)
    old = house.publish(with_broadcast(broadcast("old"))).release_id
    house.after(hours=1)
    soon = broadcast(at="2026-05-12 11:10")
    begun = house.publish(with_broadcast(broadcast("old"), soon)).release_id
    house.clock.move_to(house.next_moment() or house.clock.now())
    assert mailings.run(house.runtime) == 1
    newest = house.publish(with_broadcast(broadcast("old"), soon, broadcast("c"))).release_id
    house.runtime = replace(house.runtime, releases=Releases())
    compiled = []
    real = releases.files_of

    def files_of(connection: Connection, release_id: int) -> dict[str, bytes]:
        writes = connection.get_execution_options().get("nurture_write", False)
        compiled.append((release_id, writes))
        return real(connection, release_id)

    monkeypatch.setattr(releases, "files_of", files_of)
    house.publish(with_broadcast(broadcast("old"), soon, broadcast("d")))
    assert set(compiled) == {(begun, False), (newest, False)}
    assert old not in {one for one, _ in compiled}


def test_a_new_time_moves_it_and_a_lost_file_takes_it_back(house: House) -> None:
    crowd(house, 1)
    house.publish(with_broadcast(broadcast()))
    house.publish(with_broadcast(broadcast(at="2026-05-12 12:00")))
    house.after(hours=1)
    assert house.to() == []
    (gone,) = house.publish(with_broadcast()).mailings
    assert gone.note is Note.REMOVED
    house.after(hours=2)
    assert house.to() == []
    (back,) = house.publish(with_broadcast(broadcast(at="2026-05-12 14:00"))).mailings
    assert back.note is Note.RESTORED
    house.after(hours=3)
    assert house.to() == ["p0@aozora.example"]


def test_what_was_published_too_late_never_goes_by_itself(house: House) -> None:
    crowd(house, 1)
    (said,) = house.publish(with_broadcast(broadcast(at="2026-05-12 08:59"))).mailings
    assert said.note is Note.MISSED
    house.after(days=1)
    assert (house.to(), the_mailing(house)[0]) == ([], "missed")
    house.publish(with_broadcast(broadcast(at="2026-05-13 11:00")))
    house.after(hours=3)
    assert house.to() == ["p0@aozora.example"]


def test_a_house_that_slept_past_its_expiry_sends_nothing(house: House) -> None:
    crowd(house, 1)
    house.publish(with_broadcast(broadcast(expires="1d")))
    house.clock.move_to(house.clock.now() + timedelta(days=2))
    house.turn()
    assert (house.to(), the_mailing(house)[0]) == ([], "missed")


def test_a_mailing_counts_in_the_caps_and_gives_way_to_what_matters_more(house: House) -> None:
    files = with_broadcast(
        broadcast(priority="20", expires="5d"),
        caps="  - {id: day, per: contact, mails: 1, within: 1d}",
    )
    house.publish(files)
    person = house.person()
    house.clock.move_to(house.next_moment() or house.clock.now())
    house.happens(person)
    house.turn()
    stand = {row.workflow: (row.state, row.reason) for row in house.rows(tables.message)}
    assert stand == {"other": ("sent", None), "news": ("deferred", "cap")}
    house.after(days=2)
    assert len(house.to()) == 2


def test_a_mailing_that_cannot_go_on_is_paused_and_holds_nobody_up(house: House) -> None:
    text = broadcast(to="{segment: talks}")
    segments = """  talks: {expr: "deal.stage == 'proposal'"}"""
    # An older check let it pass; SQL cannot ask for it.
    house.store(with_broadcast(text, broadcast("good"), segments=segments))
    with house.engine.begin() as connection:
        for name in ("news", "good"):
            rows.add(connection, name, MailingState.SCHEDULED, START, START)
    crowd(house, 2)
    house.turn()
    found = {row.name: (row.state, row.reason) for row in house.rows(tables.mailing)}
    assert found["good"] == ("done", None)
    state, reason = found["news"]
    assert (state, "deal.stage cannot be read here" in (reason or "")) == ("paused", True)


def test_a_subject_of_a_broadcast_is_held_to_the_rules_of_letters() -> None:
    _, problems = check(with_broadcast(broadcast(subject='"{{ nobody.knows }}"')))
    (found,) = [one for one in problems if one.place.file.startswith("workflows/broadcasts/")]
    assert (found.place.line, "nobody" in found.message) == (6, True)
