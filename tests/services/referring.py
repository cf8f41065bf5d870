"""A customer who refers people, in a house on a frozen clock: what tests of referrals act on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from nurture.db import tables
from nurture.db.engine import write
from nurture.domain.referral import State, Way
from nurture.services import referrals
from nurture.services.referrals import Agreed, Introduced, Introduction
from tests.services.house import House
from tests.services.project import project

TEXT = "ご紹介についてご連絡を差し上げることに同意します。"


@dataclass
class Referring:
    """A house with a referrer."""

    house: House
    referrer: int

    def introduce(self, email: str = "suzuki@kigyou.example", **more: Any) -> Introduced:
        """Introduce somebody, as the form does."""
        it = {
            "program": "main",
            "referrer_id": self.referrer,
            "way": Way.INTRODUCE,
            "name": "鈴木 一郎",
            "company": "株式会社企業",
            "email": email,
            **more,
        }
        with write(self.house.engine) as connection:
            now = self.house.clock.now()
            return referrals.introduce(
                self.house.runtime, connection, Introduction(**it), now, "referrer"
            )

    def agree(self, referral_id: int, **more: Any) -> Agreed:
        """Agree as the referred person does."""
        with write(self.house.engine) as connection:
            now = self.house.clock.now()
            return referrals.agree(self.house.runtime, connection, referral_id, now, TEXT, **more)

    def refuse(self, referral_id: int) -> None:
        """Decline as the referred person does."""
        with write(self.house.engine) as connection:
            referrals.refuse(self.house.runtime, connection, referral_id, self.house.clock.now())

    def move(self, referral_id: int, to: State, by: str = "sato", **more: Any) -> bool:
        """Move a referral as the team does."""
        with write(self.house.engine) as connection:
            now = self.house.clock.now()
            return referrals.advance(
                self.house.runtime, connection, referral_id, to, now, by, **more
            )

    def reopen(self, referral_id: int) -> bool:
        """Open a closed referral again, as the team does."""
        with write(self.house.engine) as connection:
            now = self.house.clock.now()
            return referrals.reopen(self.house.runtime, connection, referral_id, now, "sato")

    def row(self, referral_id: int) -> Row[Any]:
        """Return a referral's row."""
        return self.house.row(tables.referral, referral_id)

    def told(self, contact_id: int | None = None) -> list[str]:
        """Return the types of events about referrals on somebody, the referrer by default."""
        whose = self.referrer if contact_id is None else contact_id
        return [
            row.type
            for row in self.house.rows(tables.event, contact_id=whose)
            if row.type.partition(".")[0] in ("referral", "introduction")
        ]

    def steps(self, referral_id: int) -> list[str]:
        """Return the states that a referral went through."""
        return [
            row.to_state for row in self.house.rows(tables.referral_step, referral_id=referral_id)
        ]


#: a programme as small as it may be; `{more}` are further lines
PROGRAM = """
referral_program: main
title: {ja: ご紹介}
wanted:
  industries: manufacturing
  people: {ja: 転記にお困りの方}
  problem: {ja: 転記}
offers:
  thanks:
    title: {ja: お礼}
    benefit: {ja: 勉強会にお招きします}
rules:
  payment: {ja: なし}
  exclusions: {ja: なし}
  privacy: {ja: ご紹介のためだけに使います}
  reports: {ja: 節目ごと}
kit:
  pitch: {ja: 転記をなくします}
  outcome: {ja: 月42時間の削減}
  mail: {ja: "{link}"}
  chat: {ja: "{link}"}
"""

#: what writing to strangers for consent needs
WRITES = """
rewards: {legal_approved: true, legal_approved_by: 法務部, legal_approved_at: 2026-04-01}
write_for_consent: true
"""


def referring(house: House, *workflows: str, program: str = "", **files: str) -> Referring:
    """Return a house with a customer, 田中 of 株式会社青空, who may refer people.

    `program` are further lines of the programme's file.
    """
    release = project(*workflows, **files)
    release["workflows/program.yaml"] = (PROGRAM + program).encode()
    house.publish(release)
    company = house.company(domain="aozora.example")
    referrer = house.person(account_id=company, given_name="花", lifecycle="customer")
    return Referring(house, referrer)
