"""KPIs of referrals: the founding documents' numbers, and what holds for all numbers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.domain import crm_kpis, referral_kpis
from nurture.domain.kpi_book import Book, ReferrerFact
from nurture.domain.kpi_values import Share, Spans, Table
from nurture.domain.referral import Channel, State, Way
from tests.domain.books import MAY, UNTIL, ask, book, customer, deal, referral


def test_eight_of_fifty_referrals_won_are_16_percent() -> None:
    ones = [referral(n, "won" if n <= 8 else "lost") for n in range(1, 51)]
    found = referral_kpis.referral_to_win(book(referrals=ones))
    assert (found.part, found.whole, found.rate) == (8, 50, 0.16)


def test_deals_by_referrals_count_a_linked_deal_a_meeting_and_what_came_further() -> None:
    ones = [
        referral(1, "received"),
        referral(2, "received", has_deal=True),
        referral(3, "meeting"),
        # it was met, then lost: it became a deal
        referral(4, "lost", reached=frozenset({"received", "meeting", "lost"})),
        # it was contacted, then declined: it did not
        referral(5, "declined", reached=frozenset({"received", "contacted", "declined"})),
    ]
    assert referral_kpis.referral_to_deal(book(referrals=ones)) == Share(3, 5)


def test_a_year_without_referrals_has_no_rates_rather_than_nought() -> None:
    empty = book()
    assert referral_kpis.referral_to_deal(empty).rate is None
    assert referral_kpis.referral_to_win(empty).rate is None
    assert referral_kpis.participation_rate(empty).rate is None
    assert referral_kpis.survey_response(empty).rate is None
    assert referral_kpis.lead_time(empty) == Spans(0, None)


def test_a_second_referral_of_one_person_and_those_we_gave_to_partners_are_not_counted() -> None:
    ones = [referral(1), referral(2, "duplicate"), referral(3, way="outbound")]
    assert referral_kpis.referrals(book(referrals=ones)).number == 1


def test_a_customer_takes_part_by_one_of_its_people_who_may_be_asked() -> None:
    customers = [customer(1), customer(2), customer(3), customer(4, ended_at=MAY)]
    people = [
        ReferrerFact(11, ("account", 1), "customer", MAY),
        ReferrerFact(12, ("account", 1), "customer", MAY),
        ReferrerFact(21, ("account", 2), "customer", MAY, do_not_ask=True),
        ReferrerFact(31, ("account", 3), "customer", MAY, refused=True),
        # no customer any more, and a partner who never was one
        ReferrerFact(41, ("account", 4), "customer", MAY),
        ReferrerFact(51, None, "partner", MAY),
    ]
    found = referral_kpis.participation_rate(book(customers=customers, referrers=people))
    assert found == Share(1, 3)


def test_participants_who_referred_are_counted_once_however_much_they_referred() -> None:
    people = [ReferrerFact(n, None, "partner", MAY) for n in (1, 2, 3, 4)]
    ones = [referral(1), referral(2, referrer_id=1)]
    assert referral_kpis.referral_rate(book(referrals=ones, referrers=people)) == Share(1, 4)


def test_each_stage_is_held_against_the_one_before_it() -> None:
    ones = [
        referral(1, "awaiting_consent"),
        referral(2, "received"),
        referral(3, "contacted"),
        # won without a word about meeting or proposal: it passed them
        referral(4, "won"),
    ]
    rows = referral_kpis.stage_conversion(book(referrals=ones)).rows
    assert rows == {
        "received": Share(3, 4),
        "contacted": Share(2, 3),
        "meeting": Share(1, 2),
        "proposal": Share(1, 1),
        "won": Share(1, 1),
    }


def test_what_fits_is_counted_among_what_can_be_judged() -> None:
    ones = [
        referral(1, "received"),
        referral(2, "meeting"),
        referral(3, "declined"),
        referral(4, "won", flags=("same_domain",)),
        # an open deal elsewhere is a doubt, and no reason to think less of it
        referral(5, "won", flags=("open_deal",)),
    ]
    assert referral_kpis.quality(book(referrals=ones)) == Share(2, 4)


def test_offers_and_timings_are_held_against_each_other_by_what_they_brought() -> None:
    asks = [ask(1), ask(2), ask(3, offer="gift"), ask(4, offer="gift", timing="renewal")]
    found = book(asks=asks, referrals=[referral(1, ask_id=1), referral(2, ask_id=1)])
    assert referral_kpis.asks_by_offer(found).rows == {"gift": Share(0, 2), "seat": Share(1, 2)}
    assert referral_kpis.asks_by_timing(found).rows == {
        "result_reported": Share(1, 3),
        "renewal": Share(0, 1),
    }


def test_what_people_like_is_read_from_what_was_promised_and_a_benefit_stands_by_itself() -> None:
    asks = [ask(1, reward="training"), ask(2, reward="training"), ask(3), ask(4, reward="gift")]
    found = book(asks=asks, referrals=[referral(1, ask_id=1), referral(2, ask_id=3)])
    assert referral_kpis.asks_by_reward(found).rows == {
        "training": Share(1, 2),
        "none": Share(1, 1),
        "gift": Share(0, 1),
    }
    assert [one.rewarded for one in asks] == [True, True, False, True]


def test_a_no_and_a_referral_are_both_answers_to_an_ask() -> None:
    asks = [ask(1, answer="not_now"), ask(2), ask(3)]
    found = book(asks=asks, referrals=[referral(1, ask_id=2)])
    assert referral_kpis.ask_response(found) == Share(2, 3)
    assert referral_kpis.decline_reasons(found).rows["not_now"].number == 1


def test_the_lag_from_ask_to_referral_is_the_middle_of_all() -> None:
    ones = [
        referral(n, asked_at=MAY - timedelta(days=days)) for n, days in enumerate((1, 3, 20), 1)
    ]
    assert referral_kpis.lead_time(book(referrals=ones)).median == timedelta(days=3)


def test_the_first_referral_of_each_referrer_says_how_long_a_channel_takes() -> None:
    people = [ReferrerFact(n, None, "partner", MAY - timedelta(days=30 * n)) for n in (1, 2)]
    ones = [referral(1), referral(2, channel="partner"), referral(3, referrer_id=1, first=False)]
    rows = referral_kpis.time_to_first(book(referrals=ones, referrers=people)).rows
    assert {key: one.median for key, one in rows.items()} == {
        "customer": timedelta(days=30),
        "partner": timedelta(days=60),
    }


def test_people_who_answered_high_refer_more() -> None:
    scores = {1: 10, 2: 10, 3: 9, 4: 6, 5: 2}
    found = book(referrals=[referral(1), referral(2), referral(3)], scores=scores)
    assert list(referral_kpis.referrals_by_score(found).rows.items())[:2] == [
        ("10", Share(2, 2)),
        ("9", Share(1, 1)),
    ]
    assert (referral_kpis.score_correlation(found) or 0) > 0.8


@pytest.mark.parametrize("scores", [{}, {1: 9, 2: 3}, {1: 9, 2: 9, 3: 9}])
def test_few_or_equal_scores_say_nothing_of_a_correlation(scores: dict[int, int]) -> None:
    assert referral_kpis.score_correlation(book(referrals=[referral(1)], scores=scores)) is None


@pytest.mark.parametrize(
    ("given_facts", "kind"),
    [
        ({}, "customer_matching"),
        ({"program_type": "incentive"}, "incentive"),
        ({"way": "api"}, "platform"),
        ({"ask_channel": "sns", "rewarded": True}, "platform"),
        ({"channel": "partner", "rewarded": True}, "partner"),
        ({"channel": "employee"}, "employee"),
    ],
)
def test_every_referral_is_of_one_of_the_five_types(given_facts: dict[str, str], kind: str) -> None:
    assert referral_kpis.programme_type(referral(1, **given_facts)) == kind


def test_referrers_are_ranked_by_what_they_brought_not_by_how_many() -> None:
    ones = [referral(n, referrer_id=1) for n in (1, 2, 3)]
    ones.append(referral(4, "won", referrer_id=2))
    won = [deal(1, referral_id=4, source="referral", amount=9_000_000.0)]
    rows = referral_kpis.referrer_scorecard(book(referrals=ones, won_ever=won)).rows
    assert list(rows) == ["2", "1"]
    assert rows["2"].revenue.amount == 9_000_000


def test_the_referrals_own_forecast_weighs_each_state_by_what_became_of_others() -> None:
    met = frozenset({"received", "meeting"})
    ones = [
        referral(1, "won", reached=met),
        referral(2, "lost", reached=met),
        referral(3, "meeting", reached=met),
        referral(4, "meeting", reached=met),
    ]
    assert referral_kpis.expected_wins(book(referrals=ones)) == 1.0


def test_nothing_is_forecast_of_states_that_nobody_came_through_yet() -> None:
    assert referral_kpis.expected_wins(book(referrals=[referral(1, "proposal")])) is None


def test_a_first_contact_counts_once_it_was_made_or_is_late() -> None:
    day = timedelta(days=1)
    ones = [
        referral(1, contact_by=MAY + day, contacted_at=MAY),
        referral(2, contact_by=MAY + day, contacted_at=MAY + 2 * day),
        referral(3, contact_by=MAY + day),
        referral(4, contact_by=UNTIL + day),
    ]
    assert referral_kpis.first_contact_in_time(book(referrals=ones)) == Share(1, 3)


def test_the_four_kpis_of_the_records_say_how_much_of_them_is_written_down() -> None:
    ones = [
        referral(1, "won", has_deal=True, contacted_at=MAY, contacted_by="phone"),
        referral(2, "contacted"),
        referral(3, "lost", reached=frozenset({"meeting"})),
    ]
    found = book(
        referrals=ones,
        deals=[deal(5, lost_link=True)],
        won_ever=[deal(1, referral_id=1, currency="EUR")],
    )
    assert crm_kpis.completeness(found).rows == {
        "count": Share(3, 4),
        "meeting": Share(1, 3),
        "win": Share(1, 2),
        # an amount in a currency without a rate cannot be counted
        "ltv": Share(0, 1),
    }


def test_a_deal_without_a_next_date_is_a_red_flag() -> None:
    deals = [deal(1, "open", has_next=True), deal(2, "proposal")]
    assert crm_kpis.deals_without_next_date(book(open_deals=deals)) == Share(1, 2)


# -- for all numbers --------------------------------------------------------------------------

_FACTS = st.builds(
    referral,
    st.integers(1, 30),
    st.sampled_from([str(one) for one in State]),
    channel=st.sampled_from([str(one) for one in Channel]),
    way=st.sampled_from([str(one) for one in Way]),
    referrer_id=st.integers(1, 6),
    reached=st.frozensets(st.sampled_from([str(one) for one in State])),
    has_deal=st.booleans(),
    ask_id=st.none() | st.integers(1, 5),
    flags=st.lists(st.sampled_from(["self", "open_deal"])).map(tuple),
)
_BOOKS = st.builds(
    book,
    referrals=st.lists(_FACTS, max_size=12, unique_by=lambda one: one.id),
    asks=st.lists(st.builds(ask, st.integers(1, 5)), max_size=5, unique_by=lambda one: one.id),
    scores=st.dictionaries(st.integers(1, 6), st.integers(0, 10)),
    referrers=st.lists(
        st.builds(ReferrerFact, st.integers(1, 6), st.none(), st.just("customer"), st.just(MAY)),
        max_size=6,
    ),
)

_SHARES = (
    referral_kpis.participation_rate, referral_kpis.referral_rate, referral_kpis.referral_to_deal,
    referral_kpis.referral_to_win, referral_kpis.deal_to_win, referral_kpis.quality,
    referral_kpis.ask_response, referral_kpis.ask_to_referral, referral_kpis.survey_response,
    referral_kpis.first_contact_in_time,
)  # fmt: skip
_TABLES = (
    referral_kpis.stage_conversion, referral_kpis.asks_by_offer, referral_kpis.referrals_by_score,
    referral_kpis.pipeline, crm_kpis.completeness,
)  # fmt: skip


@given(_BOOKS)
def test_every_rate_lies_between_nought_and_one_and_is_unknown_of_nothing(found: Book) -> None:
    shares = [of(found) for of in _SHARES]
    for table in (of(found) for of in _TABLES):
        assert isinstance(table, Table)
        shares += table.rows.values()
    for share in shares:
        assert 0 <= share.part <= share.whole
        assert (share.rate is None) == (share.whole == 0)
        assert share.rate is None or 0 <= share.rate <= 1


@given(_BOOKS, st.sampled_from(sorted(referral_kpis.DIMENSIONS)))
def test_the_groups_of_every_dimension_add_up_to_all_referrals(found: Book, by: str) -> None:
    rows = referral_kpis.funnels_by(found, by).rows.values()
    assert sum(one.referrals for one in rows) == referral_kpis.referrals(found).number
    assert sum(one.wins for one in rows) == referral_kpis.referral_to_win(found).part
    assert sum(one.deals for one in rows) == referral_kpis.deal_to_win(found).whole


@given(_BOOKS)
def test_a_correlation_lies_between_minus_one_and_one(found: Book) -> None:
    one = referral_kpis.score_correlation(found)
    assert one is None or -1 <= one <= 1
