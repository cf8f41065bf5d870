"""Holdouts: what a whole workflow is worth, measured on people it would have taken in.

A stable share of them gets nothing from it. Whether the workflow's goal comes true is looked
for in both groups alike, for the same time from the moment they would have begun, whether
their journey goes on, has ended or never was.
"""

from __future__ import annotations

import enum
import hashlib
from dataclasses import dataclass

from nurture.domain.always_valid import difference, wilson
from nurture.domain.conditions import Condition
from nurture.domain.evaluate import holds
from nurture.domain.experiment import Count
from nurture.domain.facts import Facts
from nurture.domain.matching import accepts
from nurture.domain.reads import reads
from nurture.domain.variants import digest_of
from nurture.domain.workflow import CONVERTED, Workflow

#: the two groups, as members of an experiment; the latter is the outcome of their journey, too
TREATED, HELD_OUT = "treated", "held_out"

_PARTS = 1_000_000

#: people of each group, and people who reached the goal in both, below which nothing is said
FEWEST_PEOPLE = 50
FEWEST_GOALS = 10


def group(workflow: str, share: int, contact_id: int, before: str | None) -> str:
    """Return a contact's group; `before`: the one they were in already, which they keep.

    `share` is in percent. The hash is the contact's alone: with a greater share, those who
    were held out stay so.
    """
    if before in (TREATED, HELD_OUT):
        return before
    digest = hashlib.blake2b(f"holdout/{workflow}/{contact_id}".encode(), digest_size=8).digest()
    point = int.from_bytes(digest, "big") % _PARTS
    return HELD_OUT if point * 100 < share * _PARTS else TREATED


def fingerprint(workflow: Workflow) -> str:
    """Return what tells a holdout from another one of the workflow: share, time and goal.

    Steps are not in it: a workflow is changed while it is measured, and the lift is that of
    what it was.
    """
    holdout = workflow.holdout
    assert holdout is not None  # asked of workflows that have one
    goals = [one for one in workflow.exits if one.outcome == CONVERTED]
    return digest_of([holdout.share, holdout.within, workflow.goal, goals])


def reached(workflow: Workflow, facts: Facts) -> bool:
    """Say whether the goal is true now, or `facts.event` makes it so."""
    if workflow.goal is not None and holds(workflow.goal, facts):
        return True
    return any(
        way_out.outcome == CONVERTED
        and way_out.match is not None
        and facts.event is not None
        and accepts(way_out.match, facts.event, facts)
        and holds(way_out.condition, facts)
        for way_out in workflow.exits
    )


def goal_conditions(workflow: Workflow) -> tuple[Condition, ...]:
    """Return every condition that `reached` may evaluate."""
    found = [] if workflow.goal is None else [workflow.goal]
    for way_out in workflow.exits:
        if way_out.outcome == CONVERTED:
            found.append(way_out.condition)
            if way_out.match is not None:
                found.append(way_out.match.where)
    return tuple(found)


def needs_journey(workflow: Workflow) -> bool:
    """Say whether the goal asks for something that only a journey has: mails of its steps."""
    about_step = any(
        one.outcome == CONVERTED and one.match is not None and one.match.step is not None
        for one in workflow.exits
    )
    return about_step or any(reads(one).steps for one in goal_conditions(workflow))


class LiftState(enum.StrEnum):
    """What the two groups say."""

    #: too few people or goals to say anything
    EARLY = "early"
    #: the interval leaves out zero
    CLEAR = "clear"
    #: it does not
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Lift:
    """The goal rate of those treated against that of those held out."""

    treated: Count
    held_out: Count
    state: LiftState
    #: parts of 1; None: nobody was observed to the end
    treated_rate: float | None
    held_out_rate: float | None
    #: treated minus held out
    lift: float | None
    #: its interval: Newcombe, 95 %, one look
    interval: tuple[float, float]
    #: what is missing until something is said: people of the smaller group
    needed: int

    @property
    def treated_interval(self) -> tuple[float, float]:
        """Wilson's interval of the treated rate, 95 %, one look."""
        return wilson(self.treated.successes, self.treated.observed)

    @property
    def held_out_interval(self) -> tuple[float, float]:
        """Wilson's interval of the held out rate, 95 %, one look."""
        return wilson(self.held_out.successes, self.held_out.observed)


def lift_of(treated: Count, held_out: Count) -> Lift:
    """Compare two groups, of which those count whose observation is over."""
    pairs = (treated.successes, treated.observed), (held_out.successes, held_out.observed)
    interval = difference(*pairs)
    rates = [done / people if people else None for done, people in pairs]
    first, second = rates
    lift = first - second if first is not None and second is not None else None
    few = min(people for _, people in pairs)
    early = few < FEWEST_PEOPLE or sum(done for done, _ in pairs) < FEWEST_GOALS
    clear = interval[0] > 0 or interval[1] < 0
    state = LiftState.EARLY if early else LiftState.CLEAR if clear else LiftState.UNCLEAR
    needed = max(0, FEWEST_PEOPLE - few)
    return Lift(treated, held_out, state, first, second, lift, interval, needed)
