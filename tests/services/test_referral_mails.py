"""A referral shows the mails about it by their subjects: those that left, and those that wait."""

from __future__ import annotations

from datetime import timedelta

from nurture.domain.referral import State
from nurture.services.referral_desk import sheet
from nurture.services.referral_told import told_whole
from tests.services.house import START, House
from tests.services.project import letter, workflow
from tests.services.referring import referring

PER = "purpose: progress\nper: event.referral\ntrigger: [{event: referral.%s}]"

RECEIPT = workflow("receipt", "- send: x/receipt", PER % "introduced")
CLOSING = workflow(
    "closing",
    "- {send: x/lost, expires: 7d, review: {by: owner, for: 4h, otherwise: hold}}",
    PER % "lost",
).replace("title: closing", "title: 結果のご報告")
WELCOME = workflow(
    "welcome",
    "- send: x/welcome",
    "purpose: progress\nper: event.referral\ntrigger: [{event: introduction.accepted}]",
)


def test_mails_are_named_by_their_subjects_and_waiting_ones_by_their_journey(house: House) -> None:
    refers = referring(
        house,
        RECEIPT,
        CLOSING,
        WELCOME,
        t_x__receipt=letter(subject="お預かりしました"),
        t_x__welcome=letter(subject="はじめまして"),
    )
    made = refers.introduce()
    house.turn()
    house.after(hours=1)
    refers.agree(made.id)
    house.turn()
    house.after(hours=1)
    refers.move(made.id, State.LOST, reason="timing")
    house.turn()
    found = sheet(house.runtime, made.ref).mails
    hour = timedelta(hours=1)
    assert [(one.title, one.reader, one.state, one.at) for one in found] == [
        ("お預かりしました", "referrer", "sent", START),
        ("はじめまして", "referred", "sent", START + hour),
        ("結果のご報告", "referrer", "review", START + 2 * hour),
    ]
    assert found[2].due_at == START + 2 * hour + timedelta(days=7)
    told = told_whole(sheet(house.runtime, made.ref))["mails"]
    assert [one["template"] for one in told] == ["x/receipt", "x/welcome", "x/lost"]
