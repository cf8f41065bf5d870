"""The NPS report for other programs."""

from __future__ import annotations

from typing import Any

from nurture.domain.nps import Group, Nps
from nurture.domain.survey import Band
from nurture.services.nps_report import Report


def as_json(found: Report, whole: bool = True) -> dict[str, Any]:
    """Return the report as plain values; a figure with an empty denominator is null.

    Without `whole` what only all invitations together can say is left out: coverage, quadrants,
    who is asked rarely, referrals by score, and what is followed up.
    """
    told = _told(found)
    return told if whole else {key: one for key, one in told.items() if key not in _OF_ALL}


_OF_ALL = frozenset(
    ("coverage", "quadrants", "asked_once_a_year_or_less", "referrals_by_score", "loops")
)


def _told(found: Report) -> dict[str, Any]:
    return {
        "survey": found.survey.name,
        "at": found.now.isoformat(),
        "candidate_from": found.survey.candidate_from,
        "today": _nps(found.today),
        "year": {
            **_group(found.year),
            "expected_response_rate": found.survey.expected_response,
            "target_response_rate": found.target,
        },
        "rounds": {name: _group(one) for name, one in found.rounds.items()},
        "roles": {name or "unknown": _group(one) for name, one in found.roles.items()},
        "drivers": {name: _nps(one) for name, one in found.drivers.items()},
        "accounts": [
            {"account": found.account_names.get(one, ""), "id": one, **_nps(its)}
            for one, its in found.accounts.items()
        ],
        "quadrants": {
            "revenue_from": found.plane.cut,
            "currency": found.currency,
            "accounts": [
                {
                    "account": one.account.name,
                    "revenue": one.account.revenue,
                    "nps": one.nps.value,
                    "corner": one.corner.value,
                }
                for one in found.plane.placed
            ],
        },
        "coverage": {
            "unknown": found.gaps_unknown or None,
            "accounts": [
                {
                    "account": gap.account.name,
                    "revenue": gap.account.revenue,
                    "asked": gap.asked,
                    "wanted": gap.wanted,
                    "missing": gap.missing,
                    "roles_missing": list(gap.roles),
                    "ask_next": list(gap.next),
                }
                for gap in found.gaps
            ],
        },
        "asked_once_a_year_or_less": [
            {"account": account.name, "rounds": rounds} for account, rounds in found.rare
        ],
        "never_answered": [
            {"contact": one.contact_id, "asks": one.asks, "last_asked": one.last_asked.isoformat()}
            for one in found.silent
        ],
        "promoters": [
            {
                "contact": one.contact_id,
                "score": one.score,
                "answered_at": one.answered_at.isoformat(),
                "drivers": list(one.drivers),
                "candidate": one.candidate,
                "asks": one.asks,
                "last_asked": one.last_asked.isoformat() if one.last_asked else None,
                "answer": one.said or None,
                "referrals": one.referrals,
                "won": one.won,
            }
            for one in found.promoters
        ],
        "referrals_by_score": [
            {
                "score": one.score,
                "people": one.people,
                "referrers": one.referrers,
                "referrals": one.referrals,
                "each": one.each,
            }
            for one in found.scores
        ],
        "loops": [
            {
                "loop": row.id,
                "contact": row.contact_id,
                "state": row.state,
                "score": row.score,
                "opened_at": row.opened_at.isoformat(),
                "business_days": found.waits[row.id].days,
                "overdue": found.waits[row.id].overdue,
                "owner": row.owner_key,
                "resolution": row.resolution,
            }
            for row in found.loops
        ],
    }


def _nps(one: Nps) -> dict[str, Any]:
    return {
        "nps": one.value,
        "answers": one.answers,
        **{f"{of.value}s": getattr(one, f"{of.value}s") for of in Band},
    }


def _group(one: Group) -> dict[str, Any]:
    return {"asked": one.asked, "response_rate": one.rate, **_nps(one.nps)}
