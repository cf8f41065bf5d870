"""Everything a release says, compiled; and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from nurture.domain.conditions import Condition
from nurture.domain.library import Library
from nurture.domain.mailing import Mailing
from nurture.domain.policy import Calendar, Policy
from nurture.domain.referral_program import Program
from nurture.domain.scenario import Scenario
from nurture.domain.scoring import Scoring
from nurture.domain.seminar import Seminar
from nurture.domain.survey import Survey
from nurture.domain.workflow import Workflow
from nurture.errors import DefinitionError, Problem, Severity


@dataclass(frozen=True, slots=True)
class Definitions:
    """The files of a release as domain objects.

    Where `errors` is not empty, the parts they are about are missing or hold harmless
    values: fit to be shown, not to be run. `require` is the guard.
    """

    workflows: Mapping[str, Workflow]
    scoring: Scoring
    calendar: Calendar
    policy: Policy
    segments: Mapping[str, Condition]
    #: broadcasts and the mailings that seminars make, by name
    mailings: Mapping[str, Mailing] = field(default_factory=dict)
    seminars: Mapping[str, Seminar] = field(default_factory=dict)
    library: Library = field(default_factory=Library)
    surveys: Mapping[str, Survey] = field(default_factory=dict)
    programs: Mapping[str, Program] = field(default_factory=dict)
    #: what `nurture test` runs; no release holds any
    scenarios: tuple[Scenario, ...] = ()
    #: errors and warnings of all files, by place
    problems: tuple[Problem, ...] = ()

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that keep the release from running."""
        return tuple(p for p in self.problems if p.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """The problems that should be looked at."""
        return tuple(p for p in self.problems if p.severity is Severity.WARNING)


def require(definitions: Definitions) -> Definitions:
    """Return the definitions where they can run; raise DefinitionError with every error."""
    if definitions.errors:
        raise DefinitionError(definitions.errors)
    return definitions
