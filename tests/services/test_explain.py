"""Why, in sentences and in figures that add up."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, update

from nurture.clock import machine_now
from nurture.db.engine import write
from nurture.db.tables import contact, decision, event, event_evidence, ledger, suppression
from nurture.domain.addresses import address_hash
from nurture.domain.scoring import decay
from nurture.errors import NotFoundError
from nurture.services.explain import PAGE, explain, timeline_before
from nurture.services.score_rows import shares
from tests.web.scene import NOON, Scene, make_scene

HALF_LIFE = timedelta(days=30)


@pytest.fixture
def scene(engine: Engine, tmp_path: Path) -> Scene:
    scene = make_scene(engine, tmp_path)
    scene.release()
    return scene


def _event(scene: Scene, person: int, kind: str, days_ago: float = 0.0, **values: object) -> int:
    at = NOON - timedelta(days=days_ago)
    row = {"contact_id": person, "occurred_at": at, "received_at": at, "recorded_at": machine_now()}
    return scene.add(event, type=kind, source="api", **{"properties": {}, **row, **values})


def _decide(scene: Scene, person: int, kind: str, reason: str, **values: object) -> int:
    row = {"contact_id": person, "at": scene.clock.now(), "recorded_at": machine_now()}
    return scene.add(decision, kind=kind, reason=reason, **{**row, **values})


def test_the_rows_of_a_score_add_up_to_the_score_shown(scene: Scene) -> None:
    person = scene.person()
    engagement = 0.0
    for days, points in ((0, 7.0), (3, 15.0), (17, -30.0), (41, 20.0), (400, 5.0), (500, 2.0)):
        cause = _event(scene, person, "page.viewed", days, properties={"page": "pricing"})
        at = NOON - timedelta(days=days)
        row = {"contact_id": person, "rule": "page", "points": points, "event_id": cause}
        scene.add(ledger, occurred_at=at, **row)
        engagement += points * decay(NOON - at, HALF_LIFE)
    with write(scene.engine) as connection:
        values = {"engagement": engagement, "scored_at": NOON, "fit": 4.0}
        connection.execute(update(contact).where(contact.c.id == person).values(**values))
    scene.clock.move(timedelta(days=11))
    why = explain(scene.runtime, person, "ja")
    assert round(sum(row.worth for row in why.score_rows), 6) == round(why.score, 1)
    assert [row.kind for row in why.score_rows] == [*["points"] * 4, "faded", "unknown"]
    assert why.score_rows[0].text == "ページ閲覧: 料金"
    assert why.score_rows[4].count == 2


@given(
    st.lists(st.floats(-100, 100), min_size=1, max_size=30),
    st.floats(-0.04, 0.04),
)
def test_shares_in_tenths_always_add_up(values: list[float], noise: float) -> None:
    total = sum(values) + noise
    shown = shares(values, total)
    assert round(sum(shown) * 10) == round(total * 10)
    assert all(abs(a - b) < 0.2 for a, b in zip(shown, values, strict=True))


def test_every_mail_says_why_it_did_or_did_not_go(scene: Scene) -> None:
    person = scene.person()
    sent = scene.mail(person, subject="ご質問")
    _decide(scene, person, "sent", "accepted", message_id=sent)
    held = scene.mail(person, state="deferred")
    until = (NOON + timedelta(days=2)).isoformat()
    cap = {"cap": "contact-week", "mails": 3, "days": 7.0, "until": until}
    _decide(scene, person, "deferred", "window", message_id=held, detail={"window": "business"})
    _decide(scene, person, "deferred", "cap", message_id=held, detail=cap)
    dropped = scene.mail(person, state="cancelled", reason="unsubscribed")
    detail = {"purpose": "marketing"}
    _decide(scene, person, "dropped", "unsubscribed", message_id=dropped, detail=detail)
    opened = _event(scene, person, "email.opened", message_id=sent)
    scene.add(event_evidence, event_id=opened, verdict="human", reason="held", at=NOON)
    clicked = _event(scene, person, "email.clicked", message_id=sent)
    scene.add(event_evidence, event_id=clicked, verdict="human", reason="held", at=NOON)
    scene.add(event_evidence, event_id=clicked, verdict="machine", reason="burst", at=NOON)

    third, second, first = explain(scene.runtime, "TANAKA@sample.example", "ja").mails
    assert (first.subject, first.state, first.why) == ("ご質問", "sent", "")
    assert (first.opened, first.clicked) == (True, False)
    assert "contact-week" in second.why
    assert third.why == "配信停止のお申し出があります(マーケティング)"
    english = explain(scene.runtime, person, "en").mails[0].why
    assert english == "they opted out of Marketing"


def test_a_mail_cancelled_with_its_journey_does_not_show_why_it_had_waited(scene: Scene) -> None:
    person = scene.person()
    mail = scene.mail(person, state="cancelled", reason="enrolment_over")
    _decide(scene, person, "deferred", "window", message_id=mail, detail={"window": "business"})
    (line,) = explain(scene.runtime, person, "en").mails
    assert line.why == "the journey it belongs to is over"


def test_a_journey_says_where_it_stands_in_the_contacts_own_time(scene: Scene) -> None:
    person = scene.person(zone="America/New_York")
    journey = scene.journey(person)
    until = (NOON + timedelta(days=3)).isoformat()
    _decide(scene, person, "walked", "waits", enrolment_id=journey, detail={"until": until})
    mail = scene.mail(person, enrolment_id=journey)
    _decide(scene, person, "sent", "accepted", enrolment_id=journey, message_id=mail)
    (line,) = explain(scene.runtime, person, "ja").journeys
    assert (line.title, line.active, line.step) == ("ウォームリード育成", True, "hearing")
    assert line.why == "5月14日(木) 21:00 まで待ちます"


def test_consent_and_suppression_are_told(scene: Scene) -> None:
    person = scene.person()
    scene.agree(person, "marketing")
    scene.agree(person, "marketing")
    hashed = address_hash("tanaka@sample.example", scene.runtime.hash_key)
    scene.add(suppression, address_hash=hashed, reason="complaint", created_at=NOON)
    why = explain(scene.runtime, person, "ja")
    assert [(one.basis, one.counts) for one in why.consents] == [
        ("名刺交換", True),
        ("名刺交換", False),
    ]
    assert why.contact.suppressed


def test_the_timeline_shows_everything_once_over_all_its_pages(scene: Scene) -> None:
    person = scene.person()
    # Business time stands still for many of them.
    for n in range(40):
        _event(scene, person, "page.viewed", days_ago=n // 10)
        _decide(scene, person, "walked", "walked", at=NOON - timedelta(days=n // 7))
        scene.mail(person, created_at=NOON - timedelta(days=n // 13), recorded_at=machine_now())
    first = list(explain(scene.runtime, person, "ja").timeline)
    seen = list(first)
    assert len(first) == PAGE
    while page := timeline_before(scene.runtime, person, seen[-1].place, "ja"):
        seen += page
    assert len(seen) == 120
    assert [one.place for one in seen] == sorted({one.place for one in seen}, reverse=True)


def test_things_of_one_moment_come_in_the_order_they_were_written(scene: Scene) -> None:
    person = scene.person()
    _event(scene, person, "form.submitted", properties={"form": "quote"})
    _decide(scene, person, "enrolled", "enrolled", detail={"workflow": "warm-nurture"})
    mail = {"created_at": NOON, "sent_at": None, "state": "queued", "recorded_at": machine_now()}
    scene.mail(person, **mail)
    _decide(scene, person, "walked", "holds_for_mail", detail={"template": "warm/hearing"})
    kinds = [(one.kind, one.title) for one in explain(scene.runtime, person, "en").timeline]
    assert kinds == [
        ("decision", "Walked"),
        ("mail", "Mail made"),
        ("decision", "Enrolled"),
        ("event", "Form submitted"),
    ]


def test_who_is_nobody_is_said(scene: Scene) -> None:
    for who in ("nobody@sample.example", "no address", 4711):
        with pytest.raises(NotFoundError, match="no contact is known"):
            explain(scene.runtime, who, "ja")
