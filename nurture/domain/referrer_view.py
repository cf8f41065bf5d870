"""What a referrer is shown: stage and fixed reasons, never what was said, never before its time."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from nurture.domain.referral import CLOSED, State
from nurture.domain.referral_program import Offer, Program, Review

#: the stages that a referrer sees as a line of dots
STAGES = (State.RECEIVED, State.CONTACTED, State.MEETING, State.PROPOSAL, State.WON)

#: closings that may hurt: the owner looks first, where the programme says so
_DELICATE = frozenset({State.LOST, State.DECLINED})

#: what waits for the owner's glance longer than this is shown all the same: a page that says
#: for weeks what is not so would be worse than an awkward one
PATIENCE = timedelta(days=7)

#: reasons that may be told; any other code or text is kept to ourselves
REASONS = ("timing", "requirements", "not_icp")


@dataclass(frozen=True, slots=True)
class Passed:
    """A stage that a referral reached, and when."""

    state: State
    at: datetime


def shown(
    steps: Sequence[Passed], told_at: datetime | None, review: Review, now: datetime
) -> Passed | None:
    """Return the newest stage that a referrer may see; None for a referral without any.

    `steps` oldest first. Where the owner looks at news before they go (`review`), a stage is
    shown once the referrer was written to after it (`told_at`: the newest such mail), and
    after PATIENCE in any case. The first stage is always shown: they brought it themselves.
    """
    for number in range(len(steps) - 1, 0, -1):
        step = steps[number]
        waits = review is Review.ALL or (review is Review.DELICATE and step.state in _DELICATE)
        told = told_at is not None and told_at >= step.at
        if not waits or told or now - step.at >= PATIENCE:
            return step
    return steps[0] if steps else None


def reason_told(code: str | None, state: State) -> str:
    """Return the reason that a referrer may read, a code of REASONS; "" for none."""
    return code if state in CLOSED and code in REASONS else ""


def progress(steps: Sequence[Passed], at: Passed) -> dict[State, datetime]:
    """Return the stages of the line that were reached up to `at`, with their moments.

    A stage that was skipped on the way counts with the later one: nobody sees a hole.
    """
    reached: dict[State, datetime] = {}
    for step in steps:
        if step.at <= at.at and step.state in STAGES:
            for stage in STAGES[: STAGES.index(step.state) + 1]:
                reached.setdefault(stage, step.at)
    return reached


# -- whose programme, which offer --------------------------------------------------------


def programs_for(programs: Mapping[str, Program], kind: str, asked: str = "") -> list[Program]:
    """Return the programmes that a kind of referrer takes part in, the likeliest first.

    `asked` is the programme of their newest ask; then `default`, then by name.
    """
    mine = [one for one in programs.values() if kind in one.kinds]
    return sorted(mine, key=lambda one: (one.name != asked, one.name != "default", one.name))


def offers_for(program: Program, kind: str) -> list[Offer]:
    """Return the offers that a kind of referrer may have, in the order of the file."""
    return [one for one in program.offers.values() if not one.kinds or kind in one.kinds]


# -- the name that is shown to those they refer ------------------------------------------


class ShownAs(enum.StrEnum):
    """How a referrer is named on the pages that they hand on."""

    #: 株式会社青空 田中太郎様
    FULL = "full"
    #: 田中様
    SHORT = "short"
    #: 株式会社青空の方
    COMPANY = "company"
    NOBODY = "nobody"


def shown_name(wish: ShownAs, family: str, given: str, company: str, locale: str) -> str:
    """Return the referrer's name as they allow it to be shown, with its courtesy.

    "" where they want none, or where nothing is known of what they allow: never more than
    was asked for.
    """
    japanese = locale.startswith("ja")
    whole = f"{family}{given}" if japanese else f"{given} {family}".strip()
    short = (family or given) if japanese else (given or family)
    if wish is ShownAs.FULL and whole:
        if japanese:
            return f"{company} {whole}様".strip()
        return f"{whole} ({company})" if company else whole
    if wish is ShownAs.SHORT and short:
        return f"{short}様" if japanese else short
    if wish is ShownAs.COMPANY and company:
        return f"{company}の方" if japanese else f"somebody at {company}"
    return ""
