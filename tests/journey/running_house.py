"""A whole house as its own processes, on ports and in folders of its own."""

from __future__ import annotations

import json
import re
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from pathlib import Path

from nurture.providers.mailbox_store import MailboxStore, StoredMail
from nurture.settings import Settings, load
from nurture.supervise import Supervisor
from nurture.up import embedded_redis, environment, prepare, start_processes
from tests import commands

BROWSER = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.0.0 Safari/537.36"
)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: object, **_kwargs: object) -> None:
        return None


def free_ports(count: int) -> list[int]:
    """Return so many ports that nobody listens on."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def settings_for(folder: Path, database_url: str) -> Settings:
    """Return settings for a house in a folder."""
    public, team, mailbox = free_ports(3)
    return load(
        var=folder / "var",
        project=folder / "project",
        database_url=database_url,
        public_port=public,
        team_port=team,
        mailbox_port=mailbox,
        mailbox_refuse=("*@gone.example",),
        mail_domain="nurture.example",
    )


@dataclass
class RunningHouse:
    """Processes that run, and what a person could do with them."""

    settings: Settings
    env: Mapping[str, str] = field(default_factory=dict)
    _held: ExitStack = field(default_factory=ExitStack)
    opener: urllib.request.OpenerDirector = field(
        default_factory=lambda: urllib.request.build_opener(_NoRedirect)
    )

    def start(self) -> None:
        """Start Redis and every process, and return once they answer."""
        redis = self._held.enter_context(embedded_redis(self.settings))
        self.env = environment(self.settings, redis)
        supervisor = Supervisor(self.settings.var / "log")
        self._held.callback(supervisor.stop)
        start_processes(supervisor, self.env, local_mailbox=True)
        wait_until(lambda: is_up(self), 30, "the processes to answer")

    def stop(self) -> None:
        """Stop every process, then Redis."""
        self._held.close()

    def run(self, *arguments: str) -> str:
        """Run a `nurture` command and return what it printed; it must succeed."""
        done = commands.run(arguments, self.env)
        assert done.code == 0, done.out + done.err
        return done.out

    def request(
        self,
        method: str,
        url: str,
        body: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, Message, bytes]:
        """Make one HTTP request without following redirects."""
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        wanted = {"User-Agent": BROWSER, **(headers or {})}
        if data is not None and "Content-Type" not in wanted:
            wanted["Content-Type"] = "application/json"
        if url.startswith("/"):
            url = f"{self.settings.public_url}{url}"
        request = urllib.request.Request(url, data=data, method=method, headers=wanted)
        try:
            with self.opener.open(request, timeout=20) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()

    def mails(self, to: str) -> list[StoredMail]:
        """Return the mails that the local mailbox took for an address, oldest first."""
        store = MailboxStore(
            self.settings.var / "mailbox.sqlite", lambda: (_ for _ in ()).throw(AssertionError)
        )
        try:
            return [mail for mail in store.since(0, 10_000) if mail.rcpt_to == to]
        finally:
            store.close()

    def wait_for_mail(self, to: str, number: int = 1, seconds: float = 30) -> EmailMessage:
        """Return the `number`-th mail to an address as soon as it is there."""
        wait_until(lambda: len(self.mails(to)) >= number, seconds, f"mail {number} to {to}")
        raw = self.mails(to)[number - 1].raw
        parsed = message_from_bytes(raw, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed


def wait_until(ready: Callable[[], bool], seconds: float, what: str) -> None:
    """Return as soon as something is true; fail where it is not in time."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if ready():
            return
        time.sleep(0.05)
    raise AssertionError(f"waited {seconds} s in vain for {what}")


def links(mail: EmailMessage, path: str) -> list[str]:
    """Return the addresses in a mail's HTML below a path of ours, as they stand."""
    part = mail.get_body(("html",))
    assert part is not None
    return re.findall(rf'href="([^"]*{path}[^"]*)"', part.get_content())


def is_up(house: RunningHouse) -> bool:
    """Say whether the public pages and the mailbox answer."""
    for port in (house.settings.public_port, house.settings.mailbox_port):
        try:
            socket.create_connection(("127.0.0.1", port), 0.5).close()
        except OSError:
            return False
    return True


__all__ = [
    "RunningHouse",
    "free_ports",
    "links",
    "prepare",
    "settings_for",
    "wait_until",
]
