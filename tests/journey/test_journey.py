"""The circle through the real processes: YAML and a list in, mails, clicks and follow-ups out."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, func, select

from nurture.db import tables as t
from nurture.db.engine import read
from tests.journey.project import write_project
from tests.journey.running_house import (
    RunningHouse,
    links,
    prepare,
    settings_for,
    wait_until,
)


@pytest.fixture(scope="module")
def house(
    tmp_path_factory: pytest.TempPathFactory, shared_database_url: str
) -> Iterator[RunningHouse]:
    """One house for all tests here, each of which lets it be: starting one takes seconds."""
    folder = tmp_path_factory.mktemp("house")
    write_project(folder / "project")
    settings = settings_for(folder, shared_database_url)
    prepare(settings)
    running = RunningHouse(settings)
    try:
        running.start()
        yield running
    finally:
        running.stop()


@pytest.fixture
def rows(house: RunningHouse) -> Iterator[Engine]:
    from nurture.db.engine import make_engine

    engine = make_engine(house.settings.database_url.get_secret_value())
    yield engine
    engine.dispose()


def _contact(rows: Engine, address: str) -> object:
    with read(rows) as connection:
        return connection.execute(select(t.contact).where(t.contact.c.email == address)).one()


def test_the_circle_turns_from_yaml_to_mail_to_click_to_follow_up_and_out(
    house: RunningHouse, rows: Engine
) -> None:
    project = house.settings.project
    assert "No errors" in house.run("check")
    house.run("import", "contacts", str(project / "contacts.csv"))
    house.run("publish")
    key = house.run("api-key", "add", "site").strip()

    # The company's site tells of a download; the same telling twice is one.
    event = {
        "type": "document.downloaded",
        "email": "Tanaka@shiken.example",
        "properties": {"kind": "checklist"},
    }
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "download-1"}
    answers = [house.request("POST", "/api/v1/events", event, headers) for _ in range(2)]
    assert [status for status, _, _ in answers] == [answers[0][0]] * 2
    assert answers[0][0] in (200, 201, 202), answers[0][2]
    assert answers[0][2] == answers[1][2]

    thanks = house.wait_for_mail("tanaka@shiken.example")
    assert thanks["Subject"] == "資料をお届けします"
    assert "佐藤花子" in thanks["From"]
    assert thanks["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"

    # A person clicks; the hold passes; the follow-up comes and the score moves.
    wait_until(lambda: _is_old_enough(rows), 10, "the mail to be older than too_soon")
    # The hidden link, which a person never sees, is the last one of the page.
    click, *_ = links(thanks, "/c/")
    status, sent_to, _ = house.request("GET", click)
    assert (status, sent_to["Location"]) == (302, "https://www.nurture.example/paper")
    deeper = house.wait_for_mail("tanaka@shiken.example", 2)
    assert deeper["Subject"] == "もう一歩詳しい資料です"
    contact = _contact(rows, "tanaka@shiken.example")
    assert contact.temperature == "warm"  # type: ignore[attr-defined]
    wait_until(lambda: _count(rows, t.task) == 1, 10, "the task for the owner")

    # One click to leave, without a cookie, at once; nothing is sent after it.
    (address,) = [part.strip("<> ") for part in deeper["List-Unsubscribe"].split(",")][:1]
    status, _, _ = house.request(
        "POST",
        address,
        b"List-Unsubscribe=One-Click",
        {"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert status == 200
    with read(rows) as connection:
        query = select(t.enrolment.c.state, t.enrolment.c.workflow)
        states = connection.execute(query.where(t.enrolment.c.contact_id == contact.id)).all()
    assert [tuple(row) for row in states] == [("ended", "paper")]
    house.run("event", "tanaka@shiken.example", "document.downloaded", "--set", "kind=checklist")
    # The other one's mail comes after it, so ours had its chance.
    house.run("event", "suzuki@shiken.example", "document.downloaded", "--set", "kind=checklist")
    house.wait_for_mail("suzuki@shiken.example")
    assert len(house.mails("tanaka@shiken.example")) == 2

    # A slip of the pen makes a new person and says so.
    told = house.run("event", "suzki@shiken.example", "form.submited")
    assert "a new contact" in told
    assert "did you mean 'form.submitted'?" in told

    # A host that knows nobody: bounced, suppressed, not tried again.
    house.run("event", "yamada@gone.example", "document.downloaded", "--set", "kind=checklist")
    wait_until(lambda: _count(rows, t.suppression) == 1, 20, "the bounce to suppress")

    # The engine can say why.
    told = house.run("explain", "tanaka@shiken.example", "--locale", "en")
    assert "unsubscribed" in " ".join(told.split()).lower()


def test_what_was_under_way_goes_on_after_a_restart(house: RunningHouse, rows: Engine) -> None:
    project = house.settings.project
    house.run("import", "contacts", str(project / "contacts.csv"))
    house.run("publish")
    house.run("pause", "everything", "--reason", "restart")
    before = _count(rows, t.message)
    house.run("event", "ito@shiken.example", "document.downloaded", "--set", "kind=checklist")
    wait_until(lambda: _count(rows, t.message) == before + 1, 20, "the mail to be queued")
    house.stop()
    house.start()
    assert house.mails("ito@shiken.example") == []
    house.run("resume", "everything")
    house.wait_for_mail("ito@shiken.example")


def _count(rows: Engine, table: object) -> int:
    with read(rows) as connection:
        return connection.execute(
            select(func.count()).select_from(table)  # type: ignore[arg-type]
        ).scalar_one()


def _is_old_enough(rows: Engine) -> bool:
    from datetime import timedelta

    from nurture.clock import machine_now

    with read(rows) as connection:
        sent = connection.execute(select(func.max(t.message.c.sent_at))).scalar()
    return sent is not None and machine_now() - sent > timedelta(seconds=1.2)


def test_bad_input_to_the_api_changes_nothing_and_says_what_to_do(
    house: RunningHouse, rows: Engine
) -> None:
    house.run("publish")
    key = house.run("api-key", "add", "careless").strip()
    before = _count(rows, t.event)
    bearer = {"Authorization": f"Bearer {key}"}
    cases = [
        # no key at all
        ({}, {"type": "form.submitted"}, 401),
        # a name that is not noun.verbed
        (bearer, {"type": "Form Submitted", "email": "a@b.example"}, 422),
        # an event that only the engine makes
        (bearer, {"type": "email.clicked", "email": "a@b.example"}, 422),
        # no JSON
        (bearer, b"{", 400),
    ]
    for headers, body, expected in cases:
        status, kind, text = house.request("POST", "/api/v1/events", body, headers)
        assert status == expected, (body, text)
        assert kind["Content-Type"].startswith("application/problem+json")
        assert json.loads(text)["title"]
    assert _count(rows, t.event) == before
