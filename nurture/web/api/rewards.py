"""`GET /api/v1/rewards`: what is owed to those who refer, and the ledger of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request

from nurture.domain.referral import RewardState
from nurture.errors import NurtureError
from nurture.language import say
from nurture.services import reward_desk
from nurture.services.reward_desk import Line
from nurture.services.runtime import Runtime
from nurture.web.api.lists import LARGEST, before_of, limit_of, only
from nurture.web.errors import problem, told


def add_rewards(api: Blueprint, runtime: Runtime) -> None:
    """Give the API the routes of rewards."""

    @api.get("/rewards")
    def rewards() -> Response:
        return told(lambda: rewards_of(runtime, request.args))

    @api.get("/rewards/<int:reward_id>")
    def reward(reward_id: int) -> Response:
        if reward_id > LARGEST:
            return problem(404, say("there is no reward {id}", id=reward_id))
        return told(lambda: reward_of(runtime, reward_id))


def rewards_of(runtime: Runtime, wanted: Mapping[str, str]) -> dict[str, Any]:
    """Return a page of rewards, newest first: `state`, `referral`, `before` an id, `limit`.

    `next` is the id to go on before, or None. Raises NurtureError for what there is not.
    """
    only(wanted, ("state", "referral", "before", "limit"))
    state, ref = wanted.get("state", ""), wanted.get("referral", "")[:24].strip().upper()
    if state and state not in list(RewardState):
        raise NurtureError(
            say("a reward is never '{state}'", state=state),
            say("known: {known}", known=[str(one) for one in RewardState]),
        )
    states = (state,) if state else tuple(RewardState)
    lines, more = reward_desk.page(runtime, states, ref, before_of(wanted), limit_of(wanted))
    return {"rewards": [_told(line) for line in lines], "next": more}


def reward_of(runtime: Runtime, reward_id: int) -> dict[str, Any]:
    """Return a reward with its ledger; NotFoundError where there is none."""
    sheet = reward_desk.sheet(runtime, reward_id)
    ledger = [
        {
            "at": one.at.isoformat(),
            "from": one.from_state,
            "to": one.to_state,
            "amount": one.amount,
            "currency": one.currency,
            "reason": one.reason,
            "by": one.by,
        }
        for one in sheet.entries
    ]
    return {**_told(sheet.line), "ledger": ledger}


def _told(line: Line) -> dict[str, Any]:
    row = line.row
    amount = None
    if row.amount is not None:
        amount = {"value": row.amount, "currency": row.currency}
    return {
        "id": row.id,
        "referral": row.ref,
        "program": row.program,
        "offer": row.offer,
        "side": row.side,
        "email": row.email if not row.erased else None,
        "kind": row.kind,
        "title": row.title,
        "recipient": row.recipient,
        "amount": amount,
        "state": row.state,
        "held": row.held,
        "reason": row.reason,
        "due_at": row.due_at.isoformat() if row.due_at else None,
        "overdue": line.overdue,
        "updated_at": row.updated_at.isoformat(),
    }
