"""Two workers at once: no mail twice, no cap passed, no event lost between them."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from nurture.db import tables
from nurture.db.engine import make_engine
from nurture.providers.memory import MemoryProvider
from nurture.services.advance import advance
from nurture.services.deliver import Outbox
from nurture.services.ingest import ingest
from nurture.services.runtime import Runtime
from tests.services.house import House
from tests.services.project import project, workflow


def _both(house: House, work: Callable[[Runtime, int], None]) -> None:
    """Let two threads work, each with connections of its own, until both have nothing to do."""
    begin = threading.Barrier(2)

    def run(number: int) -> None:
        engine = make_engine(house.engine.url.render_as_string(hide_password=False))
        try:
            begin.wait(10)
            work(replace(house.runtime, engine=engine), number)
        finally:
            engine.dispose()

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(run, number) for number in range(2)]:
            done.result(60)


def test_two_senders_send_each_mail_once_and_never_pass_a_cap(house: House) -> None:
    caps = (
        "  - {id: contact, per: contact, mails: 2, within: 7d}\n"
        "  - {id: account, per: account, mails: 3, within: 1d}"
    )
    names = ("a", "b", "c")
    house.publish(project(*(workflow(name, f"- send: x/{name}") for name in names), caps=caps))
    companies = [house.company(f"会社{i}") for i in range(4)]
    people = [house.person(f"p{i}@aozora.example", account_id=companies[i % 4]) for i in range(24)]
    for person in people:
        house.happens(person)
    house.decide()
    assert len(house.rows(tables.message)) == 72
    providers = [MemoryProvider(width=2), MemoryProvider(width=2)]

    def send(runtime: Runtime, number: int) -> None:
        outbox = Outbox(runtime, providers[number])
        idle = 0
        while idle < 3:
            idle = 0 if outbox.drain(5) else idle + 1

    _both(house, send)
    accepted = [envelope.message_id for one in providers for envelope in one.accepted]
    assert len(accepted) == len(set(accepted)) == 12
    sent = house.rows(tables.message, state="sent")
    assert sorted(row.id for row in sent) == sorted(accepted)
    assert set(Counter(row.account_id for row in sent).values()) == {3}
    assert max(Counter(row.contact_id for row in sent).values()) <= 2
    states = Counter(row.state for row in house.rows(tables.message))
    assert states == {"sent": 12, "deferred": 60}


def test_two_deciders_act_on_each_event_once(house: House) -> None:
    each = workflow(
        "each",
        "- score: {points: 1, reason: r}\n- wait: 1d",
        "trigger: [{event: e.x}]\nper: event.n",
    )
    house.publish(project(each))
    people = [house.person(f"p{i}@aozora.example") for i in range(20)]
    for n in range(10):
        for person in people:
            house.happens(person, "e.x", n=str(n))
            if n == 0:
                house.happens(person, "document.downloaded")

    def decide(runtime: Runtime, number: int) -> None:
        idle = 0
        while idle < 5:
            done = ingest(runtime, limit=7) + advance(runtime, limit=7)
            idle = 0 if done else idle + 1

    _both(house, decide)
    house.turn()
    assert house.rows(tables.inbox) == []
    rows = house.rows(tables.enrolment)
    assert len(rows) == len({(row.contact_id, row.subject) for row in rows}) == 200
    for person in people:
        entries = house.rows(tables.ledger, contact_id=person)
        assert sum(entry.points for entry in entries) == 30
        assert round(house.contact(person).engagement, 6) == 30


def test_deciders_and_senders_work_side_by_side(house: House) -> None:
    steps = "- {id: one, send: x/one}\n- set: {tag: seen}\n- {id: two, send: x/two}"
    house.publish(project(workflow("a", steps)))
    for i in range(30):
        house.happens(house.person(f"p{i}@aozora.example"))
    provider = MemoryProvider(width=3)

    def work(runtime: Runtime, number: int) -> None:
        outbox = Outbox(runtime, provider)
        idle = 0
        while idle < 20:
            done = outbox.drain(1) if number else ingest(runtime) + advance(runtime)
            idle = 0 if done else idle + 1

    _both(house, work)
    house.provider = provider
    house.outbox = Outbox(house.runtime, provider)
    house.turn()
    assert Counter(house.enrolments()) == {("a", "ended", "completed"): 30}
    assert len(provider.accepted) == len({e.message_id for e in provider.accepted}) == 60
