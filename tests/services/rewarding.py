"""A house with a referral programme, people who refer, and referrals whose life can be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, insert

from nurture.db import tables
from nurture.db.engine import write
from nurture.domain.referral import State, Way
from nurture.domain.referral_program import (
    Kit,
    Offer,
    Program,
    Reward,
    RewardLimits,
    Rules,
    Wanted,
)
from nurture.services.deliver import Outbox
from nurture.services.referrals import Introduction, advance, agree, introduce, reopen
from nurture.services.releases import LiveRelease, Releases
from tests.services.house import House
from tests.services.project import project, workflow

TITLE = {"ja": "導入支援1日", "en": "A day of support"}
WELCOME = {"ja": "初期費用の割引", "en": "Setup at a discount"}

OFFER = Offer(
    "support",
    TITLE,
    {"ja": "現場の改善が早まります"},
    referrer=Reward("training", TITLE, 50000, "JPY"),
    referred=Reward("discount", WELCOME, 30000, "JPY"),
    within=timedelta(days=30),
)

PROGRAM = Program(
    "main",
    {"ja": "ご紹介制度"},
    Wanted(("manufacturing",), {"ja": "転記に困っている方"}, {"ja": "転記"}),
    {"support": OFFER},
    Rules({"ja": "r"}, {"ja": "r"}, {"ja": "r"}, {"ja": "r"}),
    Kit({"ja": "k"}, {"ja": "k"}),
    rewards=RewardLimits(hold=timedelta(days=14)),
)


class WithPrograms(Releases):
    """Releases whose programmes are a test's."""

    def __init__(self, programs: Mapping[str, Program]) -> None:
        super().__init__()
        self.programs = dict(programs)

    def get(self, connection: Connection, release_id: int) -> LiveRelease:
        """Return a release with the test's programmes."""
        found = super().get(connection, release_id)
        return replace(found, definitions=replace(found.definitions, programs=self.programs))


class Referring:
    """A house with one programme, and its referrals."""

    def __init__(self, house: House, *files: str, program: Program = PROGRAM, **more: str) -> None:
        self.house = house
        self.releases = WithPrograms({"main": program})
        house.runtime = replace(house.runtime, releases=self.releases)
        house.outbox = Outbox(house.runtime, house.provider)
        house.publish(project(workflow("a", "- {send: x/one}"), *files, **more))
        self.referrer = self.refers("mori@kita.example")
        self._number = 0

    def program(self, **changes: Any) -> None:
        """Publish the programme with changes."""
        self.releases.programs["main"] = replace(self.releases.programs["main"], **changes)

    def refers(self, email: str, kind: str = "customer", **values: Any) -> int:
        """Add somebody who refers."""
        who = self.house.person(email, ("referral",), **values)
        row = {"contact_id": who, "code": email[:24], "kind": kind}
        with write(self.house.engine) as connection:
            connection.execute(
                insert(tables.referrer).values(**row, created_at=self.house.clock.now())
            )
        return who

    def referral(self, referrer: int | None = None, **values: Any) -> int:
        """Somebody introduces a person whose address we do not have yet."""
        self._number += 1
        it = Introduction(
            "main",
            referrer or self.referrer,
            Way.INTRODUCE,
            name=f"佐藤{self._number}",
            offer=values.pop("offer", "support"),
        )
        with write(self.house.engine) as connection:
            now = self.house.clock.now()
            found = introduce(self.house.runtime, connection, it, now, "referrer")
        if values:
            self.house.change(tables.referral, found.id, **values)
        self.house.decide()
        return found.id

    def agrees(self, referral: int, email: str = "sato@minami.example") -> int:
        """The referred person agrees and becomes a contact."""
        with write(self.house.engine) as connection:
            now = self.house.clock.now()
            done = agree(self.house.runtime, connection, referral, now, "同意します", email=email)
        self.house.decide()
        return done.contact_id

    def comes(self, referral: int, state: State, reason: str = "") -> None:
        """Bring a referral to a state, as whoever moves it does."""
        with write(self.house.engine) as connection:
            now = self.house.clock.now()
            advance(self.house.runtime, connection, referral, state, now, "yoshida", reason=reason)
        self.house.decide()

    def reopens(self, referral: int) -> None:
        """Open a closed referral again."""
        with write(self.house.engine) as connection:
            reopen(self.house.runtime, connection, referral, self.house.clock.now(), "yoshida")
        self.house.decide()

    def won(self, referrer: int | None = None, **values: Any) -> int:
        """Add a referral whose deal was won at once."""
        found = self.referral(referrer, **values)
        self.agrees(found, f"r{found}@minami.example")
        self.comes(found, State.WON)
        return found

    def reward(self, referral: int, side: str = "referrer") -> Any:
        """Return a referral's reward of a side."""
        (found,) = self.house.rows(tables.reward, referral_id=referral, side=side)
        return found

    def ledger(self, reward: int) -> list[tuple[str | None, str, float | None, str | None]]:
        """Return (from, to, amount, reason) of a reward's lines."""
        lines = self.house.rows(tables.reward_entry, reward_id=reward)
        return [(one.from_state, one.to_state, one.amount, one.reason) for one in lines]
