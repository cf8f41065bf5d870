"""Tasks that keep what a programme promises: due when the referral's first contact is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from nurture.db import referrals
from nurture.domain.referral_life import promised_by, terms_of
from nurture.services.batch import Batch, Journey


@dataclass(slots=True)
class PromisedTasks:
    """The tasks of one batch of walks that are due by a promise."""

    batch: Batch
    _rows: list[tuple[dict[str, Any], Journey]] = field(default_factory=list)

    def add(self, row: dict[str, Any], journey: Journey) -> None:
        """Take a task in; it is made with the others, when all promises are looked up."""
        self._rows.append((row, journey))

    def save(self) -> None:
        """Give each task its time: what was promised, to the minute, on whatever day.

        A referral of another system is promised what our programme promises from now on.
        """
        if not self._rows:
            return
        batch = self.batch
        definitions = batch.release.definitions
        refs = {str(journey.row.trigger.get("referral") or "") for _, journey in self._rows}
        known = referrals.promised(batch.connection, refs - {""})
        for row, journey in self._rows:
            trigger = journey.row.trigger
            due_at = known.get(str(trigger.get("referral") or "").upper())
            if due_at is None:
                program = definitions.programs.get(str(trigger.get("program") or ""))
                if program is None:
                    program = next(iter(definitions.programs.values()), None)
                timers = terms_of(program).timers
                due_at = promised_by(batch.now, timers.contact, timers, definitions.calendar)
            batch.tasks.append({**row, "due_at": due_at, "to_the_minute": True})
