"""What `set` steps of a batch change, compared with what was there and written in bulk."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection

from nurture.db import outcomes
from nurture.db.contact_facts import CONTACT_COLUMNS
from nurture.domain.steps import Set
from nurture.services.batch import Person

#: columns of a contact that `set` may write; other names are declared custom fields
_SETTABLE = {name for name, column in CONTACT_COLUMNS.items() if column.table.name == "contact"} - {
    "email",
    "temperature",
    "lifecycle",
    "first_touch",
    "created",
}


class Changes:
    """Fields and tags that walks set, the last one to name something wins."""

    def __init__(self) -> None:
        self._people: dict[int, Person] = {}
        self._fields: dict[int, dict[str, Any]] = {}
        self._tags: dict[tuple[int, str], bool] = {}

    def add(self, person: Person, step: Set) -> None:
        """Take in what a step sets."""
        self._people[person.id] = person
        self._fields.setdefault(person.id, {}).update(step.fields)
        self._tags.update({(person.id, tag): True for tag in step.add_tags})
        self._tags.update({(person.id, tag): False for tag in step.remove_tags})

    def save(self, connection: Connection) -> dict[int, list[str]]:
        """Write what differs; return contact → names of its changed fields (`tags` is one)."""
        changed: dict[int, list[str]] = {}
        rows = []
        for contact_id, fields in self._fields.items():
            differing = dict(self._differing(self._people[contact_id], fields))
            if differing:
                changed[contact_id] = sorted(differing)
                rows.append(self._columns(self._people[contact_id], differing))
        outcomes.change_fields(connection, rows)
        added = [pair for pair, wanted in self._tags.items() if wanted]
        removed = [pair for pair, wanted in self._tags.items() if not wanted]
        for contact_id in outcomes.change_tags(connection, added, removed):
            changed.setdefault(contact_id, []).append("tags")
        return changed

    def _differing(self, person: Person, fields: dict[str, Any]) -> Iterator[tuple[str, Any]]:
        custom = person.row.fields or {}
        for name, value in fields.items():
            old = person.row._mapping[name] if name in _SETTABLE else custom.get(name)
            if old != value or type(old) is not type(value):
                yield name, value

    def _columns(self, person: Person, differing: dict[str, Any]) -> dict[str, Any]:
        columns = {name: value for name, value in differing.items() if name in _SETTABLE}
        custom = {name: value for name, value in differing.items() if name not in _SETTABLE}
        if custom:
            columns["fields"] = {**(person.row.fields or {}), **custom}
        return {"id": person.id, **columns}
