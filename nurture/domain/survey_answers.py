"""An answer to a survey: what it is, what is told of it, and what an unhappy one starts."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nurture.domain.survey import HIGHEST, LOWEST, Band, Survey, band
from nurture.domain.task_words import SPOKEN

#: characters of a comment; who has more to say writes a mail
LONGEST_COMMENT = 4000


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody sent."""

    #: 0-10
    score: int
    #: keys of the survey's drivers, in its order
    drivers: tuple[str, ...] = ()
    comment: str = ""

    @property
    def band(self) -> Band:
        """Promoter, passive or detractor."""
        return band(self.score)


def read_answer(survey: Survey, score: str, drivers: Sequence[str], comment: str) -> Answer | None:
    """Return what a form says, None where it names no score from 0 to 10.

    Drivers that the survey does not have are left out, a comment is shortened.
    """
    found = read_score(score)
    if found is None:
        return None
    known = tuple(one.key for one in survey.drivers if one.key in set(drivers))
    return Answer(found, known, comment.replace("\r\n", "\n").strip()[:LONGEST_COMMENT])


def read_score(text: str) -> int | None:
    """Return the score that a form or an address says, None where it says none."""
    if not (text.isascii() and text.isdigit() and len(text) <= 2):
        return None
    score = int(text)
    return score if score <= 10 else None


def score_said(value: object) -> int | None:
    """Return the score that an event of another system tells: 3, 3.7 (3) or "3"; None for none.

    One that is not understood would leave an unhappy answer unseen; between two it is the lower.
    """
    if isinstance(value, str):
        return read_score(value.strip())
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if LOWEST <= value <= HIGHEST else None


def is_candidate(survey: Survey, score: int) -> bool:
    """Say whether somebody who answered so may be asked for an introduction."""
    return score >= survey.candidate_from


def told(survey: Survey, round: str, answer: Answer, before: Sequence[int]) -> Mapping[str, Any]:
    """Return the properties of `nps.responded`; `before`: earlier scores of the invitation.

    The comment is personal and stays with the answer.
    """
    return {
        "survey": survey.name,
        "round": round,
        "score": answer.score,
        "band": answer.band.value,
        "candidate": is_candidate(survey, answer.score),
        "drivers": list(answer.drivers),
        "again": bool(before),
        "before": before[-1] if before else None,
    }


class LoopMove(enum.StrEnum):
    """What an answer does to what is followed up."""

    #: unhappy: somebody has to get in touch
    OPEN = "open"
    #: better than before: nothing is left to do
    CLOSE = "close"
    #: unhappy once more after it was said to be resolved
    REOPEN = "reopen"


@dataclass(frozen=True, slots=True)
class OpenLoop:
    """What is followed up with somebody, not closed yet."""

    #: open | contacted | resolved
    state: str
    #: the answer that opened it came of this invitation
    invitation_id: int
    resolved_at: datetime | None = None


def loop_move(
    answer: Answer, invitation_id: int, asked_at: datetime, loop: OpenLoop | None
) -> LoopMove | None:
    """Return what an answer does to the loop of its contact, None: nothing.

    An answer that is changed is the same question: a better one closes what the first had
    opened. After something was said to be resolved, only an answer to a question that was
    asked since then says whether it was.
    """
    unhappy = answer.band is Band.DETRACTOR
    if loop is None:
        return LoopMove.OPEN if unhappy else None
    same = loop.invitation_id == invitation_id
    if loop.state == "resolved" and not same:
        if loop.resolved_at is not None and asked_at < loop.resolved_at:
            return None
        return LoopMove.REOPEN if unhappy else LoopMove.CLOSE
    if unhappy:
        return None
    return LoopMove.CLOSE if same or loop.state != "resolved" else None


class Touch(enum.StrEnum):
    """How we know that somebody got in touch with an unhappy customer."""

    #: they were spoken to by phone
    CALL = "call"
    #: the task that follows it up was done
    TASK = "task"
    #: the customer wrote, and their owner has answered
    REPLY = "reply"


def touches(event: str, result: object, task: Touch | None) -> Touch | None:
    """Return how an event shows that its owner got in touch, None: it did not.

    `result` is a call's; `task` what the task that the event names has to do with it.
    """
    if event == "call.logged":
        return Touch.CALL if result in SPOKEN else None
    return task if event == "task.completed" else None


#: state → states that a person may move a loop to
NEXT: Mapping[str, tuple[str, ...]] = {
    "open": ("contacted", "resolved", "closed"),
    "contacted": ("resolved", "closed"),
    "resolved": ("contacted", "closed"),
    "closed": (),
}
