"""Deliver: waves of mails, `sending` committed before a body, answers after.

One commit per wave records the answers of the last one and the next `sending`. A mail whose
fate nobody knows is `in_doubt` and never sent again blindly.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import structlog
from sqlalchemy import Connection, Row
from sqlalchemy.exc import OperationalError

from nurture.clock import machine_now, machine_seconds
from nurture.db import contacts as people
from nurture.db import leases, mail_fates, outbox, outcomes
from nurture.db.engine import is_away, read, write
from nurture.domain.guard import Ask
from nurture.domain.message import State
from nurture.emails.errors import HeaderError, RenderError
from nurture.errors import DefinitionError, NotFoundError
from nurture.providers.base import Answer, Envelope, Provider
from nurture.services import answers as verdicts
from nurture.services.acquaintance import Known
from nurture.services.claiming import Claimed
from nurture.services.compose import Composed, compose
from nurture.services.drafting import NobodyToAddressError
from nurture.services.enclosures import FileGoneError
from nurture.services.lastlook import look_again
from nurture.services.link_targets import remember_links
from nurture.services.mails_aside import claim_or_set_aside, set_aside
from nurture.services.picking import Got, NothingToSendError
from nurture.services.releases import LiveRelease
from nurture.services.runtime import DECIDE, Runtime
from nurture.services.seminar_mail import Concern
from nurture.services.setting_aside import said
from nurture.services.task_mails import TaskOverError

log = structlog.get_logger(__name__)

#: contacts whose mails are claimed at once
BATCH = 100


class Write(Protocol):
    """Makes a mail of a claimed message; raises what `compose` raises."""

    def __call__(
        self,
        runtime: Runtime,
        release: LiveRelease,
        message: Row[Any],
        person: Row[Any] | None,
        now: datetime,
        known: Known = ...,
        got: Collection[str] = ...,
        concern: Concern | None = ...,
        ask: Ask | None = ...,
    ) -> Composed:
        """Return the mail as it goes over the wire."""
        ...


@dataclass(frozen=True, slots=True)
class Ready:
    """A claimed mail that is rendered and waits for its wave."""

    claimed: Claimed
    composed: Composed


class Outbox:
    """Sends what is due through one provider; belongs to one thread.

    `write` makes a mail of a claimed message (`compose`, or `sketch` where nobody reads it);
    `batch` contacts are claimed at once.
    """

    def __init__(
        self, runtime: Runtime, provider: Provider, write: Write = compose, batch: int = BATCH
    ) -> None:
        self._runtime = runtime
        self._provider = provider
        self._write = write
        self._batch = batch
        self._ready: deque[Ready] = deque()
        #: answers that are not written down yet; kept when the database fails meanwhile
        self._finished: list[tuple[Ready, Answer]] = []
        self._known_templates: set[str] = set()
        #: machine time of the commit that leased the wave under way
        self._leased_at = 0.0

    def drain(self, seconds: float) -> int:
        """Send until nothing is due or `seconds` of machine time have passed.

        Returns how many mails were looked at (0: nothing was due). What is claimed and not
        begun is given back.
        """
        # First what we know: others must not take it for being in doubt.
        self._settle()
        recover(self._runtime)
        ends = machine_seconds() + seconds
        looked_at = 0
        while machine_seconds() < ends:
            if len(self._ready) < self._provider.width:
                looked_at += self._refill()
            wave = self._begin()
            if not wave and not self._ready:
                break
            if wave:
                self._finished = self._send(wave)
        self._settle()
        self._give_back()
        return looked_at

    def forget(self) -> None:
        """Forget what is claimed, after a failure: leases give it back, nothing is lost.

        Answers that are not written down yet are kept and written at the next drain.
        """
        self._ready.clear()

    def close(self) -> None:
        """Say goodbye to the provider."""
        self._provider.close()

    def _refill(self) -> int:
        """Claim and render more mails; a mail that does not render fails visibly."""
        release, claimed, looked_at = claim_or_set_aside(self._runtime, self._batch)
        failed: list[tuple[Claimed, State, str, dict[str, Any]]] = []
        got = Got.by_readers_of(self._runtime, [one.message for one in claimed])
        for one in claimed:
            if release is None:
                continue
            try:
                now = self._runtime.clock.now()
                composed = self._write(
                    self._runtime,
                    release,
                    one.message,
                    one.person,
                    now,
                    one.known,
                    got.before(one.message),
                    one.concern,
                    one.ask,
                )
            except NobodyToAddressError:
                failed.append((one, State.CANCELLED, "no_addressee", {}))
            except TaskOverError:
                failed.append((one, State.CANCELLED, "task_over", {}))
            except NotFoundError:
                detail = {"template": one.message.template}
                failed.append((one, State.FAILED, "no_template", detail))
            except NothingToSendError as error:
                failed.append((one, State.FAILED, error.choice.reason, dict(error.choice.detail)))
            except FileGoneError as error:
                failed.append((one, State.FAILED, "file_gone", {"file": error.path}))
            except (RenderError, DefinitionError, HeaderError) as error:
                detail = {"why": str(error)[:500], "template": one.message.template}
                failed.append((one, State.FAILED, "does_not_render", detail))
            except Exception as error:  # this mail fails visibly, the others go
                if is_away(error):
                    raise
                log.exception("mail cannot be composed", message=one.held.id)
                detail = {"why": said(error), "template": one.message.template}
                failed.append((one, State.FAILED, "does_not_render", detail))
            else:
                got.add(one.message, composed.choice)
                self._ready.append(Ready(one, composed))
        if failed:
            self._fail(failed)
        self._remember_links()
        return looked_at

    def _fail(self, failed: Sequence[tuple[Claimed, State, str, dict[str, Any]]]) -> None:
        runtime = self._runtime
        with write(runtime.engine) as connection:
            now = runtime.clock.now()
            self._hold_contacts(connection, [one for one, *_ in failed])
            rows = []
            for one, state, why, detail in failed:
                if outbox.settle_claimed(connection, [one.held], state, why):
                    kind = "failed" if state is State.FAILED else "dropped"
                    rows.append(verdicts.reason(one.message, kind, why, detail))
                    log.warning("mail not sent", message=one.held.id, reason=why, **detail)
            outcomes.append_decisions(connection, rows, now)
            mail_fates.tell_enrolments(connection, [one.held.id for one, *_ in failed], now)

    def _remember_links(self) -> None:
        """Keep link targets where the click endpoint finds them, before any mail leaves."""
        new = {
            one.composed.template_key: one.composed.targets
            for one in self._ready
            if one.composed.template_key and one.composed.template_key not in self._known_templates
        }
        if new:
            remember_links(self._runtime, new, self._runtime.links_file)
            self._known_templates |= set(new)

    def _begin(self) -> list[Ready]:
        """Record the last answers and write `sending` for the next wave, in one commit.

        Where the last look fails, the mails of the wave go one by one, and who fails again
        is set aside.
        """
        wave: list[Ready] = []
        while self._ready and len(wave) < self._provider.width:
            wave.append(self._ready.popleft())
        if not wave and not self._finished:
            return []
        try:
            return self._commit(wave)
        except Exception as error:  # whatever one mail raises, the others go
            if is_away(error) or not wave:
                raise
            log.warning("a wave failed, its mails go one by one", error=said(error))
        self._settle()
        begun: list[Ready] = []
        leased_at = machine_seconds()
        for one in wave:
            try:
                begun += self._commit([one])
            except Exception as error:  # set aside, shown and logged
                if is_away(error):
                    if begun:
                        # What is `sending` must go; the leases give the others back.
                        break
                    raise
                set_aside(self._runtime, one.claimed, error)
        self._leased_at = leased_at
        return begun

    def _commit(self, wave: list[Ready]) -> list[Ready]:
        """Record the last answers and begin those of a wave that may still go."""
        finished = self._finished
        runtime = self._runtime
        # Taken before the commit: a worker that is stopped after it must ask for its lease.
        self._leased_at = machine_seconds()
        with write(runtime.engine) as connection:
            now = runtime.clock.now()
            ready = [*wave, *(one for one, _ in finished)]
            paused = outbox.hold_pauses(connection)
            self._hold_accounts(connection, [one.claimed for one in wave])
            self._hold_contacts(connection, [one.claimed for one in ready])
            verdicts.record(runtime, connection, self._pairs(finished), self._provider.name, now)
            allowed = look_again(runtime, connection, [one.claimed for one in wave], paused, now)
            wave = [one for one in wave if one.claimed.held.id in allowed]
            rows = [(one.claimed.held, one.composed.remembered) for one in wave]
            outbox.begin_sending(connection, rows, now, machine_now() + runtime.lease)
            outcomes.append_decisions(connection, [*_picked(wave)], now)
        self._finished = []
        if finished:
            runtime.ring(DECIDE)
        return wave

    def _hold_accounts(self, connection: Connection, claimed: Sequence[Claimed]) -> None:
        """Hold whose hold decides about the mails, before their contacts, as all do."""
        ids = {one.message.contact_id for one in claimed if one.message.contact_id is not None}
        people.lock_accounts(connection, people.accounts_of(connection, sorted(ids)), share=True)

    def _hold_contacts(self, connection: Connection, claimed: Sequence[Claimed]) -> None:
        """Hold whom the mails are to, so that nobody decides about their journeys meanwhile."""
        ids = {one.message.contact_id for one in claimed if one.message.contact_id is not None}
        people.lock(connection, ids, wait=True)

    def _pairs(self, finished: Sequence[tuple[Ready, Answer]]) -> list[tuple[Claimed, Answer]]:
        return [(ready.claimed, answer) for ready, answer in finished]

    def _send(self, wave: list[Ready]) -> list[tuple[Ready, Answer]]:
        envelopes = [
            Envelope(
                one.claimed.held.id,
                one.composed.return_path,
                one.composed.recipient,
                one.composed.data,
            )
            for one in wave
        ]
        held = [one.claimed.held for one in wave]
        # The rendered mails that wait for a later wave are ours as well.
        waiting = [one.claimed.held for one in self._ready]
        lease = self._runtime.lease
        renewed = [self._leased_at]

        def keep_alive() -> bool:
            asked_at = machine_seconds()
            # Renewing is a commit: it is needed long before the lease ends, not every time.
            if asked_at - renewed[0] < lease.total_seconds() / 6:
                return True
            try:
                with write(self._runtime.engine) as connection:
                    until = machine_now() + lease
                    ours = outbox.renew(connection, held, until) == len(held)
                    if waiting:
                        outbox.renew(connection, waiting, until)
            except OperationalError:
                # The database is away. What is under way stays ours for a while, and its
                # answers must not be lost; but no new body begins near the lease's end.
                return machine_seconds() - renewed[0] < lease.total_seconds() / 2
            renewed[0] = asked_at
            return ours

        answers = self._provider.wave(envelopes, keep_alive)
        return list(zip(wave, answers, strict=True))

    def _settle(self) -> None:
        """Record the last answers."""
        finished = self._finished
        if not finished:
            return
        runtime = self._runtime
        with write(runtime.engine) as connection:
            now = runtime.clock.now()
            self._hold_contacts(connection, [ready.claimed for ready, _ in finished])
            verdicts.record(runtime, connection, self._pairs(finished), self._provider.name, now)
        self._finished = []
        runtime.ring(DECIDE)

    def _give_back(self) -> None:
        """Give back what was claimed and not begun: it is due again at once."""
        if not self._ready:
            return
        held = [one.claimed.held for one in self._ready]
        self._ready.clear()
        with write(self._runtime.engine) as connection:
            now = self._runtime.clock.now()
            outbox.settle_claimed(connection, held, State.QUEUED, None, due_at=now)


def _picked(wave: Sequence[Ready]) -> Iterator[dict[str, Any]]:
    """Yield why mails carry what was picked for them just before they leave."""
    for one in wave:
        choice = one.composed.choice
        if choice is not None:
            yield verdicts.reason(one.claimed.message, "picked", choice.reason, dict(choice.detail))


def recover(runtime: Runtime) -> list[int]:
    """Take mails from workers whose lease ran out; return those that are in doubt now."""
    machine = machine_now()
    with read(runtime.engine) as connection:
        if not leases.has_expired_leases(connection, machine):
            return []
    with write(runtime.engine) as connection:
        now = runtime.clock.now()
        dead = leases.of_the_dead(connection, machine)
        people.lock(connection, {row.contact_id for row in dead if row.contact_id}, wait=True)
        doubtful = leases.take_from_the_dead(connection, machine, now)
        rows = [
            verdicts.reason(row, "in_doubt", "in_doubt", {}) for row in dead if row.id in doubtful
        ]
        outcomes.append_decisions(connection, rows, now)
        mail_fates.tell_enrolments(connection, doubtful, now)
    if doubtful:
        runtime.ring(DECIDE)
        log.warning("mails in doubt", messages=doubtful)
    return doubtful
