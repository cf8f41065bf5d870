"""What referrers hand on: personal link, golden ticket, items of the library, rules."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from pathlib import Path
from threading import Barrier, Thread

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import Engine, update

from nurture.db import tables
from nurture.db.engine import make_engine, write
from nurture.domain.golden_ticket import ALPHABET, LENGTH, written
from nurture.services.tickets import make_ticket, withdraw_ticket
from nurture.web.public import make_public
from tests.web.introductions import PDF, Introducing, begin, files, words
from tests.web.scene import CHROME

FORM = {
    "name": "鈴木 一郎",
    "company": "株式会社みどり物流",
    "email": "suzuki@midori.example",
    "agree": "yes",
}


@pytest.fixture
def lite(tmp_path: Path) -> Engine:
    engine = make_engine(f"sqlite:///{tmp_path / 'pages.sqlite'}")
    tables.metadata.create_all(engine)
    return engine


@pytest.fixture
def world(lite: Engine, tmp_path: Path) -> Introducing:
    return begin(lite, tmp_path)


# -- the personal link -------------------------------------------------------------------


def test_the_page_says_who_sends_them_what_it_is_and_what_happens_next(
    world: Introducing,
) -> None:
    said = words(world.get(f"/i/{world.code}"))
    for text in (
        "田中様からのご紹介です", "書き写しをなくすサービスです", "月51時間から9時間",
        "転記をなくした工場", "24時間以内に、佐藤花子からご連絡します", "15分だけお話しします",
        "ご紹介先の個人情報はご連絡のためだけに使います。", "初期費用の20%割引", "佐藤花子",
    ):  # fmt: skip
        assert text in said, text
    assert world.rows(tables.referral_touch) == []
    assert world.rows(tables.event) == []


def test_who_takes_care_of_them_is_introduced_in_two_sentences(
    lite: Engine, tmp_path: Path
) -> None:
    given = files()
    policy = given["workflows/policy.yaml"].decode()
    profile = "{ja: 最初のご相談を7年承っています, en: First calls for seven years}"
    knows = f"profile: {profile}, role: inside"
    given["workflows/policy.yaml"] = policy.replace("role: inside", knows).encode()
    world = begin(lite, tmp_path, given)
    for path in (f"/i/{world.code}", world.page):
        assert "最初のご相談を7年承っています" in words(world.get(path))
    assert "First calls for seven years" in words(world.get(f"/i/{world.code}", "en"))


def test_the_form_is_an_introduction_that_the_person_agreed_to(world: Introducing) -> None:
    page = world.post(f"/i/{world.code}", **FORM, message="水曜の午後なら")
    assert "ありがとうございます。承りました" in page
    (row,) = world.rows(tables.referral)
    assert (row.way, row.state, row.name, row.company) == (
        "forward", "received", "鈴木 一郎", "株式会社みどり物流",
    )  # fmt: skip
    person = next(one for one in world.rows(tables.contact) if one.id == row.contact_id)
    assert person.email == "suzuki@midori.example"
    kept = [one for one in world.rows(tables.consent) if one.contact_id == person.id]
    (shown,) = {one.text_shown for one in kept}
    assert "株式会社見本がご連絡とお話の日程調整のために使うこと" in shown
    assert "規約 第7版" in shown
    assert shown in words(world.get(f"/i/{world.code}"))
    # no consent to anything else
    assert {one.purpose for one in kept if one.state == "granted"} <= {"service", "referral"}
    types = [one.type for one in world.rows(tables.event)]
    assert types.index("referral.introduced") < types.index("referral.received")
    assert "introduction.accepted" in types


def test_the_same_form_twice_is_one_referral(world: Introducing) -> None:
    first = world.post(f"/i/{world.code}", **FORM)
    events = len(world.rows(tables.event))
    assert world.post(f"/i/{world.code}", **FORM) == first
    assert len(world.rows(tables.referral)) == 1
    assert len(world.rows(tables.event)) == events


def test_an_ask_that_brought_a_friend_by_the_link_is_answered(world: Introducing) -> None:
    row = {
        "dedupe_key": "ask", "program": "default", "contact_id": world.referrer,
        "offer": "training", "timing": "regular", "mode": "criteria",
        "asked_at": world.scene.clock.now(),
    }  # fmt: skip
    ask = world.scene.add(tables.referral_ask, **row)
    world.post(f"/i/{world.code}", **FORM)
    assert [one.answer for one in world.rows(tables.referral_ask)] == ["referred"]
    assert [one.ask_id for one in world.rows(tables.referral)] == [ask]


@pytest.mark.parametrize("missing", ["name", "company", "email", "agree"])
def test_without_a_word_that_is_needed_nothing_is_taken(world: Introducing, missing: str) -> None:
    form = {name: value for name, value in FORM.items() if name != missing}
    page = world.post(f"/i/{world.code}", 422, **form)
    assert 'aria-invalid="true"' in page
    assert world.rows(tables.referral) == []
    for name in {"name", "company", "email"} - {missing}:
        assert f'value="{FORM[name]}"' in page


@pytest.mark.parametrize(
    "email", ["suzuki", "a@b@c.example", "x" * 300 + "@a.example", "@a.example"]
)
def test_an_address_that_is_none_is_said_so(world: Introducing, email: str) -> None:
    page = world.post(f"/i/{world.code}", 422, **{**FORM, "email": email})
    assert page.count('class="fault"') == 1
    assert world.rows(tables.referral) == []


def test_a_machine_that_fills_in_every_field_is_thanked_and_forgotten(world: Introducing) -> None:
    page = world.post(f"/i/{world.code}", **FORM, website="https://spam.example")
    assert "承りました" in page
    assert world.rows(tables.referral) == []
    assert world.rows(tables.contact)[-1].email == "tanaka@aozora.example"


def test_a_flood_of_one_network_and_of_one_link_is_held_back(world: Introducing) -> None:
    for number in range(20):
        world.post(f"/i/{world.code}", **{**FORM, "email": f"s{number}@midori.example"})
    world.post(f"/i/{world.code}", 429, **{**FORM, "email": "s99@midori.example"})
    # from elsewhere it goes on, up to what one referrer's friends could send in a day
    answers = []
    for number in range(20, 45):
        answer = world.browser.post(
            f"/i/{world.code}?lang=ja",
            data={**FORM, "email": f"s{number}@midori.example"},
            environ_base={"REMOTE_ADDR": f"192.0.{number}.1"},
        )
        answers.append(answer.status_code)
    assert answers == [200] * 20 + [429] * 5
    assert len(world.rows(tables.referral)) == 40


HOSTILE = "\"><script>alert(1)</script><img src=x onerror=alert(1)>'{{7*7}}"


def test_nothing_that_people_write_becomes_markup(world: Introducing) -> None:
    form = {**FORM, "name": HOSTILE[:90], "company": HOSTILE, "message": HOSTILE}
    bad = world.post(f"/i/{world.code}", 422, **{**form, "email": HOSTILE})
    pages = [bad, world.post(f"/i/{world.code}", **form)]
    pages.append(
        world.post(world.page + "/introduce", name=HOSTILE[1:90], company=HOSTILE, why=HOSTILE)
    )
    pages.append(world.get(world.page))
    with write(world.scene.engine) as connection:
        connection.execute(update(tables.referrer).values(shown_as="full"))
        connection.execute(update(tables.contact).values(family_name=HOSTILE, given_name=HOSTILE))
        connection.execute(update(tables.account).values(name=HOSTILE))
    pages += [
        world.get(f"/i/{world.code}"),
        world.get(world.page),
        world.get(f"/g/{world.ticket()}"),
    ]
    for page in pages:
        tree = LexborHTMLParser(page)
        assert [one.attributes.get("src") for one in tree.css("script")] == ["/static/copy.js"]
        for one in tree.css("*"):
            assert not [name for name in one.attributes if name.startswith("on")]
            assert one.attributes.get("src", "/static/copy.js") != "x"
    assert "{{7*7}}" in unescape(pages[1] + pages[2] + pages[3])
    # a mail's address ends where we end it
    letter = world.get(f"{world.page}/letter/{world.rows(tables.referral)[-1].id}")
    (address,) = re.findall(r'href="(mailto:\?[^"]*)"', letter)
    assert not set(address) & set("\"<>' \n\r")


def test_control_characters_come_in_nowhere(world: Introducing) -> None:
    form = {**FORM, "name": "鈴\0木\x07", "message": "a\0b\r\nc\x1b[31m"}
    world.post(f"/i/{world.code}", **form)
    (row,) = world.rows(tables.referral)
    assert (row.name, row.why) == ("鈴木", "ab\nc[31m")


# -- items of the library ----------------------------------------------------------------


def test_an_item_is_shown_with_its_referrer_and_opened_on_request(world: Introducing) -> None:
    said = words(world.get(f"/d/{world.code}/paper"))
    assert "進め方の資料" in said
    assert "田中様からのご紹介です" in said
    assert world.rows(tables.referral_touch) == []
    answer = world.browser.get(f"/d/{world.code}/paper/open", headers={"User-Agent": CHROME})
    assert (answer.status_code, answer.content_type, answer.data) == (200, "application/pdf", PDF)
    answer = world.browser.get(f"/d/{world.code}/case-plant/open", headers={"User-Agent": CHROME})
    assert (answer.status_code, answer.headers["Location"]) == (
        302, "https://www.sample.example/cases/plant",
    )  # fmt: skip
    touches = [(row.way, row.what, row.address_hash) for row in world.rows(tables.referral_touch)]
    assert touches == [("download", "paper", None), ("download", "case-plant", None)]
    assert "Set-Cookie" not in answer.headers


def test_machines_and_heads_leave_no_touch(world: Introducing) -> None:
    path = f"/d/{world.code}/paper/open"
    world.browser.get(path, headers={"User-Agent": "Googlebot/2.1"})
    world.browser.head(path, headers={"User-Agent": CHROME})
    assert world.rows(tables.referral_touch) == []


def test_who_sends_the_form_of_an_item_is_tied_to_its_referrer(world: Introducing) -> None:
    world.post(f"/d/{world.code}/paper", **FORM)
    (row,) = world.rows(tables.referral)
    assert (row.way, row.state) == ("download", "received")
    touches = {(one.what, one.address_hash) for one in world.rows(tables.referral_touch)}
    assert ("paper", row.address_hash) in touches


@pytest.mark.parametrize(
    "path",
    [
        # of the library, but not to be handed on
        "secret", "secret/open", "nothing", "../policy", "paper/open/more",
        "https:%2F%2Fevil.example", "case-plant/open/..%2f..%2fevil", "%00",
    ],
)  # fmt: skip
def test_nothing_else_is_opened_or_led_to(world: Introducing, path: str) -> None:
    answer = world.browser.get(f"/d/{world.code}/{path}?to=https://evil.example&url=//evil.example")
    assert answer.status_code == 404
    assert "evil" not in answer.headers.get("Location", "")


# -- golden tickets ----------------------------------------------------------------------


def test_a_ticket_shows_what_it_brings_until_when_and_is_used_once(world: Introducing) -> None:
    code = world.ticket()
    said = words(world.get(f"/g/{code}"))
    for text in ("ご招待状", "初期費用の20%割引", "2026年7月11日", written(code), "一回限り有効"):
        assert text in said, text
    assert 'src="data:image/svg+xml' in world.get(f"/g/{code}")
    # from paper: small letters, no dashes, o for zero
    typed = code.lower().replace("0", "o")
    assert written(code) in words(world.get(f"/g/{typed}"))
    page = world.post(f"/g/{code}", **FORM)
    assert "ご用意している特典" in page
    (row,) = world.rows(tables.referral)
    (ticket,) = world.rows(tables.golden_ticket)
    assert (row.way, row.state, row.ticket_id, row.offer) == (
        "ticket", "received", ticket.id, "training",
    )  # fmt: skip
    assert (ticket.referral_id, ticket.redeemed_at is not None) == (row.id, True)
    # who used it may send the form again; nobody else may use it
    assert "承りました" in world.post(f"/g/{code}", **FORM)
    other = {**FORM, "email": "other@umi.example", "name": "森"}
    assert "お使いいただいた後です" in world.post(f"/g/{code}", 410, **other)
    answer = world.browser.get(f"/g/{code}?lang=ja")
    assert (answer.status_code, "お使いいただいた後です" in answer.text) == (410, True)
    assert len(world.rows(tables.referral)) == 1
    assert "2026年5月12日に使われました" in words(world.get(world.page))


def test_a_ticket_that_has_run_out_or_was_taken_back_says_so_kindly(world: Introducing) -> None:
    code = world.ticket()
    other = world.ticket()
    assert withdraw_ticket(world.scene.runtime, other)
    assert not withdraw_ticket(world.scene.runtime, other)
    page = world.post(f"/g/{other}", 410, **FORM)
    assert "この招待状は取り消されました" in page
    world.scene.clock.move(timedelta(days=60))
    page = world.post(f"/g/{code}", 410, **FORM)
    assert "有効期限は2026年7月11日まででした。田中様に、新しい招待状をお作りいただけます。" in page
    assert f"/i/{world.code}" in page
    assert world.rows(tables.referral) == []


def test_a_form_with_a_slip_does_not_use_the_ticket_up(world: Introducing) -> None:
    code = world.ticket()
    world.post(f"/g/{code}", 422, **{**FORM, "email": "no address"})
    world.get(f"/g/{code}")
    assert world.rows(tables.golden_ticket)[0].redeemed_at is None


def test_of_two_who_redeem_at_once_one_does(engine: Engine, tmp_path: Path) -> None:
    world = begin(engine, tmp_path)
    code = make_ticket(world.scene.runtime, world.referrer)
    app = make_public(world.scene.runtime, tmp_path)
    ready = Barrier(4)
    answers: list[int] = []

    def redeem(number: int) -> None:
        form = {**FORM, "email": f"s{number}@midori{number}.example", "name": f"鈴木{number}"}
        ready.wait()
        answers.append(app.test_client().post(f"/g/{code}", data=form).status_code)

    threads = [Thread(target=redeem, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200, 410, 410, 410]
    (row,) = world.rows(tables.referral)
    (ticket,) = world.rows(tables.golden_ticket)
    assert (ticket.referral_id, row.ticket_id) == (row.id, ticket.id)


# -- anything in an address --------------------------------------------------------------

codes = (
    st.text(alphabet=ALPHABET, min_size=LENGTH, max_size=LENGTH)
    | st.text(max_size=40)
    | st.text(alphabet="abcXYZ019_-", min_size=12, max_size=12)
)


@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(code=codes, kind=st.sampled_from(["i", "g", "r", "d", "rules"]))
def test_every_code_that_is_nobodys_gets_the_same_404(
    world: Introducing, code: str, kind: str
) -> None:
    path = f"/{kind}/{code}" + ("/paper" if kind == "d" else "")
    known = world.browser.get("/i/nobody-at-all")
    try:
        answer = world.browser.get(path)
    except (UnicodeError, ValueError):
        # the test client's own objection to an address that no browser sends
        return
    if answer.status_code == 308 or code in ("default", world.code):
        return
    assert (answer.status_code, answer.text) == (404, known.text)


# -- rules -------------------------------------------------------------------------------


def test_the_rules_are_public_and_say_all_of_it_in_both_languages(world: Introducing) -> None:
    said = words(world.get("/rules/default"))
    for text in (
        "ご紹介を歓迎しています", "ご契約から30日以内にお届けします。",
        "ご自身のご紹介は対象外です。", "ご紹介先の個人情報はご連絡のためだけに使います。",
        "節目ごとにご報告します。", "第7版", "活用研修（半日）", "初期費用の20%割引",
        "日報の書き写しにお困りの方", "工場の業務課長の方。",
    ):  # fmt: skip
        assert text in said, text
    english = words(world.get("/rules/default", "en"))
    assert "Introductions are welcome" in english
    assert "Version 7 of these rules" in english
    assert world.browser.get("/rules/nothing").status_code == 404


def test_before_anything_is_published_there_is_nothing_to_see(lite: Engine, tmp_path: Path) -> None:
    from tests.web.scene import make_scene

    browser = make_public(make_scene(lite, tmp_path).runtime, tmp_path).test_client()
    for path in ("/rules/default", "/i/abc", "/g/7K2M9QX4TRD0", "/d/abc/paper"):
        assert browser.get(path).status_code == 404
