"""ご連絡の経緯: what a first letter says of where we know its reader from."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.domain.contact_row import Basis
from nurture.domain.origin import LONGEST, Acquaintance, origin

DAY = date(2026, 3, 12)
SITE = "https://www.nurture.example/"


@pytest.mark.parametrize(
    ("basis", "source", "day", "japanese", "english"),
    [
        # a card, with all that can be known of it, and with less and less
        ("business_card", "改善展2026", DAY,
         "2026年3月12日の「改善展2026」でお名刺を頂戴しました。",
         "We received your business card at 改善展2026 on March 12, 2026."),
        ("business_card", "改善展2026", None, "「改善展2026」でお名刺を頂戴しました。",
         "We received your business card at 改善展2026."),
        ("business_card", "", DAY, "2026年3月12日にお名刺を頂戴しました。",
         "We received your business card on March 12, 2026."),
        ("business_card", None, None, "お名刺を頂戴しました。",
         "We received your business card."),
        # a source that only repeats the basis adds nothing
        ("business_card", "名刺交換", DAY, "2026年3月12日にお名刺を頂戴しました。",
         "We received your business card on March 12, 2026."),
        # our own site: by its address (what follows the question mark stays out), by a word
        ("opt_in", "https://www.nurture.example/forms/paper?utm_source=x", DAY,
         "2026年3月12日に弊社サイト（www.nurture.example/forms/paper）でお申し込みいただきました。",
         "You signed up on our website (www.nurture.example/forms/paper) on March 12, 2026."),
        ("opt_in", "website", DAY, "2026年3月12日に弊社サイトでお申し込みいただきました。",
         "You signed up on our website on March 12, 2026."),
        ("opt_in", "preferences page", None, "弊社サイトでお申し込みいただきました。",
         "You signed up on our website."),
        # somebody else's site is not ours
        ("opt_in", "https://fair.example/visit", DAY,
         "2026年3月12日にウェブサイト（fair.example/visit）でお申し込みいただきました。",
         "You signed up on fair.example/visit on March 12, 2026."),
        # neither a password nor a port is anybody's business; no host is no place
        ("opt_in", "https://me:pw@www.nurture.example:8443/a", None,
         "弊社サイト（www.nurture.example/a）でお申し込みいただきました。",
         "You signed up on our website (www.nurture.example/a)."),
        ("opt_in", "https://?x=1", None, "ご案内の送付にご同意いただきました。",
         "You agreed to hear from us."),
        # an opt-in anywhere else: what was agreed to
        ("opt_in", "改善セミナー", DAY,
         "2026年3月12日の「改善セミナー」で、ご案内の送付にご同意いただきました。",
         "You agreed to hear from us on March 12, 2026 (改善セミナー)."),
        ("opt_in", "", None, "ご案内の送付にご同意いただきました。", "You agreed to hear from us."),
        # words that already speak for us need no brackets
        ("opt_in", "弊社ウェブサイトの資料請求", DAY,
         "2026年3月12日の弊社ウェブサイトの資料請求で、ご案内の送付にご同意いただきました。",
         "You agreed to hear from us on March 12, 2026 (弊社ウェブサイトの資料請求)."),
        ("business_relationship", "お電話でのお問い合わせ", DAY,
         "2026年3月12日のお電話でのお問い合わせ以来、お付き合いをいただいております。",
         "We have been in touch since March 12, 2026 (お電話でのお問い合わせ)."),
        ("business_relationship", None, DAY,
         "2026年3月12日以来、お付き合いをいただいております。",
         "We have been in touch since March 12, 2026."),
        ("business_relationship", None, None, "お付き合いをいただいております。",
         "We have been in touch."),
        ("published_address", "貴社ウェブサイト", DAY,
         "貴社ウェブサイトで公開されているご連絡先を、2026年3月12日に拝見しました。",
         "We found your published address (貴社ウェブサイト) on March 12, 2026."),
        ("published_address", None, None, "公開されているご連絡先を拝見しました。",
         "We found your published address."),
        # a record without its basis, which old imports made
        (None, "改善展2026", DAY, "2026年3月12日の「改善展2026」でご縁をいただきました。",
         "We were put in touch on March 12, 2026 (改善展2026)."),
        (None, None, None, "", ""),
        # what people type: brackets within brackets, brackets around all, lines, full stops
        ("business_card", "「改善展」", None, "「改善展」でお名刺を頂戴しました。",
         "We received your business card at 「改善展」."),
        ("business_card", "展示会「匠」会場", None, "「展示会『匠』会場」でお名刺を頂戴しました。",
         "We received your business card at 展示会「匠」会場."),
        ("business_card", "改善展\r\n東京。", None, "「改善展 東京」でお名刺を頂戴しました。",
         "We received your business card at 改善展 東京."),
        ("business_card", "「」", None, "お名刺を頂戴しました。",
         "We received your business card."),
        ("business_card", "展" * 61, None, f"「{'展' * 59}…」でお名刺を頂戴しました。",
         f"We received your business card at {'展' * 59}…."),
    ],
)  # fmt: skip
def test_an_origin_says_what_the_record_says_and_no_more(
    basis: str | None, source: str | None, day: date | None, japanese: str, english: str
) -> None:
    known = Acquaintance(basis, source, day)
    assert origin(known, "ja", SITE) == japanese
    assert origin(known, "en-GB", SITE) == english


def test_who_has_no_consent_on_record_has_no_origin() -> None:
    assert origin(None, "ja") == origin(None, "en") == ""


@given(
    st.sampled_from([*Basis, "", "something new"]),
    st.text(max_size=400),
    st.none() | st.dates(),
    st.sampled_from(["ja", "en", "de"]),
)
def test_whatever_was_typed_an_origin_is_one_short_line_with_one_end(
    basis: str, source: str, day: date | None, locale: str
) -> None:
    said = origin(Acquaintance(basis, source, day), locale, SITE)
    assert len(said) < LONGEST + 120
    assert not {"\r", "\n", "\0"} & set(said)
    if said:
        assert said.endswith("。" if locale == "ja" else ".")
        assert "。。" not in said[-2:]
