"""The order of commits decides: what is committed before `sending` stops a mail, always."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from nurture.clock import machine_sleep
from nurture.db import contacts, tables
from nurture.db.engine import write
from nurture.domain.addresses import address_hash
from nurture.providers.base import Answer, Envelope
from nurture.providers.memory import MemoryProvider
from nurture.services import control
from nurture.services.deliver import Outbox, recover
from nurture.services.ingest import ingest
from nurture.services.unsubscribe import unsubscribe
from tests.services.house import House
from tests.services.interference import Interrupted, interrupt
from tests.services.project import project, workflow

HEAD = "trigger: [{event: page.viewed}]\nexit: [{customer: true}]"
ONE = workflow("a", "- send: x/one\n- wait: 1d\n- send: x/two", HEAD)

#: width 1: while the first mail is on the wire, the second is claimed and rendered
FIRST, SECOND = "first@aozora.example", "second@aozora.example"


def _unsubscribe(house: House, person: int) -> None:
    unsubscribe(house.runtime, person, 0)


def _suppress(house: House, person: int) -> None:
    with write(house.engine) as connection:
        hashed = address_hash(SECOND, house.runtime.hash_key)
        contacts.suppress(connection, hashed, "complaint", "", house.clock.now())


def _buys(house: House, person: int) -> None:
    house.happens(person, "deal.won")
    ingest(house.runtime)


def _replies(house: House, person: int) -> None:
    (row,) = house.rows(tables.enrolment, contact_id=person)
    house.happens(person, "email.replied", enrolment_id=row.id, subject="Re")
    ingest(house.runtime)


STOPS: list[tuple[str, Callable[[House, int], object], str, str | None]] = [
    ("unsubscribe", _unsubscribe, "cancelled", "unsubscribed"),
    ("consent", lambda h, p: h.consent(p, "marketing", "withdrawn"), "cancelled", "unsubscribed"),
    ("suppression", _suppress, "cancelled", "suppressed"),
    ("goal", _buys, "cancelled", "enrolment_over"),
    ("reply", _replies, "cancelled", "replied"),
    ("erasure", lambda h, p: h.change(tables.contact, p, email=None), "cancelled", "no_address"),
    (
        "pause",
        lambda h, p: control.pause(h.runtime, "everything"),
        "deferred",
        "paused_everything",
    ),
    (
        "pause of a workflow",
        lambda h, p: control.pause(h.runtime, "workflow", "a"),
        "deferred",
        "paused_workflow",
    ),
    (
        "pause of an owner",
        lambda h, p: control.pause(h.runtime, "sender", "mori"),
        "deferred",
        "paused_sender",
    ),
    (
        "hold",
        lambda h, p: control.hold(h.runtime, "株式会社青空", "苦情"),
        "deferred",
        "account_hold",
    ),
]
_IDS = [stop[0] for stop in STOPS]


def _two(house: House) -> tuple[int, int]:
    """Publish and enrol two people, the second of an account and with an owner."""
    house.publish(project(ONE))
    (mori,) = house.rows(tables.team_member, key="mori")
    first = house.person(FIRST)
    second = house.person(SECOND, account_id=house.company(), owner_id=mori.id)
    for person in (first, second):
        house.happens(person)
    return first, second


@pytest.mark.parametrize(("stop", "state", "why"), [s[1:] for s in STOPS], ids=_IDS)
def test_between_claim_and_commit_everything_stops_the_mail(
    house: House, stop: Callable[[House, int], object], state: str, why: str | None
) -> None:
    _, second = _two(house)

    def during(envelopes: Sequence[Envelope]) -> None:
        if envelopes[0].recipient == FIRST:
            (mail,) = house.rows(tables.message, contact_id=second)
            assert mail.state == "claimed"
            stop(house, second)

    provider = interrupt(house, during)
    house.turn()
    assert [e.recipient for e in provider.accepted] == [FIRST]
    assert house.mails(contact_id=second)[0] == ("x/one", state, why)
    by_message = {row.reason for row in house.rows(tables.decision, contact_id=second)}
    assert why in by_message or why in ("replied", "enrolment_over")


@pytest.mark.parametrize(("stop", "state", "why"), [s[1:] for s in STOPS], ids=_IDS)
def test_between_queue_and_claim_everything_stops_the_mail(
    house: House, stop: Callable[[House, int], object], state: str, why: str | None
) -> None:
    _, second = _two(house)
    house.decide()
    stop(house, second)
    house.turn()
    assert SECOND not in house.to()
    assert house.mails(contact_id=second)[0] == ("x/one", state, why)


@pytest.mark.parametrize(("stop", "state", "why"), [s[1:] for s in STOPS], ids=_IDS)
def test_after_the_commit_the_mail_is_on_its_way(
    house: House, stop: Callable[[House, int], object], state: str, why: str | None
) -> None:
    _, second = _two(house)
    provider = interrupt(
        house, lambda wave: stop(house, second) if wave[0].recipient == SECOND else None
    )
    house.turn()
    assert [e.recipient for e in provider.accepted] == [FIRST, SECOND]
    assert house.mails(contact_id=second)[0][1] == "sent"


def test_a_window_that_shuts_meanwhile_holds_the_mail(house: House) -> None:
    shuts = workflow("a", "- {send: x/one, window: office}")
    house.publish(project(shuts))
    for address in (FIRST, SECOND):
        house.happens(house.person(address))
    interrupt(house, lambda wave: house.clock.move(timedelta(hours=2)))  # noon in Tokyo
    house.turn()
    assert house.to() == [FIRST]
    assert house.mails()[1] == ("x/one", "deferred", "window")


def test_an_address_that_changes_meanwhile_gets_a_mail_of_its_own(house: House) -> None:
    _, second = _two(house)

    def moves(wave: Sequence[Envelope]) -> None:
        house.change(tables.contact, second, email="new@aozora.example")

    interrupt(house, moves)
    house.turn()
    assert house.to() == [FIRST, "new@aozora.example"]


def test_a_worker_whose_lease_was_lost_sends_no_body_and_writes_nothing(house: House) -> None:
    """Its lease ends at once, and another worker takes what it holds."""
    _two(house)
    zombie = replace(house.runtime, lease=timedelta(0))

    def others_take_over(wave: Sequence[Envelope]) -> None:
        assert len(recover(house.runtime)) == 1

    provider = Interrupted(others_take_over)
    house.decide()
    Outbox(zombie, provider).drain(5)
    assert provider.accepted == []
    states = [(row.state, row.tries, row.lease_until) for row in house.rows(tables.message)]
    assert states == [("in_doubt", 0, None), ("queued", 0, None)]
    assert house.rows(tables.attempt) == []
    assert [kind for kind, _ in house.reasons() if kind == "in_doubt"] == ["in_doubt"]
    house.turn()
    assert house.to() == [SECOND]


def test_what_a_dead_worker_had_claimed_goes_out_once(house: House) -> None:
    """It dies with one mail on the wire, one rendered; afterwards it comes back."""
    _, second = _two(house)

    class DeadError(Exception):
        pass

    def dies(wave: Sequence[Envelope]) -> None:
        raise DeadError

    dead = Outbox(house.runtime, Interrupted(dies))
    house.decide()
    with pytest.raises(DeadError):
        dead.drain(5)
    assert [state for _, state, _ in house.mails()] == ["sending", "claimed"]
    assert recover(house.runtime) == []  # its lease has not run out
    with write(house.engine) as connection:
        connection.execute(tables.message.update().values(lease_until=house.clock.now()))
    house.turn()
    assert house.to() == [SECOND]
    assert house.mails(contact_id=second)[0] == ("x/one", "sent", None)
    assert house.mails()[0][1] == "in_doubt"
    dead._provider = house.provider
    dead.drain(5)
    assert house.to() == [SECOND]


@pytest.fixture
def away(house: House) -> list[bool]:
    """Return a switch: while it holds anything, the database is away."""
    switch: list[bool] = []

    def fail(*_: object) -> None:
        if switch:
            raise OperationalError("", {}, Exception("away"))

    event.listen(house.engine, "before_cursor_execute", fail)
    return switch


def test_answers_outlive_a_database_that_is_away(house: House, away: list[bool]) -> None:
    """`sending` is committed, the mail is taken, and the answer cannot be written yet."""
    _two(house)
    house.decide()
    interrupt(house, lambda wave: away.append(True), width=5)
    with pytest.raises(OperationalError):
        house.outbox.drain(5)
    house.outbox.forget()
    away.clear()
    assert {state for _, state, _ in house.mails()} == {"sending"}
    # even where others could take its mails for being in doubt by now
    with write(house.engine) as connection:
        connection.execute(tables.message.update().values(lease_until=house.clock.now()))
    house.outbox.drain(5)
    assert {state for _, state, _ in house.mails()} == {"sent"}
    assert sorted(house.to()) == [FIRST, SECOND]


def test_a_lease_that_cannot_be_renewed_for_a_moment_throws_no_answer_away(
    house: House, away: list[bool]
) -> None:
    """The database is away while a wave lasts longer than a sixth of its lease."""
    _two(house)
    held: list[bool] = []

    class Slow(MemoryProvider):
        def wave(
            self, envelopes: Sequence[Envelope], keep_alive: Callable[[], bool]
        ) -> list[Answer]:
            machine_sleep(0.15)
            away.append(True)
            held.append(keep_alive())
            machine_sleep(0.5)
            held.append(keep_alive())
            away.clear()
            return super().wave(envelopes, lambda: True)

    house.provider = Slow()
    house.outbox = Outbox(replace(house.runtime, lease=timedelta(seconds=0.8)), house.provider)
    house.turn()
    assert held == [True, False]
    assert {state for _, state, _ in house.mails()} == {"sent"}
