"""What an event led to, said right after it was taken in: which journeys began, which did not."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from nurture.clock import machine_seconds, machine_sleep
from nurture.db.decided import decided_for, waits_to_be_taken_in
from nurture.db.engine import read
from nurture.services import sentences
from nurture.services.runtime import Runtime

#: machine seconds between two looks
_LOOK = 0.02


def consequences(
    runtime: Runtime, contact_id: int, event_id: int, locale: str, patience: float
) -> list[tuple[str, str]]:
    """Return (workflow, sentence) for each that a contact's event started or might have started.

    Waits up to `patience` machine seconds until the event is taken in; nothing is returned
    where it is not by then.
    """
    ends = machine_seconds() + patience
    while True:
        with read(runtime.engine) as connection:
            if not waits_to_be_taken_in(connection, event_id):
                rows = decided_for(connection, contact_id, event_id)
                definitions = runtime.releases.live(connection).definitions
                break
        if machine_seconds() > ends:
            return []
        machine_sleep(_LOOK)
    zone = ZoneInfo(definitions.calendar.zone)
    titles = {name: workflow.title for name, workflow in definitions.workflows.items()}
    return [
        (
            row.workflow or str((row.detail or {}).get("workflow", "")),
            sentences.reason(row.reason, row.detail or {}, locale, zone, titles),
        )
        for row in rows
    ]
