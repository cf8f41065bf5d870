"""KPIs of referrals: how many, how far they come, by what. Each docstring is the definition.

A = referrals that came in the period (no duplicates, none that we gave to partners), B = those
of A that became deals, C = those of A that were won, all as they stand now (002).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from math import sqrt

from nurture.domain.kpi_book import AskFact, Book, ReferralFact
from nurture.domain.kpi_values import Count, Funnel, Share, Spans, Table
from nurture.domain.referral import CLOSED, PROGRESS, State

#: fewer people than this say nothing of a correlation
_LEAST_FOR_CORRELATION = 3


def participation_rate(book: Book) -> Share:
    """Participation rate = participants / existing customers (000, row 43).

    Customers: accounts with a won deal and no `contract.ended` after it; a contact without an
    account is a customer of its own. A customer takes part where one of its people is a
    referrer who may be asked (not 今後お声がけ不要, not forbidden by company rules).
    Both as of the period's end.
    """
    standing = {one.key for one in book.customers if _stands(book, one.since, one.ended_at)}
    taking_part = {
        one.customer
        for one in book.referrers
        if one.customer in standing and not (one.do_not_ask or one.refused)
    }
    return Share(len(taking_part), len(standing))


def _stands(book: Book, since: datetime, ended_at: datetime | None) -> bool:
    until = book.period.until
    return since < until and (ended_at is None or ended_at >= until)


def referral_rate(book: Book) -> Share:
    """Referral rate = participants who referred somebody / participants (000, row 44).

    Participants: referrers of every kind known by the period's end who may be asked, and whoever
    referred in the period all the same. Referred: at least one of A came from them in it. Below
    `kpis.referral_rate_below`, look at the benefit and at whom we ask.
    """
    referred = {one.referrer_id for one in book.counted}
    participants = referred | {
        one.contact_id
        for one in book.referrers
        if one.created_at < book.period.until and not (one.do_not_ask or one.refused)
    }
    return Share(len(referred), len(participants))


def is_low(book: Book) -> bool:
    """Say whether the referral rate is below what the policy calls too low (row 44)."""
    rate = referral_rate(book).rate
    return rate is not None and rate < book.policy.referral_rate_below


def referrals(book: Book) -> Count:
    """Return the number of referrals: A (002, rows 128 and 149)."""
    return Count(len(book.counted))


def referral_to_deal(book: Book) -> Share:
    """Referral→deal rate = B / A (002, row 150).

    B: a deal is linked with the referral, or a meeting was held (商談), or it came further.
    """
    counted = book.counted
    return Share(sum(one.became_deal for one in counted), len(counted))


def referral_to_win(book: Book) -> Share:
    """Referral→win rate = C / A (002, row 149): 8 of 50 are 16 %."""
    counted = book.counted
    return Share(sum(one.won for one in counted), len(counted))


def deal_to_win(book: Book) -> Share:
    """Win rate of referral deals = C / B (000, row 50)."""
    deals = [one for one in book.counted if one.became_deal or one.won]
    return Share(sum(one.won for one in deals), len(deals))


def stage_conversion(book: Book) -> Table[Share]:
    """Stage by stage: of those who came to a stage, how many came to the next (000, row 45).

    Stages: came in, agreed, contacted, meeting, proposal, won. Who came further has passed the
    stages before. A weak first half is the programme's to mend, a weak second half sales'.
    """
    counted = book.counted
    steps = PROGRESS[1:]
    reached = [len(counted)]
    for state in steps:
        if state is State.WON:
            reached.append(sum(one.won for one in counted))
        else:
            reached.append(sum(one.came_to(state) or one.won for one in counted))
    return Table(
        "state",
        {str(state): Share(reached[i + 1], reached[i]) for i, state in enumerate(steps)},
    )


def quality(book: Book) -> Share:
    """Quality = referrals that fit / referrals of which one can say (002, row 122).

    One can say once it is closed or a meeting was held. It fits where it was not declined and
    carries no doubt (same company, a customer already, a disposable address): valuable
    customers are the goal, so this stands beside every count.
    """
    judged = [one for one in book.counted if one.judged]
    return Share(sum(one.fits for one in judged), len(judged))


def ask_response(book: Book) -> Share:
    """Response rate of asks = asks with any answer or a referral / asks (001, row 79)."""
    referred = {one.ask_id for one in book.referrals}
    answered = sum(one.answer is not None or one.id in referred for one in book.asks)
    return Share(answered, len(book.asks))


def ask_to_referral(book: Book) -> Share:
    """Asks that brought a referral / asks (001, row 105)."""
    return _asked_well(book, book.asks)


def _asked_well(book: Book, asks: Iterable[AskFact]) -> Share:
    referred = {one.ask_id for one in book.counted}
    asked = list(asks)
    return Share(sum(one.id in referred for one in asked), len(asked))


def asks_by(book: Book, of: Callable[[AskFact], str], by: str) -> Table[Share]:
    """Return referrals per ask for each group of asks, those asked most first."""
    groups: dict[str, list[AskFact]] = {}
    for one in book.asks:
        groups.setdefault(of(one), []).append(one)
    ordered = sorted(groups.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    return Table(by, {key: _asked_well(book, asks) for key, asks in ordered})


def asks_by_offer(book: Book) -> Table[Share]:
    """Asks that brought a referral / asks, by offer: what to put into the playbook (row 105)."""
    return asks_by(book, lambda one: one.offer, "offer")


def asks_by_reward(book: Book) -> Table[Share]:
    """Asks that brought a referral / asks, by what was promised: what people like (row 37).

    The kind of what the offer gives the referrer; a benefit without a reward stands by itself.
    """
    return asks_by(book, lambda one: one.reward or "none", "reward")


def asks_by_timing(book: Book) -> Table[Share]:
    """Asks that brought a referral / asks, by the timing of the ask (rows 105 and 180)."""
    return asks_by(book, lambda one: one.timing, "timing")


def asks_by_channel(book: Book) -> Table[Share]:
    """Asks that brought a referral / asks, by how one asked: mail, meeting … (row 177)."""
    return asks_by(book, lambda one: one.channel, "ask_channel")


def decline_reasons(book: Book) -> Table[Count]:
    """Answers to asks that brought nobody, by reason, the most frequent first (row 162)."""
    found = Counter(one.answer for one in book.asks if one.answer not in (None, "referred"))
    return Table("answer", {str(key): Count(n) for key, n in found.most_common()})


def lead_time(book: Book) -> Spans:
    """Days from an ask to the referral that came of it: the lag of the channel (row 7)."""
    return Spans.of(
        max(timedelta(), one.created_at - one.asked_at)
        for one in book.counted
        if one.asked_at is not None
    )


def time_to_first(book: Book) -> Table[Spans]:
    """Time from becoming a referrer to the first referral, by channel (003, row 185).

    Becoming a referrer: their first ask, or the day somebody wrote them down as one. Counted
    are referrals of the period that are their referrer's first of all.
    """
    since = {one.contact_id: one.created_at for one in book.referrers}
    spans: dict[str, list[timedelta]] = {}
    for one in book.counted:
        began = since.get(one.referrer_id)
        if one.first and began is not None:
            spans.setdefault(one.channel, []).append(max(timedelta(), one.created_at - began))
    return Table("channel", {key: Spans.of(found) for key, found in sorted(spans.items())})


def first_contact_in_time(book: Book) -> Share:
    """First contacts made in time / first contacts that were due (001, row 107).

    Due: the promise is over or the contact was made; the promise runs from the consent.
    """
    due = [
        one
        for one in book.counted
        if one.contact_by is not None
        and (one.contacted_at is not None or one.contact_by < book.now)
    ]
    kept = sum(
        one.contacted_at is not None and one.contacted_at <= one.contact_by
        for one in due
        if one.contact_by is not None
    )
    return Share(kept, len(due))


def survey_response(book: Book) -> Share:
    """Response rate of NPS surveys = people who answered / people asked (000, row 21).

    Who waits for the mail has not been asked.
    """
    asked = [one for one in book.invitations if one.left]
    return Share(sum(one.answered_at is not None for one in asked), len(asked))


def referrals_by_score(book: Book) -> Table[Share]:
    """For each NPS score: of the people whose newest answer it is, how many referred (row 114)."""
    referred = {one.referrer_id for one in book.counted}
    people: dict[int, list[int]] = {}
    for contact_id, score in book.scores.items():
        people.setdefault(score, []).append(contact_id)
    return Table(
        "score",
        {
            str(score): Share(sum(one in referred for one in people[score]), len(people[score]))
            for score in sorted(people, reverse=True)
        },
    )


def score_correlation(book: Book) -> float | None:
    """Pearson's correlation of a person's newest NPS score and their referrals, −1 to 1 (row 114).

    None of fewer than three people, or where all scores or all counts are alike.
    """
    given = Counter(one.referrer_id for one in book.counted)
    pairs = [(float(score), float(given[who])) for who, score in book.scores.items()]
    if len(pairs) < _LEAST_FOR_CORRELATION:
        return None
    mean_x = sum(x for x, _ in pairs) / len(pairs)
    mean_y = sum(y for _, y in pairs) / len(pairs)
    spread_x = sum((x - mean_x) ** 2 for x, _ in pairs)
    spread_y = sum((y - mean_y) ** 2 for _, y in pairs)
    if not spread_x or not spread_y:
        return None
    together = sum((x - mean_x) * (y - mean_y) for x, y in pairs)
    return max(-1.0, min(1.0, together / sqrt(spread_x * spread_y)))


# -- by what ---------------------------------------------------------------------------------


def programme_type(one: ReferralFact) -> str:
    """Return the type of programme a referral came by, of the five of document 000 (row 2).

    employee: from our own people; partner: from a partner; platform: by an API or on social
    media; else what the programme's file says (`type:`), customer matching by default.
    """
    if one.channel in ("employee", "partner"):
        return one.channel
    if one.way == "api" or one.ask_channel == "sns":
        return "platform"
    return one.program_type


def medium(one: ReferralFact) -> str:
    """Return how a referral travelled, of the types of document 003 (row 155).

    social: asked on social media; online: by a personal link, ticket or tagged document;
    offline: named to us in a form, a copied mail, a talk. With or without an incentive.
    """
    if one.ask_channel == "sns":
        return "social"
    place = "online" if one.way in ("forward", "ticket", "download", "api") else "offline"
    return f"{place}_{'incentive' if one.rewarded else 'plain'}"


#: what referrals are grouped by → the group of one
DIMENSIONS: Mapping[str, Callable[[ReferralFact], str]] = {
    "channel": lambda one: one.channel,
    "type": programme_type,
    "medium": medium,
    "way": lambda one: one.way,
    "program": lambda one: one.program,
    "offer": lambda one: one.offer or "none",
    "timing": lambda one: one.timing or "unasked",
}


def funnel_of(book: Book, referrals: Iterable[ReferralFact]) -> Funnel:
    """Return A, B, C of some referrals and what their won deals brought."""
    found = list(referrals)
    ids = {one.id for one in found}
    won = [one for one in book.won_ever if one.referral_id in ids]
    return Funnel(
        len(found),
        sum(one.became_deal or one.won for one in found),
        sum(one.won for one in found),
        book.worth(won),
    )


def funnels_by(book: Book, dimension: str) -> Table[Funnel]:
    """A, B, C and revenue for each group of a dimension, by revenue, then by wins (rows 2, 46, 48).

    Dimensions: channel, type of programme, medium, way, programme, offer, timing.
    """
    of = DIMENSIONS[dimension]
    groups: dict[str, list[ReferralFact]] = {}
    for one in book.counted:
        groups.setdefault(of(one), []).append(one)
    found = {key: funnel_of(book, ones) for key, ones in groups.items()}
    return Table(dimension, dict(sorted(found.items(), key=_by_value)))


def _by_value(pair: tuple[str, Funnel]) -> tuple[float, int, int, str]:
    key, one = pair
    return (-one.revenue.amount, -one.wins, -one.referrals, key)


def referrer_scorecard(book: Book) -> Table[Funnel]:
    """Each referrer's referrals, deals, wins, revenue, by value and not by count (rows 46, 53)."""
    groups: dict[int, list[ReferralFact]] = {}
    for one in book.counted:
        groups.setdefault(one.referrer_id, []).append(one)
    found = {str(who): funnel_of(book, ones) for who, ones in groups.items()}
    return Table("referrer", dict(sorted(found.items(), key=_by_value)))


def pipeline(book: Book) -> Table[Share]:
    """Open referrals by state, each with the share that was won of those who came so far (row 156).

    Part and whole are those that are closed by now. This is the referrals' own forecast:
    they come late and unevenly, so no short-term forecast contains them (row 7).
    """
    counted = book.counted
    rows: dict[str, Share] = {}
    for state in PROGRESS[:-1]:
        over = [one for one in counted if State(one.state) in CLOSED and _was_at(one, state)]
        rows[str(state)] = Share(sum(one.won for one in over), len(over))
    return Table("state", rows)


def _was_at(one: ReferralFact, state: State) -> bool:
    return state is State.AWAITING_CONSENT or one.came_to(state)


def open_by_state(book: Book) -> Mapping[str, int]:
    """Return state → referrals that stand there and are open."""
    found = Counter(one.state for one in book.counted if State(one.state) not in CLOSED)
    return {str(state): found[str(state)] for state in PROGRESS[:-1]}


def expected_wins(book: Book) -> float | None:
    """Wins to be expected of open referrals: each by the share of its state (row 156).

    None where referrals are open of whose state nothing is known yet.
    """
    shares = pipeline(book).rows
    total = 0.0
    for state, number in open_by_state(book).items():
        rate = shares[state].rate
        if number and rate is None:
            return None
        total += number * (rate or 0.0)
    return total
