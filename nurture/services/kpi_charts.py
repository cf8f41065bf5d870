"""The KPIs' charts: referrals month by month, and how far they come."""

from __future__ import annotations

from nurture.charts.figures import Better, Chart, Funnel, Mark, month_labels
from nurture.domain import glossary, loop_words
from nurture.domain.referral import PROGRESS, State
from nurture.language import in_language, say
from nurture.services.kpis import Kpis

#: months that a picture has room for
_MOST = 12


def referrals_by_month(found: Kpis, locale: str) -> Chart:
    """Return referrals by month, against the mean of the months before the newest."""
    months = found.trend[-_MOST:]
    values = [float(one.figures.referrals) for one in months]
    before = values[:-1]
    mean = sum(before) / len(before) if any(before) else None
    label = in_language(say("average before"), locale)
    return Chart(
        title=in_language(say("Referrals by month"), locale),
        labels=month_labels([one.month for one in months], locale),
        values=values,
        mark=Mark(round(mean, 1), label) if mean is not None else None,
        better=Better.UP if mean is not None else Better.NEITHER,
        locale=locale,
    )


def how_far(found: Kpis, locale: str) -> Funnel:
    """Return how many referrals came to each stage."""
    rows = found.figures["stage_conversion"].rows
    steps = [(_state(State.AWAITING_CONSENT, locale), found.figures["referrals"].number)]
    steps += [(_state(state, locale), rows[str(state)].part) for state in PROGRESS[1:]]
    title = in_language(say("How far referrals come"), locale)
    return Funnel(title, steps, locale)


def _state(state: State, locale: str) -> str:
    if state is State.AWAITING_CONSENT:
        return in_language(say("came in"), locale)
    return glossary.word(loop_words.REFERRAL_STATES, str(state), locale)
