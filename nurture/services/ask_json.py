"""Who may be asked for an introduction, for other programs."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from nurture.language import in_language
from nurture.services import sentences
from nurture.services.ask_list import AskBoard, Candidate, because


def board_json(
    found: AskBoard, locale: str, zone: ZoneInfo, everybody: bool, limit: int
) -> dict[str, Any]:
    """Return the ranked list, those who may not be asked behind it where `everybody` is wanted."""
    people = [*found.ready, *(found.waiting if everybody else [])]
    return {
        "program": found.program.name,
        "ready": len(found.ready),
        "waiting": len(found.waiting),
        "pilot": found.pilot,
        "review_at": found.review_at.isoformat() if found.review_at is not None else None,
        "asks": [candidate_json(one, locale, zone) for one in people[:limit]],
    }


def candidate_json(one: Candidate, locale: str, zone: ZoneInfo) -> dict[str, Any]:
    """Return one of them: readiness, offer, and why (or why not) in a language."""
    refusal = one.refusal
    why_not = None
    if refusal is not None:
        why_not = sentences.reason(refusal.reason, refusal.detail, locale, zone, {})
    return {
        "contact": one.row.email,
        "contact_id": one.row.id,
        "name": one.name,
        "company": one.row.account_name,
        "owner": one.row.owner_email,
        "kind": one.kind,
        "reach": one.signs.network_reach,
        "readiness": round(one.readiness.score, 1),
        "offer": one.offer.key if one.offer is not None else None,
        "because": [in_language(why, locale) for why in because(one)],
        "refusal": refusal.reason if refusal is not None else None,
        "why_not": why_not or None,
    }
