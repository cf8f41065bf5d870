"""The RQ functions: doorbells. Each drains what is due of its kind, then rings again if cut off."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import structlog
from sqlalchemy.exc import OperationalError

from nurture.app import House
from nurture.clock import machine_seconds
from nurture.errors import NurtureError
from nurture.providers.chat import Chat
from nurture.services.deliver import Outbox
from nurture.services.notices import say_due
from nurture.services.runtime import DECIDE, SEND
from nurture.services.setting_aside import take_in, walk
from nurture.services.upkeep import keep_up
from nurture.services.webhooks import any_due, call_due

log = structlog.get_logger(__name__)

#: how long one job works before it lets others have a turn (seconds of machine time)
DECIDE_SLICE = 0.5
SEND_SLICE = 2.0


@dataclass
class _Shift:
    """What a worker process has at hand, made once."""

    house: House | None = None
    outbox: Outbox | None = None
    chat: Chat | None = None
    #: makes calls of other systems, whose answers take their time, while mails go on
    errands: threading.Thread | None = None


_shift = _Shift()


def begin(house: House) -> None:
    """Give this process the house it works in; the send outbox keeps its connections."""
    _shift.house = house
    _shift.outbox = _shift.chat = None


def end() -> None:
    """Close what was kept."""
    if _shift.outbox is not None:
        _shift.outbox.close()
    _shift.house = _shift.outbox = _shift.chat = None


def _house() -> House:
    if _shift.house is None:
        raise RuntimeError("this process is no worker: start one with `nurture worker`")
    return _shift.house


def decide() -> int:
    """Take in events and walk enrolments until nothing is due or the slice is over."""
    runtime = _house().runtime
    ends = machine_seconds() + DECIDE_SLICE
    total = 0
    try:
        while True:
            done = take_in(runtime)
            walked = walk(runtime)
            kept = keep_up(runtime)
            if walked or kept:
                runtime.ring(SEND)
            total += done + walked + kept
            if not done and not walked and not kept:
                return total
            if machine_seconds() > ends:
                runtime.ring(DECIDE)
                return total
    except OperationalError as error:
        # Away, locked or a deadlock: nothing is half done, and the clock rings again.
        log.warning("database did not answer", error=str(error.orig)[:200])
        return total


def send() -> int:
    """Send what is due until nothing is left or the slice is over."""
    house = _house()
    if _shift.outbox is None:
        _shift.outbox = Outbox(house.runtime, house.provider())
    if _shift.chat is None:
        _shift.chat = house.chat()
    try:
        _run_errands(house)
        looked_at = _shift.outbox.drain(SEND_SLICE)
        looked_at += say_due(house.runtime, _shift.chat)
    except OperationalError as error:
        log.warning("database did not answer", error=str(error.orig)[:200])
        _shift.outbox.forget()
        return 0
    if looked_at:
        house.runtime.ring(SEND)
    return looked_at


def _run_errands(house: House) -> None:
    """See to it that due calls of other systems are made, beside the mails, never before them."""
    busy = _shift.errands is not None and _shift.errands.is_alive()
    if not busy and any_due(house.runtime):
        _shift.errands = threading.Thread(
            target=_errands, args=(house,), name="webhooks", daemon=True
        )
        _shift.errands.start()


def _errands(house: House) -> None:
    caller = house.caller()
    try:
        while call_due(house.runtime, caller, house.webhook_secrets):
            pass
    except OperationalError as error:
        log.warning("database did not answer", error=str(error.orig)[:200])
    except NurtureError as error:
        log.warning("webhooks wait", why=str(error))
