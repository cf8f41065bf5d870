"""A house for benchmarks: a database with so many contacts, one published journey, real SMTP."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, insert

from nurture.clock import FrozenClock
from nurture.db import tables as t
from nurture.db.engine import make_engine, write
from nurture.emails.tokens import Keyring
from nurture.services.publish import publish
from nurture.services.releases import Releases
from nurture.services.runtime import Runtime

#: a Tuesday at ten in Tokyo: every window is open
START = datetime(2026, 4, 7, 1, 0, tzinfo=UTC)

ROOT = Path(__file__).resolve().parent.parent


def shared_files() -> dict[str, bytes]:
    """Return policy, calendar, scoring and layouts of the shipped project, without its caps."""
    files = {
        f"workflows/{name}.yaml": (ROOT / "workflows" / f"{name}.yaml").read_bytes()
        for name in ("policy", "calendar", "scoring", "segments")
    }
    policy = files["workflows/policy.yaml"].decode()
    start, end = policy.index("caps:"), policy.index("service_templates:")
    files["workflows/policy.yaml"] = (policy[:start] + policy[end:]).encode()
    for path in sorted((ROOT / "templates" / "email" / "layouts").rglob("*")):
        files[path.relative_to(ROOT).as_posix()] = path.read_bytes()
    return files


def make_runtime(engine: Engine, files: Mapping[str, bytes]) -> Runtime:
    """Return a runtime whose clock stands at START, with the files published."""
    runtime = Runtime(
        engine=engine,
        clock=FrozenClock(START),
        releases=Releases(),
        keyring=Keyring({1: b"benchmark-key-of-32-bytes-length"}, 1),
        hash_key=b"benchmark-hash-key-of-32-bytes!!",
        ring=lambda _queue: None,
        public_url="http://127.0.0.1:8080",
        mail_domain="nurture.example",
    )
    publish(runtime, files, "benchmark", yes=None)
    return runtime


def add_contacts(engine: Engine, count: int) -> None:
    """Add contacts in accounts of ten, all with consent."""
    now = START
    with write(engine) as connection:
        accounts = [
            {
                "id": n + 1,
                "name": f"株式会社見本{n}",
                "domain": f"c{n}.example",
                "industry": "it",
                "employees": 120,
                "created_at": now,
            }
            for n in range((count + 9) // 10)
        ]
        connection.execute(insert(t.account), accounts)
        connection.execute(
            insert(t.contact),
            [
                {
                    "id": n + 1,
                    "email": f"p{n}@c{n // 10}.example",
                    "family_name": "佐藤",
                    "given_name": f"花子{n}",
                    "title": "部長",
                    "department": "営業部",
                    "locale": "ja",
                    "account_id": n // 10 + 1,
                    "created_at": now,
                    "scored_at": now,
                    "first_touch_at": now,
                    "temperature_at": now,
                }
                for n in range(count)
            ],
        )
        connection.execute(
            insert(t.consent),
            [
                {
                    "contact_id": n + 1,
                    "purpose": "marketing",
                    "state": "granted",
                    "basis": "opt_in",
                    "source": "benchmark",
                    "obtained_at": now,
                    "recorded_at": now,
                    "recorded_by": "benchmark",
                }
                for n in range(count)
            ],
        )


def add_enrolments(engine: Engine, workflow: str, release_id: int, count: int) -> None:
    """Enrol contacts 1 to `count`, due now."""
    with write(engine) as connection:
        connection.execute(
            insert(t.enrolment),
            [
                {
                    "contact_id": n + 1,
                    "workflow": workflow,
                    "subject": "",
                    "release_id": release_id,
                    "state": "active",
                    "due_at": START,
                    "memory": {},
                    "trigger": {},
                    "started_at": START,
                }
                for n in range(count)
            ],
        )


@contextmanager
def database(url: str | None, folder: Path) -> Iterator[Engine]:
    """Yield an engine with empty tables: SQLite in a folder, or the PostgreSQL at `url`."""
    engine = make_engine(url or f"sqlite:///{folder / 'benchmark.sqlite'}")
    t.metadata.drop_all(engine)
    t.metadata.create_all(engine)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def smtp_sink() -> Iterator[int]:
    """Yield the port of Postfix's smtp-sink, which takes mails and forgets them."""
    program = shutil.which("smtp-sink") or "/usr/sbin/smtp-sink"
    if not Path(program).exists():
        raise SystemExit("smtp-sink is not here: apt-get install postfix")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [program, "-u", "nobody", f"127.0.0.1:{port}", "1000"]
    sink = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", port), 0.2).close()
                break
            except OSError:
                time.sleep(0.05)
        yield port
    finally:
        sink.terminate()
        sink.wait()


def smtp_source(port: int, count: int, size: int, sessions: int = 20) -> float:
    """Return mails per second of Postfix's smtp-source against the same sink."""
    program = shutil.which("smtp-source") or "/usr/sbin/smtp-source"
    began = time.perf_counter()
    subprocess.run(
        [
            program,
            "-s",
            str(sessions),
            "-d",
            "-l",
            str(size),
            "-m",
            str(count),
            "-f",
            "a@nurture.example",
            "-t",
            "b@c.example",
            f"127.0.0.1:{port}",
        ],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return count / (time.perf_counter() - began)
