"""A switch is taken away just while a mail is put off for it: the mail still goes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event

from nurture.db import tables
from nurture.db.engine import make_engine
from nurture.services import control
from nurture.services.runtime import Runtime
from tests.services.house import House
from tests.services.interference import interrupt
from tests.services.project import project, workflow

ONE = workflow("a", "- {id: one, send: x/one, from: sato, expires: 3d}")
DOMAIN = "aozora.example"

#: switch → (how it is put on, how it is taken away)
SWITCHES: dict[str, tuple[Callable[[Runtime], Any], Callable[[Runtime], Any]]] = {
    "everything": (
        lambda runtime: control.pause(runtime, "everything"),
        lambda runtime: control.resume(runtime, "everything"),
    ),
    "workflow": (
        lambda runtime: control.pause(runtime, "workflow", "a"),
        lambda runtime: control.resume(runtime, "workflow", "a"),
    ),
    "sender": (
        lambda runtime: control.pause(runtime, "sender", "sato"),
        lambda runtime: control.resume(runtime, "sender", "sato"),
    ),
    "account": (
        lambda runtime: control.hold(runtime, DOMAIN, "苦情"),
        lambda runtime: control.unhold(runtime, DOMAIN),
    ),
}

_WHY = ("paused_", "account_hold")

#: how long the other one gets to do what it must not be able to do yet (seconds)
_HEAD_START = 0.5


@contextmanager
def _while_put_off(house: House, act: Callable[[Runtime], Any]) -> Iterator[None]:
    """Let somebody else act at the moment a mail is written down as deferred."""
    engine = make_engine(house.engine.url.render_as_string(hide_password=False))
    other = threading.Thread(target=act, args=(replace(house.runtime, engine=engine),))

    def before(_c: Any, _cursor: Any, sql: str, values: Any, _context: Any, _many: bool) -> None:
        puts_off = sql.startswith("UPDATE message") and any(why in str(values) for why in _WHY)
        if puts_off and other.ident is None:
            other.start()
            other.join(_HEAD_START)

    event.listen(house.engine, "before_cursor_execute", before)
    try:
        yield
    finally:
        event.remove(house.engine, "before_cursor_execute", before)
    assert other.ident is not None, "no mail was put off"
    other.join(30)
    engine.dispose()


@pytest.mark.parametrize("switch", SWITCHES)
def test_a_switch_that_is_taken_away_while_mails_are_claimed_forgets_none(
    house: House, switch: str
) -> None:
    put_on, take_away = SWITCHES[switch]
    house.publish(project(ONE))
    house.happens(house.person(account_id=house.company(domain=DOMAIN)))
    house.decide()
    put_on(house.runtime)
    with _while_put_off(house, take_away):
        house.outbox.drain(5)
    house.turn()
    assert house.mails() == [("one", "sent", None)]


@pytest.mark.parametrize("switch", SWITCHES)
def test_a_switch_that_is_taken_away_at_the_last_look_forgets_no_mail(
    house: House, switch: str
) -> None:
    put_on, take_away = SWITCHES[switch]
    house.publish(project(ONE))
    company = house.company(domain=DOMAIN)
    for number in range(2):
        house.happens(house.person(f"p{number}@{DOMAIN}", account_id=company))
    house.decide()
    # Both are claimed; the switch is put on while the first is under way.
    first = iter([True])
    interrupt(house, lambda _: put_on(house.runtime) if next(first, False) else None)
    with _while_put_off(house, take_away):
        house.outbox.drain(5)
    house.turn()
    assert house.mails() == [("one", "sent", None)] * 2
    assert len(house.rows(tables.decision, kind="deferred")) == 1
