"""People who may be asked for an introduction, in a house."""

from __future__ import annotations

import re
from datetime import timedelta

from nurture.db import tables
from tests.compiler.releases import PROGRAM as SMALL
from tests.services.house import House
from tests.services.project import letter, project, workflow

#: a programme of the smallest kind, in the language of the tiny projects
PROGRAM = re.sub(r", en: (?:\"[^\"]*\"|[^}]*)\}", "}", SMALL)

STEP = """
- id: ask
  ask_referral: default
  timing: result_reported
- branch:
    - if: {expr: "steps.ask.outcome == 'not_asked'"}
      steps: [{end: not-asked}]
- wait: 1d
"""
HEAD = "purpose: referral\ntrigger: [{event: page.viewed}]\nreentry: always"

MAIL = letter(
    "{{ ask.result | default('成果') }} {{ ask.people }} {{ ask.benefit }} "
    "{{ ask.reason | default('現場をご存じのため') }} {{ ask.reports }}\n\n"
    "[見る]({{ ask.page }}) [心当たりがない]({{ ask.answer }})"
)


def files(program: str = "", steps: str = STEP, mail: str = MAIL) -> dict[str, bytes]:
    """Return a project that asks whoever views a page; `program` are further keys."""
    made = project(workflow("ask", steps, HEAD), t_referral__ask=mail)
    return {**made, "workflows/referral-program.yaml": (PROGRAM + program).encode()}


def happy(
    house: House,
    email: str = "tanaka@aozora.example",
    score: int | None = 9,
    account: int | None = None,
    heard: bool = True,
) -> int:
    """Return a customer who was heard, got a result two days ago and answered the survey."""
    person = house.person(email, consent=["referral"], lifecycle="customer", account_id=account)
    now = house.clock.now()
    if heard:
        house.happens(person, "hearing.held", at=now - timedelta(days=60))
    house.happens(
        person,
        "results.reported",
        at=now - timedelta(days=2),
        result="転記の時間を42%削減",
        metric="転記時間",
        change_percent=-42,
    )
    if score is not None:
        answered(house, person, score)
    return person


def answered(house: House, person: int, score: int, days_ago: float = 30) -> int:
    """Add an answer to a survey; return its invitation."""
    at = house.clock.now() - timedelta(days=days_ago)
    return house.add(
        tables.survey_invitation,
        dedupe_key=f"survey/{person}/{at.isoformat()}",
        survey="nps",
        round="2026-Q2",
        contact_id=person,
        asked_at=at - timedelta(days=1),
        answered_at=at,
        score=score,
    )


def asked(house: House, person: int, days_ago: float, **values: object) -> int:
    """Add an ask of the past."""
    at = house.clock.now() - timedelta(days=days_ago)
    row = {
        "dedupe_key": f"before/{person}/{days_ago}",
        "program": "default",
        "contact_id": person,
        "offer": "thanks",
        "timing": "result_reported",
        "mode": "criteria",
        "asked_at": at,
        **values,
    }
    return house.add(tables.referral_ask, **row)
