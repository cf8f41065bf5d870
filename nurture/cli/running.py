"""Commands that run: everything at once (`up`), or one process each."""

from __future__ import annotations

import os
import signal
import threading
from types import FrameType

import click
import structlog
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels
from redis.exceptions import RedisError
from rq.exceptions import StopRequested
from sqlalchemy.exc import OperationalError

from nurture import jobs
from nurture.app import House, build
from nurture.cli.context import settings_of
from nurture.cli.speaking import tell
from nurture.clock import machine_seconds, machine_sleep
from nurture.db import business_time
from nurture.db.engine import read, write
from nurture.db.stirring import Stirring
from nurture.language import say
from nurture.providers.mailbox import serve
from nurture.providers.patterns import AddressPatterns
from nurture.services import receive as incoming
from nurture.services import ticking
from nurture.services.runtime import DECIDE, SEND
from nurture.settings import Settings
from nurture.supervise import Supervisor
from nurture.up import (
    alone,
    check_ports,
    embedded_redis,
    environment,
    prepare,
    start_processes,
)

log = structlog.get_logger(__name__)

#: how often real time is looked at for what is due (seconds)
_EVERY = 1.0

#: how often stepped time looks whether everybody is done (seconds)
_EVERY_STEP = 0.002

#: how often stepped time rings for what is due and nobody has taken up (seconds)
_EVERY_BELL = 0.25

#: how often the mailbox is looked at for replies (seconds)
_EVERY_READ = 0.01


@click.command()
@click.pass_context
def migrate(ctx: click.Context) -> None:
    """Bring the database to what this version needs."""
    changed = prepare(settings_of(ctx))
    tell(say("The database was brought up to date.") if changed else say("Nothing to do."))


@click.command()
@click.pass_context
def up(ctx: click.Context) -> None:
    """Run everything on this machine until Ctrl-C; what was under way goes on next time."""
    settings = settings_of(ctx)

    def echo(name: str, line: str) -> None:
        click.echo(f"{click.style(name.ljust(8), fg='cyan')} {line}")

    with alone(settings):
        check_ports(settings)
        prepare(settings)
        _run_all(settings, Supervisor(settings.var / "log", echo))
    tell(say("Stopped."))


def _run_all(settings: Settings, supervisor: Supervisor) -> None:
    with embedded_redis(settings) as redis:
        env = environment(settings, redis)
        start_processes(supervisor, env, local_mailbox=settings.smtp_url is None)
        pages = f"http://127.0.0.1:{settings.team_port}"
        tell(say("Links in mails {url}", url=settings.public_url))
        tell(say("Team pages     {url}", url=pages))
        if settings.smtp_url is None:
            tell(say("Local mailbox  {url}", url=f"{pages}/mailbox"))
        tell(say("Ctrl-C stops everything."))
        supervisor.run()


@click.command()
@click.pass_context
def web(ctx: click.Context) -> None:
    """Serve the public pages and the API."""
    settings = settings_of(ctx)
    _serve(settings, "nurture.app:public_application", settings.public_host, settings.public_port)


@click.command()
@click.pass_context
def team(ctx: click.Context) -> None:
    """Serve the team's pages at 127.0.0.1."""
    settings = settings_of(ctx)
    _serve(settings, "nurture.app:team_application", "127.0.0.1", settings.team_port)


def _serve(settings: Settings, target: str, host: str, port: int) -> None:
    # Granian's worker is a process of its own, which reads its settings anew.
    os.environ.update(NURTURE_VAR=str(settings.var), NURTURE_PROJECT=str(settings.project))
    Granian(
        target,
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=4,
        log_level=LogLevels.warning,
        log_access=False,
        websockets=False,
    ).serve()


@click.command()
@click.argument("queue", type=click.Choice([DECIDE, SEND]))
@click.pass_context
def worker(ctx: click.Context, queue: str) -> None:
    """Work on one queue: `decide` (events and journeys) or `send` (mails)."""
    house = build(settings_of(ctx))
    jobs.begin(house)
    try:
        while _lost_redis(house, queue):
            machine_sleep(_EVERY)
    except StopRequested:
        pass
    finally:
        jobs.end()


def _lost_redis(house: House, queue: str) -> bool:
    """Work until told to stop; True where Redis went away in the middle of a job.

    RQ waits for a Redis that is lost while it listens, but not while it closes a job.
    """
    try:
        house.worker(queue).work(logging_level="WARNING")
    except RedisError as error:
        log.warning("redis went away", error=type(error).__name__)
        return True
    return False


@click.command()
@click.pass_context
def clock(ctx: click.Context) -> None:
    """Ring for what is due, every second; any number of these may run."""
    house = build(settings_of(ctx))
    stop = stop_on_signal()
    stirring = Stirring(house.runtime.engine)
    rang, stepped = 0.0, False
    while not stop.is_set():
        try:
            if machine_seconds() - rang > _EVERY_BELL:
                stepped = _is_stepped(house)
                # The bells of those who work may have been lost, with Redis or with a worker.
                ticking.tick(house.runtime)
                rang = machine_seconds()
            # A jump is followed by another look at once.
            while stepped and stirring.stirred() and ticking.step(house.runtime):
                pass
        except OperationalError as error:
            log.warning("database did not answer", error=str(error.orig)[:200])
            stop.wait(_EVERY)
        stop.wait(_EVERY_STEP if stepped else _EVERY)


def _is_stepped(house: House) -> bool:
    with read(house.runtime.engine) as connection:
        stand = business_time.stand(connection)
    return stand is not None and not stand.running


@click.command()
@click.pass_context
def mailbox(ctx: click.Context) -> None:
    """Receive mail at 127.0.0.1 and keep it; read what comes back to us."""
    settings = settings_of(ctx)
    house = build(settings)
    store = house.mailbox()
    stop = stop_on_signal()

    def tell(number: int) -> None:
        # Stepped time must not pass over a mail that its readers have not seen.
        if _is_stepped(house):
            with write(house.runtime.engine) as connection:
                business_time.announce(connection, business_time.MAILBOX, False, number, None)

    def read_replies() -> None:
        seen = -1
        while not stop.is_set():
            newest = store.last_number()
            try:
                while newest != seen and incoming.receive(house.runtime, store):
                    pass
                seen = newest
            except OperationalError as error:
                log.warning("database did not answer", error=str(error.orig)[:200])
                machine_sleep(_EVERY)
            machine_sleep(_EVERY_READ)

    tell(store.last_number())
    reader = threading.Thread(target=read_replies, name="replies", daemon=True)
    reader.start()
    refuse = AddressPatterns(settings.mailbox_refuse)
    serve(store, "127.0.0.1", settings.mailbox_port, refuse, lambda _port: None, stop, stored=tell)
    reader.join(2.0)


def stop_on_signal() -> threading.Event:
    """Return an event that SIGTERM and Ctrl-C set."""
    stop = threading.Event()

    def handle(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, handle)
    signal.signal(signal.SIGINT, handle)
    return stop
