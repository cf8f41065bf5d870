"""News of a deal from the team: a meeting, a proposal, its end; a stage or amount set right."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row

from nurture.db import contacts as people
from nurture.db import deal_list, deals
from nurture.db.engine import read as reading
from nurture.db.retrying import write_again
from nurture.domain import task_words
from nurture.domain.deal_news import STAGES, read_moment, read_news
from nurture.domain.glossary import coded
from nurture.domain.policy import Calendar
from nurture.domain.task_actions import ACTIONS, events_of
from nurture.domain.task_answers import FaultError, read, read_amount
from nurture.errors import NotFoundError, NurtureError
from nurture.language import Word, say
from nurture.services.capture import Happening, take_in
from nurture.services.runtime import DECIDE, Runtime
from nurture.services.task_actions import SOURCE, AnswersError
from nurture.services.team import member_named

#: stages that `set_right` may name: the ends have their own words
SETTABLE = ("open", "meeting", "proposal")


def open_deals(runtime: Runtime, closed: bool = False, member: int | None = None) -> list[Row[Any]]:
    """Return the deals under way, or all, of a member's contacts or of all."""
    with reading(runtime.engine) as connection:
        return deal_list.page(connection, closed, member)


def deal_named(runtime: Runtime, named: str) -> Row[Any]:
    """Return a deal by its name in the CRM or our number; NotFoundError where there is none."""
    with reading(runtime.engine) as connection:
        return _find(connection, named)


def act_on_deal(
    runtime: Runtime,
    named: str,
    action: str,
    answers: Mapping[str, Any],
    by: str | None,
    source: str,
) -> bool:
    """Take news of a deal in (`meeting_set`, `met`, `proposed`, `won`, `lost`), and ring.

    `answers` are what the action's form asks; `by` is a sender key, None: whose contact it
    is. False: it was so already, nothing is written. Raises NotFoundError, AnswersError,
    NurtureError where the deal is over or nobody is known by `by`.
    """
    asked = ACTIONS[action]

    def write(connection: Connection) -> bool:
        now = runtime.clock.now()
        row = _hold(connection, named)
        calendar = runtime.releases.live(connection).definitions.calendar
        zone = ZoneInfo(calendar.zone)
        found = read(asked, answers, zone, now)
        if found.faults:
            raise AnswersError(action, found.faults)
        coming = _coming(connection, row, calendar)
        if _is_so(coming, action, found.values, zone):
            return False
        if coming.values["stage"] in deals.CLOSED:
            raise NurtureError(
                say("deal {name} is over: {stage}", name=_name(row), stage=_stage(coming)),
                say("a new meeting with the contact opens a new deal"),
            )
        told = events_of(asked, found.values, _by(connection, row, by), deal=_name(row))
        return _take_in(runtime, connection, row, coming, told[-1], source)

    with reading(runtime.engine) as connection:
        # Compiled here, so that no writer waits for it.
        runtime.releases.live(connection)
    done = write_again(runtime.engine, write)
    runtime.ring(DECIDE)
    return done


def set_right(
    runtime: Runtime,
    named: str,
    stage: str | None,
    amount: str | None,
    product: str | None,
    by: str | None,
    source: str,
) -> bool:
    """Set a deal's stage (one of SETTABLE), amount or product; False: it was so already.

    Raises as `act_on_deal` does.
    """
    values: dict[str, Any] = {}
    if stage is not None:
        if stage not in SETTABLE:
            raise NurtureError(
                say("a deal is not set to '{stage}'", stage=stage),
                say("known: {known}; or won, lost", known=SETTABLE),
            )
        values["stage"] = stage
    if amount is not None:
        try:
            values["amount"] = read_amount(amount)
        except FaultError as fault:
            raise NurtureError(
                say("amount: {fault}", fault=Word(*task_words.FAULTS[fault.code]))
            ) from None
    if product is not None:
        values["product"] = product.strip()[:200]
    if not values:
        raise NurtureError(say("nothing to set"), say("name --stage, --amount or --product"))

    def write(connection: Connection) -> bool:
        row = _hold(connection, named)
        coming = _coming(connection, row, runtime.releases.live(connection).definitions.calendar)
        changes = {name: value for name, value in values.items() if coming.values[name] != value}
        if not changes:
            return False
        if coming.values["stage"] in deals.CLOSED:
            raise NurtureError(
                say("deal {name} is over: {stage}", name=_name(row), stage=_stage(coming))
            )
        kind = "deal.advanced" if "stage" in changes else "deal.updated"
        told = {**changes, "deal": _name(row), "by": _by(connection, row, by)}
        return _take_in(runtime, connection, row, coming, (kind, told), source)

    with reading(runtime.engine) as connection:
        # Compiled here, so that no writer waits for it.
        runtime.releases.live(connection)
    done = write_again(runtime.engine, write)
    runtime.ring(DECIDE)
    return done


def _find(connection: Connection, named: str) -> Row[Any]:
    row = deal_list.find(connection, named)
    if row is None or row.erased:
        raise NotFoundError(
            say("there is no deal '{named}'", named=named),
            say("`nurture deal list --all` shows them"),
        )
    return row


def _hold(connection: Connection, named: str) -> Row[Any]:
    """Return a deal, its contact locked as everything that decides about it does."""
    row = _find(connection, named)
    if row.contact_id is None:
        raise NurtureError(
            say("deal {name} has no contact", name=_name(row)), say("tell of it by an event")
        )
    people.lock_accounts(connection, people.accounts_of(connection, [row.contact_id]))
    people.lock(connection, [row.contact_id], wait=True)
    return _find(connection, named)


def _name(row: Row[Any]) -> str:
    return deals.name_of(row.id, row.external_id)


@dataclass(frozen=True, slots=True)
class _Coming:
    """A deal as it will stand once all that was told of it is taken in."""

    #: stage, amount, product, reason, meeting_at
    values: Mapping[str, Any]
    #: id of the newest event that waits; 0: none does
    newest: int = 0
    #: that event as it was told
    told: tuple[str, Mapping[str, Any]] | None = None


def _coming(connection: Connection, row: Row[Any], calendar: Calendar) -> _Coming:
    """Return how a deal will stand: whoever tells of it may have told more a second ago."""
    columns = ("stage", "amount", "product", "reason", "meeting_at")
    values = {name: row._mapping[name] for name in columns}
    found = _Coming(values)
    for one in deal_list.pending(connection, row.contact_id):
        said = one.properties or {}
        if one.type not in STAGES or said.get("deal", _name(row)) != _name(row):
            continue
        if one.occurred_at < row.updated_at:
            continue
        news = read_news(one.type, said, one.occurred_at, calendar, timedelta(0))
        told = {**news.values, "stage": news.stage, "meeting_at": news.meeting_at}
        values |= {name: told[name] for name in values if told.get(name) is not None}
        found = _Coming(values, one.id, (one.type, said))
    return found


def _is_so(coming: _Coming, action: str, values: Mapping[str, Any], zone: ZoneInfo) -> bool:
    stands = coming.values
    if action in deals.CLOSED:
        # Another amount, or another reason, is not the same end told twice.
        name = "amount" if action == "won" else "reason"
        return bool(stands["stage"] == action and stands[name] == values.get(name))
    if action == "meeting_set":
        at = read_moment(values["at"], zone)
        return bool(stands["stage"] == "meeting" and stands["meeting_at"] == at)
    same = stands["stage"] == "proposal" and stands["amount"] == values.get("amount")
    return bool(action == "proposed" and same)


def _by(connection: Connection, row: Row[Any], by: str | None) -> str:
    if by is None:
        return str(row.owner_key) if row.owner_key and row.owner_active else ""
    member = member_named(connection, by)
    return str(member.key or member.email)


def _take_in(
    runtime: Runtime,
    connection: Connection,
    row: Row[Any],
    coming: _Coming,
    told: tuple[str, dict[str, Any]],
    source: str,
) -> bool:
    """Take an event in, once for the deal as it will stand."""
    kind, properties = told[0], {**told[1], "via": source}
    if coming.told == (kind, properties):
        return False
    said = json.dumps(told[1], sort_keys=True, ensure_ascii=False)
    stands = f"{row.updated_at.isoformat()}/{coming.newest}"
    digest = hashlib.sha256(f"{kind}{said}{stands}".encode()).hexdigest()
    event = Happening(
        kind,
        contact_id=row.contact_id,
        properties=properties,
        key=f"deal/{row.id}/{digest[:32]}",
    )
    now = runtime.clock.now()
    (captured,) = take_in(connection, [event], SOURCE, now, runtime.hash_key)
    return captured.status == "taken"


def _stage(coming: _Coming) -> Word:
    return coded(task_words.DEAL_STAGES, str(coming.values["stage"]))
