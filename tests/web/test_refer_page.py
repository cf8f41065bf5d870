"""A referrer's own page: what it tells, what it keeps to itself, and its forms."""

from __future__ import annotations

import re
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import Engine, update

from nurture.db import tables
from nurture.db.engine import make_engine, write
from nurture.domain.referral import State
from nurture.emails.tokens import Purpose, Token
from nurture.services.refer_links import LIFETIME
from tests.web.introductions import PROGRAM, Introducing, begin, files, words


@pytest.fixture
def lite(tmp_path: Path) -> Engine:
    engine = make_engine(f"sqlite:///{tmp_path / 'pages.sqlite'}")
    tables.metadata.create_all(engine)
    return engine


@pytest.fixture
def world(lite: Engine, tmp_path: Path) -> Introducing:
    return begin(lite, tmp_path)


NOTHING_WRITTEN = (tables.event, tables.referral, tables.referral_touch, tables.golden_ticket)


def test_the_page_tells_all_there_is_to_hand_on_and_looking_writes_nothing(
    world: Introducing,
) -> None:
    before = [world.rows(table) for table in NOTHING_WRITTEN]
    page = world.get(world.page)
    said = words(page)
    for text in (
        "田中様、いつもありがとうございます", "まだご紹介はありません",
        "日報の書き写しにお困りの方",
        f"https://links.sample.example/i/{world.code}", "書き写しをなくすサービスです",
        "転記が月51時間から9時間になりました", "紙の記録をそのまま表に渡します。", "月額3万円から",
        "現場をご存じの方のお話が一番だからです。", "転記をなくした工場", "進め方の資料",
        "活用研修を一回お届けします。", "初期費用の20%割引", "ご紹介先の連絡先はどう扱われますか",
        "ご紹介先の個人情報はご連絡のためだけに使います。", "佐藤花子", "今後は頼まないでほしい",
        "書き写しがなくなりました", "規約の全文",
    ):  # fmt: skip
        assert text in said, text
    assert [world.rows(table) for table in NOTHING_WRITTEN] == before
    english = words(world.get(world.page, "en"))
    assert "Whom we can help" in english
    assert "Nobody copies reports any more" in english


def test_the_mail_to_forward_opens_filled_in_the_senders_own_mail_program(
    world: Introducing,
) -> None:
    (address,) = re.findall(r'href="(mailto:\?[^"]*)"', world.get(world.page))
    query = parse_qs(urlsplit(unescape(address)).query)
    assert query["subject"] == ["ご参考までに：書き写しをなくすサービスです"]
    link = f"https://links.sample.example/i/{world.code}"
    assert query["body"] == [f"参考になりそうな会社があります。\r\n\r\n{link}"]


def test_no_script_but_one_file_of_our_own_and_no_cookie(world: Introducing) -> None:
    answer = world.browser.get(world.page)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert re.findall(r"<script[^>]*>", answer.text) == ['<script src="/static/copy.js" defer>']
    assert re.findall(r"\s(?:on\w+|style)=", answer.text) == []
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_a_link_works_for_half_a_year_and_then_offers_a_new_one(world: Introducing) -> None:
    path = world.page
    world.scene.clock.move(LIFETIME)
    world.get(path)
    world.scene.clock.move(timedelta(days=1))
    answer = world.browser.get(path + "?lang=ja")
    assert answer.status_code == 410
    assert "新しいリンクを受け取る" in answer.text
    assert world.browser.post(path + "/stop", data={"do": "never"}).status_code == 410
    assert not world.rows(tables.referrer)[0].do_not_ask


def test_what_is_forged_unknown_erased_or_of_another_purpose_is_the_same_404(
    world: Introducing,
) -> None:
    scene = world.scene
    sign = scene.runtime.keyring.sign
    token = world.page.removeprefix("/r/")
    stranger = scene.person("mori@sample.example")
    paths = [
        "/r/nothing",
        f"/r/{token[:-1]}x",
        f"/r/{token}x",
        f"/r/{sign(Token(Purpose.UNSUBSCRIBE, 0, world.referrer))}",
        # signed by us, but nobody who refers
        f"/r/{sign(Token(Purpose.REFERRER, 0, stranger, 2000))}",
        f"/r/{sign(Token(Purpose.REFERRER, 0, 987654, 2000))}",
    ]
    answers = [world.browser.get(path) for path in paths]
    with write(scene.engine) as connection:
        connection.execute(update(tables.contact).values(erased=True, family_name=None))
    answers.append(world.browser.get(world.page))
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1


def test_a_referrer_who_was_merged_finds_everything_on_their_page(world: Introducing) -> None:
    scene = world.scene
    done = world.introduce(company="みどり物流")
    now_called = scene.person("tanaka@new.example", family_name="新田中", locale="ja")
    path = world.page
    with write(scene.engine) as connection:
        connection.execute(
            update(tables.contact)
            .where(tables.contact.c.id == world.referrer)
            .values(merged_into=now_called)
        )
    said = words(world.get(path))
    assert "新田中様" in said
    assert done.ref in said
    assert "新田中様からのご紹介です" in words(world.get(f"/i/{world.code}"))


# -- what became of them -----------------------------------------------------------------


def test_each_stage_is_told_and_nothing_else(world: Introducing) -> None:
    done = world.introduce("鈴木", company="株式会社みどり物流", why="残業の話をした")
    assert "ご本人のご了承をお待ちしています" in words(world.get(world.page))
    world.agree(done.id, numbers=True)
    assert "24時間以内にご連絡します" in words(world.get(world.page))
    world.move(done.id, State.CONTACTED, contacted_by="phone")
    assert "お電話でご連絡しました" in words(world.get(world.page))
    world.move(done.id, State.MEETING)
    assert "お話しする機会をいただきました" in words(world.get(world.page))
    world.move(done.id, State.WON, result="転記の時間を42%削減")
    said = words(world.get(world.page))
    assert "ご契約をいただきました" in said
    assert "転記の時間を42%削減" in said
    assert "残業の話をした" not in said


def test_a_number_is_told_only_where_the_referred_person_agreed(world: Introducing) -> None:
    done = world.introduce("鈴木")
    world.agree(done.id)
    world.move(done.id, State.WON, result="転記の時間を42%削減")
    assert "42%" not in words(world.get(world.page))


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("timing", "現在はご検討の時期ではない"),
        ("not_icp", "業種や規模"),
        # budget and what was said stay with us
        ("budget", None),
        ("社長が難しい方だった", None),
    ],
)
def test_a_closing_waits_for_the_owner_and_then_tells_a_fixed_reason_only(
    world: Introducing, reason: str, told: str | None
) -> None:
    done = world.introduce("鈴木")
    world.agree(done.id)
    world.move(done.id, State.CONTACTED, contacted_by="mail")
    world.scene.clock.move(timedelta(days=1))
    world.move(done.id, State.LOST, reason=reason)
    held = words(world.get(world.page))
    assert "メールでご連絡しました" in held
    assert "至りませんでした" not in held
    world.scene.clock.move(timedelta(days=7))
    said = words(world.get(world.page))
    assert "今回はご契約には至りませんでした" in said
    assert reason not in said
    assert "予算" not in said
    assert ("理由：" in said) == (told is not None)
    assert told is None or told in said


def test_what_they_earned_and_when_it_comes(world: Introducing) -> None:
    done = world.introduce("鈴木")
    world.agree(done.id)
    now = world.scene.clock.now()
    mine = (tables.reward.c.referral_id == done.id) & (tables.reward.c.side == "referrer")
    promised = {"state": "earned", "due_at": now + timedelta(days=30)}
    with write(world.scene.engine) as connection:
        connection.execute(update(tables.reward).where(mine).values(promised))
    assert "確定しました。2026年6月11日までにお届けします" in words(world.get(world.page))
    with write(world.scene.engine) as connection:
        changed = update(tables.reward).where(mine)
        connection.execute(changed.values(held=True, reason="同じ会社の疑い"))
    said = words(world.get(world.page))
    assert "お届けの日が決まり次第" in said
    assert "疑い" not in said


def test_the_newest_results_of_their_account_are_there_for_their_own_house(
    world: Introducing,
) -> None:
    assert "社内でお使いいただける資料" not in world.get(world.page)
    person = next(one for one in world.rows(tables.contact) if one.id == world.referrer)
    reports = [
        world.scene.add(
            tables.results_report, account_id=person.account_id, month=date(2026, month, 1),
            lines=[], created_at=world.scene.clock.now(), created_by="sato",
        )
        for month in (4, 3)
    ]  # fmt: skip
    token = world.scene.token(Purpose.RESULTS, reports[0], world.referrer)
    assert f'href="https://links.sample.example/m/{token}"' in world.get(world.page)


# -- introducing somebody ----------------------------------------------------------------


def test_a_name_is_enough_for_a_letter_of_four_blocks(world: Introducing) -> None:
    page = world.post(
        world.page + "/introduce", name="鈴木 一郎様", company="㈱みどり物流", why="残業のお話から"
    )
    (row,) = world.rows(tables.referral)
    assert (row.name, row.company, row.state, row.email, row.way) == (
        "鈴木 一郎", "株式会社みどり物流", "awaiting_consent", None, "introduce",
    )  # fmt: skip
    (address,) = re.findall(r'href="(mailto:[^"]*)"', page.split("<footer")[0])
    query = parse_qs(urlsplit(unescape(address)).query)
    assert query["subject"] == ["田中よりご紹介（貴社の日報の転記について一言）"]
    (body,) = query["body"]
    token = world.scene.token(Purpose.INTRODUCTION, row.id, world.referrer)
    link = f"https://links.sample.example/y/{token}"
    for block in (
        "田中です",
        "転記が月51時間から9時間",
        "15分",
        "報告を受ける",
        "残業のお話から",
        link,
    ):
        assert block in body, block
    assert body.startswith("株式会社みどり物流\r\n鈴木 一郎様\r\n")
    told = [row.type for row in world.rows(tables.event)]
    assert "referral.introduced" in told
    assert world.rows(tables.message) == []


def test_the_same_form_twice_is_one_referral_and_the_letter_can_be_had_again(
    world: Introducing,
) -> None:
    form = {"name": "鈴木", "company": "みどり物流"}
    first = world.post(world.page + "/introduce", **form)
    assert world.post(world.page + "/introduce", **form) == first
    (row,) = world.rows(tables.referral)
    again = world.get(f"{world.page}/letter/{row.id}")
    assert "貴社の日報の転記について一言" in again
    world.agree(row.id)
    # decided: there is nothing to send any more
    assert world.browser.get(f"{world.page}/letter/{row.id}").status_code == 404


def test_who_agreed_meanwhile_needs_no_letter_any_more(world: Introducing) -> None:
    who = {"name": "鈴木 一郎", "company": "株式会社みどり物流"}
    world.post(world.page + "/introduce", **who)
    world.agree(world.rows(tables.referral)[0].id, name="鈴木 一郎")
    page = words(world.post(world.page + "/introduce", **who))
    assert "この方のご紹介は、すでに承っております" in page
    assert len(world.rows(tables.referral)) == 1


def test_nobody_reads_the_letter_about_anothers_referral(world: Introducing) -> None:
    done = world.introduce("鈴木")
    other = begin_another(world)
    assert other.browser.get(f"{other.page}/letter/{done.id}").status_code == 404


def begin_another(world: Introducing) -> Introducing:
    from nurture.services import referrals

    person = world.scene.person("mori@umi.example", family_name="森")
    with write(world.scene.engine) as connection:
        now = world.scene.clock.now()
        row = referrals.ensure_referrer(connection, person, "customer", now)
    return Introducing(world.scene, person, row.code, world.browser)


def test_an_empty_form_says_what_is_missing_and_keeps_what_was_written(
    world: Introducing,
) -> None:
    page = world.post(world.page + "/introduce", 422, why="日報の件")
    assert "お名前か会社名のどちらかをご記入ください。" in page
    assert "日報の件</textarea>" in page
    assert world.rows(tables.referral) == []


def test_addresses_are_taken_only_where_the_programme_writes_and_the_referrer_vouches(
    world: Introducing, lite: Engine, tmp_path: Path
) -> None:
    world.post(world.page + "/introduce", name="鈴木", email="s@midori.example", vouch="yes")
    assert world.rows(tables.referral)[0].email is None
    assert "弊社からご本人に伺うこともできます" not in world.get(world.page)


WRITES = PROGRAM + (
    "write_for_consent: true\n"
    "rewards: {legal_approved: true, legal_approved_by: 法務, legal_approved_at: 2026-04-01}\n"
)


def test_where_the_programme_writes_an_unvouched_address_is_refused(
    lite: Engine, tmp_path: Path
) -> None:
    world = begin(lite, tmp_path, files(WRITES))
    form = {"name": "鈴木", "email": "s@midori.example"}
    page = world.post(world.page + "/introduce", 422, **form)
    assert "ご本人の了承がないメールはお送りできません" in page
    assert world.rows(tables.referral) == []
    page = world.post(world.page + "/introduce", vouch="yes", **form)
    (row,) = world.rows(tables.referral)
    assert (row.email, row.vouched_at is not None) == ("s@midori.example", True)
    assert "一度だけお伺いします" in page
