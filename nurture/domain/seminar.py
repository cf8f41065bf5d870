"""A seminar: when, where and for whom; what was told to people, and what has changed since."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Seminar:
    """What `workflows/seminars/NAME.yaml` says of the event itself; texts by locale."""

    name: str
    title: Mapping[str, str]
    starts_at: datetime
    ends_at: datetime
    place: Mapping[str, str] = field(default_factory=dict)
    summary: Mapping[str, str] = field(default_factory=dict)
    #: page where people register
    url: str = ""
    #: the online room; goes to those who registered and to nobody else
    join: str = ""
    seats: int | None = None
    #: sender key of who speaks or invites
    host: str = ""
    cancelled: bool = False
    #: keys of library items that thanks may offer
    materials: tuple[str, ...] = ()
    topic: str | None = None
    file: str = ""

    @property
    def revision(self) -> str:
        """A short hash of what people act upon: time, place, room, whether it takes place."""
        told = [
            self.starts_at.isoformat(),
            self.ends_at.isoformat(),
            sorted(self.place.items()),
            self.join,
            self.cancelled,
        ]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]
