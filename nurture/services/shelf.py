"""Picking from the library while journeys walk, with the reason of each pick."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from nurture.db.library import items_of
from nurture.domain.library import Choice, pick_as_json
from nurture.domain.reader import reader_of
from nurture.domain.steps import Send
from nurture.services.batch import Batch, Journey, Person
from nurture.services.picking import choose
from nurture.services.places import locale_of


class Shelf:
    """Picks for the people of one batch; what one journey gives, no other gives again."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._picks: list[tuple[Person, Journey, str, str, Choice]] = []

    def columns(
        self, person: Person, journey: Journey, step: Send, visit: int, zone: ZoneInfo
    ) -> dict[str, Any]:
        """Return the columns of a step's message that say what it carries."""
        if step.pick is None:
            return {"template": step.template}
        batch = self._batch
        definitions = batch.release.definitions
        got = self._got.setdefault(person.id, set())
        carried, choice = choose(
            definitions.library.items,
            step.pick,
            step.template,
            # With what the journey itself has set.
            reader_of(person.facts.contact),
            locale_of(person.row, definitions.policy),
            batch.now.astimezone(zone).date(),
            got,
        )
        if carried.key is not None:
            got.add(carried.key)
        self._picks.append((person, journey, step.id, f"{journey.id}/{step.id}/{visit}", choice))
        return {
            "template": carried.template,
            "item": carried.key,
            "pick": pick_as_json(step.pick, step.template),
        }

    def explain(self, queued: Mapping[str, int]) -> None:
        """Write down why each item was picked; `queued`: dedupe key → message."""
        for person, journey, step, key, choice in self._picks:
            self._batch.decide(
                person,
                "picked",
                choice.reason,
                dict(choice.detail),
                enrolment_id=journey.id,
                message_id=queued[key],
                workflow=journey.row.workflow,
                step=step,
            )

    @cached_property
    def _got(self) -> dict[int, set[str]]:
        sent = items_of(self._batch.connection, self._batch.people)
        return {contact: set(items.values()) for contact, items in sent.items()}
