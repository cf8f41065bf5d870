"""A world lives by the house's own code, on its own time, and touches nothing else."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from nurture.db import tables
from nurture.db.engine import make_engine
from nurture.db.tables import metadata
from nurture.domain.contact_row import RowError
from nurture.errors import DefinitionError
from nurture.providers.webhook import Response
from nurture.simulate import gestures, reading
from nurture.simulate.world import Actor, Project, World
from tests.services.house import House, make_house
from tests.services.project import as_bytes, project, workflow

#: a Tuesday, 10:00 in Tokyo
START = datetime(2026, 5, 12, 1, 0, tzinfo=UTC)

TWO_MAILS = workflow(
    "w", "- send: x/first\n- wait: 2d\n- send: x/second\n  window: office\n- end: done"
)


def make_world(*workflows: str, render: bool = False, **files: str) -> World:
    return World.of(project(*workflows, **files), START, render=render)


def add(world: World, email: str = "tanaka@aozora.example", **values: str) -> int:
    return world.add_contact(**{"email": email, "name": "田中花子", "company": "青空", **values})


def sent(world: World) -> list[tuple[str | None, timedelta]]:
    """Return (step, time since the start) of the mails that left."""
    return [
        (mail.step, mail.sent_at - START)
        for mail in reading.mails(world.engine)
        if mail.sent_at is not None
    ]


def test_a_journey_runs_its_course_in_virtual_time() -> None:
    world = make_world(TWO_MAILS)
    someone = add(world)
    world.happens(someone, "page.viewed")
    world.run_until(START + timedelta(days=7))
    assert sent(world) == [("x/first", timedelta()), ("x/second", timedelta(days=2))]
    assert world.now == START + timedelta(days=7)
    (journey,) = reading.journeys(world.engine, someone)
    assert (journey.active, journey.outcome) == (False, "done")


def test_what_is_only_sketched_decides_as_what_is_written_does() -> None:
    lives = []
    for render in (False, True):
        world = make_world(TWO_MAILS, render=render)
        for email, name in (("a@b.example", "田中花子"), ("c@d.example", "")):
            # Without a name and a company there is nobody to write to.
            someone = world.add_contact(email=email, name=name)
            world.happens(someone, "page.viewed")
        world.run_for(days=7)
        mails = reading.mails(world.engine)
        lives.append([(m.contact_id, m.step, m.state, m.reason, m.sent_at) for m in mails])
        assert all(bool(mail.subject) is (render and mail.left) for mail in mails)
    assert lives[0] == lives[1]
    assert "no_addressee" in {reason for *_, reason, _ in lives[0]}


def test_a_rendered_mail_can_be_read() -> None:
    world = make_world(TWO_MAILS, render=True)
    world.happens(add(world), "page.viewed")
    world.turn()
    (mail,) = reading.mails(world.engine)
    assert mail.subject == "件名"
    assert world.provider.accepted[0].message_id == mail.id


def test_ticks_round_moments_up_and_miss_nothing() -> None:
    world = make_world(workflow("w", "- wait: 90m\n- send: x/first\n- wait: 20m\n- send: x/second"))
    world.happens(add(world), "page.viewed")
    world.run_until(START + timedelta(days=1), tick=timedelta(hours=1))
    assert sent(world) == [("x/first", timedelta(hours=2)), ("x/second", timedelta(hours=3))]


def test_what_readers_do_counts_as_it_does_in_production() -> None:
    world = make_world(
        workflow(
            "w",
            """
- send: x/first
- wait_for: [{clicked: x/first}]
  within: 3d
  then: [{wait_for: [{reply: true}], within: 3d, then: [{end: replied}]}, {end: clicked}]
- end: silent
""",
        )
    )
    clicks, replies, leaves = (add(world, f"{name}@a.example") for name in "abc")
    for one in (clicks, replies, leaves):
        world.happens(one, "page.viewed")
    world.run_for(hours=1)
    mail = {one.contact_id: one.id for one in reading.mails(world.engine)}
    gestures.open_mail(world, mail[clicks])
    gestures.click(world, mail[clicks])
    gestures.click(world, mail[replies])
    gestures.stop(world, mail[leaves])
    world.run_for(hours=1)
    gestures.reply(world, mail[replies], "もう少し教えてください")
    world.run_for(days=9)
    ends = {one.contact_id: one.outcome for one in reading.journeys(world.engine)}
    assert ends == {clicks: "clicked", replies: "replied", leaves: "unsubscribed"}
    (row,) = (o for o in reading.occurrences(world.engine, clicks, ["email.clicked"]))
    assert row.message_id == mail[clicks]


def test_an_address_that_bounced_or_complained_gets_nothing_more() -> None:
    world = make_world(TWO_MAILS)
    for act in (gestures.bounce, gestures.complain):
        someone = add(world, f"{act.__name__}@a.example")
        world.happens(someone, "page.viewed")
        world.run_for(hours=1)
        act(world, reading.mails(world.engine, someone)[0].id)
        world.run_for(days=7)
        assert [mail.left for mail in reading.mails(world.engine, someone)] in (
            [True, False],
            [True],
        )


def test_how_somebody_stands_can_be_said_and_starts_nothing() -> None:
    world = make_world(workflow("w", "- send: x/first", head="trigger: [{temperature: hot}]"))
    someone = add(world)
    world.run_for(hours=1)
    world.set_standing(someone, score=99.0, temperature="hot", lifecycle="mql")
    world.run_for(hours=1)
    assert sent(world) == []


class _Script:
    """Views a page every two hours, three times."""

    def __init__(self, world: World, someone: int) -> None:
        self._someone = someone
        self.moments = [world.now + timedelta(hours=hours) for hours in (2, 4, 6)]

    def next_moment(self) -> datetime | None:
        return self.moments[0] if self.moments else None

    def act(self, world: World) -> int:
        done = 0
        while self.moments and self.moments[0] <= world.now:
            self.moments.pop(0)
            world.happens(self._someone, "page.viewed")
            done += 1
        return done


def test_others_may_act_at_moments_of_their_own() -> None:
    world = make_world(workflow("w", "- send: x/first"))
    script: Actor = _Script(world, add(world))
    world.actors.append(script)
    world.run_for(days=1)
    assert [after for _, after in sent(world)] == [timedelta(hours=hours) for hours in (2, 4, 6)]


def test_files_with_errors_make_no_world() -> None:
    files = project(TWO_MAILS) | as_bytes({"workflows/broken.yaml": "workflow: broken\n"})
    with pytest.raises(DefinitionError):
        World.of(files, START)


def test_values_that_are_wrong_are_all_named() -> None:
    with pytest.raises(RowError) as caught:
        make_world(TWO_MAILS).add_contact(email="nobody", employees="many")
    assert {remark.code for remark in caught.value.remarks} == {"bad_address", "unreadable"}


def test_worlds_of_one_project_share_what_is_compiled_and_nothing_else() -> None:
    shared = Project.of(project(TWO_MAILS), START)
    first, second = (World.of(shared, START) for _ in range(2))
    first.happens(add(first), "page.viewed")
    first.run_for(days=1)
    second.run_for(days=1)
    assert len(sent(first)) == 1
    assert sent(second) == []
    assert first.definitions is second.definitions


# -- a copy of a real house ------------------------------------------------------------------


def real_house(engine: Engine) -> tuple[House, list[int]]:
    """Return a house under way, and its three contacts: one of them waits for a second mail."""
    house = make_house(engine)
    house.publish(project(TWO_MAILS))
    company = house.company()
    people = [house.person(f"{name}@a.example", account_id=company) for name in ("a", "b", "c")]
    house.happens(people[0])
    house.after(hours=1)
    house.happens(people[1])
    return house, people


def test_a_copy_goes_on_where_the_house_stands_and_leaves_it_alone(engine: Engine) -> None:
    house, people = real_house(engine)
    before = {table.name: house.rows(table) for table in metadata.sorted_tables}
    world = World.clone(house.runtime)
    assert world.now == house.clock.now()
    world.run_for(days=3)
    assert {table.name: house.rows(table) for table in metadata.sorted_tables} == before
    steps = [(mail.contact_id, mail.step) for mail in reading.mails(world.engine)]
    assert steps == [
        (people[0], "x/first"),
        (people[1], "x/first"),
        (people[0], "x/second"),
        (people[1], "x/second"),
    ]
    house.after(days=3)
    for table in (tables.message, tables.enrolment):
        with world.engine.connect() as connection:
            copied = connection.execute(table.select().order_by(table.c.id)).mappings().all()
        real = [dict(row._mapping) for row in house.rows(table)]
        apart = {"template_hash", "values", "subject", "recorded_at", "locale"}
        assert [_without(dict(row), apart) for row in copied] == [
            _without(row, apart) for row in real
        ]


def _without(row: dict[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}


def test_some_people_may_come_alone(engine: Engine) -> None:
    house, people = real_house(engine)
    world = World.clone(house.runtime, contact_ids=people[:1])
    world.run_for(days=3)
    assert {mail.contact_id for mail in reading.mails(world.engine)} == {people[0]}


# -- touches nothing -------------------------------------------------------------------------

_watched: list[Callable[[str, tuple[Any, ...]], None]] = []


def _hook(event: str, args: tuple[Any, ...]) -> None:
    for watch in _watched:
        watch(event, args)


@contextmanager
def nothing_leaves() -> Iterator[list[str]]:
    """Collect what opens a socket or a file for writing meanwhile."""
    caught: list[str] = []

    def watch(event: str, args: tuple[Any, ...]) -> None:
        writes = event == "open" and isinstance(args[1], str) and set(args[1]) & set("wax+")
        if writes or event.startswith(("socket.", "subprocess.", "os.system", "os.exec")):
            caught.append(f"{event} {args}")

    if not _watched:
        sys.addaudithook(_hook)
    _watched.append(watch)
    try:
        yield caught
    finally:
        _watched.remove(watch)
        _watched.append(lambda event, args: None)


def test_a_copy_opens_no_socket_and_writes_no_file(tmp_path: Path) -> None:
    path = tmp_path / "house.sqlite"
    engine = make_engine(f"sqlite:///{path}")
    metadata.create_all(engine)
    house, people = real_house(engine)
    engine.dispose()
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    with nothing_leaves() as caught:
        world = World.clone(house.runtime, render=True)
        world.happens(people[2], "page.viewed")
        world.run_for(days=3)
        gestures.click(world, reading.mails(world.engine)[0].id)
        world.run_for(days=3)
    assert len(sent(world)) == 6
    assert caught == []
    engine.dispose()
    assert hashlib.sha256(path.read_bytes()).hexdigest() == digest


def test_a_webhook_is_answered_as_told_and_nothing_is_called() -> None:
    files = project(
        workflow(
            "w",
            "- id: credit\n  webhook: crm\n"
            "- branch:\n"
            "    - if: {expr: \"steps.credit.answer.tier == 'gold'\"}\n"
            "      steps: [{end: gold}]\n"
            "- end: other",
        )
    )
    url = "https://crm.sample.example/hook"
    policy = files["workflows/policy.yaml"] + f"\nwebhooks: {{crm: {{url: '{url}'}}}}\n".encode()
    for answer, outcome in ((b'{"tier": "gold"}', "gold"), (b"{}", "other")):
        world = World.of({**files, "workflows/policy.yaml": policy}, START)
        world.caller.responses[url] = Response(200, answer)
        world.happens(add(world), "page.viewed")
        with nothing_leaves() as caught:
            world.run_for(hours=1)
        assert caught == []
        assert [one.outcome for one in reading.journeys(world.engine)] == [outcome]
