"""`results` of `policy.yaml`: when the figures of a month are reported by themselves."""

from __future__ import annotations

from nurture.compiler.records import Fields, Key, Record
from nurture.compiler.schedules import ScheduleShape
from nurture.domain.schedule import Schedule
from nurture.language import say

_REPORT = Key(
    "report",
    ScheduleShape(),
    say("When last month is reported where its figures are there: {every: month, day: …, at: …}."),
)
RESULTS = Key(
    "results",
    Record(say("rules for results"), (_REPORT,)),
    say("How customers hear of their results; without it reports are made by hand."),
)


def results_report_of(fields: Fields) -> Schedule | None:
    """Return when months are reported by themselves; None: by hand alone."""
    said = fields.get(RESULTS)
    return said.get(_REPORT) if said is not None else None
