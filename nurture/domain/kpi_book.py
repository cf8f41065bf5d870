"""The facts that the KPIs are computed from, of a span of time: one book, many figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from nurture.domain.kpi_policy import DEFAULT, REFERRAL, KpiPolicy
from nurture.domain.kpi_values import Money
from nurture.domain.referral import CLOSED, PROGRESS, State

#: a doubt that says that a referral is no new business
_UNFIT = frozenset({"self", "same_domain", "customer", "disposable"})

#: who buys: an account, or a contact who has none
CustomerKey = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Period:
    """From a moment on, until before another."""

    since: datetime
    until: datetime

    def holds(self, at: datetime | None) -> bool:
        """Say whether a moment lies in it."""
        return at is not None and self.since <= at < self.until

    @property
    def days(self) -> float:
        """Its length in days."""
        return (self.until - self.since) / timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ReferralFact:
    """An introduction, and how far it has come by now."""

    id: int
    program: str
    referrer_id: int
    channel: str
    way: str
    state: str
    created_at: datetime
    offer: str = ""
    ask_id: int | None = None
    #: of its ask: result_reported …; "": it came unasked
    timing: str = ""
    #: of its ask: mail | bulk_mail | meeting | sns
    ask_channel: str = ""
    asked_at: datetime | None = None
    #: every state that it has been in
    reached: frozenset[str] = frozenset()
    flags: tuple[str, ...] = ()
    reason: str = ""
    consented_at: datetime | None = None
    contacted_at: datetime | None = None
    contacted_by: str = ""
    contact_by: datetime | None = None
    #: a deal is linked with it
    has_deal: bool = False
    #: the offer has a reward for the referrer
    rewarded: bool = False
    #: what its programme's file calls itself: customer_matching, incentive …
    program_type: str = "customer_matching"
    #: the first that ever came from its referrer
    first: bool = True

    @property
    def counts(self) -> bool:
        """Whether it is one of the A: no second referral of one person, none that we gave."""
        return self.state != State.DUPLICATE and self.way != "outbound"

    @property
    def became_deal(self) -> bool:
        """商談化: a deal is linked, or a meeting was held, or it came further."""
        return self.has_deal or self.came_to(State.MEETING)

    @property
    def won(self) -> bool:
        """成約: it stands at won (a reopened or reversed one does not)."""
        return self.state == State.WON

    @property
    def judged(self) -> bool:
        """Whether one can say by now if it fits: it is closed, or a meeting was held."""
        return State(self.state) in CLOSED or self.became_deal

    @property
    def fits(self) -> bool:
        """Whether it was not declined, and no doubt says that it is no new business."""
        return self.state != State.DECLINED and not _UNFIT & set(self.flags)

    def came_to(self, state: State) -> bool:
        """Say whether it reached a state of progress, or one beyond it."""
        beyond = PROGRESS[PROGRESS.index(state) :]
        return any(one in self.reached or one == self.state for one in beyond)


@dataclass(frozen=True, slots=True)
class DealFact:
    """A deal, with where it came from."""

    id: int
    customer: CustomerKey
    #: group of the policy; `referral` where a referral is linked
    source: str
    stage: str
    created_at: datetime
    closed_at: datetime | None = None
    amount: float | None = None
    currency: str | None = None
    industry: str = ""
    employees: int | None = None
    referral_id: int | None = None
    #: it names a referral that nobody knows
    lost_link: bool = False
    #: a meeting ahead, or a next step that was written down
    has_next: bool = False

    @property
    def won(self) -> bool:
        """Whether it was won."""
        return self.stage == "won"

    @property
    def closed(self) -> bool:
        """Whether it was won or lost."""
        return self.stage in ("won", "lost")


@dataclass(frozen=True, slots=True)
class LeadFact:
    """Somebody who acted, and what came of it by now."""

    contact_id: int
    source: str
    at: datetime
    has_deal: bool
    won: bool


@dataclass(frozen=True, slots=True)
class AskFact:
    """An ask for an introduction."""

    id: int
    program: str
    contact_id: int
    offer: str
    timing: str
    channel: str
    mode: str
    asked_at: datetime
    answer: str | None = None
    answered_at: datetime | None = None
    #: kind of what its offer gives the referrer; "" for a benefit without a reward
    reward: str = ""

    @property
    def rewarded(self) -> bool:
        """Whether the referrer was promised a reward."""
        return bool(self.reward)


@dataclass(frozen=True, slots=True)
class InvitationFact:
    """A person was asked the NPS question."""

    contact_id: int
    asked_at: datetime
    answered_at: datetime | None = None
    score: int | None = None
    #: its mail left the house, or it needed none
    left: bool = True


@dataclass(frozen=True, slots=True)
class ReferrerFact:
    """Somebody who may refer."""

    contact_id: int
    #: whose they are, where they are a customer's
    customer: CustomerKey | None
    kind: str
    created_at: datetime
    do_not_ask: bool = False
    #: they said 今後不要 or that rules forbid it: they take no part
    refused: bool = False


@dataclass(frozen=True, slots=True)
class CustomerFact:
    """Somebody who bought."""

    key: CustomerKey
    #: source of their first won deal
    source: str
    since: datetime
    ended_at: datetime | None = None
    #: a won deal says so; False: their stage alone does, and nobody knows when they came
    bought: bool = True


@dataclass(frozen=True, slots=True)
class CostFact:
    """What winning customers from a source cost in a month."""

    month: date
    #: group of the policy, `referral`, or `referral/CHANNEL`
    source: str
    amount: float
    currency: str


@dataclass(frozen=True, slots=True)
class RewardFact:
    """An entry of the ledger: what a referral's reward added to what we owe."""

    referral_id: int
    channel: str
    at: datetime
    amount: float
    currency: str | None


@dataclass(frozen=True, slots=True)
class Book:
    """All of it, of a period."""

    period: Period
    now: datetime
    policy: KpiPolicy = DEFAULT
    #: those that came in the period
    referrals: Sequence[ReferralFact] = ()
    #: those that were opened or closed in the period
    deals: Sequence[DealFact] = ()
    #: those that are open now
    open_deals: Sequence[DealFact] = ()
    #: everything ever won, for what customers are worth
    won_ever: Sequence[DealFact] = ()
    #: those who became leads in the period
    leads: Sequence[LeadFact] = ()
    asks: Sequence[AskFact] = ()
    invitations: Sequence[InvitationFact] = ()
    #: contact → newest answer, 0 to 10
    scores: Mapping[int, int] = field(default_factory=dict)
    referrers: Sequence[ReferrerFact] = ()
    customers: Sequence[CustomerFact] = ()
    costs: Sequence[CostFact] = ()
    rewards: Sequence[RewardFact] = ()
    #: channel of each referral with a deal, whenever it came
    channel_of: Mapping[int, str] = field(default_factory=dict)
    #: the same span before this one
    earlier: Book | None = None

    def within(self, period: Period) -> Book:
        """Return what happened in a shorter span; who is whose customer stays."""
        days = period.since.date(), period.until.date()
        return replace(
            self,
            period=period,
            referrals=[one for one in self.referrals if period.holds(one.created_at)],
            deals=[
                one
                for one in self.deals
                if period.holds(one.created_at) or period.holds(one.closed_at)
            ],
            leads=[one for one in self.leads if period.holds(one.at)],
            asks=[one for one in self.asks if period.holds(one.asked_at)],
            invitations=[one for one in self.invitations if period.holds(one.asked_at)],
            costs=[one for one in self.costs if days[0] <= one.month < days[1]],
            rewards=[one for one in self.rewards if period.holds(one.at)],
        )

    @property
    def counted(self) -> list[ReferralFact]:
        """The referrals that count: the A of 002."""
        return [one for one in self.referrals if one.counts]

    @property
    def won(self) -> list[DealFact]:
        """Deals that were won in the period."""
        return [one for one in self.deals if one.won and self.period.holds(one.closed_at)]

    @property
    def closed(self) -> list[DealFact]:
        """Deals that were won or lost in the period."""
        return [one for one in self.deals if one.closed and self.period.holds(one.closed_at)]

    def worth(self, deals: Sequence[DealFact]) -> Money:
        """Return what deals are worth together, in the house's currency."""
        return self.policy.rates.total((one.amount, one.currency) for one in deals)

    def cost(self, source: str) -> Money:
        """Return what a source cost in the period; referrals with their rewards.

        `referral` holds every channel's own costs too.
        """
        prefix = f"{source}/"
        amounts: list[tuple[float | None, str | None]] = [
            (one.amount, one.currency)
            for one in self.costs
            if one.source == source or one.source.startswith(prefix)
        ]
        if source == REFERRAL:
            amounts += [(one.amount, one.currency) for one in self.rewards]
        elif source.startswith(f"{REFERRAL}/"):
            channel = source.partition("/")[2]
            amounts += [(r.amount, r.currency) for r in self.rewards if r.channel == channel]
        return self.policy.rates.total(amounts)

    @property
    def channels(self) -> Mapping[int, str]:
        """Return referral → channel, of every referral that the book knows of."""
        return {**self.channel_of, **{one.id: one.channel for one in self.referrals}}

    @property
    def sources(self) -> list[str]:
        """Every source of which something is known, referrals first."""
        seen = {one.source for one in self.deals} | {one.source for one in self.leads}
        seen |= {one.source for one in self.customers}
        seen |= {one.source.partition("/")[0] for one in self.costs}
        seen |= {REFERRAL} if self.referrals or self.rewards else set()
        order = [REFERRAL, *(one.key for one in self.policy.sources)]
        return [one for one in order if one in seen] + sorted(seen - set(order))
