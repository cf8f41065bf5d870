"""The life of a referral: its states, which may follow which, and the event each makes."""

from __future__ import annotations

import enum
from collections.abc import Mapping


class State(enum.StrEnum):
    """Where a referral stands."""

    #: we know of it; the referred person has agreed to nothing yet, and is written nothing
    AWAITING_CONSENT = "awaiting_consent"
    #: they agreed: the 24 hours run
    RECEIVED = "received"
    CONTACTED = "contacted"
    MEETING = "meeting"
    PROPOSAL = "proposal"
    WON = "won"
    LOST = "lost"
    #: not our ideal customer, or they said no: politely, with a reason
    DECLINED = "declined"
    #: somebody else's referral of the same person is followed instead
    DUPLICATE = "duplicate"
    #: no answer in time
    EXPIRED = "expired"


#: state → the event on the referrer that comes of reaching it (`referral` = its ref, `state`,
#: `reason`, `channel`, `way`, `company`)
EVENT_OF = {
    State.AWAITING_CONSENT: "referral.introduced",
    State.RECEIVED: "referral.received",
    State.CONTACTED: "referral.contacted",
    State.MEETING: "referral.met",
    State.PROPOSAL: "referral.proposed",
    State.WON: "referral.won",
    State.LOST: "referral.lost",
    State.DECLINED: "referral.declined",
    State.DUPLICATE: "referral.duplicated",
    State.EXPIRED: "referral.expired",
}

#: on the referrer, always first, however it came and whatever its first state is
INTRODUCED = "referral.introduced"
#: on the referred person, once they are a contact: starts their own journey
ACCEPTED = "introduction.accepted"
#: on the referrer: a closed one is open again (a deal was reopened)
REOPENED = "referral.reopened"
#: on the referrer: a promise to them was broken (`timer`: acknowledge | contact | report)
OVERDUE = "referral.overdue"

#: nothing follows these but being reopened
CLOSED = frozenset({State.WON, State.LOST, State.DECLINED, State.DUPLICATE, State.EXPIRED})
#: closing into one of these needs a reason
NEEDS_REASON = frozenset({State.LOST, State.DECLINED})

#: the order of progress; stages may be skipped, never gone back
PROGRESS = (
    State.AWAITING_CONSENT, State.RECEIVED, State.CONTACTED, State.MEETING, State.PROPOSAL,
    State.WON,
)  # fmt: skip


class Channel(enum.StrEnum):
    """What kind of referrer it came through."""

    CUSTOMER = "customer"
    PARTNER = "partner"
    EMPLOYEE = "employee"
    COMMUNITY = "community"
    PROSPECT = "prospect"


class Way(enum.StrEnum):
    """How it came."""

    FORWARD = "forward"
    INTRODUCE = "introduce"
    TICKET = "ticket"
    CC = "cc"
    DOWNLOAD = "download"
    BY_HAND = "by_hand"
    API = "api"
    #: we referred somebody to a partner
    OUTBOUND = "outbound"


class Flag(enum.StrEnum):
    """A doubt about a referral: shown to its owner, never a block."""

    SELF = "self"
    SAME_DOMAIN = "same_domain"
    CUSTOMER = "customer"
    OPEN_DEAL = "open_deal"
    DUPLICATE = "duplicate"
    DISPOSABLE = "disposable"
    #: the address is on the suppression list: nothing is written to it
    SUPPRESSED = "suppressed"
    #: they stopped our mails before they agreed: nothing is written to them
    UNSUBSCRIBED = "unsubscribed"


#: doubts for which nothing is written to the referred person: they may still agree by
#: themselves, by the link that their friend hands on
SILENCES = frozenset({Flag.SUPPRESSED, Flag.UNSUBSCRIBED})


class Reason(enum.StrEnum):
    """Why a referral was closed; words of one's own may stand instead."""

    #: not now
    TIMING = "timing"
    #: what they need is something else
    REQUIREMENTS = "requirements"
    #: outside our profile
    NOT_ICP = "not_icp"
    #: never told to a referrer
    BUDGET = "budget"
    COMPETITOR = "competitor"
    NO_DECISION = "no_decision"
    #: we could not reach them
    NO_CONTACT = "no_contact"
    #: the referred person said no
    REFUSED = "refused"
    #: somebody else introduced them first
    KNOWN = "known"
    NO_ANSWER = "no_answer"
    OTHER = "other"


#: what a referrer may be told; of all else they hear only that it came to nothing
TOLD = frozenset({Reason.TIMING, Reason.REQUIREMENTS, Reason.NOT_ICP})

#: why a deal was lost (`task_words.LOSS_REASONS`) → why its referral was
OF_DEAL: Mapping[str, Reason] = {
    "no_budget": Reason.BUDGET,
    "competitor": Reason.COMPETITOR,
    "no_decision": Reason.NO_DECISION,
    "later": Reason.TIMING,
    "no_fit": Reason.REQUIREMENTS,
}

#: how the first contact was made
CONTACTED_BY = ("phone", "mail", "meeting", "online")


class AskAnswer(enum.StrEnum):
    """What came of an ask."""

    REFERRED = "referred"
    #: 心当たりがない
    NOBODY_IN_MIND = "nobody_in_mind"
    #: 今は時期ではない
    NOT_NOW = "not_now"
    #: 社内規程
    COMPANY_POLICY = "company_policy"
    #: 今後不要
    NEVER = "never"


class WhyNot(enum.StrEnum):
    """Why somebody would rather not, where they care to say (003): theirs to give, never asked."""

    #: ご関係に差し障りがないか心配
    RELATION = "relation"
    #: 手間がかかりそう
    BOTHER = "bother"
    #: まだお勧めできるほどお付き合いがない
    TOO_EARLY = "too_early"
    #: 満足していない点がある
    UNHAPPY = "unhappy"


class RewardState(enum.StrEnum):
    """Where a reward stands."""

    PENDING = "pending"
    EARNED = "earned"
    #: the promised day has come near: somebody has a task
    DUE = "due"
    DELIVERED = "delivered"
    REVERSED = "reversed"


def may_become(old: State, new: State) -> bool:
    """Say whether a referral may go from one state to another.

    Forwards, skipping stages at will; into a closing at any time before it is closed
    (expired only while consent is awaited); never back. Reopening is another thing.
    """
    if old in CLOSED or old is new:
        return False
    if new is State.EXPIRED:
        return old is State.AWAITING_CONSENT
    if new in CLOSED:
        return new is not State.WON or old is not State.AWAITING_CONSENT
    return PROGRESS.index(new) > PROGRESS.index(old)
