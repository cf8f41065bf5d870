"""KPIs of the records themselves: is what we must know written down? Each docstring defines."""

from __future__ import annotations

from nurture.domain.kpi_book import Book
from nurture.domain.kpi_values import Share, Table
from nurture.domain.referral import CLOSED, State


def completeness(book: Book) -> Table[Share]:
    """Completeness of the four KPIs that a CRM must hold (001, row 113).

    - count: referrals, and deals that say they came of one / those of them with programme,
      referrer, way and date, whose link is not broken (rows 103 and 127).
    - meeting: referrals contacted, or whose promise of contact is over / those with when and
      how the contact was made.
    - win: referrals closed after a meeting / those with a deal or a reason.
    - ltv: won referrals / those whose deal has an amount in a currency that we can count.
    """
    counted = book.counted
    broken = sum(one.lost_link for one in book.deals)
    whole = sum(bool(one.program and one.way) for one in counted)
    due = [
        one
        for one in counted
        if one.contacted_at is not None
        or one.came_to(State.CONTACTED)
        or (one.contact_by is not None and one.contact_by < book.now)
    ]
    over = [one for one in counted if State(one.state) in CLOSED and one.became_deal]
    won = [one for one in counted if one.won]
    worth = {
        one.referral_id
        for one in book.won_ever
        if one.amount is not None
        and book.policy.rates.convert(one.amount, one.currency) is not None
    }
    return Table(
        "record",
        {
            "count": Share(whole, len(counted) + broken),
            "meeting": Share(
                sum(one.contacted_at is not None and bool(one.contacted_by) for one in due),
                len(due),
            ),
            "win": Share(sum(one.has_deal or bool(one.reason) for one in over), len(over)),
            "ltv": Share(sum(one.id in worth for one in won), len(won)),
        },
    )


def deals_without_next_date(book: Book) -> Share:
    """Open deals without a meeting ahead or a next step / open deals: a red flag (001, row 119)."""
    missing = sum(not one.has_next for one in book.open_deals)
    return Share(missing, len(book.open_deals))
