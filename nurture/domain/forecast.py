"""What the first day after a publication brings, as it was played through in a copy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class NamedMail:
    """One mail of the first day, by name."""

    at: datetime
    contact_id: int
    name: str
    company: str
    #: its template
    mail: str
    #: the workflow or mailing that sends it
    workflow: str
    #: a code of nurture.domain.reasons with its blanks: why it goes to this person
    reason: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    #: it would not go without the publication
    news: bool = False


@dataclass(frozen=True, slots=True)
class FirstDay:
    """The mails of the first 24 hours, with the publication and without it."""

    #: mails with it; where only some people were played, as many as that makes for all
    mails: int
    #: mails without it, counted alike
    without: int
    #: people whom the publication may concern
    concerned: int
    #: of those, people who were played through
    played: int
    #: everybody in the house is among those concerned
    everybody: bool = False
    #: mail → (how many without the publication, how many with it), the most first
    by_mail: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    names: tuple[NamedMail, ...] = ()
    #: workflow or mailing → what people call it
    titles: Mapping[str, str] = field(default_factory=dict)

    @property
    def changed(self) -> Mapping[str, tuple[int, int]]:
        """The mails of which more or fewer go than without the publication."""
        return {mail: both for mail, both in self.by_mail.items() if both[0] != both[1]}

    @property
    def sampled(self) -> bool:
        """Say whether the numbers are estimates."""
        return self.played < self.concerned
