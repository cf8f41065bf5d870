"""The letter that a referrer sends from their own mailbox about a referral of theirs."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from nurture.db import referrals, referrers, results
from nurture.db.engine import read
from nurture.domain.introduction_letter import (
    Introducing,
    Letter,
    introduction,
    own_result,
    sentence,
)
from nurture.domain.referral import State
from nurture.domain.referral_program import Program
from nurture.domain.result_words import title
from nurture.domain.results import figure, from_json, headline
from nurture.services.compose import text_in
from nurture.services.refer_desk import Desk
from nurture.services.refer_kit import mailto
from nurture.services.refer_links import consent_of
from nurture.services.runtime import Runtime

#: what the referrer ticks where we are to write; kept with the referral
_VOUCHING = {
    "ja": "ご本人の了承を得ています。"
    "貴社から一度だけ、ご連絡してよいかを伺うメールを送ることを、ご本人もご存じです。",
    "en": "They know of it, and agree that you write to them once to ask whether you may get in "
    "touch.",
}


@dataclass(frozen=True, slots=True)
class Written:
    """A letter, ready to be sent."""

    letter: Letter
    mailto: str
    #: the same for a chat, one line
    short: str
    #: 青木様, Taro Aoki
    whom: str
    #: we write to them as well, once
    writes: bool
    #: the letter names a figure of the referrer's own company
    own_result: bool


def vouching(locale: str) -> str:
    """Return what a referrer says by the box that lets us write."""
    return _VOUCHING["ja" if locale.startswith("ja") else "en"]


def letter_about(
    runtime: Runtime,
    desk: Desk,
    program: Program,
    referral_id: int,
    locale: str,
    typed: str = "",
) -> Written | None:
    """Return the letter about a referral; None where it is not theirs, or is decided already.

    `typed`: the name as its referrer has just written it, where we keep none.
    """
    with read(runtime.engine) as connection:
        row = referrals.get(connection, referral_id)
        own = _own_result(connection, desk.referrer.id, locale)
    if row is None or row.referrer_id not in desk.referrer.ids:
        return None
    if State(row.state) is not State.AWAITING_CONSENT:
        return None
    name = row.name or typed
    person = desk.referrer.person
    link = consent_of(runtime, referral_id, row.referrer_id)
    japanese = locale.startswith("ja")
    me = person.family_name or person.given_name or ""
    if not japanese:
        me = f"{person.given_name or ''} {person.family_name or ''}".strip()
    company = text_in(desk.policy.legal.company, locale)
    kit = program.kit
    letter = introduction(
        Introducing(
            referrer=me or (person.company or ""),
            referrer_company=(person.company or "") if me else "",
            name=name,
            company=row.company or "",
            why=row.why or "",
            seller=text_in(desk.owner.name, locale),
            seller_company=company,
            about=text_in(kit.topic, locale) or text_in(program.wanted.problem, locale),
            outcome=own or text_in(kit.outcome, locale) or text_in(kit.pitch, locale),
            link=link,
        ),
        locale,
    )
    whom = name or row.company or ""
    if japanese:
        pitch = sentence(text_in(kit.pitch, locale), "。")
        short = f"{company}をご紹介したくご連絡しました。{pitch} {link}"
        somebody = f"{whom}のご担当者様" if whom else "ご紹介先の方"
        whom = f"{name}様" if name else somebody
    else:
        short = f"I would like to introduce {company}: {text_in(kit.pitch, locale)} {link}"
    return Written(
        letter=letter,
        mailto=mailto(letter.subject, letter.body, row.email or ""),
        short=short,
        whom=whom,
        writes=row.vouched_at is not None and bool(row.email),
        own_result=bool(own),
    )


def _own_result(connection: Connection, contact_id: int, locale: str) -> str:
    """Return what we reported to the referrer's company last, where it became better.

    Their own figure convinces a friend more than anybody else's; they see the letter before
    they send it, and are told that it is in there.
    """
    number = referrers.newest_result(connection, contact_id)
    row = results.report(connection, number) if number is not None else None
    best = headline([from_json(one) for one in row.lines]) if row is not None else None
    if best is None:
        return ""
    old, new = (figure(one, best.unit, locale) for one in (best.baseline, best.value))
    return own_result(title(best, locale), old, new, locale)
