"""Opens and clicks: written down at once, judged by what the request shows by itself.

Requests that arrive together are written in one transaction (`Recorder`), so that a burst
costs one commit, and none answers before its row is durable: in SQL, or in the local spool
while SQL is away.
"""

from __future__ import annotations

import ipaddress
import threading
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from nurture.clock import machine_seconds
from nurture.db import releases
from nurture.db.engine import read, write
from nurture.db.events import NewEvent, record
from nurture.db.tracked import TrackedMail, mails
from nurture.domain import evidence
from nurture.domain.policy import EvidencePolicy
from nurture.emails.tokens import TRAP_LINK
from nurture.errors import NurtureError
from nurture.services.agents import LONGEST_AGENT, KnownAgents, public_list
from nurture.services.link_targets import remember_links
from nurture.services.runtime import DECIDE, Runtime
from nurture.services.spool import Line, Spool
from nurture.services.unsubscribe import unsubscribe

__all__ = ["Recorder", "Visit", "network_of", "remember_links", "take_in_spool"]

OPENED = "email.opened"
CLICKED = "email.clicked"
#: source of these events, and with the visit's key what makes each unique
SOURCE = "tracking"

_MOST_AT_ONCE = 500
#: after a failure SQL is left alone for so long (machine seconds)
_REST_SECONDS = 1.0
_NOT_JUDGED = EvidencePolicy()
_ACTED_ON = (evidence.Kind.HUMAN, evidence.Kind.UNKNOWN)
#: what SQL says when it is not there, as opposed to refusing a row
_AWAY = (OperationalError, InterfaceError, PoolTimeoutError)


@dataclass(frozen=True, slots=True)
class Visit:
    """One request for a pixel or a link, before anybody has judged it."""

    message_id: int
    click: bool
    method: str
    agent: str
    network: str
    #: business time; None: the clock could not be read
    at: datetime | None
    #: number of the link, from 1; TRAP_LINK is the hidden one; opens: 0
    link: int = 0
    target: str = ""
    #: minted when the request came, so that it is taken in once
    key: str = ""


def network_of(address: str) -> str:
    """Return the network of an address: /24 for IPv4, /48 for IPv6; what is none is empty."""
    return _network(address)


@lru_cache(maxsize=4096)
def _network(address: str) -> str:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    found = mapped or found
    prefix = 24 if found.version == 4 else 48
    return str(ipaddress.ip_network((int(found), prefix), strict=False))


def _printable(text: str) -> str:
    return text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)


class _Ticket:
    """A visit that waits for its commit, or for its turn to write for those after it."""

    __slots__ = ("_gate", "done", "visit")

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.done = False
        self._gate = threading.Lock()
        self._gate.acquire()

    def wait(self) -> None:
        self._gate.acquire()

    def wake(self) -> None:
        self._gate.release()


class Recorder:
    """Writes visits down for one process: whoever comes first writes for all who wait."""

    def __init__(self, runtime: Runtime, spool: Spool, agents: KnownAgents) -> None:
        self._runtime = runtime
        self._spool = spool
        self._judge = _Judge(runtime, agents)
        self._waiting: list[_Ticket] = []
        self._queue = threading.Lock()
        self._writing = False
        self._rest_until = 0.0

    def visit(
        self,
        message_id: int,
        *,
        click: bool,
        method: str,
        agent: str,
        address: str,
        link: int = 0,
        target: str = "",
    ) -> None:
        """Write a visit down and return when it is durable; never raises for want of SQL."""
        self.record(
            Visit(
                message_id,
                click,
                method,
                _printable(agent[:LONGEST_AGENT]),
                network_of(address),
                self._now(),
                link,
                target[:2000],
                uuid.uuid4().hex,
            )
        )

    def record(self, visit: Visit) -> None:
        """Write a visit down in the next commit, or in the spool where SQL is away."""
        ticket = _Ticket(visit)
        with self._queue:
            self._waiting.append(ticket)
            first = not self._writing
            self._writing = True
        if not first:
            ticket.wait()
            if ticket.done:
                return
        with self._queue:
            # Our own is the oldest of those that wait.
            batch = self._waiting[:_MOST_AT_ONCE]
            del self._waiting[:_MOST_AT_ONCE]
        try:
            self._write([one.visit for one in batch])
        finally:
            with self._queue:
                following = self._waiting[0] if self._waiting else None
                self._writing = following is not None
            for one in batch:
                one.done = True
                if one is not ticket:
                    one.wake()
            if following is not None:
                # It writes next; so nobody writes for others for ever.
                following.wake()

    def _write(self, visits: list[Visit]) -> None:
        if machine_seconds() >= self._rest_until:
            try:
                if self._judge.write(visits):
                    self._runtime.ring(DECIDE)
                return
            except (SQLAlchemyError, NurtureError) as error:
                _log().warning("visits_spooled", count=len(visits), why=type(error).__name__)
                self._rest_until = machine_seconds() + _REST_SECONDS
        try:
            self._spool.append([_as_line(visit) for visit in visits])
        except OSError as error:
            # Neither SQL nor disk: the reader still gets where they want to go.
            _log().error("visits_lost", count=len(visits), why=str(error))

    def _now(self) -> datetime | None:
        if machine_seconds() < self._rest_until:
            return None
        try:
            return self._runtime.clock.now()
        except SQLAlchemyError:
            return None


class _NewReleaseError(Exception):
    """The live release is one whose policy we have not read; nothing was written."""


class _Judge:
    """Judges visits by the live release's policy and writes them."""

    def __init__(self, runtime: Runtime, agents: KnownAgents) -> None:
        self._runtime = runtime
        self._agents = agents
        self._policies: dict[int | None, EvidencePolicy] = {None: _NOT_JUDGED}

    def write(self, visits: Sequence[Visit]) -> bool:
        """Write visits in one transaction; say whether any of them is to be acted on."""
        for _ in range(3):
            try:
                with write(self._runtime.engine) as connection:
                    return self._write(connection, visits)
            except _NewReleaseError:
                # Compiling is slow, so it happens outside of the transaction.
                self._read_policy()
        raise NurtureError("releases are published faster than they can be read")

    def _write(self, connection: Connection, visits: Sequence[Visit]) -> bool:
        policy = self._policies.get(releases.newest_id(connection))
        if policy is None:
            raise _NewReleaseError
        now = self._runtime.clock.now()
        known = mails(connection, {visit.message_id for visit in visits})
        events = [
            self._event(visit, known[visit.message_id], policy, visit.at or now)
            for visit in visits
            if visit.message_id in known
        ]
        record(connection, events, now)
        return any(event.act for event in events)

    def _event(
        self, visit: Visit, mail: TrackedMail, policy: EvidencePolicy, at: datetime
    ) -> NewEvent:
        hidden = visit.click and visit.link == TRAP_LINK
        judged = evidence.at_capture(
            evidence.Hit(
                at=at,
                method=visit.method,
                agent=visit.agent,
                known_agent=self._agents.knows(visit.agent),
                sent_at=mail.sent_at,
                is_click=visit.click,
                is_hidden_link=hidden,
            ),
            policy,
        )
        properties: dict[str, Any] = {"network": visit.network, "agent": visit.agent}
        if visit.click:
            properties["link"] = visit.link
            if visit.target:
                properties["target"] = visit.target
        if hidden:
            properties["hidden"] = True
        waits = visit.click and judged.kind is evidence.Kind.UNKNOWN
        return NewEvent(
            type=CLICKED if visit.click else OPENED,
            contact_id=mail.contact_id,
            occurred_at=at,
            source=SOURCE,
            properties=properties,
            key=visit.key or None,
            message_id=visit.message_id,
            available_at=evidence.hold_ends(at, policy) if waits else None,
            evidence=(str(judged.kind), judged.reason),
            # A mail to nobody we know (a report, say) moves nobody. The hidden link is looked
            # at, because it tells on clicks that were taken for a person's.
            act=mail.contact_id is not None and (hidden or judged.kind in _ACTED_ON),
        )

    def _read_policy(self) -> None:
        with read(self._runtime.engine) as connection:
            newest = releases.newest_id(connection)
            try:
                policy = self._runtime.releases.live(connection).definitions.policy
            except NurtureError as error:
                _log().warning("policy_unreadable", release=newest, why=str(error))
                policy = None
        self._policies[newest] = policy.evidence if policy is not None else _NOT_JUDGED


def take_in_spool(runtime: Runtime, path: Path) -> int:
    """Take in what was spooled while SQL was away; return how many lines that were.

    Idempotent: every line carries a key. Raises SQLAlchemyError where SQL is still away
    (the file stays). Unsubscribes come first; a line that SQL refuses for itself is kept
    in `PATH.refused`, so that it never holds up the others.
    """
    spool = Spool(path)
    judge = _Judge(runtime, public_list())

    def act(lines: list[Line]) -> None:
        for line in lines:
            if line.get("kind") == "unsubscribe":
                unsubscribe(runtime, int(line["contact"]), int(line["message"]))
        visits = [visit for line in lines if (visit := _from_line(line)) is not None]
        for start in range(0, len(visits), _MOST_AT_ONCE):
            _take_in(judge, visits[start : start + _MOST_AT_ONCE], path)

    taken = spool.take(act)
    if taken:
        runtime.ring(DECIDE)
    return taken


def _take_in(judge: _Judge, visits: Sequence[Visit], path: Path) -> None:
    try:
        judge.write(visits)
    except _AWAY:
        raise
    except SQLAlchemyError as error:
        if len(visits) > 1:
            for visit in visits:
                _take_in(judge, [visit], path)
            return
        _log().error("visit_refused", why=type(error).__name__)
        Spool(path.with_name(path.name + ".refused")).append([_as_line(v) for v in visits])


def _as_line(visit: Visit) -> Mapping[str, Any]:
    line = asdict(visit)
    return {"kind": "visit", **line, "at": visit.at.isoformat() if visit.at else None}


def _from_line(line: Line) -> Visit | None:
    if line.get("kind") != "visit":
        return None
    at = datetime.fromisoformat(line["at"]) if line["at"] else None
    return Visit(**{k: v for k, v in line.items() if k not in ("kind", "at")}, at=at)


def _log() -> Any:
    return structlog.get_logger("nurture.tracking")
