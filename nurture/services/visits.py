"""A visit to a pixel or a link: judged by what it shows by itself, and written down."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import structlog
from sqlalchemy import Connection

from nurture.db import releases
from nurture.db.engine import read, write
from nurture.db.events import NewEvent, record
from nurture.db.tracked import TrackedMail, mails
from nurture.domain import evidence
from nurture.domain.policy import EvidencePolicy
from nurture.emails.tokens import TRAP_LINK
from nurture.errors import NurtureError
from nurture.language import say
from nurture.services.agents import KnownAgents
from nurture.services.runtime import Runtime

OPENED = "email.opened"
CLICKED = "email.clicked"
#: source of these events, and with the visit's key what makes each unique
SOURCE = "tracking"

_NOT_JUDGED = EvidencePolicy()
_ACTED_ON = (evidence.Kind.HUMAN, evidence.Kind.UNKNOWN)

log = structlog.get_logger(__name__)


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


@lru_cache(maxsize=4096)
def network_of(address: str) -> str:
    """Return the network of an address: /24 for IPv4, /48 for IPv6; what is none is empty."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    found = mapped or found
    prefix = 24 if found.version == 4 else 48
    return str(ipaddress.ip_network((int(found), prefix), strict=False))


def as_line(visit: Visit) -> Mapping[str, Any]:
    """Return a visit as a line of the spool."""
    line = asdict(visit)
    return {"kind": "visit", **line, "at": visit.at.isoformat() if visit.at else None}


def from_line(line: Mapping[str, Any]) -> Visit:
    """Return the visit of a line; KeyError, TypeError or ValueError where it is none."""
    at = datetime.fromisoformat(line["at"]) if line["at"] else None
    return Visit(**{k: v for k, v in line.items() if k not in ("kind", "at")}, at=at)


class _NewReleaseError(Exception):
    """The live release is one whose policy we have not read; nothing was written."""


class Judge:
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
        raise NurtureError(say("releases are published faster than they can be read"))

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
                log.warning("policy unreadable", release=newest, why=str(error))
                policy = None
        self._policies[newest] = policy.evidence if policy is not None else _NOT_JUDGED
