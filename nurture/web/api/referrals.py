"""`/api/v1/referrals`: how introductions stand, new ones, and moving one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from flask import Blueprint, Response, g, jsonify, request
from pydantic import Field

from nurture.domain.referral import State, Way
from nurture.errors import NotFoundError, NurtureError
from nurture.language import say
from nurture.services import referral_desk
from nurture.services.referral_desk import Answer
from nurture.services.referral_told import told, told_whole
from nurture.services.referrals import Introduction
from nurture.services.runtime import Runtime
from nurture.web.api.lists import limit_of, only
from nurture.web.api.shapes import Strict
from nurture.web.errors import problem
from nurture.web.errors import told as answered

_Text = Annotated[str, Field(max_length=1000)]


class MoveIn(Strict):
    """Where a referral stands now."""

    #: a state, or `reopen`
    state: Annotated[str, Field(max_length=32)]
    reason: _Text = ""
    #: phone | mail | meeting | online
    contacted_by: Annotated[str, Field(max_length=32)] = ""
    #: what may be told of a win, where they agreed
    result: _Text = ""
    #: to `received`: who told us that they agreed, when and how
    consent: _Text = ""
    #: to `received`: what they said of themselves, where it is not known or is another
    name: Annotated[str, Field(max_length=200)] = ""
    company: Annotated[str, Field(max_length=300)] = ""
    email: Annotated[str, Field(max_length=320)] = ""


class ReferralIn(Strict):
    """Somebody whom a contact introduced elsewhere: awaiting their own consent."""

    #: none: the only one there is
    program: Annotated[str, Field(max_length=100)] = ""
    #: address of who introduces
    referrer: Annotated[str, Field(max_length=320)]
    name: Annotated[str, Field(max_length=200)] = ""
    company: Annotated[str, Field(max_length=300)] = ""
    email: Annotated[str, Field(max_length=320)] = ""
    why: _Text = ""


def add_referrals(api: Blueprint, runtime: Runtime, read_one: Callable[[type[Any]], Any]) -> None:
    """Give the API the routes of referrals; `read_one` reads the body as one object."""

    def caller() -> str:
        return f"api:{g.api_key.name}"[:320]

    @api.get("/referrals")
    def referrals() -> Response:
        return answered(lambda: referrals_of(runtime, request.args))

    @api.get("/referrals/<ref>")
    def referral(ref: str) -> Response:
        return answered(lambda: told_whole(referral_desk.sheet(runtime, ref)))

    @api.post("/referrals")
    def introduced() -> Response:
        given: ReferralIn = read_one(ReferralIn)
        try:
            return jsonify(_introduce(runtime, given, caller()))
        except NurtureError as error:
            return problem(422, error.message, hint=error.hint)

    @api.post("/referrals/<ref>/state")
    def moved(ref: str) -> Response:
        given: MoveIn = read_one(MoveIn)
        try:
            changed = referral_desk.move(
                runtime,
                ref,
                given.state,
                caller(),
                Answer(
                    reason=given.reason,
                    contacted_by=given.contacted_by,
                    result=given.result,
                    consent=given.consent,
                    name=given.name,
                    company=given.company,
                    email=given.email,
                ),
            )
            return jsonify({**told_whole(referral_desk.sheet(runtime, ref)), "changed": changed})
        except NotFoundError as error:
            return problem(404, error.message, hint=error.hint)
        except NurtureError as error:
            return problem(409, error.message, hint=error.hint)


def referrals_of(runtime: Runtime, wanted: Mapping[str, str]) -> dict[str, Any]:
    """Return a page of referrals, newest first: of `state`, `before` a ref, at most `limit`.

    `next` is the ref to go on before, or None. Raises NotFoundError, NurtureError.
    """
    only(wanted, ("state", "before", "limit"))
    state = wanted.get("state", "")
    if state and state not in frozenset(State):
        raise NurtureError(
            say("a referral is never '{state}'", state=state),
            say("known: {known}", known=[str(one) for one in State]),
        )
    states = (State(state),) if state else tuple(State)
    before = wanted.get("before", "")[:24]
    lines, more = referral_desk.page(runtime, states, before, limit_of(wanted))
    return {"referrals": [told(one) for one in lines], "next": more}


def _introduce(runtime: Runtime, given: ReferralIn, by: str) -> dict[str, Any]:
    it = Introduction(given.program, 0, Way.API, given.name, given.company, given.email, given.why)
    done = referral_desk.add_by_hand(runtime, given.referrer, it, by)
    return {
        "referral": done.ref,
        "state": str(done.state),
        "flags": [str(one) for one in done.flags],
        "again": done.again,
    }
