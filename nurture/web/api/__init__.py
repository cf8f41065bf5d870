"""The API, version 1: events and contacts in, JSON out, problem details for mistakes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Blueprint, Response, g, jsonify, request
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import UnsupportedMediaType

from nurture.errors import NotFoundError, NurtureError
from nurture.services import api_keys, api_requests
from nurture.services.preferences_told import adjust, preferences_of
from nurture.services.runtime import Runtime
from nurture.services.unsubscribe import unsubscribe_address
from nurture.web.api.erasure import add_erasure
from nurture.web.api.kpis import kpis_of
from nurture.web.api.loop import add_loop
from nurture.web.api.mailings import mailing_of, mailings_of
from nurture.web.api.metrics import MetricIn, ReportIn, make_report, metrics_of, put_metrics
from nurture.web.api.preferences_in import PreferencesIn
from nurture.web.api.referrals import add_referrals
from nurture.web.api.rewards import add_rewards
from nurture.web.api.seminars import AttendanceIn, take_attendance
from nurture.web.api.shapes import ContactIn, EventIn, UnsubscribeIn
from nurture.web.errors import problem, told

Model = TypeVar("Model", bound=BaseModel)

#: most objects of one request
MOST = 1000
#: mistakes told at once
_MOST_MISTAKES = 50


class Mistakes(Exception):  # noqa: N818 - what a caller got wrong, not a failure of ours
    """A request that cannot be taken; carries the answer."""

    def __init__(self, answer: Response) -> None:
        super().__init__()
        self.answer = answer


def make_api(runtime: Runtime) -> Blueprint:
    """Return the API's routes."""
    api = Blueprint("api", __name__, url_prefix="/api/v1")

    @api.before_request
    def identify() -> Response | None:
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        found = api_keys.verify(runtime, key.strip()) if scheme.lower() == "bearer" else None
        if found is None:
            answer = problem(401, "send `Authorization: Bearer KEY` with a key that is in use")
            answer.headers["WWW-Authenticate"] = 'Bearer realm="nurture"'
            return answer
        g.api_key = found
        return None

    @api.errorhandler(Mistakes)
    def mistaken(error: Mistakes) -> Response:
        return error.answer

    @api.post("/events")
    def events() -> Response:
        models = _objects(EventIn)
        return _act(
            lambda: api_requests.take_events(
                runtime, _request(), [model.happening() for model in models]
            )
        )

    @api.post("/contacts")
    def contacts() -> Response:
        models = _objects(ContactIn)
        rows = [model.row() for model in models]
        return _act(lambda: api_requests.take_contacts(runtime, _request(), rows))

    @api.post("/unsubscribes")
    def unsubscribes() -> Response:
        # Each is a transaction of its own, and a repeat changes nothing.
        by = f"api:{g.api_key.name}"[:64]
        stopped = [
            (
                one.email,
                unsubscribe_address(runtime, one.email, one.purposes, one.reason or by, by),
            )
            for one in _objects(UnsubscribeIn)
        ]
        return jsonify(
            unsubscribes=[
                {
                    "email": email,
                    "withdrawn": list(one.withdrawn),
                    "cancelled_mails": one.cancelled_mails,
                    "ended_journeys": one.ended_journeys,
                }
                for email, one in stopped
            ]
        )

    @api.get("/contacts/<email>")
    def contact(email: str) -> Response:
        found = api_requests.contact_of(runtime, email)
        if found is None:
            return problem(404, "nobody is known by this address")
        return jsonify(found)

    @api.route("/contacts/<email>/preferences", methods=["GET", "PUT"])
    def preferences(email: str) -> Response:
        try:
            if request.method == "PUT":
                (one,) = _objects(PreferencesIn, most=1)
                adjust(runtime, email, one.told(), f"api:{g.api_key.name}", "api")
            return jsonify(preferences_of(runtime, email))
        except NotFoundError as error:
            return problem(404, error.message)
        except NurtureError as error:
            return problem(422, error.message, hint=error.hint)

    @api.route("/accounts/<path:account>/metrics", methods=["GET", "PUT"])
    def metrics(account: str) -> Response:
        return told(
            lambda: (
                put_metrics(runtime, account, _objects(MetricIn), g.api_key.name)
                if request.method == "PUT"
                else metrics_of(runtime, account)
            )
        )

    @api.post("/accounts/<path:account>/results")
    def results(account: str) -> Response:
        (one,) = _objects(ReportIn, most=1)
        return told(lambda: make_report(runtime, account, one, g.api_key.name))

    @api.get("/mailings")
    def mailings() -> Response:
        return jsonify(mailings=mailings_of(runtime))

    @api.get("/mailings/<path:name>")
    def mailing(name: str) -> Response:
        return told(lambda: mailing_of(runtime, name))

    @api.get("/kpis")
    def kpis() -> Response:
        first, last = request.args.get("from", ""), request.args.get("to", "")
        return told(lambda: kpis_of(runtime, first, last))

    @api.post("/seminars/<name>/attendance")
    def attendance(name: str) -> Response:
        (given,) = _objects(AttendanceIn, most=1)
        return told(lambda: take_attendance(runtime, name, given, g.api_key.name))

    add_erasure(api, runtime, lambda: f"api:{g.api_key.name}")
    add_rewards(api, runtime)
    add_referrals(api, runtime, lambda model: _objects(model, most=1)[0])
    add_loop(api, runtime, lambda model: _objects(model, most=1)[0], _request)
    return api


def _act(act: Callable[[], dict[str, Any]]) -> Response:
    try:
        return jsonify(act())
    except api_requests.NotAcceptedError as error:
        return problem(422, error.message, error.errors)
    except NurtureError as error:
        return problem(422, error.message, hint=error.hint)


def _request() -> api_requests.Request:
    key = request.headers.get("Idempotency-Key")
    if key is not None and not (0 < len(key) <= api_requests.LONGEST_KEY and key.isprintable()):
        raise Mistakes(
            problem(400, f"Idempotency-Key: 1 to {api_requests.LONGEST_KEY} printable characters")
        )
    digest = api_requests.digest_of(request.method, request.path, request.get_data())
    return api_requests.Request(g.api_key, digest, key)


def _objects(model: type[Model], most: int = MOST) -> list[Model]:
    """Return the object or list of objects in the body; raise Mistakes with every mistake."""
    if request.mimetype != "application/json":
        raise UnsupportedMediaType("send `Content-Type: application/json`")
    try:
        body = json.loads(request.get_data())
    except (ValueError, RecursionError) as error:
        raise Mistakes(problem(400, f"the body is no JSON: {error}")) from error
    given = body if isinstance(body, list) else [body]
    if not 0 < len(given) <= most:
        wanted = f"1 to {most} objects" if most > 1 else "one object"
        raise Mistakes(problem(422, f"send {wanted}, not {len(given)}"))
    found: list[Model] = []
    wrong: list[dict[str, str]] = []
    for index, one in enumerate(given):
        try:
            found.append(model.model_validate(one))
        except ValidationError as error:
            at = [index] if isinstance(body, list) else []
            wrong += [
                {"field": _path([*at, *mistake["loc"]]), "message": mistake["msg"]}
                for mistake in error.errors(include_url=False, include_input=False)
            ]
    if wrong:
        raise Mistakes(
            problem(422, "some fields are not what they should be", wrong[:_MOST_MISTAKES])
        )
    return found


def _path(location: list[int | str]) -> str:
    """Return where a mistake is, e.g. `[3].account.employees`."""
    text = "".join(f"[{one}]" if isinstance(one, int) else f".{one}" for one in location)
    return text.lstrip(".") or "(body)"
