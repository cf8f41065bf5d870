"""The week's routine with what waits on its day, and comparisons against a cycle of ten days."""

from __future__ import annotations

from datetime import timedelta

from nurture.db import tables
from nurture.language import in_language
from nurture.services.kpi_readiness import readiness
from tests.services.house import House
from tests.services.project import POLICY, project

_ROUTINE = """
routine:
  monday: [NPSの更新と候補の確認]
  tuesday: [成果のご報告と、ご紹介のお願い]
  wednesday: [勉強会の準備]
  thursday: [進捗のご連絡とお礼]
  friday: [指標の確認と来週の計画]
"""


def test_each_day_of_the_week_has_its_work_and_what_the_numbers_say(house: House) -> None:
    house.publish(project(policy=POLICY + _ROUTINE))
    person = house.person()
    house.add(
        tables.survey_invitation, dedupe_key="a", survey="nps", round="2026-Q2",
        contact_id=person, score=9, asked_at=house.clock.now() - timedelta(days=3),
        answered_at=house.clock.now() - timedelta(days=2),
    )  # fmt: skip
    for kind in ("card", "call"):
        house.add(
            tables.task, dedupe_key=kind, kind=kind, title=kind, assignee="owner",
            created_at=house.clock.now(),
        )  # fmt: skip
    week = readiness(house.runtime).week
    assert [day.routine[0][:3] for day in week[:5]] == [
        "NPS",
        "成果の",
        "勉強会",
        "進捗の",
        "指標の",
    ]
    # the house begins on a Tuesday
    assert [day.number for day in week if day.today] == [1]
    said = [[in_language(one, "en") for one in day.counts] for day in week]
    assert said[0][:2] == ["NPS answers: 1", "candidates: 1"]
    assert "cards to write: 1" in said[3]


def test_a_comparison_that_nobody_decided_within_ten_days_is_over(house: House) -> None:
    house.publish(project())
    (release,) = house.rows(tables.release)
    now = house.clock.now()
    for name, days, decided in (("old", 10, None), ("young", 9, None), ("decided", 20, now)):
        begun = now - timedelta(days=days)
        house.add(
            tables.experiment, workflow=name, step="s", digest=name, release_id=release.id,
            started_at=begun, runs_from=begun, decided_at=decided,
        )  # fmt: skip
    running = readiness(house.runtime).running
    assert [(one.trial.workflow, one.over) for one in running] == [("old", True), ("young", False)]
