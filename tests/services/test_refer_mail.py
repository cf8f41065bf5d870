"""`refer` in mails: for whom it is there, that it is never kept, and what the check says of it."""

from __future__ import annotations

from email import message_from_bytes, policy

from sqlalchemy import Engine

from nurture.db import tables
from nurture.db.engine import write
from nurture.emails.lint import lint_templates
from nurture.emails.template_context import TemplateContext
from nurture.services import referrals
from nurture.services.check import check
from nurture.services.refer_choices import NEW_LINK, send_link
from nurture.services.refer_desk import desk_of_contact
from nurture.services.tickets import make_ticket
from tests.services.house import House, make_house
from tests.services.project import POLICY, letter, project, workflow
from tests.web.introductions import LIBRARY, PDF, PROGRAM

_ALL = (
    "{% if refer %}{% if refer.page %}P={{ refer.page }} L={{ refer.link }}{% endif %} "
    "{% if refer.ticket %}T={{ refer.ticket }}{% endif %} R={{ refer.rules }} "
    "B={{ refer.benefit }} H={{ refer.reports }}{% endif %} end"
)


def house(engine: Engine, body: str = _ALL) -> House:
    found = make_house(engine)
    given = project(
        workflow("note", "- send: x/note"),
        policy=POLICY.replace("receipt/*]", "receipt/*, referrer/new-link]"),
        t_x__note=letter(body),
        t_referrer__new_link="unused",
    )
    given.pop("templates/email/referrer/new_link.ja.md")
    given[f"templates/email/{NEW_LINK}.ja.md"] = letter("P={{ refer.page }}").encode()
    for kind in ("case", "paper"):
        given[f"templates/email/library/{kind}.ja.md"] = letter("{{ item.title }}").encode()
    given["workflows/referral-program.yaml"] = PROGRAM.encode()
    given["workflows/library.yaml"] = LIBRARY.encode()
    given["workflows/files/paper.pdf"] = PDF
    found.store(given)
    return found


def text_of(house: House) -> str:
    mail = message_from_bytes(house.provider.accepted[-1].data, policy=policy.default)
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def test_who_refers_gets_page_link_and_ticket_and_none_of_it_is_kept(engine: Engine) -> None:
    here = house(engine)
    person = here.person()
    with write(engine) as connection:
        row = referrals.ensure_referrer(connection, person, "customer", here.clock.now())
    code = make_ticket(here.runtime, person)
    here.happens(person)
    here.turn()
    said = text_of(here)
    assert "P=https://links.sample.example/r/" in said
    assert f"L=https://links.sample.example/i/{row.code}" in said
    assert f"T=https://links.sample.example/g/{code}" in said
    assert "R=https://links.sample.example/rules/default" in said
    (kept,) = here.rows(tables.message)
    assert "refer" not in kept.values
    assert "/r/" not in str(kept.values)


def test_others_are_told_of_the_rules_and_the_programmes_words_only(engine: Engine) -> None:
    here = house(engine)
    here.happens(here.person())
    here.turn()
    said = " ".join(text_of(here).split())
    assert "R=https://links.sample.example/rules/default" in said
    # and what they would gain, and how often they would hear, in the programme's own words
    assert "B=" in said and "B= H=" not in said and "H= end" not in said
    assert "P=" not in said
    assert "T=" not in said


def test_a_fresh_link_comes_to_the_address_we_know_once_an_hour(engine: Engine) -> None:
    here = house(engine)
    person = here.person(consent=())
    with write(engine) as connection:
        referrals.ensure_referrer(connection, person, "customer", here.clock.now())
        desk = desk_of_contact(here.runtime, connection, person)
    assert desk is not None
    assert send_link(here.runtime, desk)
    assert send_link(here.runtime, desk)
    here.turn()
    assert here.to() == ["tanaka@aozora.example"]
    assert "P=https://links.sample.example/r/" in text_of(here)


def test_the_check_says_where_a_reader_may_have_no_page() -> None:
    context = TemplateContext(locales=("ja",))
    frame = {path: text.decode() for path, text in project().items() if "/layouts/" in path}
    head = "---\nsubject: 件名\nlayout: letter\n---\n"

    def said(path: str, body: str) -> set[str]:
        files = {**frame, f"templates/email/{path}.ja.md": head + body}
        found = lint_templates(files, context)
        return {one.code for one in found if one.place.file.endswith(f"{path}.ja.md")}

    assert "may-be-missing" in said("news/x", "{{ refer.page }}")
    assert "may-be-missing" in said("news/x", "{{ refer.rules }}")
    assert "may-be-missing" not in said("news/x", "{% if refer %}{{ refer.rules }}{% endif %}")
    # these go to people who refer
    assert "may-be-missing" not in said("referral/x", "{{ refer.page }} {{ refer.link }}")
    assert "may-be-missing" in said("referral/x", "{{ refer.ticket }}")
    assert "unknown-variable" in said("referral/x", "{{ refer.pages }}")


def test_the_shipped_newsletter_says_that_introductions_are_welcome() -> None:
    from tests.content.shipped import release

    files = {path: text.encode() for path, text in release().items()}
    _, problems = check(files)
    assert [one for one in problems if "referrals-welcome" in one.place.file] == []
    assert "referrals-welcome.mjml" in release()["templates/email/layouts/newsletter.mjml"]
