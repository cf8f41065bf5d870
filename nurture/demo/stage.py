"""Where a demo lives: its folder, its settings, its ports, its first moment."""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import SecretStr

from nurture.errors import NurtureError
from nurture.settings import Sending, Settings

#: says that a folder is a demo's, so that nothing else is ever emptied
MARK = ".nurture-demo"

#: hosts of contacts that have gone; the local mailbox refuses them with 550
GONE = ("*@*.gone.example",)

#: a Monday before Golden Week, 08:55 in Tokyo; a hundred days hold the end of a quarter
START = datetime(2026, 4, 5, 23, 55, tzinfo=UTC)

#: the last of a hundred days ends at 18:00
_LAST_HOURS = timedelta(hours=9, minutes=5)


def ends(days: int) -> datetime:
    """Return the moment at which a demo of so many days is over: 18:00 of the last one."""
    return START + timedelta(days=days - 1) + _LAST_HOURS


def demo_settings(settings: Settings, folder: Path) -> Settings:
    """Return settings under which a demo touches nothing outside its folder.

    Databases, servers and relays that the environment names are left alone; ports that are
    taken give way to free ones.
    """
    ports = _free_ports([settings.public_port, settings.team_port, settings.mailbox_port])
    folder = folder.resolve()
    own = {
        "var": folder,
        "database_url": SecretStr(f"sqlite:///{folder}/nurture.sqlite"),
        "redis_url": None,
        "smtp_url": None,
        "sending": Sending.LIVE,
        "sending_allow": (),
        "public_host": "127.0.0.1",
        "public_port": ports[0],
        "public_url": f"http://127.0.0.1:{ports[0]}",
        "proxies": 0,
        "team_port": ports[1],
        "mailbox_port": ports[2],
        "mailbox_refuse": GONE,
        "chats": {},
    }
    return settings.model_copy(update=own)


def hidden() -> tuple[str, ...]:
    """Return variables of the environment that children of a demo must not see."""
    rooms = (name for name in os.environ if name.startswith("CHAT_"))
    return ("SMTP_URL", "SENDING_ALLOW", "PROXIES", *rooms)


@contextmanager
def emptied(folder: Path) -> Iterator[None]:
    """Empty a demo's folder and hold it until the end.

    Raises NurtureError where the folder holds something that is not a demo's, or where a
    demo runs in it.
    """
    mark = folder / MARK
    if folder.exists() and any(folder.iterdir()) and not mark.exists():
        raise NurtureError(
            f"{folder} is not a demo's folder, so it is not emptied",
            "move what is in it away, or name another folder with --var",
        )
    folder.mkdir(parents=True, exist_ok=True)
    with mark.open("a", encoding="utf-8") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NurtureError(
                f"a demo runs in {folder} already", "end it with Ctrl-C, or use another --var"
            ) from None
        for path in folder.iterdir():
            if path == mark:
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
        yield


def _free_ports(wanted: list[int]) -> list[int]:
    """Return the ports wanted, each replaced by a free one where it is taken."""
    held: list[socket.socket] = []
    try:
        for port in wanted:
            one = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            held.append(one)
            try:
                one.bind(("127.0.0.1", port))
            except OSError:
                one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in held]
    finally:
        for one in held:
            one.close()
