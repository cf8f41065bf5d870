"""Where links lead: by template and number, from memory, a local file or SQL.

Targets never change once written (a changed template has another hash), so what was read
once is kept. The file lets a click find its way while the database is away.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlalchemy import select

from nurture.db.engine import read, write
from nurture.db.tables import template_links
from nurture.db.upsert import insert_new
from nurture.services.runtime import Runtime

#: file of link targets in the state folder
LINKS = "links.jsonl"

#: targets by number minus one; None where the target is personal
Targets = Sequence[str | None]


class LinkBook:
    """The targets that one process knows."""

    def __init__(self, runtime: Runtime, path: Path) -> None:
        self._runtime = runtime
        self._path = path
        self._known: dict[str, Targets] = {}
        self._read_up_to = 0
        self._lock = threading.Lock()

    def targets(self, template: str) -> Targets | None:
        """Return a template's targets by the hex of its hash's start, or None.

        Raises SQLAlchemyError where neither memory nor file knows it and SQL is away.
        """
        found = self._known.get(template)
        if found is None:
            self._read_file()
            found = self._known.get(template)
        return found if found is not None else self._read_sql(template)

    def _read_file(self) -> None:
        """Read what was added to the file since the last look."""
        with self._lock:
            try:
                with self._path.open("rb") as file:
                    file.seek(self._read_up_to)
                    for text in file:
                        if not text.endswith(b"\n"):
                            break
                        self._read_up_to += len(text)
                        self._learn(text)
            except FileNotFoundError:
                return

    def _learn(self, text: bytes) -> None:
        try:
            line = json.loads(text)
            self._known[str(line["template"])] = [
                None if target is None else str(target) for target in line["targets"]
            ]
        except (ValueError, KeyError, TypeError):
            return  # a line that a crash left half written; SQL knows the rest

    def _read_sql(self, template: str) -> Targets | None:
        with read(self._runtime.engine) as connection:
            found = connection.execute(
                select(template_links.c.targets).where(template_links.c.template == template)
            ).scalar()
        if found is None:
            return None
        self._known[template] = found
        return self._known[template]


def remember_links(runtime: Runtime, links: Mapping[str, Targets], path: Path | None) -> None:
    """Write down where templates' links lead, in SQL and in the local file, each once.

    `links` maps the hex of the first eight bytes of a template's hash to its targets.
    """
    now = runtime.clock.now()
    rows = [
        {"template": template, "targets": list(targets), "created_at": now}
        for template, targets in links.items()
    ]
    if not rows:
        return
    with write(runtime.engine) as connection:
        insert_new(connection, template_links, rows, "template")
    if path is None:
        return
    known = set()
    if path.exists():
        with path.open("rb") as file:
            known = {text.partition(b'"template":"')[2][:16].decode("latin-1") for text in file}
    new = [row for row in rows if row["template"] not in known]
    if new:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            for row in new:
                line = {"template": row["template"], "targets": row["targets"]}
                file.write(json.dumps(line, separators=(",", ":")).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
