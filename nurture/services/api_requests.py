"""What the API does, once per idempotency key, in one transaction with its answer."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select, update

from nurture.db.contact_facts import account_values, contact_values
from nurture.db.contacts import EMAIL, find, newest_consents
from nurture.db.engine import read
from nurture.db.retrying import write_again
from nurture.db.tables import idempotency
from nurture.db.touched import contact_rows, tags_of
from nurture.db.upsert import insert_new
from nurture.domain.addresses import canonical
from nurture.domain.calendar import EARLIEST, is_believable
from nurture.domain.contact_row import ContactRow
from nurture.domain.row_remarks import sentence
from nurture.errors import NurtureError
from nurture.language import say
from nurture.services.api_keys import ApiKey
from nurture.services.capture import Happening, check, marked, take_in
from nurture.services.house import house_at
from nurture.services.runtime import DECIDE, Runtime
from nurture.services.upsert_contacts import Landing, upsert_contacts

#: longest idempotency key, characters
LONGEST_KEY = 200

#: what has happened may look this far ahead to us
_CLOCKS_DIFFER = timedelta(days=1)

Answer = dict[str, Any]


class NotAcceptedError(NurtureError):
    """Objects that cannot be taken in, each with the place of its mistake."""

    def __init__(self, message: str, errors: Sequence[Mapping[str, str]]) -> None:
        super().__init__(message)
        self.errors = errors


class KeyReusedError(NurtureError):
    """An idempotency key came back with another request."""


@dataclass(frozen=True, slots=True)
class Request:
    """Who asks, and how to know the same request again."""

    by: ApiKey
    #: method, path and body, hashed
    digest: str
    #: None: the caller does not care about repeats
    key: str | None = None


def digest_of(method: str, path: str, body: bytes) -> str:
    """Return the hash by which a repeated request is known."""
    return hashlib.sha256(f"{method} {path}\n".encode() + body).hexdigest()


def take_events(runtime: Runtime, request: Request, happenings: Sequence[Happening]) -> Answer:
    """Take events in and return what became of each.

    Raises NurtureError where one is malformed (nothing is written), KeyReusedError where
    the idempotency key was used for something else.
    """
    now = runtime.clock.now()
    for one in happenings:
        check(one, now)
    source = f"api:{request.by.name}"[:64]
    told = marked(runtime, happenings, now)

    def act(connection: Connection) -> Answer:
        taken = take_in(connection, told, source, now, runtime.hash_key)
        return {
            "events": [
                {
                    "status": one.status,
                    "event_id": one.event_id,
                    "contact_id": one.contact_id,
                    **({"why": one.why} if one.why else {}),
                }
                for one in taken
            ]
        }

    answer = once(runtime, request, act)
    runtime.ring(DECIDE)
    return answer


def take_contacts(runtime: Runtime, request: Request, rows: Sequence[ContactRow]) -> Answer:
    """Create and change contacts and return what became of each.

    What the caller says wins over what we know. Raises NotAcceptedError (nothing is written)
    where a custom field is not declared by the policy or of another kind, or where a moment
    lies before 1900 or in the future; KeyReusedError where the idempotency key was used for
    something else.
    """
    now = runtime.clock.now()
    _check_moments(rows, now)
    _check_custom_fields(runtime, rows)
    by = f"api:{request.by.name}"

    def act(connection: Connection) -> Answer:
        outcome = upsert_contacts(
            connection,
            rows,
            now=now,
            origin=by[:64],
            recorded_by=by,
            overwrite=True,
            hash_key=runtime.hash_key,
        )
        return {
            "contacts": [
                {
                    "email": one.row.email,
                    "contact_id": one.contact_id,
                    "status": one.status,
                    "sendable": one.sendable,
                    **({"remarks": _remarks(one)} if one.remarks else {}),
                }
                for one in outcome.landings
            ]
        }

    answer = once(runtime, request, act)
    runtime.ring(DECIDE)
    return answer


def contact_of(runtime: Runtime, email: str) -> Answer | None:
    """Return what is known of a contact, or None where nobody has this address."""
    with read(runtime.engine) as connection:
        try:
            contact_id = find(connection, EMAIL, canonical(email))
        except ValueError:
            return None
        rows = contact_rows(connection, [contact_id]) if contact_id is not None else []
        if not rows or rows[0].erased:
            return None
        row = rows[0]
        half_life = house_at(runtime, connection).half_life
        values = contact_values(dict(row._mapping), runtime.clock.now(), half_life)
        return {
            "contact_id": row.id,
            **{name: _plain(value) for name, value in sorted(values.items())},
            "account": {
                name: _plain(v) for name, v in sorted(account_values(dict(row._mapping)).items())
            },
            "tags": sorted(tags_of(connection, [row.id]).get(row.id, ())),
            "consents": newest_consents(connection, [row.id]).get(row.id, {}),
        }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _remarks(one: Landing) -> list[dict[str, str]]:
    return [{"code": r.code, "message": sentence(r, "en")} for r in one.remarks]


def _check_moments(rows: Sequence[ContactRow], now: datetime) -> None:
    errors = [
        {"field": f"[{index}].{name}", "message": "lies before 1900 or in the future"}
        for index, row in enumerate(rows)
        for name, moment in (
            ("first_touch_at", row.first_touch_at),
            ("consent.obtained_at", row.grant.obtained_at if row.grant is not None else None),
        )
        if moment is not None and not EARLIEST <= moment <= now + _CLOCKS_DIFFER
    ]
    if errors:
        raise NotAcceptedError(say("some fields are not what they should be"), errors[:50])


def _check_custom_fields(runtime: Runtime, rows: Sequence[ContactRow]) -> None:
    if not any(row.contact_fields or row.account_fields for row in rows):
        return
    with read(runtime.engine) as connection:
        policy = runtime.releases.live(connection).definitions.policy
    errors = []
    for index, row in enumerate(rows):
        for place, given, declared in (
            ("fields", row.contact_fields, policy.contact_fields),
            ("account.fields", row.account_fields, policy.account_fields),
        ):
            for name, value in given.items():
                kind = declared.get(name)
                if kind is None:
                    said = "the policy does not declare this field"
                elif not _is_kind(value, kind):
                    said = f"should be a {kind}" + (" (1900 to 2200)" if kind == "date" else "")
                else:
                    continue
                errors.append({"field": f"[{index}].{place}.{name}", "message": said})
    if errors:
        raise NotAcceptedError(say("some fields are not what they should be"), errors[:50])


def _is_kind(value: Any, kind: str) -> bool:
    match kind:
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "boolean":
            return isinstance(value, bool)
        case "date":
            return isinstance(value, str) and _is_date(value)
        case _:
            return isinstance(value, str)


def _is_date(text: str) -> bool:
    try:
        return is_believable(date.fromisoformat(text))
    except ValueError:
        return False


def once(runtime: Runtime, request: Request, act: Callable[[Connection], Answer]) -> Answer:
    """Run `act` in a transaction and keep its answer; a repeat gets the answer kept.

    What `act` raises leaves nothing behind, so the caller may mend the request and use the
    key again; where others write the same at the same moment, all of it is done again, up to
    three times. Raises KeyReusedError where the key came with another request before.
    """

    def act_once(connection: Connection) -> Answer:
        if request.key is None:
            return act(connection)
        row = {
            "api_key_id": request.by.id,
            "key": request.key,
            "request_hash": request.digest,
            "status": 0,
            "answer": {},
            "at": runtime.clock.now(),
        }
        mine = (idempotency.c.api_key_id == request.by.id, idempotency.c.key == request.key)
        # Where another request with this key is under way, this waits for its end.
        if not insert_new(connection, idempotency, [row], "key"):
            kept = connection.execute(select(idempotency).where(*mine)).one()
            if kept.request_hash != request.digest:
                raise KeyReusedError(
                    say("this Idempotency-Key was used for another request"),
                    say("use a new key for every request"),
                )
            answer: Answer = kept.answer
            return answer
        answer = act(connection)
        connection.execute(update(idempotency).where(*mine).values(status=200, answer=answer))
        return answer

    return write_again(runtime.engine, act_once)
