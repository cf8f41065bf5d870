"""The life of a referral: every move once, in order, and no personal data before consent."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from nurture.db import contacts as people
from nurture.db import referral_people, tables
from nurture.db.engine import write
from nurture.domain.addresses import address_hash
from nurture.domain.referral import Flag, State, Way
from nurture.errors import NotFoundError, NurtureError
from tests.services.house import House
from tests.services.referring import TEXT, WRITES, Referring, referring


@pytest.fixture
def refers(house: House) -> Referring:
    return referring(house)


def test_an_introduction_waits_for_the_persons_word_and_tells_nobody_who_they_are(
    refers: Referring,
) -> None:
    made = refers.introduce(why="同じ課題をお持ちです", vouched_text="ご本人の了承を得ています")
    row = refers.row(made.id)
    assert made.state is State.AWAITING_CONSENT
    assert made.ref == row.ref and row.ref.startswith("R-") and len(row.ref) == 8
    assert row.vouched_at is not None and row.contact_id is None
    assert row.owner_id == refers.house.rows(tables.team_member, key="sato")[0].id
    # Until midnight in Tokyo, which is 15:00 UTC.
    assert row.acknowledge_by.isoformat() == "2026-05-12T15:00:00+00:00"
    (event,) = refers.house.events("referral.introduced")
    assert event.contact_id == refers.referrer
    said = json.dumps(event.properties, ensure_ascii=False)
    assert "鈴木" not in said and "suzuki" not in said
    assert event.properties["company"] == "株式会社企業"
    assert len(refers.house.rows(tables.contact)) == 1


def test_the_same_person_twice_by_one_referrer_is_the_standing_referral(refers: Referring) -> None:
    made = refers.introduce()
    assert refers.introduce("Suzuki@KIGYOU.example").again
    nameless = refers.introduce("", name="山田", company="株式会社山")
    assert refers.introduce("", name="山田", company="株式会社山").id == nameless.id != made.id
    assert refers.told().count("referral.introduced") == 2


def test_who_agrees_becomes_a_contact_with_their_consent_on_record(refers: Referring) -> None:
    made = refers.introduce()
    refers.house.clock.move_to(refers.house.clock.now() + timedelta(hours=3))
    agreed = refers.agree(made.id, name="鈴木 次郎", marketing=False)
    row, contact = refers.row(made.id), refers.house.contact(agreed.contact_id)
    now = refers.house.clock.now()
    assert (row.state, row.consented_at) == ("received", now)
    assert row.contact_by == now + timedelta(hours=24)
    assert row.report_by == now + timedelta(hours=48)
    assert (contact.family_name, contact.given_name) == ("鈴木", "次郎")
    assert contact.source == "referral" and contact.owner_id == row.owner_id
    (consent,) = refers.house.rows(tables.consent, contact_id=contact.id)
    assert (consent.purpose, consent.text_shown) == ("referral", TEXT)
    assert refers.told() == ["referral.introduced", "referral.received"]
    (accepted,) = refers.house.events("introduction.accepted")
    assert accepted.contact_id == contact.id and accepted.properties["referrer"] == "田中花"
    # The same form again, and from the old address.
    assert refers.agree(made.id).again
    assert refers.told() == ["referral.introduced", "referral.received"]


def test_marketing_is_granted_only_where_its_box_was_ticked(refers: Referring) -> None:
    made = refers.introduce()
    contact = refers.agree(made.id, marketing=True, numbers=True).contact_id
    granted = [row.purpose for row in refers.house.rows(tables.consent, contact_id=contact)]
    assert sorted(granted) == ["marketing", "referral"]
    assert refers.row(made.id).numbers_agreed


def test_who_comes_by_a_landing_page_has_agreed_and_both_events_follow(refers: Referring) -> None:
    made = refers.introduce(way=Way.FORWARD, consented=True, consent_text=TEXT)
    assert made.state is State.RECEIVED
    assert refers.told() == ["referral.introduced", "referral.received"]


def test_an_address_may_be_corrected_or_given_at_the_consent_and_is_needed(
    refers: Referring,
) -> None:
    made = refers.introduce("")
    with pytest.raises(NurtureError, match="address"):
        refers.agree(made.id)
    assert refers.row(made.id).state == "awaiting_consent"
    contact = refers.agree(made.id, email="suzuki@new.example").contact_id
    assert refers.house.contact(contact).email == "suzuki@new.example"


def test_a_no_is_remembered_and_nothing_follows(refers: Referring) -> None:
    made = refers.introduce()
    refers.refuse(made.id)
    refers.refuse(made.id)
    row = refers.row(made.id)
    assert (row.state, row.reason) == ("declined", "refused")
    with pytest.raises(NurtureError, match="is over"):
        refers.agree(made.id)
    with pytest.raises(NurtureError, match="stays closed"):
        refers.reopen(made.id)
    assert Flag.UNSUBSCRIBED in refers.introduce().flags


@pytest.mark.parametrize(
    ("to", "more", "event"),
    [
        (State.CONTACTED, {"contacted_by": "phone"}, "referral.contacted"),
        (State.MEETING, {}, "referral.met"),
        (State.PROPOSAL, {}, "referral.proposed"),
        (State.WON, {"result": "転記の時間を42%削減"}, "referral.won"),
        (State.LOST, {"reason": "timing"}, "referral.lost"),
        (State.DECLINED, {"reason": "not_icp"}, "referral.declined"),
        (State.DUPLICATE, {}, "referral.duplicated"),
    ],
)
def test_each_move_is_a_step_and_an_event_once(
    refers: Referring, to: State, more: dict[str, str], event: str
) -> None:
    made = refers.introduce(consented=True, consent_text=TEXT)
    assert refers.move(made.id, to, **more)
    again = {} if to not in (State.LOST, State.DECLINED) else {"reason": "other"}
    assert not refers.move(made.id, to, **again)
    row = refers.row(made.id)
    assert refers.steps(made.id) == ["awaiting_consent", "received", str(to)]
    (told,) = refers.house.events(event)
    assert told.properties["referral"] == made.ref
    if to in (State.CONTACTED, State.MEETING, State.PROPOSAL, State.WON):
        assert row.contacted_at == refers.house.clock.now()
    assert (row.closed_at is not None) == (
        to in (State.WON, State.LOST, State.DECLINED, State.DUPLICATE)
    )


def test_what_may_not_be_is_refused_with_a_sentence(refers: Referring) -> None:
    made = refers.introduce()
    for to, words in (
        (State.CONTACTED, "nobody has agreed"),
        (State.WON, "nobody has agreed"),
        (State.LOST, "why is referral"),
    ):
        with pytest.raises(NurtureError, match=words):
            refers.move(made.id, to)
    refers.agree(made.id)
    with pytest.raises(NurtureError, match="does not expire"):
        refers.move(made.id, State.EXPIRED)
    with pytest.raises(NurtureError, match="not a way to contact"):
        refers.move(made.id, State.CONTACTED, contacted_by="pigeon")
    refers.move(made.id, State.MEETING)
    # Behind us: nothing to do, and nothing goes back.
    assert not refers.move(made.id, State.CONTACTED)
    refers.move(made.id, State.WON)
    with pytest.raises(NurtureError, match="is over"):
        refers.move(made.id, State.LOST, reason="timing")
    with pytest.raises(NotFoundError):
        refers.move(999, State.WON)


def test_a_closed_referral_opens_again_where_it_stood(refers: Referring) -> None:
    made = refers.introduce(consented=True, consent_text=TEXT)
    assert not refers.reopen(made.id)
    refers.move(made.id, State.MEETING)
    refers.move(made.id, State.LOST, reason="timing")
    assert refers.reopen(made.id)
    row = refers.row(made.id)
    assert (row.state, row.closed_at, row.reason) == ("meeting", None, None)
    refers.move(made.id, State.WON)
    assert refers.told()[-3:] == ["referral.lost", "referral.reopened", "referral.won"]


@pytest.mark.parametrize(
    "bad",
    [{"name": "", "company": "", "email": ""}, {"email": "no address"}, {"referrer_id": 4711}],
)
def test_an_introduction_that_says_nothing_usable_is_refused(
    refers: Referring, bad: dict[str, str]
) -> None:
    with pytest.raises(NurtureError):
        refers.introduce(**{"email": "x@kigyou.example", **bad})
    assert refers.house.rows(tables.referral) == []


def test_doubts_are_flags_and_block_nothing(refers: Referring) -> None:
    house = refers.house
    house.person("customer@kaisha.example", lifecycle="customer")
    talks = house.person("talks@shoudan.example")
    now = house.clock.now()
    house.add(tables.deal, contact_id=talks, stage="open", created_at=now, updated_at=now)
    left = house.person("left@sayounara.example")
    house.consent(left, "marketing", "withdrawn")
    hashed = address_hash("dead@kigyou.example", house.runtime.hash_key)
    with write(house.engine) as connection:
        people.suppress(connection, hashed, "hard_bounce", "", now)
    for email, flags in (
        ("tanaka@aozora.example", {Flag.SELF, Flag.SAME_DOMAIN, Flag.CUSTOMER}),
        ("yamada@aozora.example", {Flag.SAME_DOMAIN, Flag.CUSTOMER}),
        ("customer@kaisha.example", {Flag.CUSTOMER}),
        ("talks@shoudan.example", {Flag.OPEN_DEAL}),
        ("anyone@mailinator.com", {Flag.DISPOSABLE}),
        ("dead@kigyou.example", {Flag.SUPPRESSED}),
        ("left@sayounara.example", {Flag.UNSUBSCRIBED}),
        ("fine@kigyou.example", set()),
    ):
        made = refers.introduce(email)
        assert set(made.flags) == flags, email
        assert made.state is State.AWAITING_CONSENT


def test_of_two_referrers_on_one_day_the_first_is_followed_and_the_other_told(
    refers: Referring,
) -> None:
    house = refers.house
    first = refers.introduce()
    house.clock.move_to(house.clock.now() + timedelta(hours=1))
    other = house.person("sasaki@betsu.example", family_name="佐々木")
    second = refers.introduce(referrer_id=other)
    assert second.id != first.id and second.flags == (Flag.DUPLICATE,)
    # They agree on the page of the second: the oldest touch wins all the same.
    agreed = refers.agree(second.id)
    assert agreed.id == first.id
    assert refers.row(first.id).state == "received"
    assert (refers.row(second.id).state, refers.row(second.id).reason) == ("duplicate", "known")
    assert refers.told(other) == ["referral.introduced", "referral.duplicated"]
    received = house.rows(tables.referral_step, referral_id=first.id, to_state="received")
    assert received[0].reason == "attributed/first/introduce/2026-05-12"
    # Agreed once more, on either page: the same.
    assert refers.agree(second.id).id == first.id
    assert len(house.events("introduction.accepted")) == 1


def test_who_agrees_after_it_expired_has_agreed(refers: Referring) -> None:
    made = refers.introduce()
    assert refers.move(made.id, State.EXPIRED, by="engine")
    # The address went with the silence: they write it themselves.
    with pytest.raises(NurtureError, match="address"):
        refers.agree(made.id)
    refers.agree(made.id, email="suzuki@kigyou.example")
    assert refers.row(made.id).state == "received"
    assert refers.told() == [
        "referral.introduced", "referral.expired", "referral.reopened", "referral.received",
    ]  # fmt: skip


def test_a_known_contact_keeps_what_is_known_of_them(refers: Referring) -> None:
    known = refers.house.person(
        "suzuki@kigyou.example", family_name="鈴木", source="展示会", consent=[]
    )
    refers.house.consent(known, "referral", "withdrawn")
    made = refers.introduce()
    assert refers.agree(made.id, name="鈴木 一郎").contact_id == known
    contact = refers.house.contact(known)
    assert (contact.source, contact.given_name) == ("展示会", "一郎")
    # Their own word, newer than what they had withdrawn.
    states = [row.state for row in refers.house.rows(tables.consent, contact_id=known)]
    assert states == ["withdrawn", "granted"]


def test_whom_we_refer_to_a_partner_is_our_own_affair(refers: Referring) -> None:
    made = refers.introduce(way=Way.OUTBOUND)
    assert refers.row(made.id).acknowledge_by is None
    assert refers.told() == []


CONSENT_LETTER = (
    "---\nsubject: ご紹介のご確認\npreheader: ご確認\nlayout: letter\n---\n"
    "{{ referral.name }}\n\n{{ referral.referrer }}よりご紹介いただきました。\n\n"
    "[ご返事]({{ referral.consent }})\n"
)


def _asking(house: House, program: str = WRITES) -> Referring:
    return referring(house, t_introduction__consent=CONSENT_LETTER, program=program)


def test_a_stranger_is_asked_for_consent_once_ever_and_only_where_vouched(house: House) -> None:
    refers = _asking(house)
    refers.introduce("a@kigyou.example")
    made = refers.introduce("b@kigyou.example", vouched_text="ご本人の了承を得ています")
    house.turn()
    assert house.to() == ["b@kigyou.example"]
    (mail,) = house.rows(tables.message)
    assert (mail.purpose, mail.tracked, mail.contact_id) == ("introduction", False, None)
    data = house.provider.accepted[0].data.decode("utf-8", "replace")
    assert "List-Unsubscribe: <https://links.sample.example/y/" in data.replace("\r\n ", "")
    assert refers.row(made.id).asked_consent_at == house.clock.now()
    # Another friend names the same person, and the first again after a while: never again.
    other = house.person("sasaki@betsu.example", family_name="佐々木")
    refers.introduce("b@kigyou.example", referrer_id=other, vouched_text="はい")
    house.turn()
    assert len(house.to()) == 1
    assert ("not_asked", "consent_asked_before") in house.reasons(contact_id=other)
    # Their no takes the address out of the mail as sent.
    refers.refuse(made.id)
    assert house.rows(tables.message)[0].recipient is None


def test_no_switch_no_mail(house: House) -> None:
    refers = _asking(house, "")
    refers.introduce(vouched_text="はい")
    house.turn()
    assert house.rows(tables.message) == []


def test_who_declines_before_the_window_opens_is_not_asked_any_more(house: House) -> None:
    refers = _asking(house)
    made = refers.introduce(vouched_text="はい")
    # By the link that their friend handed on.
    refers.refuse(made.id)
    house.turn()
    assert house.to() == []
    assert house.rows(tables.message)[0].reason == "introduction_over"


def test_nothing_is_written_to_suppressed_or_departed_people_and_it_says_why(house: House) -> None:
    refers = _asking(house)
    left = house.person("left@kigyou.example")
    house.consent(left, "marketing", "withdrawn")
    with write(house.engine) as connection:
        hashed = address_hash("dead@kigyou.example", house.runtime.hash_key)
        people.suppress(connection, hashed, "complaint", "", house.clock.now())
    for email in ("left@kigyou.example", "dead@kigyou.example", "tanaka@aozora.example"):
        refers.introduce(email, vouched_text="はい")
    house.turn()
    assert house.to() == []
    assert [why for kind, why in house.reasons() if kind == "not_asked"] == [
        "consent_unsubscribed", "consent_suppressed", "consent_self",
    ]  # fmt: skip


def test_erasure_leaves_states_and_the_hash_and_nothing_of_the_person(refers: Referring) -> None:
    made = refers.introduce(consented=True, consent_text=TEXT, why="同じ課題")
    contact = refers.row(made.id).contact_id
    with write(refers.house.engine) as connection:
        referral_people.forget(connection, [contact])
    row = refers.row(made.id)
    assert (row.name, row.company, row.email, row.why) == (None, None, None, None)
    assert row.state == "received" and row.address_hash is not None


def test_a_merged_contact_keeps_the_referral_by_which_it_came(refers: Referring) -> None:
    house = refers.house
    made = refers.introduce(consented=True, consent_text=TEXT)
    house.turn()
    old = refers.row(made.id).contact_id
    new = house.person("ichiro@kigyou.example", consent=[])
    house.change(tables.contact, old, merged_into=new)
    house.happens(old, "deal.met", deal="CRM-9")
    house.turn()
    row = refers.row(made.id)
    assert row.state == "meeting"


def test_a_referrer_who_left_their_company_is_told_by_a_person(refers: Referring) -> None:
    house = refers.house
    refers.introduce()
    hashed = address_hash("tanaka@aozora.example", house.runtime.hash_key)
    with write(house.engine) as connection:
        people.suppress(connection, hashed, "hard_bounce", "", house.clock.now())
    house.after(hours=20)
    # No receipt reaches them any more: the promise breaks visibly, and its owner calls.
    (task,) = house.rows(tables.task, kind="promise")
    assert task.contact_id == refers.referrer
