"""What was published: who, when, what changed, which one is live."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from nurture.db import publications
from nurture.db.engine import read
from nurture.domain.changes.change import Both
from nurture.services.runtime import Runtime


@dataclass(frozen=True, slots=True)
class History:
    """One release in the list."""

    release_id: int
    at: datetime
    by: str
    live: bool
    #: publish | rollback; "" where it was not kept
    kind: str = ""
    #: a rollback: the release whose files these are
    back_to: int | None = None
    plan: str = ""
    #: what changed, in one line; None: not kept
    headline: Both | None = None
    #: workflow or mailing → people whom it concerned by itself
    people: Mapping[str, int] = field(default_factory=dict)


def history(runtime: Runtime, limit: int = 20) -> list[History]:
    """Return the newest publications, the newest first."""
    with read(runtime.engine) as connection:
        rows = publications.history(connection, limit)
    newest = rows[0].release_id if rows else None
    found = []
    for number, row in enumerate(rows):
        said = row.headline
        counts = row.counts or {}
        found.append(
            History(
                release_id=row.release_id,
                at=row.at,
                by=row.by,
                live=row.release_id == newest and number == 0,
                kind=row.kind or "",
                back_to=row.of_id,
                plan=row.plan or "",
                headline=Both(said["ja"], said["en"]) if said else None,
                people={name: count for one in counts.values() for name, count in one.items()},
            )
        )
    return found
