"""Which workflow is busiest, for messages about worlds that do not come to rest."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from nurture.db.tables import decision


def busiest(connection: Connection) -> tuple[str, str, int]:
    """Return the workflow with the most decisions, its last step, and how many they are."""
    count = func.count().label("walks")
    query = (
        select(decision.c.workflow, func.max(decision.c.step), count)
        .where(decision.c.workflow.is_not(None))
        .group_by(decision.c.workflow)
        .order_by(count.desc(), decision.c.workflow)
        .limit(1)
    )
    row = connection.execute(query).first()
    return (row[0], row[1] or "", row[2]) if row is not None else ("", "", 0)
