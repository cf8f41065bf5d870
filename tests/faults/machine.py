"""A state machine that lives months in seconds: deeds, faults and time in any order.

Crashes are exceptions at a random statement or in the middle of a wave; events come twice,
late, out of order and from the future; servers answer anything. After every step the
invariants are looked at, at the end everything has to come to rest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import Engine, event, update

from nurture.clock import machine_now
from nurture.db import tables
from nurture.db.engine import write
from nurture.domain.message import FATES
from nurture.providers.base import Answer, Envelope, Outcome, Stage
from nurture.providers.memory import MemoryProvider
from nurture.services import control
from nurture.services.advance import advance
from nurture.services.deliver import Outbox
from nurture.services.ingest import ingest
from nurture.services.releases import Releases
from nurture.services.unsubscribe import resubscribe, unsubscribe
from tests.services.house import House, make_house
from tests.services.project import project, workflow

CAP, CAP_DAYS = 3, 7
DEEDS = ("page.viewed", "document.downloaded", "form.submitted", "visit.made", "deal.won")

_EACH = workflow(
    "each",
    "- {id: one, send: x/one}\n- wait: 1d\n- {id: two, send: x/two, expires: 3d}",
    "trigger: [{event: visit.made}]\nper: event.n\nexit: [{customer: true}]\nreentry: never",
)
_REPLIES = """
- {id: hello, send: x/hello}
- wait_for: [{form: hearing}, {clicked: hello}]
  within: 5d
  then: [{score: {points: 3, reason: r}}, {set: {tag: answered}}]
  otherwise: [{send: x/again}]
- branch:
    - if: {tag: answered}
      steps: [{start_workflow: other}, {wait: 2d}]
    - else:
      steps: [{wait: 9d}]
"""
_WARM = workflow("warm", _REPLIES, "trigger: [{temperature: warm}]\npriority: 80")
_OTHER = workflow("other", "- {send: x/other, window: office}", "trigger: [{form: other}]")
_CAPS = f"  - {{id: week, per: contact, mails: {CAP}, within: {CAP_DAYS}d}}"
FILES = project(_EACH, _WARM, _OTHER, caps=_CAPS)

ANSWERS = [
    Answer(Outcome.ACCEPTED, 250, "2.0.0 OK", stage=Stage.BODY),
    Answer(Outcome.DEFERRED, 451, "4.7.1 later", stage=Stage.RECIPIENT),
    Answer(Outcome.DEFERRED, None, "no relay", stage=Stage.SESSION),
    Answer(Outcome.NOT_SENT, None, "hung up", stage=Stage.DATA),
    Answer(Outcome.REJECTED, 554, "5.7.1 spam", stage=Stage.BODY),
    Answer(Outcome.IN_DOUBT, None, "no answer", stage=Stage.BODY),
]


class CrashError(Exception):
    """The process dies here."""


class Server(MemoryProvider):
    """Answers as told, remembers every body that began, and may see its sender die."""

    def __init__(self, machine: LifeMachine) -> None:
        super().__init__(width=2)
        self._machine = machine
        self.answer = ANSWERS[0]
        self.dies = False
        #: (message, contact's address, when) of every body that began
        self.bodies: list[tuple[int, str, datetime]] = []

    def wave(self, envelopes: Sequence[Envelope], keep_alive: Callable[[], bool]) -> list[Answer]:
        """Let bodies begin where they do, and die in between where told."""
        assert keep_alive()
        now = self._machine.house.clock.now()
        for envelope in envelopes:
            self._machine.may_be_written_to(envelope.recipient)
            if self.answer.outcome in (Outcome.ACCEPTED, Outcome.IN_DOUBT) or self.dies:
                self.bodies.append((envelope.message_id, envelope.recipient, now))
            if self.dies:
                raise CrashError
        return [self.answer for _ in envelopes]


class LifeMachine(RuleBasedStateMachine):
    """Three people, one house, and everything that can go wrong."""

    #: makes a fresh engine; set by the test
    make_engine: ClassVar[Callable[[], Engine]]
    #: compiled once for all runs
    releases: ClassVar[Releases] = Releases()

    @initialize()
    def begin(self) -> None:
        """Open the house."""
        self.engine = type(self).make_engine()
        self.house: House = make_house(self.engine)
        self.server = Server(self)
        self._crash_in = -1
        event.listen(self.engine, "before_cursor_execute", self._maybe_crash)
        self.house.publish(FILES)
        self._new_process()
        self.people = [self.house.person(f"p{i}@aozora.example") for i in range(3)]
        self.left: set[str] = set()
        self.visits = 0
        self.kept: list[tuple[int, str, dict[str, Any], str, datetime]] = []
        self.downloads: set[int] = set()

    # -- faults --------------------------------------------------------------------------

    def _maybe_crash(self, *_: object) -> None:
        if self._crash_in >= 0:
            self._crash_in -= 1
            if self._crash_in < 0:
                raise CrashError

    def _new_process(self) -> None:
        """A worker that died is replaced; what it held comes back when its lease is over."""
        self.house.outbox = Outbox(self.house.runtime, self.server)

    def _faulty(self, crash: int | None, work: Callable[[], object]) -> None:
        self._crash_in = -1 if crash is None else crash
        try:
            work()
        except CrashError:
            self._new_process()
        finally:
            self._crash_in = -1
            self.server.dies = False

    # -- deeds ---------------------------------------------------------------------------

    def _tell(
        self, who: int, kind: str, properties: dict[str, Any], key: str, at: datetime
    ) -> None:
        done = self.house.happens(self.people[who], kind, key=key, at=at, **properties)
        if kind == "document.downloaded" and done.status == "taken" and done.event_id:
            self.downloads.add(done.event_id)

    @rule(
        who=st.integers(0, 2),
        kind=st.sampled_from(DEEDS),
        form=st.sampled_from(["hearing", "other", "quote"]),
        hours=st.integers(-200, 3),
        how=st.sampled_from(["once", "twice", "late"]),
    )
    def something_happens(self, who: int, kind: str, form: str, hours: int, how: str) -> None:
        """Somebody does something: told once, twice, or later."""
        self.visits += 1
        properties = {"n": str(self.visits), "form": form}
        at = self.house.clock.now() + timedelta(hours=hours)
        told = (who, kind, properties, f"k{self.visits}", at)
        if how == "late":
            self.kept.append(told)
            return
        for _ in range(2 if how == "twice" else 1):
            self._tell(*told)

    @rule()
    def what_was_late_comes(self) -> None:
        """Events that were held up come in the wrong order."""
        while self.kept:
            self._tell(*self.kept.pop())

    @rule(
        which=st.integers(0, 30),
        verdict=st.sampled_from(["unknown", "machine"]),
        hidden=st.booleans(),
    )
    def somebody_clicks(self, which: int, verdict: str, hidden: bool) -> None:
        """A link of a mail is followed, by a person or a machine."""
        sent = self.house.rows(tables.message, state="sent")
        if sent:
            mail = sent[which % len(sent)]
            self.house.click(mail.id, verdict=verdict, hidden=hidden and verdict == "machine")

    @rule(who=st.integers(0, 2), comes_back=st.booleans())
    def somebody_leaves(self, who: int, comes_back: bool) -> None:
        """Unsubscribe, and perhaps come back."""
        address = f"p{who}@aozora.example"
        unsubscribe(self.house.runtime, self.people[who], 0)
        self.left.add(address)
        if comes_back:
            resubscribe(self.house.runtime, self.people[who], 0, "はい", "page")
            self.left.discard(address)

    @rule(paused=st.booleans())
    def everything_is_paused_or_not(self, paused: bool) -> None:
        """Pause or resume."""
        if paused:
            control.pause(self.house.runtime, "everything")
        elif self.house.rows(tables.pause):
            control.resume(self.house.runtime, "everything")

    # -- work, with faults ---------------------------------------------------------------

    @rule(crash=st.none() | st.integers(0, 60))
    def decide(self, crash: int | None) -> None:
        """Ingest and advance, perhaps dying at a statement."""
        runtime = self.house.runtime
        self._faulty(crash, lambda: [ingest(runtime), advance(runtime)])

    @rule(
        crash=st.none() | st.integers(0, 60),
        dies=st.integers(0, 5),
        answer=st.sampled_from(ANSWERS),
    )
    def send(self, crash: int | None, dies: int, answer: Answer) -> None:
        """Drain the outbox, perhaps dying at a statement or in the middle of a wave."""
        self.server.answer, self.server.dies = answer, dies == 0
        self._faulty(crash, lambda: self.house.outbox.drain(5))

    @rule()
    def leases_run_out(self) -> None:
        """Machine time passes: what dead workers hold can be taken over."""
        with write(self.engine) as connection:
            connection.execute(
                update(tables.message)
                .where(tables.message.c.lease_until.is_not(None))
                .values(lease_until=machine_now() - timedelta(seconds=1))
            )

    @rule(hours=st.sampled_from([0, 1, 7, 30, 100]))
    def time_passes(self, hours: int) -> None:
        """Business time moves to the next due moment (0) or by hours."""
        now = self.house.clock.now()
        following = self.house.next_moment() if not hours else now + timedelta(hours=hours)
        if following is not None and following > now:
            self.house.clock.move_to(following)

    # -- what must always be true --------------------------------------------------------

    def may_be_written_to(self, address: str) -> None:
        """Nobody who has left gets a mail."""
        assert address not in self.left

    @invariant()
    def promises_hold(self) -> None:
        """Look at everything that must be true at any time."""
        if hasattr(self, "downloads"):
            self.no_mail_begins_twice()
            self.caps_hold()
            self.the_ledger_adds_up()
            self.a_journey_per_visit()

    def no_mail_begins_twice(self) -> None:
        """One body per message, whatever died in between."""
        begun = Counter(message for message, _, _ in self.server.bodies)
        assert {message: times for message, times in begun.items() if times > 1} == {}

    def caps_hold(self) -> None:
        """No span of a week holds more mails to one person than the cap allows."""
        for address in {to for _, to, _ in self.server.bodies}:
            times = sorted(at for _, to, at in self.server.bodies if to == address)
            for first, last in zip(times, times[CAP:], strict=False):
                assert last - first >= timedelta(days=CAP_DAYS)

    def the_ledger_adds_up(self) -> None:
        """Each download that was taken in is worth its points once; scores are their sum."""
        waiting = {row.event_id for row in self.house.rows(tables.inbox)}
        entries = self.house.rows(tables.ledger)
        worth: Counter[int] = Counter()
        for entry in entries:
            if entry.rule == "document":
                worth[entry.event_id] += entry.points
        assert {e: p for e, p in worth.items() if p != 20} == {}
        assert set(worth) == self.downloads - waiting
        for person in self.people:
            row = self.house.contact(person)
            faded = sum(
                entry.points * 2 ** (-max(row.scored_at - entry.occurred_at, timedelta(0)) / MONTH)
                for entry in entries
                if entry.contact_id == person
            )
            assert abs(row.engagement - faded) < 1e-6

    def a_journey_per_visit(self) -> None:
        """No visit starts two journeys, and nobody is twice in one at a time."""
        rows = self.house.rows(tables.enrolment)
        each = [(r.contact_id, r.subject) for r in rows if r.workflow == "each"]
        assert len(each) == len(set(each))
        active = [(r.contact_id, r.workflow, r.subject) for r in rows if r.state == "active"]
        assert len(active) == len(set(active))

    def teardown(self) -> None:
        """Without further faults everything comes to rest."""
        if not hasattr(self, "downloads"):
            return
        self.server.answer, self.server.dies = ANSWERS[0], False
        self.what_was_late_comes()
        if self.house.rows(tables.pause):
            control.resume(self.house.runtime, "everything")
        self.leases_run_out()
        self.house.after(days=120)
        assert self.house.rows(tables.inbox) == []
        states = {row.state for row in self.house.rows(tables.message)}
        assert states <= {str(fate) for fate in FATES}
        active = self.house.rows(tables.enrolment, state="active")
        assert [(r.workflow, r.step, r.due_at, r.memory) for r in active] == []
        visits = self.house.events("visit.made")
        started = {r.caused_by for r in self.house.rows(tables.enrolment, workflow="each")}
        assert started == {row.id for row in visits}
        self.no_mail_begins_twice()
        self.caps_hold()
        self.the_ledger_adds_up()
        self.engine.dispose()


MONTH = timedelta(days=30)
