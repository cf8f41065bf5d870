"""The studio: every mail for any reader, from the newest files; and tests that count nowhere."""

from __future__ import annotations

import email
import email.policy
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from nurture.db.engine import make_engine, read
from nurture.db.tables import metadata
from nurture.emails.tokens import Purpose
from nurture.errors import NotFoundError, NurtureError
from nurture.providers.memory import MemoryProvider
from nurture.services.made_up import READERS
from nurture.services.preview import Reader, Studio
from nurture.services.runtime import Sending
from nurture.services.test_mail import send_test
from tests.services.house import House, make_house
from tests.services.project import letter, project, workflow

ROOT = Path(__file__).parents[2]
_STEPS = """
- {id: first, send: x/letter}
- {id: second, send: x/letter, subject: "{{ contact.company }}の皆様へ"}
"""


@pytest.fixture
def lite(tmp_path: Path) -> Iterator[Engine]:
    engine = make_engine(f"sqlite:///{tmp_path / 'preview.sqlite'}")
    metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def house(lite: Engine) -> House:
    return make_house(lite)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for path, content in project(workflow("journey", _STEPS)).items():
        (tmp_path / "p" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "p" / path).write_bytes(content)
    return tmp_path / "p"


def _counts(engine: Engine) -> dict[str, int]:
    with read(engine) as connection:
        tables = metadata.sorted_tables
        return {t.name: connection.scalar(select(func.count()).select_from(t)) or 0 for t in tables}


def test_every_shipped_mail_is_written_for_every_reader_and_lacks_nothing(house: House) -> None:
    studio = Studio(house.runtime, ROOT, has_contacts=False)
    for subject in studio.snapshot.subjects:
        if subject.template.startswith("team/"):
            continue
        # The others differ in values only; each mail once with the longest and the fewest.
        for reader in ("long", "hardly-known"):
            mail = studio.mail(subject, Reader(reader), "ja")
            assert mail.data, (subject.key, mail.error, mail.problems)
            assert reader == "hardly-known" or mail.can_be_sent, (subject.key, mail.missing)


def test_readers_meet_the_letter_that_they_would_get(house: House) -> None:
    studio = Studio(house.runtime, ROOT, has_contacts=False)
    subject = studio.subject("template:warm/hearing")
    texts = {name: studio.mail(subject, Reader(name), "ja").text for name in READERS}
    assert "お名刺を頂戴しました" in texts["first"]
    assert "に代わり" in texts["new-owner"]
    assert "勅使河原小路" in texts["long"]
    assert "⟦contact.family_name⟧" in texts["own"]
    own = Reader("own", own={"company": "株式会社青空"})
    assert studio.mail(subject, own, "ja").text.startswith("株式会社青空 ご担当者様")


def test_a_step_is_shown_with_its_own_subject_sender_and_headers(
    house: House, folder: Path
) -> None:
    studio = Studio(house.runtime, folder, has_contacts=False)
    mail = studio.mail(studio.subject("step:journey:second"), Reader(), "ja")
    head = email.message_from_bytes(mail.data, policy=email.policy.default)
    assert head["Subject"] == "株式会社碧海鋳造の皆様へ"
    assert head["List-Id"] == "<journey.sample.example>"
    assert head["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    token = str(head["List-Unsubscribe"]).strip("<>").rpartition("/")[2]
    found = house.runtime.keyring.verify(token)
    assert found is not None
    assert found.purpose is Purpose.DEMONSTRATION


def test_a_save_is_seen_and_a_mistake_is_shown_until_it_is_mended(
    house: House, folder: Path
) -> None:
    studio = Studio(house.runtime, folder, has_contacts=False)
    subject, file = studio.subject("template:x/letter"), folder / "templates/email/x/letter.ja.md"
    assert studio.refresh().version == 1
    file.write_text(letter("{{ contact.title | upper"), "utf-8")
    assert studio.refresh().version == 2
    broken = studio.mail(subject, Reader(), "ja")
    assert [(p.place.file, p.place.line) for p in broken.problems] == [
        ("templates/email/x/letter.ja.md", 9)
    ]
    file.write_text(letter("よろしくお願いします。"), "utf-8")
    studio.refresh()
    assert "よろしくお願いします。" in studio.mail(subject, Reader(), "ja").text


def test_while_the_policy_is_broken_mails_are_shown_as_it_was(house: House, folder: Path) -> None:
    studio = Studio(house.runtime, folder, has_contacts=False)
    policy = folder / "workflows/policy.yaml"
    whole = policy.read_text("utf-8")
    policy.write_text("policy: default\nsenders: [", "utf-8")
    snapshot = studio.refresh()
    assert snapshot.problems
    assert studio.mail(studio.subject("template:x/letter"), Reader(), "ja").can_be_sent
    policy.write_text(whole, "utf-8")
    assert studio.refresh().problems == ()


def test_a_project_whose_policy_never_worked_says_so(house: House, folder: Path) -> None:
    (folder / "workflows/policy.yaml").unlink()
    studio = Studio(house.runtime, folder, has_contacts=False)
    mail = studio.mail(studio.subject("template:x/letter"), Reader(), "ja")
    assert "policy.yaml" in mail.error


def test_a_contact_gets_the_mail_that_would_be_sent_and_nothing_is_written(
    house: House, folder: Path
) -> None:
    house.publish(project(workflow("journey", _STEPS)))
    person = house.person("tanaka@sample.example", family_name="田中", title=None)
    house.happens(person, "page.viewed", page="case")
    house.turn()
    sent = email.message_from_bytes(house.provider.accepted[0].data, policy=email.policy.default)
    before = _counts(house.engine)
    studio = Studio(house.runtime, folder, has_contacts=True)
    mail = studio.mail(
        studio.subject("step:journey:first"), Reader(contact="TANAKA@sample.example"), "ja"
    )
    shown = email.message_from_bytes(mail.data, policy=email.policy.default)
    assert [shown[name] for name in ("From", "To", "Subject", "List-Id")] == [
        sent[name] for name in ("From", "To", "Subject", "List-Id")
    ]
    with pytest.raises(NotFoundError, match="nobody@"):
        studio.mail(studio.subject("step:journey:first"), Reader(contact="nobody@a.example"), "ja")
    assert _counts(house.engine) == before


# -- tests by mail ---------------------------------------------------------------------------


def _send(house: House, folder: Path, to: str, reader: str = "later", **sending: object) -> str:
    runtime = replace(house.runtime, sending=Sending(**sending))  # type: ignore[arg-type]
    studio = Studio(runtime, folder, has_contacts=False)
    mail = studio.mail(studio.subject("step:journey:first"), Reader(reader), "ja")
    return send_test(runtime, house.provider, mail, to)


def test_a_test_is_marked_leads_to_the_demonstration_and_is_counted_nowhere(
    house: House, folder: Path
) -> None:
    before = _counts(house.engine)
    assert _send(house, folder, "me@sample.example") == "【テスト】件名"
    (envelope,) = house.provider.accepted
    mail = email.message_from_bytes(envelope.data, policy=email.policy.default)
    assert (mail["Subject"], mail["X-Nurture-Test"]) == ("【テスト】件名", "yes")
    assert envelope.recipient == "me@sample.example"
    body = mail.get_body(("html",))
    assert body is not None
    page = body.get_content()
    assert "/o/" not in page
    assert "/c/" not in page
    assert f'href="{str(mail["List-Unsubscribe"]).strip("<>")}"' in page
    assert "n0.mail@" not in mail["Message-ID"]
    assert _counts(house.engine) == before


@pytest.mark.parametrize(
    ("sending", "to", "why"),
    [
        ({"mode": "off"}, "me@sample.example", "SENDING=off"),
        ({"mode": "allowlist", "allowed": ("*@us.example",)}, "me@sample.example", "us.example"),
        ({}, "no address", "no e-mail address"),
        # what would not be sent to its reader is no test of anything
        ({"reader": "own"}, "me@sample.example", "contact.family_name"),
    ],
)
def test_a_test_that_may_not_go_says_why_and_sends_nothing(
    house: House, folder: Path, sending: dict[str, object], to: str, why: str
) -> None:
    with pytest.raises(NurtureError) as failed:
        _send(house, folder, to, **sending)  # type: ignore[arg-type]
    assert why in str(failed.value)
    assert house.provider.accepted == []


def test_an_allowed_address_gets_its_test(house: House, folder: Path) -> None:
    _send(house, folder, "me@us.example", mode="allowlist", allowed=("*@us.example",))
    assert isinstance(house.provider, MemoryProvider)
    assert len(house.provider.accepted) == 1


def test_a_folder_that_is_no_project_says_so(house: House, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "p", ignore_errors=True)
    with pytest.raises(NurtureError, match="no folder 'workflows'"):
        Studio(house.runtime, tmp_path / "p", has_contacts=False)
