"""Guards: a question is put to somebody only where nothing speaks against it.

A `survey` or `ask_referral` step asks when it is reached and again when its mail is claimed:
refused, the journey goes on with the outcome `not_asked` and its reason is written down.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

#: `steps.ID.outcome` of a step that did not ask
NOT_ASKED = "not_asked"

Q_contra = TypeVar("Q_contra", contravariant=True)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why somebody is not asked: a code of nurture.domain.reasons and what fills its blanks."""

    reason: str
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ask:
    """An ask that has its row, as the mails of its journey know it."""

    #: of its row
    id: int
    question: Any
    #: of the mail that asks; other mails of the journey may remind of it
    key: str
    #: it is answered: there is nothing to remind of
    over: bool
    #: what is told of it once its mail has left: an event ("": nothing) and its properties
    event: str
    properties: Mapping[str, Any]


class Guard(Protocol[Q_contra]):
    """Answers for the contacts of one batch; what it must know is loaded when it is made."""

    def refuse(self, contact_id: int, question: Q_contra, key: str = "") -> Refusal | None:
        """Return why a contact is not asked a question now, or None.

        `key`: the ask itself, where it has its row already; only what was asked before it
        counts then, so that of two that exclude each other one remains.
        """

    def ask(self, contact_id: int, question: Q_contra, key: str, enrolment_id: int) -> None:
        """Remember that a contact is asked: it counts for everybody after them in the batch."""

    def save(self) -> None:
        """Write the rows of all who were asked, in the transaction that queued their mails."""
