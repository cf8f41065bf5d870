"""What guards and readiness know of people, loaded for many at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from nurture.db import asks
from nurture.db.survivors import Same, same
from nurture.domain.newest_result import Result
from nurture.domain.readiness import Readiness, Signs, readiness
from nurture.domain.referral import AskAnswer
from nurture.domain.referral_guards import YEAR, AskFacts, PastAsk
from nurture.domain.referral_program import Program
from nurture.domain.scoring import Engagement, score_at

#: meetings with other customers, whatever they are called
_COMMUNITY = ("community.joined", "event.attended", "seminar.attended")
#: since when somebody is a customer
_BECAME = ("deal.won", "onboarding.completed")

CUSTOMER = "customer"
PROSPECT = "prospect"


@dataclass(slots=True)
class KnownAsks:
    """Asks that count, in the order in which they were."""

    #: key → its place in that order
    _places: dict[str, int] = field(default_factory=dict)
    _of_contact: dict[int, list[tuple[int, PastAsk]]] = field(default_factory=dict)
    _of_account: dict[int, list[tuple[int, PastAsk]]] = field(default_factory=dict)
    #: key → programme and contact, of asks within a pilot
    _pilot: dict[str, tuple[str, int]] = field(default_factory=dict)

    def of(self, contact_id: int, key: str = "") -> tuple[PastAsk, ...]:
        """Return the asks of a contact; only what came before an ask, where one is named."""
        return self._before(self._of_contact.get(contact_id, []), key)

    def of_account(self, account_id: int | None, key: str = "") -> tuple[PastAsk, ...]:
        """Return the asks of everybody of an account."""
        return self._before(self._of_account.get(account_id or 0, []), key)

    def in_pilot(self, program: str, key: str = "") -> set[int]:
        """Return the contacts whom a programme asked while it was small."""
        found: set[int] = set()
        for one, (name, contact_id) in self._pilot.items():
            if one == key:
                break
            if name == program:
                found.add(contact_id)
        return found

    def add(self, key: str, ask: PastAsk, account_id: int | None) -> None:
        """Remember an ask: it counts for everybody after it."""
        place = self._places[key] = len(self._places)
        self._of_contact.setdefault(ask.contact_id, []).append((place, ask))
        if account_id is not None:
            self._of_account.setdefault(account_id, []).append((place, ask))

    def add_pilot(self, key: str, program: str, contact_id: int) -> None:
        """Remember that an ask belongs to a small start."""
        self._pilot[key] = (program, contact_id)

    def _before(self, asks: list[tuple[int, PastAsk]], key: str) -> tuple[PastAsk, ...]:
        end = self._places.get(key, len(self._places))
        return tuple(ask for place, ask in asks if place < end)


class AskDesk:
    """Nine queries for any number of contacts (`touched.contact_rows` by id)."""

    def __init__(
        self,
        connection: Connection,
        people: Mapping[int, Row[Any]],
        half_life: timedelta,
        now: datetime,
        blocked: Collection[int] = (),
    ) -> None:
        self._people, self._now, self._half_life = people, now, half_life
        self._blocked = frozenset(blocked)
        ids = sorted(people)
        accounts = sorted({row.account_id for row in people.values() if row.account_id})
        # What a duplicate was asked, answered and did is theirs.
        who = same(connection, ids)
        self.known = _known(connection, who, accounts)
        self._referrers = asks.referrers(connection, who)
        self._never = asks.never_asked(connection, who) if who.became else set()
        self._answers = asks.newest_answers(connection, who)
        self._loops = asks.open_loops(connection, who)
        self._happened = asks.happened(connection, who, now - YEAR)
        self._results = asks.results(connection, who, now - YEAR)
        self._complaining = asks.complaining_accounts(connection, accounts) if accounts else set()

    def facts(self, contact_id: int, key: str = "") -> AskFacts:
        """Return what the guards read of a contact; `key` as in `Guard.refuse`."""
        row, referrer = self._people[contact_id], self._referrers.get(contact_id)
        happened = self._happened.get(contact_id, {})
        score, scored_at = self._answers.get(contact_id, (None, None))
        left, complaint = happened.get("contact.left"), happened.get("complaint.received")
        resolved = happened.get("complaint.resolved")
        result = self._results.get(contact_id, Result())
        return AskFacts(
            contact_id=contact_id,
            kind=self.kind(contact_id),
            customer=row.lifecycle == CUSTOMER,
            reachable=self._reachable(row) and left is None,
            motive=referrer.motive if referrer is not None else None,
            industry=row.account_industry or "",
            do_not_ask=bool(referrer is not None and referrer.do_not_ask)
            or contact_id in self._never,
            score=score,
            scored_at=scored_at,
            loop_open=contact_id in self._loops,
            complaint_at=complaint.last if complaint is not None else None,
            complaint_open=row.account_id in self._complaining
            or asks.is_open(
                complaint.last if complaint is not None else None,
                resolved.last if resolved is not None else None,
            ),
            result_at=result.at,
            result_worse=result.worse,
            hearing_at=_last(happened, "hearing.held"),
            asks=self.known.of(contact_id, key),
            account_asks=self.known.of_account(row.account_id, key),
        )

    def signs(self, contact_id: int) -> Signs:
        """Return what readiness reads beside."""
        row, referrer = self._people[contact_id], self._referrers.get(contact_id)
        happened = self._happened.get(contact_id, {})
        since = [one.first for kind in _BECAME if (one := happened.get(kind)) is not None]
        engagement = Engagement(row.engagement, row.scored_at)
        return Signs(
            engagement=score_at(engagement, 0.0, self._half_life, self._now),
            community=sum(
                one.lately for kind in _COMMUNITY if (one := happened.get(kind)) is not None
            ),
            network_reach=referrer.network_reach if referrer is not None else 0,
            customer_since=min(since, default=None),
        )

    def readiness(self, program: Program, contact_id: int) -> Readiness:
        """Return how ready a contact is, with its lines."""
        return readiness(program, self.facts(contact_id), self.signs(contact_id), self._now)

    def kind(self, contact_id: int) -> str:
        """Return what kind of referrer a contact is, or would be."""
        referrer = self._referrers.get(contact_id)
        if referrer is not None:
            return str(referrer.kind)
        return CUSTOMER if self._people[contact_id].lifecycle == CUSTOMER else PROSPECT

    def is_referrer(self, contact_id: int) -> bool:
        """Say whether a contact has a row as a referrer."""
        return contact_id in self._referrers

    def _reachable(self, row: Row[Any]) -> bool:
        return bool(row.email) and not row.erased and row.id not in self._blocked


def _known(connection: Connection, who: Same, accounts: Sequence[int]) -> KnownAsks:
    found = KnownAsks()
    for row in asks.past(connection, who, accounts):
        ask = PastAsk(
            row.asked_at,
            who.who(row.contact_id),
            row.program,
            AskAnswer(row.answer) if row.answer else None,
            row.answered_at,
        )
        found.add(row.dedupe_key, ask, row.account_id)
    for row in asks.pilots(connection):
        found.add_pilot(row.dedupe_key, row.program, who.who(row.contact_id))
    return found


def _last(happened: Mapping[str, asks.Often], kind: str) -> datetime | None:
    found = happened.get(kind)
    return found.last if found is not None else None
