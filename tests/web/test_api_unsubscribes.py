"""Who told us otherwise than by a link: by API and by hand, and what may not be claimed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from nurture.db.tables import consent, contact, enrolment, event, message, suppression
from nurture.domain.addresses import address_hash
from nurture.domain.workflow import Purpose
from nurture.services import api_keys
from nurture.services.unsubscribe import CHOICES, resubscribe, unsubscribe_address
from tests.web.scene import Scene

ADDRESS = "sato@sample.example"


def _post(scene: Scene, browser: FlaskClient, path: str, body: Any) -> Any:
    headers = {"Authorization": f"Bearer {api_keys.add(scene.runtime, 'crm')}"}
    return browser.post(f"/api/v1/{path}", json=body, headers=headers)


def _reached(scene: Scene) -> int:
    """Add a person with a mail in the queue and a journey under way."""
    person = scene.person(ADDRESS)
    scene.agree(person, "marketing", "survey")
    scene.mail(person, state="queued")
    scene.journey(person)
    return person


def test_an_unsubscribe_by_api_stops_before_it_answers(scene: Scene, public: FlaskClient) -> None:
    person = _reached(scene)
    told = {"email": "Sato@sample.example", "reason": "asked\nby phone"}
    answer = _post(scene, public, "unsubscribes", told)
    assert answer.status_code == 200
    (stopped,) = answer.json["unsubscribes"]
    assert set(stopped["withdrawn"]) == {"marketing", "survey", "referral"}
    assert (stopped["cancelled_mails"], stopped["ended_journeys"]) == (1, 1)
    assert [row.state for row in scene.rows(message)] == ["cancelled"]
    assert [row.state for row in scene.rows(enrolment)] == ["ended"]
    assert [row.type for row in scene.rows(event)] == ["contact.unsubscribed"]
    records = [row for row in scene.rows(consent) if row.state == "withdrawn"]
    assert {(row.source, row.recorded_by) for row in records} == {("asked by phone", "api:crm")}
    # a link's undo is for what a link stopped
    assert resubscribe(scene.runtime, person, 0, "shown", "page") == ()


def test_one_purpose_is_stopped_alone_and_a_repeat_changes_nothing(
    scene: Scene, public: FlaskClient
) -> None:
    _reached(scene)
    told = [{"email": ADDRESS, "purposes": ["survey"]}] * 2
    first, again = _post(scene, public, "unsubscribes", told).json["unsubscribes"]
    assert (first["withdrawn"], again["withdrawn"]) == (["survey"], [])
    assert [row.state for row in scene.rows(message)] == ["queued"]


def test_an_address_that_is_nobodys_stays_quiet(scene: Scene) -> None:
    for _ in range(2):
        unsubscribe_address(scene.runtime, ADDRESS, CHOICES, "a letter", "cli")
    (row,) = scene.rows(suppression)
    assert row.address_hash == address_hash(ADDRESS, scene.runtime.hash_key)
    assert scene.rows(contact) == []


#: (what is sent, which field is named)
MISTAKES = [
    ({"email": "no address"}, "email"),
    ({"email": ADDRESS, "purposes": ["service"]}, "purposes"),
    ({"email": ADDRESS, "purposes": []}, "purposes"),
    ({"email": ADDRESS, "purpose": "survey"}, "purpose"),
]


@pytest.mark.parametrize(("told", "named"), MISTAKES)
def test_a_mistake_stops_nothing_and_is_named(
    scene: Scene, public: FlaskClient, told: dict[str, Any], named: str
) -> None:
    _reached(scene)
    answer = _post(scene, public, "unsubscribes", [{"email": ADDRESS}, told])
    assert answer.status_code == 422
    assert {error["field"] for error in answer.json["errors"]} == {f"[1].{named}"}
    assert scene.rows(event) == []


#: what would be stored and do nothing, while mails go on
CLAIMS = [
    *("contact.unsubscribed", "contact.resubscribed", "contact.created", "contact.updated"),
    *("account.updated", "email.complained", "email.bounced", "email.unsubscribed", "email.sent"),
    *("segment.entered", "segment.left", "temperature.changed", "lifecycle.changed"),
    *("score.adjusted", "workflow.requested", "evidence.revised"),
]


@pytest.mark.parametrize("claim", CLAIMS)
def test_what_the_engine_makes_nobody_else_may_claim(
    scene: Scene, public: FlaskClient, claim: str
) -> None:
    scene.person(ADDRESS)
    answer = _post(scene, public, "events", {"type": claim, "email": ADDRESS})
    assert answer.status_code == 422
    assert answer.json["hint"]
    assert scene.rows(event) == []


@pytest.mark.parametrize("told", ["email.replied", "task.completed", "contact.moved"])
def test_what_others_see_too_they_may_tell(scene: Scene, public: FlaskClient, told: str) -> None:
    scene.person(ADDRESS)
    assert _post(scene, public, "events", {"type": told, "email": ADDRESS}).status_code == 200


def test_an_operator_unsubscribes_by_hand(tmp_path: Path) -> None:
    from click.testing import CliRunner

    from nurture.cli import main

    given = ["--var", str(tmp_path), "--project", str(tmp_path)]
    runner = CliRunner(env={"DATABASE_URL": f"sqlite:///{tmp_path / 'n.sqlite'}"})
    assert runner.invoke(main, [*given, "migrate"]).exit_code == 0
    stop = [*given, "unsubscribe", ADDRESS, "--purpose", str(Purpose.SURVEY), "--reason", "phone"]
    done = runner.invoke(main, stop)
    assert (done.exit_code, ADDRESS in done.output) == (0, True), done.output
    wrong = runner.invoke(main, [*given, "unsubscribe", "nobody"])
    assert (wrong.exit_code, "not an e-mail address" in wrong.output) == (1, True)
