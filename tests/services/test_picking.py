"""Picking from the library and attaching files, from the file to the mail that leaves."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from sqlalchemy import insert, select

from nurture.db import tables
from nurture.db.engine import read, write
from nurture.errors import DefinitionError
from nurture.services.explain import explain
from tests.services.house import START, House
from tests.services.project import letter, project, workflow

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 40

FACTORY = """
  - item: case-factory
    kind: case
    title: 日報の転記をなくした工場
    summary: 金属加工A社の取り組み
    figures: [月51時間 → 9時間]
    industry: manufacturing
    url: https://www.sample.example/factory
    file: workflows/files/factory.ja.pdf
"""
WARD = """
  - {item: case-ward, kind: case, title: 病棟, industry: medical, url: https://www.sample.example/ward}
"""
ANY = "  - {item: case-any, kind: case, title: 事務, url: https://www.sample.example/any}\n"
DATED = """
  - item: case-dated
    kind: case
    title: 期限つき
    industry: manufacturing
    url: https://www.sample.example/dated
    valid_until: 2026-05-12
"""

CASE = letter(
    "[{{ item.title }}]({{ item.url }})\n{{ item.summary | default('') }}\n", "{{ item.title }}"
)

SEND = workflow("a", "- {id: case, send: {pick: case, match: industry}}\n- wait: 30d")


def files(*items: str, steps: str = SEND, **more: str) -> dict[str, bytes]:
    """Return a project with a library of these items and one journey."""
    made = project(steps, **{"t_library__case": CASE, **more})
    made["workflows/library.yaml"] = f"library: default\nitems:\n{''.join(items)}".encode()
    made["workflows/files/factory.ja.pdf"] = PDF
    return made


def person_of(house: House, industry: str | None = "manufacturing", **values: object) -> int:
    """Add somebody of a trade, to whom something happens."""
    company = house.company(industry=industry)
    person = house.person(account_id=company, **values)
    house.happens(person)
    return person


def mails(house: House) -> list[tuple[str | None, str, str, str | None]]:
    """Return (item, template, state, reason) of messages."""
    return [(r.item, r.template, r.state, r.reason) for r in house.rows(tables.message)]


def parsed(house: House, number: int = -1) -> EmailMessage:
    """Return a mail that left."""
    found = message_from_bytes(house.provider.accepted[number].data, policy=default)
    assert isinstance(found, EmailMessage)
    assert not found.defects
    return found


def said(house: House, person: int, kind: str = "picked") -> Iterable[tuple[str, str]]:
    """Yield what the timeline says of picks, in both languages."""
    for ja, en in zip(
        explain(house.runtime, person, "ja").timeline,
        explain(house.runtime, person, "en").timeline,
        strict=True,
    ):
        if ja.code == kind:
            yield ja.text, en.text


#: where the SQL is that of the tests above
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_a_walk_picks_for_the_reader_and_says_why(house: House) -> None:
    house.publish(files(ANY, FACTORY, WARD))
    person = person_of(house)
    house.turn()
    assert mails(house) == [("case-factory", "library/case", "sent", None)]
    mail = parsed(house)
    assert mail["Subject"] == "日報の転記をなくした工場"
    text = mail.get_body(("plain",))
    assert text is not None
    assert "金属加工A社の取り組み" in text.get_content()
    assert list(said(house, person)) == [
        (
            "ライブラリから「日報の転記をなくした工場」を選びました(一致:業種)",
            'picked "日報の転記をなくした工場" from the library, the best match by industry',
        )
    ]


@on_sqlite
def test_a_second_pick_gives_something_else_and_the_fall_back_comes_again(house: House) -> None:
    pick = "send: {pick: case, match: industry, otherwise: case-any}"
    steps = "\n- wait: 1d\n".join(f"- {{id: {name}, {pick}}}" for name in ("one", "two", "three"))
    house.publish(files(ANY, FACTORY, WARD, steps=workflow("a", steps)))
    person_of(house)
    house.after(days=4)
    assert [item for item, *_ in mails(house)] == ["case-factory", "case-any", "case-any"]


@on_sqlite
def test_two_journeys_of_one_walk_do_not_give_the_same_item(house: House) -> None:
    made = files(ANY, FACTORY)
    made["workflows/b.yaml"] = SEND.replace("workflow: a", "workflow: b").encode()
    house.publish(made)
    person_of(house)
    house.turn()
    assert sorted(str(item) for item, *_ in mails(house)) == ["case-any", "case-factory"]


@on_sqlite
def test_a_template_goes_out_where_nothing_suits(house: House) -> None:
    steps = workflow("a", "- {id: case, send: {pick: case, otherwise: x/general}}")
    house.publish(files(WARD, steps=steps))
    person = person_of(house)
    house.turn()
    assert mails(house) == [(None, "x/general", "sent", None)]
    assert "x/general" in next(iter(said(house, person)))[0]


@on_sqlite
def test_where_nothing_suits_and_nothing_is_named_the_mail_fails_and_the_journey_goes_on(
    house: House,
) -> None:
    steps = workflow("a", "- {id: case, send: {pick: case}}\n- {id: next, send: x/next}")
    house.publish(files(WARD, steps=steps))
    person = person_of(house)
    house.turn()
    assert house.mails() == [("case", "failed", "no_item"), ("next", "sent", None)]
    assert ("failed", "no_item") in house.reasons(contact_id=person)


@pytest.mark.parametrize(
    ("second", "wanted"),
    [
        # gone from the library: the next best
        (files(ANY), ("case-any", "library/case", "sent", None)),
        # nothing left
        (files(WARD), ("case-dated", "library/case", "failed", "no_item")),
    ],
    ids=["another", "none"],
)
@on_sqlite
def test_what_left_the_library_before_the_mail_did_is_picked_anew(
    house: House, second: dict[str, bytes], wanted: tuple[str, ...]
) -> None:
    steps = SEND.replace("match: industry}", "match: industry}, window: office")
    house.clock.move_to(START + timedelta(hours=9))
    house.publish(files(DATED, ANY, steps=steps))
    person = person_of(house)
    house.turn()
    assert mails(house) == [("case-dated", "library/case", "deferred", "window")]
    house.publish({**second, "workflows/a.yaml": steps.encode()})
    house.after(days=1)
    assert mails(house) == [wanted]
    if wanted[2] == "sent":
        assert ("picked", "item_for_all") in house.reasons(contact_id=person)


@on_sqlite
def test_what_expired_before_the_mail_left_is_picked_anew(house: House) -> None:
    steps = SEND.replace("match: industry}", "match: industry}, window: office")
    house.clock.move_to(START + timedelta(hours=9))
    house.publish(files(DATED, ANY, steps=steps))
    person_of(house)
    house.after(days=1)
    assert mails(house) == [("case-any", "library/case", "sent", None)]


@on_sqlite
def test_an_expired_item_is_refused_at_publication(house: House) -> None:
    house.clock.move_to(START + timedelta(days=1))
    with pytest.raises(DefinitionError, match="expired on 2026-05-12"):
        house.publish(files(DATED, ANY))


def _mailing(house: House, release: int, person: int, number: int) -> None:
    now = house.clock.now()
    with write(house.engine) as connection:
        connection.execute(
            insert(tables.message).values(
                dedupe_key=f"mailing/news-{number}/{person}",
                contact_id=person,
                recipient="tanaka@aozora.example",
                purpose="marketing",
                template="library/case",
                mailing=f"news-{number}",
                pick={"kind": "case", "match": ["industry"], "otherwise": "", "template": ""},
                attach=["item"],
                window="business",
                priority=20,
                state="queued",
                due_at=now,
                release_id=release,
                created_at=now,
                recorded_at=now,
            )
        )


def test_a_mailing_picks_as_it_is_composed_each_item_once(house: House) -> None:
    release = house.publish(files(ANY, FACTORY)).release_id
    person = house.person(account_id=house.company(industry="manufacturing"))
    for number in (1, 2):
        _mailing(house, release, person, number)
    house.turn()
    assert [item for item, *_ in mails(house)] == ["case-factory", "case-any"]
    assert house.reasons(kind="picked") == [
        ("picked", "item_matches"),
        ("picked", "item_for_all"),
    ]
    attached = [part.get_filename() for part in parsed(house, 0).iter_attachments()]
    assert attached == ["日報の転記をなくした工場.pdf"]
    # nothing to attach: the mail is a plain letter
    assert parsed(house, 1).get_content_type() == "multipart/alternative"


ATTACH = "attach: [item, workflows/files/prices.pdf]"


@on_sqlite
def test_files_go_with_the_mail_under_names_for_readers(house: House) -> None:
    steps = SEND.replace("match: industry}", f"match: industry}}, {ATTACH}")
    made = files(FACTORY, ANY, steps=steps) | {"workflows/files/prices.pdf": PDF + b"2"}
    house.publish(made)
    person_of(house)
    house.turn()
    mail = parsed(house)
    assert mail.get_content_type() == "multipart/mixed"
    found = [
        (part.get_filename(), part.get_content_type(), part.get_content())
        for part in mail.iter_attachments()
    ]
    assert found == [
        ("日報の転記をなくした工場.pdf", "application/pdf", PDF),
        ("prices.pdf", "application/pdf", PDF + b"2"),
    ]
    assert mail.get_body(("html",)) is not None


@on_sqlite
def test_a_file_that_the_release_lacks_comes_from_the_newest_that_had_it(house: House) -> None:
    steps = workflow(
        "a", "- wait: 1d\n- {id: b, send: x/b, attach: workflows/files/factory.ja.pdf}"
    )
    house.publish(files(ANY, steps=steps))
    person_of(house)
    house.turn()
    newer = files(ANY, steps=workflow("a", "- {id: b, send: x/b}"))
    del newer["workflows/files/factory.ja.pdf"]
    house.publish(newer)
    house.after(days=2)
    assert house.mails() == [("b", "sent", None)]
    assert [part.get_content() for part in parsed(house).iter_attachments()] == [PDF]


@on_sqlite
def test_a_file_that_no_release_has_stops_its_mail_and_says_so(house: House) -> None:
    made = files(ANY, steps=workflow("a", "- {id: b, send: x/b, attach: workflows/files/gone.pdf}"))
    with pytest.raises(DefinitionError, match=r"no file 'workflows/files/gone\.pdf'"):
        house.publish(made)
    house.store(made)
    person = person_of(house)
    house.turn()
    assert house.mails() == [("b", "failed", "file_gone")]
    assert any("workflows/files/gone.pdf" in ja for ja, _ in said(house, person, "failed"))


def test_files_are_stored_as_they_are_and_no_text(house: House) -> None:
    made = files(ANY) | {"workflows/files/plain.pdf": b"%PDF-1.4 {{ not.a.template }}"}
    house.publish(made)
    with read(house.engine) as connection:
        live = house.runtime.releases.live(connection)
        stored = connection.execute(select(tables.blob.c.content)).scalars().all()
    assert made["workflows/files/plain.pdf"] in {bytes(one) for one in stored}
    assert live.files["workflows/files/factory.ja.pdf"].content == PDF
