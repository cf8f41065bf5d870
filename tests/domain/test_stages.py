"""Rules of stages after somebody stepped back: what counts, what rests, what ends the rest."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.domain.conditions import AnyOf, Compare, Condition, Count, Field, Literal, Op, Scope
from nurture.domain.facts import EventFact, Facts
from nurture.domain.lifecycle import ORDER, Stage, Standing, is_forward, next_rule
from nurture.domain.scoring import (
    Engagement,
    Handoff,
    LifecycleRule,
    PointRule,
    Scoring,
    Threshold,
)

NOW = datetime(2026, 6, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def happened(
    event: str, times: int = 1, within: timedelta | None = None, **where: Any
) -> Condition:
    return Compare(Count(event, tuple(where.items()), within), Op.GE, Literal(times))


SCORE = Compare(Field(Scope.CONTACT, ("score",)), Op.GT, Literal(60))
ADVANCED = Compare(Field(Scope.DEAL, ("decider_met",)), Op.EQ, Literal(True))
PAGES = happened("page.viewed", 3, 30 * DAY)

SCORING = Scoring(
    half_life=30 * DAY,
    rules=(PointRule("page", "page.viewed", 5), PointRule("quote", "form.submitted", 40)),
    fit=(),
    warm=Threshold(20, 15),
    hot=Threshold(50, 40),
    intent=(("form.submitted", (("form", "quote"),)),),
    intent_within=30 * DAY,
    lifecycle=(
        LifecycleRule("lead", ("prospect", "lost"), happened("document.downloaded")),
        LifecycleRule("mql", ("prospect", "lead"), AnyOf((SCORE, PAGES))),
        LifecycleRule("tql", ("lead", "mql"), happened("call.logged", result="qualified")),
        LifecycleRule("sal", ("tql",), happened("lead.accepted")),
        LifecycleRule("sql", ("mql", "tql", "sal"), ADVANCED),
    ),
    handoff=Handoff("mql", "電話", "owner"),
)


def facts(
    *events: tuple[str, float], score: float = 0, deal: dict[str, Any] | None = None, **all_: Any
) -> Facts:
    """Return facts with events (type, days ago); every form is a quote, every call qualified."""
    found: dict[str, list[EventFact]] = {}
    properties = {"form.submitted": {"form": "quote"}, "call.logged": {"result": "qualified"}}
    for number, (kind, days) in enumerate(events, 1):
        event = EventFact(number, kind, NOW - days * DAY, properties.get(kind, {}))
        found.setdefault(kind, []).append(event)
    return Facts(1, NOW, {"score": score}, deal=deal or {}, events=found)


def since(days: float, rest: float | None = None, gained: float = 0, fit: float = 0) -> Standing:
    """Return a standing: given back so many days ago, at rest until so many days from now."""
    until = NOW + rest * DAY if rest is not None else None
    return Standing(NOW - days * DAY, 0, until, Engagement(gained, NOW), fit)


ANEW = Standing()
THREE_OLD = (("page.viewed", 12), ("page.viewed", 11), ("page.viewed", 10.5))
THREE_NEW = (("page.viewed", 3), ("page.viewed", 2), ("page.viewed", 1))
QUOTE = ("form.submitted", 1)
MEETING = {"decider_met": True, "updated_at": NOW - 12 * DAY}

#: stage, what is known, from when on it counts, stage that a rule leads to
CASES = [
    # nobody stepped back: everything counts, whatever its age
    ("lead", facts(score=61), ANEW, "mql"),
    ("lead", facts(score=60), ANEW, None),
    ("lead", facts(*THREE_OLD), ANEW, "mql"),
    ("mql", facts(("call.logged", 300)), ANEW, "tql"),
    # given back ten days ago: neither old pages nor old points lead to a hand-off
    ("lead", facts(*THREE_OLD, score=90), since(10, rest=20), None),
    # nor, at rest, do new ones
    ("lead", facts(*THREE_NEW, score=90), since(10, rest=20), None),
    # the rest ends this instant: old facts and old points move nobody, nor do those of the rest
    ("lead", facts(*THREE_OLD, score=90), since(10, rest=0), None),
    ("lead", facts(*THREE_NEW, score=90), since(10, rest=0), None),
    # but a deed after the rest, together with those since the lead was given back
    ("lead", facts(*THREE_NEW), since(10, rest=-1.5), "mql"),
    # one deed after it alone is not enough for three pages
    ("lead", facts(*THREE_OLD, ("page.viewed", 1)), since(10, rest=-1.5), None),
    # points gained since count, with fit; older ones do not
    ("lead", facts(("page.viewed", 1), score=90), since(10, rest=-1.5, gained=56), None),
    ("lead", facts(("page.viewed", 1), score=90), since(10, rest=-1.5, gained=56, fit=5), "mql"),
    # a sign of intent since then ends the rest, and everything counts as it did
    ("lead", facts(QUOTE, *THREE_OLD), since(10, rest=20), "mql"),
    ("lead", facts(QUOTE, score=61), since(10, rest=20), "mql"),
    ("lead", facts(QUOTE, score=60), since(10, rest=20), None),
    # a sign of intent from before does not
    ("lead", facts(("form.submitted", 11), score=90), since(10, rest=20), None),
    # what our own people did before never counts again, intent or not
    ("mql", facts(QUOTE, ("call.logged", 11)), since(10), None),
    ("tql", facts(QUOTE, ("lead.accepted", 11)), since(10), None),
    ("mql", facts(deal=MEETING), since(10), None),
    ("mql", facts(deal=MEETING), ANEW, "sql"),
    # what they did since does, at rest too: it is they who decide
    ("lead", facts(("call.logged", 1)), since(10, rest=20), "tql"),
    ("mql", facts(deal={**MEETING, "updated_at": NOW}), since(10), "sql"),
    # to the instant: what came before the step does not count, what came after does
    ("mql", facts(("call.logged", 10)), replace(since(10), counts_after=1), None),
    (
        "mql",
        facts(("page.viewed", 10), ("call.logged", 10)),
        replace(since(10), counts_after=1),
        "tql",
    ),
    # a lost one is a lead again by what it does afterwards
    ("lost", facts(("document.downloaded", 11)), since(10), None),
    ("lost", facts(("document.downloaded", 9)), since(10), "lead"),
    # a stage that a person assigned: no rest, new deeds move it
    ("lead", facts(*THREE_OLD, score=90), since(10), None),
    ("lead", facts(*THREE_NEW), since(10), "mql"),
]


@pytest.mark.parametrize(("stage", "known", "standing", "leads_to"), CASES)
def test_rules_look_at_what_counts(
    stage: str, known: Facts, standing: Standing, leads_to: str | None
) -> None:
    rule = next_rule(stage, known, SCORING, standing)
    assert (rule.stage if rule is not None else None) == leads_to


_AGES = st.lists(st.tuples(st.sampled_from(["page.viewed", "call.logged"]), st.floats(0.1, 400)))


@given(_AGES, st.floats(0, 200), st.floats(0.05, 60))
def test_the_end_of_a_rest_alone_moves_nobody(
    events: list[tuple[str, float]], score: float, gone_by: float
) -> None:
    """All that happened, happened before the rest ended: however long ago that was."""
    events = [(kind, age + gone_by) for kind, age in events if kind == "page.viewed"]
    standing = since(500, rest=-gone_by, gained=score)
    assert next_rule("lead", facts(*events, score=score), SCORING, standing) is None


def test_facts_stay_as_they_are() -> None:
    known = facts(*THREE_OLD, score=90)
    since(10).view(known, SCORING)
    assert known.contact["score"] == 90
    assert len(known.events["page.viewed"]) == 3


def test_forward_is_the_order_and_lost_stands_beside_it() -> None:
    for number, stage in enumerate(ORDER):
        assert [is_forward(stage, other) for other in ORDER] == [
            later > number for later in range(len(ORDER))
        ]
        assert not is_forward(stage, Stage.LOST)
        assert not is_forward(Stage.LOST, stage)
