"""Wiring: the only place that makes engines, clients, keys and applications."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import structlog
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from nurture import log as logging_setup
from nurture.clock import Clock, RealClock, SteppedClock, machine_sleep
from nurture.db.business_time import read_stand, stand
from nurture.db.engine import make_engine, make_memory_engine, read
from nurture.db.migrate import check_current
from nurture.domain.webhooks import SecretError, secret_of
from nurture.emails.tokens import Keyring
from nurture.errors import NurtureError
from nurture.keys import signing_keys, suppression_key
from nurture.language import say
from nurture.providers.base import Provider
from nurture.providers.chat import AppriseChat, Chat
from nurture.providers.mailbox_store import MailboxStore
from nurture.providers.patterns import AddressPatterns
from nurture.providers.smtp_dialogue import Timeouts
from nurture.providers.urls import provider_from_url
from nurture.providers.webhook import Caller, HttpsCaller
from nurture.services.link_targets import LINKS
from nurture.services.releases import Releases
from nurture.services.runtime import DECIDE, SEND, Runtime, Sending
from nurture.services.spool import SPOOL
from nurture.settings import Settings, load

if TYPE_CHECKING:
    from flask import Flask

log = structlog.get_logger(__name__)

#: a job may last this long (seconds of machine time): RFC 5321 gives a server ten minutes
#: after the dot, and RQ's default of three would kill the sender in the middle
JOB_TIMEOUT = 900

#: bells that may wait on a queue: one that has not begun covers all that came before it
_ENOUGH = 1

#: how often the local spool is looked at, seconds
SPOOL_EVERY = 1.0

#: where `nurture up` writes the address of the server that it started
REDIS_FILE = "redis-url"

_JOBS = {DECIDE: "nurture.jobs.decide", SEND: "nurture.jobs.send"}


class Worker(SimpleWorker):
    """An RQ worker that looks for a lost Redis every second, not every minute."""

    max_connection_wait_time = 1


class Doorbell:
    """Rings for work: an RQ job that says "there is something due", and no fact.

    Bells are coalesced by the length of the queue, never by a job id, since a dead job
    would block them. A bell that cannot ring is no loss: the clock rings every second.
    """

    def __init__(self, redis: Redis) -> None:
        self._queues = {
            name: Queue(
                name, connection=redis, serializer=JSONSerializer, default_timeout=JOB_TIMEOUT
            )
            for name in _JOBS
        }

    def ring(self, name: str) -> None:
        """Ring DECIDE or SEND; never raises."""
        queue = self._queues[name]
        try:
            if queue.count < _ENOUGH:
                queue.enqueue_call(_JOBS[name], timeout=JOB_TIMEOUT, result_ttl=0, failure_ttl=3600)
        except (RedisError, OSError) as error:
            log.debug("bell did not ring", queue=name, error=type(error).__name__)


@dataclass(frozen=True, slots=True)
class House:
    """Everything wired: what commands, workers and pages are given."""

    settings: Settings
    runtime: Runtime
    redis: Redis

    def provider(self) -> Provider:
        """Return a way of sending of one's own: the relay of SMTP_URL, else the local mailbox."""
        return provider_of(self.settings)

    def has_workers(self) -> bool:
        """Say whether somebody is there to decide; False where Redis does not answer."""
        try:
            return bool(Worker.count(queue=Queue(DECIDE, connection=self.redis)))
        except (RedisError, OSError):
            return False

    def chat(self) -> Chat:
        """Return the chat rooms that CHAT_… addresses name."""
        return AppriseChat(
            {room: url.get_secret_value() for room, url in self.settings.chats.items()}
        )

    def caller(self) -> Caller:
        """Return what calls other systems."""
        return HttpsCaller()

    def webhook_secrets(self, endpoint: str) -> list[bytes]:
        """Return an endpoint's secrets: WEBHOOK_NAME, else one of its own made from our key."""
        named = self.settings.webhooks.get(endpoint)
        if named is None:
            keys = signing_keys(self.settings.secret, self.settings.var)
            return [keys.derived(f"webhook {endpoint}")]
        try:
            return [secret_of(one) for one in named.get_secret_value().split(",")]
        except SecretError as error:
            variable = f"WEBHOOK_{endpoint.upper().replace('-', '_')}"
            message = say("{variable}: this is no secret of a webhook", variable=variable)
            hint = say("write whsec_ and 24 to 64 random bytes in base64")
            raise NurtureError(message, hint) from error

    def mailbox(self) -> MailboxStore:
        """Return the local mailbox's store."""
        ours = AddressPatterns([f"*@{self.settings.mail_domain}"])
        return MailboxStore(self.settings.var / "mailbox.sqlite", self.runtime.clock.now, ours)

    def workers(self) -> dict[str, int]:
        """Return how many workers listen to each bell; empty where Redis is away."""
        try:
            return {name: Worker.count(queue=self._queue(name)) for name in _JOBS}
        except (RedisError, OSError):
            return {}

    def _queue(self, name: str) -> Queue:
        return Queue(name, connection=self.redis, serializer=JSONSerializer)

    def worker(self, name: str) -> SimpleWorker:
        """Return an RQ worker of one queue; a worker on two can lose a job it takes."""
        return Worker([self._queue(name)], connection=self.redis, serializer=JSONSerializer)


def build(settings: Settings | None = None, ring: Callable[[str], None] | None = None) -> House:
    """Wire the house from settings (default: the environment).

    Raises NurtureError where the database cannot be reached or is not migrated. `ring`
    replaces the doorbell where there is none to ring, as in one-shot commands and tests.
    """
    settings = settings or load()
    logging_setup.configure(settings.log, settings.log_level)
    engine = make_database(settings)
    try:
        check_current(engine)
        with read(engine) as connection:
            stepped = stand(connection) is not None
    except OperationalError as error:
        raise NurtureError(
            say("the database cannot be reached"), say("check DATABASE_URL, and that it is running")
        ) from error
    clock: Clock = SteppedClock(lambda: read_stand(engine)) if stepped else RealClock()
    keys = signing_keys(settings.secret, settings.var)
    redis = Redis.from_url(redis_url(settings), socket_timeout=30, socket_connect_timeout=2)
    runtime = Runtime(
        engine=engine,
        clock=clock,
        releases=Releases(),
        keyring=Keyring(keys.by_id, keys.current),
        hash_key=suppression_key(settings.hash_secret, settings.var),
        ring=ring or Doorbell(redis).ring,
        public_url=settings.public_url,
        mail_domain=settings.mail_domain,
        sending=Sending(settings.sending.value, tuple(settings.sending_allow)),
        links_file=settings.var / LINKS,
        lease=timedelta(seconds=settings.lease_seconds),
    )
    return House(settings, runtime, redis)


def provider_of(settings: Settings) -> Provider:
    """Return a way of sending: the relay of SMTP_URL, else the local mailbox."""
    url = settings.smtp_url
    try:
        return provider_from_url(
            url.get_secret_value()
            if url is not None
            else f"smtp://127.0.0.1:{settings.mailbox_port}?width=10",
            # Asked for the lease several times within it, whatever its length.
            timeouts=Timeouts(piece=min(5.0, settings.lease_seconds / 12)),
        )
    except NurtureError as error:
        raise NurtureError(say("SMTP_URL: {message}", message=error.message), error.hint) from error


@dataclass(frozen=True, slots=True)
class Bench:
    """What a marketer's tools work with: a house, or as much of one as there is."""

    runtime: Runtime
    #: whether the runtime's database is the house's, with its contacts
    has_database: bool
    #: why it is not; "" where it is, or where there is none
    why_not: str = ""


def make_bench(settings: Settings, lasting_links: bool = False) -> Bench:
    """Wire what looking at mails needs; without a database everybody is made up.

    `lasting_links`: links are signed with this machine's keys, made where there are none, as
    a test mail needs them; else nothing is written where nothing is yet.
    """
    why_not = ""
    if _database_exists(settings):
        try:
            return Bench(build(settings, ring=_nobody).runtime, has_database=True)
        except NurtureError as error:
            why_not = error.message
    logging_setup.configure(settings.log, settings.log_level)
    secrets = Keyring({1: os.urandom(32)}, 1)
    if lasting_links or settings.secret is not None or (settings.var / "secret").exists():
        keys = signing_keys(settings.secret, settings.var)
        secrets = Keyring(keys.by_id, keys.current)
    runtime = Runtime(
        engine=make_memory_engine(),
        clock=RealClock(),
        releases=Releases(),
        keyring=secrets,
        hash_key=bytes(32),
        ring=_nobody,
        public_url=settings.public_url,
        mail_domain=settings.mail_domain,
        sending=Sending(settings.sending.value, tuple(settings.sending_allow)),
    )
    return Bench(runtime, has_database=False, why_not=why_not)


def _database_exists(settings: Settings) -> bool:
    """Say whether there may be a database; a file of SQLite's is not made by asking."""
    url = settings.database_url.get_secret_value()
    return not url.startswith("sqlite:///") or Path(url.removeprefix("sqlite:///")).exists()


def _nobody(_queue: str) -> None:
    """Ring for nobody."""


def make_database(settings: Settings) -> Engine:
    """Return an engine for the settings' database, whatever its revision."""
    return make_engine(settings.database_url.get_secret_value())


def redis_url(settings: Settings) -> str:
    """Return REDIS_URL, else the address of the server that `nurture up` started."""
    if settings.redis_url is not None:
        return settings.redis_url.get_secret_value()
    try:
        return (settings.var / REDIS_FILE).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        # Nothing runs: bells are not heard, and what is due waits in SQL.
        return "redis://127.0.0.1:1/0"


def public_application() -> Flask:
    """Return the public pages and the API, for a WSGI server."""
    # Only those who serve pages wait for Flask to load.
    from nurture.web.public import make_public

    house = build()
    threading.Thread(target=_empty_spool, args=(house,), name="spool", daemon=True).start()
    return make_public(house.runtime, house.settings.var, house.settings.proxies)


def _empty_spool(house: House) -> None:
    """Take in, for ever, what was spooled in this state folder while the database was away."""
    from nurture.services.tracking import take_in_spool

    path = house.settings.var / SPOOL
    while True:
        machine_sleep(SPOOL_EVERY)
        try:
            take_in_spool(house.runtime, path)
        except SQLAlchemyError as error:
            log.debug("spool waits", why=type(error).__name__)
        except (NurtureError, OSError) as error:
            log.warning("spool waits", why=str(error))


def team_application() -> Flask:
    """Return the team's pages and the mailbox; serve at 127.0.0.1 only."""
    from nurture.web.team import make_team

    house = build()
    keys = signing_keys(house.settings.secret, house.settings.var)
    secret = keys.derived("team session")
    return make_team(house.runtime, house.mailbox(), secret, running=house.workers)


def close(house: House) -> None:
    """Let go of connections."""
    house.runtime.engine.dispose()
    with contextlib.suppress(RedisError, OSError):
        house.redis.close()
