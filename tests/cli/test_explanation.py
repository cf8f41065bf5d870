"""`nurture explain` on the terminal: the same facts as the page, in the contact's language."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import pytest
from rich.console import Console
from sqlalchemy import Engine, update

from nurture.cli.explanation import show
from nurture.clock import machine_now
from nurture.db.engine import write
from nurture.db.tables import contact, decision, event, ledger, task
from tests.web.scene import NOON, Scene, make_scene


@pytest.fixture
def scene(engine: Engine, tmp_path: Path) -> Scene:
    scene = make_scene(engine, tmp_path)
    scene.release()
    return scene


def _said(scene: Scene, locale: str | None = None) -> str:
    text = io.StringIO()
    console = Console(file=text, width=160, force_terminal=False)
    show(scene.runtime, "tanaka@sample.example", locale, console)
    return text.getvalue()


def _fill(scene: Scene, locale: str) -> None:
    office = scene.company("[株式会社]見本", hold_reason="お申し出")
    person = scene.person(family_name="田中", locale=locale, account_id=office, title="部長")
    scene.agree(person, "marketing", "survey")
    journey = scene.journey(person)
    at = {"at": NOON, "recorded_at": machine_now(), "contact_id": person}
    until = (NOON + timedelta(days=1)).isoformat()
    scene.add(
        decision, kind="walked", reason="waits", detail={"until": until}, enrolment_id=journey, **at
    )
    mail = scene.mail(person, state="cancelled", subject="ご質問")
    scene.add(decision, kind="dropped", reason="expired", detail={}, message_id=mail, **at)
    row = {"occurred_at": NOON, "received_at": NOON, "recorded_at": machine_now(), "source": "api"}
    cause = scene.add(event, type="form.submitted", contact_id=person, properties={}, **row)
    entry = {"rule": "quote", "points": 40.0, "event_id": cause, "occurred_at": NOON}
    scene.add(ledger, contact_id=person, **entry)
    made = {"created_at": NOON, "due_at": NOON, "title": "初回電話", "assignee": "owner"}
    scene.add(task, dedupe_key="one", kind="call", contact_id=person, **made)
    with write(scene.engine) as connection:
        connection.execute(update(contact).values(engagement=40.0, scored_at=NOON))


@pytest.fixture
def japanese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.setenv("LANG", "ja_JP.UTF-8")


@pytest.fixture
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")


@pytest.mark.usefixtures("japanese")
def test_everything_is_told_in_the_terminals_language(scene: Scene) -> None:
    _fill(scene, "ja")
    said = _said(scene)
    for part in (
        "[株式会社]見本",
        "企業保留中: お申し出",
        "フォーム送信 (quote)",
        "+40.0",
        "ご質問",
    ):
        assert part in said
    for part in ("取りやめ", "期限までに送れなかったため取りやめました", "10:00 まで待ちます"):
        assert part in said
    assert "マーケティング" in said


@pytest.mark.usefixtures("english")
def test_other_terminals_are_told_in_english_and_a_wish_wins(scene: Scene) -> None:
    _fill(scene, "ja")
    assert "it was held back past its expiry" in _said(scene)
    assert "期限までに送れなかった" in _said(scene, "ja")


@pytest.mark.usefixtures("japanese")
def test_a_contact_of_whom_nothing_is_known_is_told_so(scene: Scene) -> None:
    scene.person()
    assert "事務連絡以外は送信できません" in _said(scene)
