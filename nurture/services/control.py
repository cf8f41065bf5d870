"""Pause, resume and hold: they act before the next body is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from nurture.db import contacts, mail_fates, outcomes, pausing
from nurture.db.engine import read, write
from nurture.errors import NotFoundError, NurtureError
from nurture.language import Said, say
from nurture.services import mailing_switches
from nurture.services.drafting import resolve_sender
from nurture.services.runtime import DECIDE, SEND, Runtime

EVERYTHING, WORKFLOW, SENDER = "everything", "workflow", "sender"


@dataclass(frozen=True, slots=True)
class Backlog:
    """Mails that a pause held back: what became, or would become, of them."""

    #: their time is over: dropped, and said so
    expired: int
    #: go out now, at the policy's rate
    waiting: int


_KINDS = {WORKFLOW: say("workflow"), SENDER: say("sender")}


def _not_paused(kind: str, name: str) -> Said:
    if kind == EVERYTHING:
        return say("everything is not paused")
    return say("{kind} {name} is not paused", kind=_KINDS.get(kind, kind), name=name)


def pause(runtime: Runtime, kind: str, name: str = "", reason: str = "") -> None:
    """Stop sending: everything, a workflow (or broadcast) or a sender (`name`).

    Raises NotFoundError where the live release has no such workflow or sender.
    """
    runtime.releases.warm(runtime.engine)
    with write(runtime.engine) as connection:
        definitions = runtime.releases.live(connection).definitions
        known = {
            EVERYTHING: {""},
            WORKFLOW: {*definitions.workflows, *mailing_switches.names(connection)},
            SENDER: set(definitions.policy.senders),
        }
        if kind not in known:
            raise NurtureError(
                say("'{kind}' cannot be paused", kind=kind),
                say("pause everything, a workflow or a sender"),
            )
        if name not in known[kind]:
            raise NotFoundError(
                say("there is no {kind} '{name}'", kind=_KINDS[kind], name=name),
                say("known: {known}", known=sorted(known[kind])),
            )
        if kind == WORKFLOW:
            # A mailing of that name queues nothing more either.
            mailing_switches.stop(connection, name, reason)
        pausing.pause_it(connection, kind, name, reason, runtime.clock.now())


def backlog(runtime: Runtime, kind: str, name: str = "") -> Backlog:
    """Return what `resume` would find, changing nothing."""
    now = runtime.clock.now()
    with read(runtime.engine) as connection:
        held = _held_back(runtime, connection, kind, name, now)
    return Backlog(len(held.expired), len(held.waiting) + len(held.freed))


def resume(runtime: Runtime, kind: str, name: str = "", discard: bool = False) -> Backlog:
    """Send again: expired mails are dropped, the rest goes at the policy's rate.

    With `discard` nothing of the backlog is sent, save what is another sender's by now.
    Raises NotFoundError where nothing of the kind is paused.
    """
    runtime.releases.warm(runtime.engine)
    with write(runtime.engine) as connection:
        now = runtime.clock.now()
        if kind == WORKFLOW:
            mailing_switches.go_on(connection, name, now)
        if not pausing.unpause(connection, kind, name):
            raise NotFoundError(_not_paused(kind, name))
        held = _held_back(runtime, connection, kind, name, now)
        expired, goes = held.expired, sorted([*held.waiting, *held.freed])
        if discard:
            _discard(connection, [*expired, *held.waiting], now)
            expired, goes = [], held.freed
        policy = runtime.releases.live(connection).definitions.policy
        # Expired ones come first: the desk drops them with their reason.
        pausing.spread(connection, expired, now, per_hour=3600)
        pausing.spread(connection, goes, now, policy.resume_rate)
    runtime.ring(SEND)
    runtime.ring(DECIDE)
    return Backlog(len(held.expired), len(held.waiting) + (0 if discard else len(held.freed)))


def _discard(connection: Connection, message_ids: Sequence[int], now: datetime) -> None:
    """Withdraw deferred mails, say so, and let their journeys go on."""
    contacts.lock(connection, pausing.recipients(connection, message_ids), wait=True)
    gone = pausing.discard(connection, message_ids)
    why = {"kind": "dropped", "reason": "withdrawn_by_hand"}
    reasons = [{**why, **row._mapping} for row in gone]
    outcomes.append_decisions(connection, reasons, now)
    mail_fates.tell_enrolments(connection, [row.message_id for row in gone], now)


@dataclass(frozen=True, slots=True)
class _HeldBack:
    """Mails, by id, that one pause holds back."""

    #: their time is over
    expired: list[int]
    waiting: list[int]
    #: their sender has changed since, and the one they have now is not paused: nothing but
    #: this holds them back, and nobody else would find them
    freed: list[int]


def _held_back(
    runtime: Runtime, connection: Connection, kind: str, name: str, now: datetime
) -> _HeldBack:
    rows = pausing.backlog(connection, kind, name)
    freed: list[int] = []
    if kind == SENDER and rows:
        policy = runtime.releases.live(connection).definitions.policy
        paused = pausing.senders(connection)
        of = {row.id: resolve_sender(policy, row.sender, row).key for row in rows}
        freed = [r.id for r in rows if r.parked and of[r.id] not in paused | {name}]
        rows = [row for row in rows if of[row.id] == name]
    expired = [row.id for row in rows if row.expires_at is not None and row.expires_at <= now]
    return _HeldBack(expired, [row.id for row in rows if row.id not in set(expired)], freed)


def hold(runtime: Runtime, account: str, reason: str) -> str:
    """Silence marketing, surveys and asks to an account (domain or name); return its name."""
    with write(runtime.engine) as connection:
        account_id, name = _account(pausing.find_account(connection, account), account)
        pausing.hold_account(connection, account_id, reason or "on hold")
    return name


def unhold(runtime: Runtime, account: str) -> tuple[str, int]:
    """Take an account's hold away; return its name and how many mails are looked at again."""
    with write(runtime.engine) as connection:
        account_id, name = _account(pausing.find_account(connection, account), account)
        pausing.hold_account(connection, account_id, None)
        count = pausing.wake_held(connection, account_id, runtime.clock.now())
    runtime.ring(SEND)
    return name, count


def _account(found: list[tuple[int, str]], named: str) -> tuple[int, str]:
    if not found:
        raise NotFoundError(say("no account has the domain or name '{named}'", named=named))
    if len(found) > 1:
        raise NurtureError(
            say("{number} accounts are named '{named}'", number=len(found), named=named),
            say("use the domain"),
        )
    return found[0]
