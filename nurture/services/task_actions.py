"""Acting on a task: an answer becomes events, and the task is closed, in one transaction.

Mail buttons, the team's pages, commands and the demo all come through `act`. What follows
from an action (stages, deals, next tasks) is not decided here: it follows from its events.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row

from nurture.db import contacts as people
from nurture.db import deals, outcomes, task_writes, tasks, touched
from nurture.db.engine import read as reading
from nurture.db.retrying import write_again
from nurture.domain import task_words
from nurture.domain.task_actions import ACTIONS, Action, closes, events_of, offers
from nurture.domain.task_answers import digest, read, texts_of
from nurture.errors import NotFoundError, NurtureError
from nurture.language import say
from nurture.services.capture import Happening, take_in
from nurture.services.releases import LiveRelease
from nurture.services.runtime import DECIDE, Runtime
from nurture.services.task_links import holder_of
from nurture.services.team import member_named

#: source of all events that actions make, whatever they were pressed in, so that one key
#: means the same action everywhere; `via` says where it was
SOURCE = "task"

#: currency of deals that are opened here
CURRENCY = "JPY"


class AnswersError(NurtureError):
    """A form that cannot be taken; `faults` says why by field (codes of `task_words.FAULTS`)."""

    def __init__(self, action: str, faults: Mapping[str, str]) -> None:
        self.action = action
        self.faults = dict(faults)
        asked = ACTIONS[action]
        said = "; ".join(
            f"{name}: {task_words.FAULTS[code][1]}" for name, code in self.faults.items()
        )
        fields = ", ".join(field.name for field in asked.fields)
        super().__init__(f"{action}: {said}", f"it asks: {fields}")


class NotOfferedError(NurtureError):
    """An action that the task does not offer as things stand."""


class NotYoursError(NurtureError):
    """The task is somebody else's now."""


@dataclass(frozen=True, slots=True)
class Acted:
    """What became of an action."""

    #: recorded: just now | already: the same was recorded before | differs: something else was
    #: recorded by this action meanwhile, and this was not | closed: by something else
    status: str
    #: the action that was recorded, now or before; "" where a task was closed by no action
    action: str
    at: datetime
    #: name of who did it; "" where nobody is known
    by: str
    #: the task is over
    over: bool
    #: where it differs: what was answered meanwhile, as texts by field
    said: Mapping[str, str] = field(default_factory=dict)
    #: where it differs: it may be recorded beside the other, as `revision` and `further`
    adds: bool = False
    revision: int = 0


def act(
    runtime: Runtime,
    task_id: int,
    action: str,
    answers: Mapping[str, Any],
    by: str,
    source: str,
    revision: int | None = None,
    holder: int | None = None,
    further: bool = False,
) -> Acted:
    """Record what a team member did with a task, once, and ring.

    `answers` are what the form asks (see `task_actions.ACTIONS`), as texts; `by` is the
    sender key of who did it; `source` says where it was pressed (mail, team, cli, demo).
    `revision` is that of the form (`Portrait.revision`): the same form sent twice does it
    once, and with other answers it is told apart (`differs`); None: a form of now. `holder` is
    the team member who must still have the task. `further`: record it though the action was
    recorded with other answers and the task is closed.

    Raises NotFoundError (no such task, or its contact was erased), AnswersError (nothing is
    written), NotOfferedError, NotYoursError, NurtureError (`by` is nobody, nothing is live).
    """
    if action not in ACTIONS:
        known = [*ACTIONS]
        raise NotOfferedError(
            say("a task cannot be '{action}'", action=action), say("known: {known}", known=known)
        )

    def write(connection: Connection) -> Acted:
        desk = _Desk(runtime, connection, task_id, by)
        return desk.act(ACTIONS[action], answers, source, revision, holder, further)

    with reading(runtime.engine) as connection:
        # Compiled here, so that no writer waits for it.
        runtime.releases.live(connection)
    done = write_again(runtime.engine, write)
    runtime.ring(DECIDE)
    return done


class _Desk:
    """One task under our lock."""

    def __init__(self, runtime: Runtime, connection: Connection, task_id: int, by: str) -> None:
        self._connection = connection
        self._now = runtime.clock.now()
        self._hash_key = runtime.hash_key
        self._release: LiveRelease = runtime.releases.live(connection)
        row = _find(connection, task_id)
        if row.contact_id is not None:
            people.lock_accounts(connection, people.accounts_of(connection, [row.contact_id]))
            people.lock(connection, [row.contact_id], wait=True)
        tasks.hold(connection, task_id)
        self._row = _find(connection, task_id)
        self._result: dict[str, Any] = dict(self._row.result or {})
        self._log: list[dict[str, Any]] = list(self._result.get("log", []))
        self._member = member_named(connection, by)
        #: how events name them
        self._by = str(self._member.key or self._member.email)

    def act(
        self,
        action: Action,
        answers: Mapping[str, Any],
        source: str,
        revision: int | None,
        holder: int | None,
        further: bool,
    ) -> Acted:
        """Record the action, or say what was recorded before."""
        newest = len(self._log)
        revision = newest if revision is None else min(revision, newest)
        known = self._known(action, answers, revision, further)
        if known is not None:
            return known
        row, policy = self._row, self._release.definitions.policy
        if holder is not None and holder_of(self._connection, row, policy).id != holder:
            raise NotYoursError(say("the task is somebody else's now"))
        deal = self._deal()
        self._check_offer(action, deal)
        zone = ZoneInfo(self._release.definitions.calendar.zone)
        found = read(action, answers, zone, self._now)
        if found.faults:
            raise AnswersError(action.name, found.faults)
        event_id = self._capture(action, found.values, deal, source, revision)
        over = row.state != "open" or closes(row.kind, action.name, found.values)
        self._write_down(action, source, revision, event_id, over, digest(action, answers))
        return Acted("recorded", action.name, self._now, self._member.name, over)

    def _known(
        self, action: Action, answers: Mapping[str, Any], revision: int, further: bool
    ) -> Acted | None:
        """Return what was recorded before and stands in this action's way, or None.

        Only equal answers are a double press: whoever logs that nobody answered, goes back
        and sends what was learnt at the next try has something new to say.
        """
        row, over = self._row, self._row.state != "open"
        said = digest(action, answers)
        same = [one for one in self._log if one["action"] == action.name]
        clashing = [one for one in same if one["revision"] == revision]
        bound = same if over or not action.again else clashing
        for one in bound:
            if one.get("said", said) == said:
                return self._logged("already", one, over)
        if clashing or (bound and not over):
            return self._logged("differs", (clashing or bound)[-1], over, adds=action.again)
        alike = bool(same) or row.outcome == action.name
        if not over or (alike and action.again and further):
            return None
        if same:
            return self._logged("differs", same[-1], over, adds=action.again)
        at, by = row.done_at or row.created_at, row.doer_name or ""
        if alike and action.again:
            # Closed by an event from elsewhere: nobody can say that it told the same.
            return Acted("differs", action.name, at, by, True, {}, True, len(self._log))
        return Acted("already" if alike else "closed", row.outcome or "", at, by, True)

    def _logged(self, status: str, one: Mapping[str, Any], over: bool, adds: bool = False) -> Acted:
        """Return what the task's log has of an action."""
        said: Mapping[str, str] = {}
        if status == "differs" and one["event"] is not None:
            event = tasks.event_row(self._connection, one["event"])
            zone = ZoneInfo(self._release.definitions.calendar.zone)
            if event is not None:
                said = texts_of(ACTIONS[one["action"]], event.properties or {}, zone)
        at = datetime.fromisoformat(one["at"])
        return Acted(status, one["action"], at, one["name"], over, said, adds, len(self._log))

    def _deal(self) -> Row[Any] | None:
        row = self._row
        if row.contact_id is None:
            return None
        return tasks.open_deal(self._connection, row.contact_id, row.deal_id)

    def _check_offer(self, action: Action, deal: Row[Any] | None) -> None:
        stage, accepted = None, False
        if self._row.contact_id is not None:
            (contact,) = touched.contact_rows(self._connection, [self._row.contact_id])
            stage = contact.lifecycle
            accepted = tasks.is_taken(self._connection, contact.id)
        offered = offers(self._row.kind, stage, deal.stage if deal is not None else None, accepted)
        if action.name not in offered:
            raise NotOfferedError(
                say(
                    "as things stand, task {id} cannot be '{name}'",
                    id=self._row.id,
                    name=action.name,
                ),
                say("it offers: {offered}", offered=[*offered]),
            )

    def _capture(
        self,
        action: Action,
        values: Mapping[str, Any],
        deal: Row[Any] | None,
        source: str,
        revision: int,
    ) -> int | None:
        """Take the action's events in; return the id of the last, None where it is about nobody."""
        row = self._row
        if row.contact_id is None:
            return None
        name, opens = None, None
        if action.deal and deal is not None:
            name = deals.name_of(deal.id, deal.external_id)
        elif action.deal:
            # An opening that nobody has taken in yet is the deal under way.
            name = tasks.opening_deal(self._connection, row.contact_id)
            if name is None:
                opens = {"deal": f"D-{row.id}", "currency": CURRENCY}
                if "amount" in values:
                    opens["amount"] = values["amount"]
        made = events_of(action, values, self._by, (row.id, row.kind), name, opens)
        taken = take_in(
            self._connection,
            [
                Happening(
                    kind,
                    contact_id=row.contact_id,
                    properties={**properties, "via": source},
                    key=f"task/{row.id}/{action.name}/{revision}/{kind}",
                )
                for kind, properties in made
            ],
            SOURCE,
            self._now,
            self._hash_key,
        )
        return taken[-1].event_id

    def _write_down(
        self,
        action: Action,
        source: str,
        revision: int,
        event_id: int | None,
        over: bool,
        answered: str,
    ) -> None:
        row = self._row
        entry = {
            "action": action.name,
            "at": self._now.isoformat(),
            "by": self._by,
            "name": self._member.name,
            "via": source,
            "revision": revision,
            "event": event_id,
            "said": answered,
        }
        result = {**self._result, "log": [*self._log, entry]}
        tasks.note(self._connection, row.id, result)
        if not over:
            return
        closing = task_writes.Closing(self._now, action.name, result, self._member.id)
        closed = task_writes.close(self._connection, [row.id], closing)
        late = self._result.get("late")
        if row.kind == "escalation" and action.name != "done" and isinstance(late, int):
            # Whoever heard of a late call has made it: it is no longer due.
            other = tasks.find(self._connection, late)
            kept = dict(other.result or {}) if other is not None else {}
            made = task_writes.Closing(self._now, action.name, kept, self._member.id)
            closed += task_writes.close(self._connection, [late], made)
        tasks.cancel_mails(self._connection, closed)
        if row.contact_id is not None:
            said = [
                {
                    "contact_id": row.contact_id,
                    "event_id": event_id,
                    "kind": "task_done",
                    "reason": "task_closed",
                    "detail": {"task": one, "outcome": action.name},
                }
                for one in closed
            ]
            outcomes.append_decisions(self._connection, said, self._now)


def _find(connection: Connection, task_id: int) -> Row[Any]:
    row = tasks.find(connection, task_id)
    if row is None or row.contact_gone:
        raise NotFoundError(
            say("there is no task {task_id}", task_id=task_id),
            say("`nurture task list` shows them"),
        )
    return row
