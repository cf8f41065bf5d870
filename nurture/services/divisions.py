"""The splits of a batch of walks: what is known of them before, who was divided now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from nurture.db import experiments
from nurture.db.experiments import Key, Known
from nurture.domain.decision import Divide
from nurture.domain.experiment import first_look
from nurture.domain.facts import SplitFact
from nurture.domain.steps import Split
from nurture.domain.winner import By
from nurture.services.batch import Batch, Journey, Person

_NOTHING = Known({}, {})


class Divisions:
    """Two queries where a workflow of the batch has a split, none where none has."""

    def __init__(self, batch: Batch, due: Sequence[tuple[Person, Journey]]) -> None:
        self._batch = batch
        #: (release, workflow) → its splits
        self._splits: dict[tuple[int, str], list[Split]] = {}
        for _, journey in due:
            place = (journey.row.release_id, journey.row.workflow)
            if place not in self._splits and journey.workflow is not None:
                steps = journey.workflow.graph.steps.values()
                self._splits[place] = [step for step in steps if isinstance(step, Split)]
        places = {
            (workflow, split.id) for (_, workflow), all_ in self._splits.items() for split in all_
        }
        self._known = (
            experiments.known(batch.connection, places, sorted({one.id for one, _ in due}))
            if places
            else _NOTHING
        )
        #: (experiment, release) → members without its id
        self._divided: dict[tuple[Key, int], list[dict[str, Any]]] = {}
        self._looks: dict[Key, datetime] = {}

    def facts(self, person: Person, journey: Journey) -> Mapping[str, SplitFact]:
        """Return what is known of a contact and the splits of a journey."""
        row = journey.row
        if not self._known.winners:
            return {}
        return {
            split.id: SplitFact(
                self._known.winners.get(Key(row.workflow, split.id, split.digest)),
                self._known.variants.get((person.id, row.workflow, split.id)),
            )
            for split in self._splits.get((row.release_id, row.workflow), ())
        }

    def take(self, person: Person, journey: Journey, effect: Divide) -> None:
        """Remember that a contact was divided, and say why in a decision."""
        batch, split, row = self._batch, effect.step, journey.row
        counted = effect.reason == "split_share"
        rule = split.winner
        watched = counted and rule is not None and rule.measure.by is By.GOAL
        key = Key(row.workflow, split.id, split.digest)
        member = {
            "contact_id": person.id,
            "variant": effect.variant,
            "enrolment_id": journey.id,
            "counted": counted,
            "at": batch.now,
            "watch_until": batch.now + rule.measure.within if watched and rule else None,
        }
        self._divided.setdefault((key, row.release_id), []).append(member)
        if rule is not None and counted:
            self._looks[key] = first_look(rule, batch.now)
        variant = split.variant(effect.variant)
        total = sum(one.share for one in split.variants)
        detail = {
            "workflow": row.workflow,
            "step": split.id,
            "variant": effect.variant,
            "share": round(100 * variant.share / total) if variant is not None else 0,
        }
        batch.decide(
            person,
            "divided",
            effect.reason,
            detail,
            enrolment_id=journey.id,
            workflow=row.workflow,
            step=split.id,
        )

    def save(self) -> None:
        """Write down who was divided; an experiment that nobody came to yet begins."""
        if not self._divided:
            return
        connection, now = self._batch.connection, self._batch.now
        ids: dict[Key, int] = {}
        by_release: dict[int, list[Key]] = {}
        for key, release_id in self._divided:
            by_release.setdefault(release_id, []).append(key)
        for release_id, keys in sorted(by_release.items()):
            ids |= experiments.ensure(connection, keys, release_id, now)
        members = [
            {"experiment_id": ids[key], **row}
            for (key, _), rows in self._divided.items()
            for row in rows
        ]
        experiments.divide(connection, members)
        experiments.wake(connection, {ids[key]: at for key, at in self._looks.items()})
