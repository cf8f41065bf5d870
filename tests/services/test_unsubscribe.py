"""Stopping and starting again, below the pages."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, update

from nurture.db.engine import write
from nurture.db.tables import consent, contact, enrolment, message
from nurture.domain.workflow import Purpose
from nurture.services.unsubscribe import reader, resubscribe, unsubscribe
from tests.web.scene import Scene, make_scene


@pytest.fixture
def scene(engine: Engine, tmp_path: Path) -> Scene:
    return make_scene(engine, tmp_path)


def test_what_was_sent_or_is_being_sent_is_left_alone(scene: Scene) -> None:
    person = scene.person()
    for state in ("sending", "sent", "delivered", "in_doubt", "failed", "bounced", "cancelled"):
        scene.mail(person, state=state)
    stopped = unsubscribe(scene.runtime, person, 0)
    assert stopped.cancelled_mails == 0
    assert "unsubscribed" not in [row.reason for row in scene.rows(message)]


def test_other_peoples_mails_are_left_alone(scene: Scene) -> None:
    person, other = scene.person(), scene.person("other@sample.example")
    scene.mail(other, state="queued")
    scene.journey(other)
    unsubscribe(scene.runtime, person, 0)
    assert scene.rows(message)[0].state == "queued"
    assert scene.rows(enrolment)[0].state == "active"


def test_one_purpose_can_be_stopped_alone(scene: Scene) -> None:
    person = scene.person()
    scene.agree(person, "marketing", "survey")
    scene.mail(person, state="queued", purpose="survey")
    scene.journey(person)
    stopped = unsubscribe(scene.runtime, person, 0, [Purpose.SURVEY])
    assert stopped == type(stopped)(("survey",), 1, 0)
    assert scene.rows(enrolment)[0].state == "active"


def test_a_journey_whose_workflow_is_gone_is_ended_too(scene: Scene) -> None:
    person = scene.person()
    scene.journey(person, "no-longer-published")
    assert unsubscribe(scene.runtime, person, 0).ended_journeys == 1


def test_a_duplicate_stops_the_person_they_became(scene: Scene) -> None:
    old, new = scene.person(), scene.person("new@sample.example")
    scene.agree(new, "marketing")
    with write(scene.engine) as connection:
        connection.execute(update(contact).where(contact.c.id == old).values(merged_into=new))
    unsubscribe(scene.runtime, old, 0)
    assert {row.contact_id for row in scene.rows(consent)} == {new}
    found = reader(scene.runtime, old, 0)
    assert found is not None
    assert found.granted == frozenset()


def test_an_undo_brings_back_what_the_person_had_and_not_what_we_withdrew(scene: Scene) -> None:
    person = scene.person()
    scene.agree(person, "marketing", "survey")
    unsubscribe(scene.runtime, person, 0)
    # A colleague withdraws one more time, after a call.
    now = scene.clock.now()
    by_hand = {"source": "電話", "obtained_at": now, "recorded_at": now, "recorded_by": "sato"}
    scene.add(consent, contact_id=person, purpose="survey", state="withdrawn", **by_hand)
    assert resubscribe(scene.runtime, person, 0, "text", "page") == ("marketing",)
    assert resubscribe(scene.runtime, person, 0, "text", "page") == ()


def test_nobody_is_nobody(scene: Scene) -> None:
    assert reader(scene.runtime, 4711, 4711) is None
    assert unsubscribe(scene.runtime, 4711, 4711).withdrawn == ()
    assert resubscribe(scene.runtime, 4711, 4711, "text", "page") == ()
