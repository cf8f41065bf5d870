"""Webhooks: due calls are made side by side, and each answer becomes an event once.

A call is made at least once: a worker that dies after it leaves it to another, who calls again
under the same `webhook-id`, by which the receiver knows a repetition.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Connection, Row

from nurture import __version__
from nurture.clock import machine_now
from nurture.db import calls, messages, outbox, outcomes, touched
from nurture.db import contacts as people
from nurture.db.contact_facts import account_values, contact_values
from nurture.db.engine import read, write
from nurture.db.events import DEEPEST, NewEvent, record
from nurture.domain.conditions import Scope
from nurture.domain.webhooks import (
    Verdict,
    answer_of,
    envelope,
    next_try,
    seconds,
    signatures,
    verdict_on,
)
from nurture.errors import NotFoundError
from nurture.language import NOTHING, say
from nurture.providers.webhook import Call, Caller, Response
from nurture.services.releases import LiveRelease
from nurture.services.runtime import DECIDE, Runtime

log = structlog.get_logger(__name__)

#: calls per turn, and how many of them wait for their answers at once
BATCH = 32
SIDE_BY_SIDE = 8

#: a worker that took calls and says nothing for so long (machine time) is thought dead; longer
#: than a whole turn takes at worst
HELD = timedelta(minutes=5)

#: when to look again at what a switch holds back (business time)
_HELD_BACK = timedelta(minutes=15)

#: `type` of what endpoints get
STEP_REACHED = "step.reached"
TESTED = "webhook.tested"

#: what became of a call → the reason that is stored
_REASONS = {
    "answered": "webhook_answered",
    "refused": "webhook_refused",
    "failed": "webhook_failed",
    "dropped": "webhook_dropped",
}

#: endpoint → its secrets, the newest first
Secrets = Callable[[str], Sequence[bytes]]


@dataclass(frozen=True, slots=True)
class _Planned:
    """A call that is about to be made, or that will not be: then `why` says so."""

    row: Row[Any]
    call: Call | None
    why: str = ""


def any_due(runtime: Runtime) -> bool:
    """Say whether a call is due that nobody is at."""
    with read(runtime.engine) as connection:
        return calls.any_due(connection, runtime.clock.now(), machine_now())


def call_due(runtime: Runtime, caller: Caller, secrets: Secrets, limit: int = BATCH) -> int:
    """Make due calls and write down what came of them; return how many were looked at.

    No transaction is open while an endpoint takes its time.
    """
    # Most looks find nothing: no writer is taken for them.
    if not any_due(runtime):
        return 0
    with read(runtime.engine) as connection:
        if not runtime.releases.published(connection):
            return 0
        runtime.releases.live(connection)
    with write(runtime.engine) as connection:
        now, machine = runtime.clock.now(), machine_now()
        until = machine + HELD
        release = runtime.releases.live(connection)
        paused = outbox.hold_pauses(connection)
        due = calls.take(connection, now, machine, until, limit)
        held = [row.id for row in due if _held_back(runtime, row, paused)]
        calls.put_off(connection, held, now + _HELD_BACK)
        due = [row for row in due if row.id not in set(held)]
        planned = _plan(runtime, connection, release, secrets, due, now)
    if due:
        with ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="webhook") as pool:
            answers = pool.map(lambda one: _made(caller, one), planned)
            for one, response in zip(planned, answers, strict=True):
                _settle(runtime, one, response, until)
        runtime.ring(DECIDE)
    return len(due)


def _held_back(runtime: Runtime, row: Row[Any], paused: frozenset[tuple[str, str]]) -> bool:
    return (
        runtime.sending.mode == "off"
        or ("everything", "") in paused
        or ("workflow", row.workflow) in paused
    )


def _plan(
    runtime: Runtime,
    connection: Connection,
    release: LiveRelease,
    secrets: Secrets,
    due: Sequence[Row[Any]],
    now: datetime,
) -> list[_Planned]:
    """Write what each endpoint is told, from the contacts as they are now."""
    endpoints = release.definitions.policy.webhooks
    ids = sorted({row.contact_id for row in due})
    rows = {row.id: row for row in touched.contact_rows(connection, ids)}
    found = []
    for row in due:
        url, why = endpoints.get(row.endpoint), ""
        if row.erased or row.contact_id not in rows:
            why = "erased"
        elif url is None:
            why = "no_endpoint"
        elif runtime.sending.mode == "allowlist" and not _allowed(runtime, row.email):
            why = "not_on_allowlist"
        if url is None or why:
            found.append(_Planned(row, None, why))
            continue
        told = _told(row, rows[row.contact_id], release, now)
        body = envelope(STEP_REACHED, row.created_at, told)
        found.append(_Planned(row, _call(url, call_id(row), secrets(row.endpoint), body)))
    return found


def _allowed(runtime: Runtime, email: str | None) -> bool:
    patterns = runtime.sending.allowed
    return any(fnmatch.fnmatch((email or "").lower(), one.lower()) for one in patterns)


def _told(call: Row[Any], person: Row[Any], release: LiveRelease, now: datetime) -> dict[str, Any]:
    definitions = release.definitions
    row = person._asdict()
    known: dict[str, Mapping[str, Any]] = {
        Scope.CONTACT: contact_values(
            row, now, definitions.scoring.half_life, definitions.policy.default_locale
        ),
        Scope.ACCOUNT: account_values(row),
        Scope.TRIGGER: call.trigger or {},
    }
    zone = ZoneInfo(definitions.calendar.zone)
    told: dict[str, Any] = {
        "workflow": call.workflow,
        "step": call.step,
        "visit": call.visit,
        "contact_id": call.contact_id,
    }
    for scope, name in call.fields:
        value = known[scope].get(name)
        if isinstance(value, datetime):
            value = value.astimezone(zone).isoformat()
        told.setdefault(scope, {})[name] = value
    if call.data:
        told["data"] = dict(call.data)
    return told


def call_id(row: Row[Any]) -> str:
    """Return what stays the same over all tries of a call: the header `webhook-id`."""
    return f"msg_{row.id}"


def _call(url: str, named: str, secrets: Sequence[bytes], body: bytes) -> Call:
    # Receivers compare it with their own clock: the machine's time, not a stepped one.
    at = machine_now()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": f"Nurture/{__version__}",
        "webhook-id": named,
        "webhook-timestamp": str(seconds(at)),
        "webhook-signature": signatures(secrets, named, at, body),
    }
    return Call(url, headers, body)


def _made(caller: Caller, planned: _Planned) -> Response | None:
    return caller.call(planned.call) if planned.call is not None else None


def _settle(
    runtime: Runtime, planned: _Planned, response: Response | None, until: datetime
) -> None:
    """Write down what came of one try; a call that another took over since is left to it."""
    row = planned.row
    with write(runtime.engine) as connection:
        now = runtime.clock.now()
        people.lock(connection, [row.contact_id], wait=True)
        if not calls.is_ours(connection, row.id, until):
            return
        if response is None:
            _end(connection, row, "dropped", None, {"why": planned.why}, {}, now)
            return
        calls.log(
            connection,
            {
                "call_id": row.id,
                "at": now,
                "status": response.status,
                "text": response.text,
                "milliseconds": round(response.seconds * 1000),
            },
        )
        verdict = Verdict.REFUSED if response.never else verdict_on(response.status)
        said = {"why": response.text or f"HTTP {response.status}", "status": response.status}
        if verdict is Verdict.AGAIN:
            wait = next_try(row.tries, response.retry_after)
            if wait is not None:
                calls.settle(connection, row.id, "queued", response.status, now + wait, now)
                if row.tries == 1:
                    _explain(connection, row, "webhook_again", said, now)
                return
            _end(connection, row, "failed", response.status, said, {}, now)
        elif verdict is Verdict.REFUSED:
            _end(connection, row, "refused", response.status, said, {}, now)
        else:
            answer = answer_of(response.body)
            _end(connection, row, "answered", response.status, said, answer, now)


def _end(
    connection: Connection,
    row: Row[Any],
    state: str,
    status: int | None,
    said: Mapping[str, Any],
    answer: Mapping[str, Any],
    now: datetime,
) -> None:
    """Settle a call for good: its fate is an event, and the journey that holds for it goes on."""
    calls.settle(connection, row.id, state, status, None, now)
    calls.tell_enrolment(connection, row, state, answer, now)
    detail = {**said, "tries": row.tries} | ({"answer": dict(answer)} if answer else {})
    _explain(connection, row, _REASONS[state], detail, now)
    if state == "dropped":
        return
    cause = row.caused_by
    depth = messages.depths(connection, [cause]).get(cause, 0) + 1 if cause is not None else 0
    kind = "webhook.answered" if state == "answered" else "webhook.failed"
    about = {"endpoint": row.endpoint, "workflow": row.workflow, "step": row.step}
    event = NewEvent(
        kind,
        row.contact_id,
        now,
        "webhook",
        {**answer, **about, "status": status},
        key=f"{row.dedupe_key}/{row.tries}",
        caused_by=cause,
        depth=depth,
        act=depth <= DEEPEST,
    )
    record(connection, [event], now)


def _explain(
    connection: Connection, row: Row[Any], reason: str, detail: Mapping[str, Any], now: datetime
) -> None:
    decision = {
        "contact_id": row.contact_id,
        "enrolment_id": row.enrolment_id,
        "workflow": row.workflow,
        "step": row.step,
        "kind": "called",
        "reason": reason,
        "detail": {"endpoint": row.endpoint, **detail},
    }
    outcomes.append_decisions(connection, [decision], now)


def try_out(runtime: Runtime, caller: Caller, secrets: Secrets, endpoint: str) -> Response:
    """Call an endpoint with `webhook.tested` and nobody's data; nothing is written down.

    Raises NotFoundError where the live policy has no such endpoint.
    """
    with read(runtime.engine) as connection:
        endpoints = runtime.releases.live(connection).definitions.policy.webhooks
    url = endpoints.get(endpoint)
    if url is None:
        message = say("the live policy has no endpoint '{endpoint}'", endpoint=endpoint)
        hint = say("known: {known}", known=sorted(endpoints)) if endpoints else NOTHING
        raise NotFoundError(message, hint)
    at = machine_now()
    body = envelope(TESTED, at, {"endpoint": endpoint})
    return caller.call(_call(url, f"msg_test_{seconds(at)}", secrets(endpoint), body))


def retry(runtime: Runtime, number: int) -> None:
    """Queue a call that was refused, failed or dropped once more.

    Its journey has gone on already; only the endpoint hears of it. Raises NotFoundError.
    """
    with write(runtime.engine) as connection:
        if not calls.again(connection, number, runtime.clock.now()):
            message = say(
                "call {number} is none that was refused, failed or dropped", number=number
            )
            raise NotFoundError(message, say("`nurture webhook list` shows them"))
