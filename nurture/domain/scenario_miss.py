"""Why an expectation of a scenario does not hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from nurture.domain.scenario_seen import SeenJourney, SeenMail, Why


@dataclass(frozen=True, slots=True)
class Miss:
    """Why an expectation does not hold."""

    #: a code of nurture.domain.scenario_words.MISSES
    code: str
    #: its blanks: moments, codes, texts, numbers
    detail: dict[str, Any] = field(default_factory=dict)
    #: what came closest
    mail: SeenMail | None = None
    journey: SeenJourney | None = None
    #: stored reasons that explain it, the deciding one last
    why: tuple[Why, ...] = ()
