"""DELETE /contacts/WHO: a person is erased at their wish, once however often it is asked."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, jsonify

from nurture.errors import NotFoundError, NurtureError
from nurture.services.erasure import LeavingError, erase
from nurture.services.runtime import Runtime
from nurture.web.errors import problem

#: larger numbers are no ids
_LARGEST = 2**62


def add_erasure(api: Blueprint, runtime: Runtime, caller: Callable[[], str]) -> None:
    """Add the route; `caller` says which key asks."""

    @api.delete("/contacts/<who>")
    def forget(who: str) -> Response:
        named: str | int = who
        if who.isascii() and who.isdigit():
            named = min(int(who), _LARGEST)
        try:
            done = erase(runtime, named, caller(), "api")
        except NotFoundError as error:
            return problem(404, error.message)
        except LeavingError as error:
            answer = problem(409, error.message, hint=error.hint)
            answer.headers["Retry-After"] = "60"
            return answer
        except NurtureError as error:
            return problem(422, error.message, hint=error.hint)
        return jsonify(
            contact_id=done.contact_id,
            status="already" if done.already else "erased",
            rows=dict(done.rows),
            cancelled_mails=done.cancelled_mails,
            ended_journeys=done.ended_journeys,
        )
