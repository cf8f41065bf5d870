"""Clicks per second with their durable write, against a bare WSGI app doing the same write.

    python benchmarks/click_endpoint.py [--seconds 5] [--connections 16] [--threads 8]

Both run under granian with one worker and as many threads, on a SQLite file of their own
with WAL and synchronous=FULL. The bare app verifies nothing and looks nothing up: one
transaction per request with the four rows that a click writes, through sqlite3 itself.
They take turns, so that a busy neighbour slows both. Then the click endpoint is asked at
half of its limit for the 99th percentile.
"""

from __future__ import annotations

import argparse
import json
import os
import selectors
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from nurture.clock import RealClock, machine_now, machine_seconds, machine_sleep

_FOLDER = "NURTURE_BENCHMARK_FOLDER"
_TARGET = "https://www.sample.example/cases/manufacturing"
_AGENT = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/148.0.0.0 Safari/537.36"
)
_TEMPLATE = bytes(range(8))
_MAILS = 1000


def nurture_app() -> Any:
    """Return the public application on the benchmark's database (made by the server)."""
    from nurture.web.public import make_public

    folder = Path(os.environ[_FOLDER])
    return make_public(_runtime(folder), folder)


def bare_app() -> Any:
    """Return a WSGI callable that writes a click's four rows and redirects."""
    path = Path(os.environ[_FOLDER]) / "bench.sqlite"
    own = threading.local()
    turn = threading.Lock()
    properties = json.dumps(
        {"network": "127.0.0.0/24", "agent": _AGENT, "link": 1, "target": _TARGET}
    )

    def answer(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        connection = getattr(own, "connection", None)
        if connection is None:
            connection = own.connection = sqlite3.connect(path, isolation_level=None)
            connection.execute("PRAGMA busy_timeout=5000")
            connection.execute("PRAGMA synchronous=FULL")
        now = int(machine_now().timestamp() * 1_000_000)
        # In turns: waiting for SQLite's lock by sleeping, as threads else do, is slower.
        with turn:
            connection.execute("BEGIN IMMEDIATE")
            event_id = connection.execute(
                "INSERT INTO event (type, contact_id, occurred_at, received_at, recorded_at,"
                " properties, source, depth, message_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                ("email.clicked", 1, now, now, now, properties, "tracking", 0, 1),
            ).lastrowid
            key = os.urandom(16).hex()
            connection.execute(
                "INSERT INTO event_dedupe VALUES ('tracking', ?, ?)", (key, event_id)
            )
            connection.execute("INSERT INTO inbox VALUES (?, 1, ?)", (event_id, now))
            connection.execute(
                "INSERT INTO event_evidence (event_id, verdict, reason, at) VALUES (?, ?, ?, ?)",
                (event_id, "unknown", "on_hold", now),
            )
            connection.execute("COMMIT")
        start("302 Found", [("Location", _TARGET), ("Content-Length", "0")])
        return []

    return answer


def _runtime(folder: Path) -> Any:
    from nurture.db.engine import make_engine
    from nurture.emails.tokens import Keyring
    from nurture.services.releases import Releases
    from nurture.services.runtime import Runtime

    return Runtime(
        engine=make_engine(f"sqlite:///{folder / 'bench.sqlite'}"),
        clock=RealClock(),
        releases=Releases(),
        keyring=Keyring({1: b"0" * 32}, 1),
        hash_key=b"1" * 32,
        ring=lambda _bell: None,
        public_url="https://links.sample.example",
        mail_domain="sample.example",
    )


def _prepare(folder: Path) -> list[bytes]:
    """Fill a database with mails and return the requests for their links."""
    from sqlalchemy import insert

    from nurture.db.engine import write
    from nurture.db.tables import contact, message, metadata, template_links
    from nurture.emails.tokens import Purpose, Token

    runtime = _runtime(folder)
    metadata.create_all(runtime.engine)
    now = runtime.clock.now()
    targets = {"template": _TEMPLATE.hex(), "targets": [_TARGET], "created_at": now}
    with write(runtime.engine) as connection:
        connection.execute(insert(template_links).values(**targets))
        people = [{"id": n, "created_at": now, "scored_at": now} for n in range(1, _MAILS + 1)]
        connection.execute(insert(contact), people)
        mail = {"purpose": "marketing", "template": "warm/hearing", "window": "business"}
        mail |= {"priority": 50, "state": "sent", "created_at": now, "recorded_at": now}
        connection.execute(
            insert(message),
            [
                {"id": n, "contact_id": n, "dedupe_key": str(n), **mail}
                for n in range(1, _MAILS + 1)
            ],
        )
    runtime.engine.dispose()
    return [
        b"GET /c/%s HTTP/1.1\r\nHost: localhost\r\nUser-Agent: %s\r\n\r\n"
        % (
            runtime.keyring.sign(Token(Purpose.CLICK, n, n, 1, _TEMPLATE)).encode(),
            _AGENT.encode(),
        )
        for n in range(1, _MAILS + 1)
    ]


def _serve(app: str, folder: Path, threads: int) -> tuple[subprocess.Popen[bytes], int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "--factory"),
            *("--workers", "1", "--blocking-threads", str(threads), "--no-ws"),
            *("--host", "127.0.0.1", "--port", str(port), "--log-level", "error"),
            f"benchmarks.click_endpoint:{app}",
        ],
        cwd=Path(__file__).parent.parent,
        env=os.environ | {_FOLDER: str(folder)},
    )
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
        except OSError:
            machine_sleep(0.05)
        else:
            return server, port
    server.terminate()
    raise SystemExit(f"{app} did not start")


def load(
    port: int, requests: list[bytes], connections: int, seconds: float, rate: float = 0.0
) -> tuple[float, list[float]]:
    """Ask over kept connections; return (answers per second, latencies in seconds).

    With a `rate` each connection asks at its share of it, else as soon as it is answered.
    """
    selector = selectors.DefaultSelector()
    began: dict[socket.socket, float] = {}
    idle: list[tuple[float, socket.socket]] = []
    latencies: list[float] = []
    start = machine_seconds()
    gap = connections / rate if rate else 0.0
    for n in range(connections):
        connection = socket.create_connection(("127.0.0.1", port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(connection, selectors.EVENT_READ)
        idle.append((start + gap * n / connections, connection))
    asked = 0
    while (now := machine_seconds()) < start + seconds:
        idle.sort(key=lambda one: one[0])
        while idle and idle[0][0] <= now:
            due, connection = idle.pop(0)
            # From when it was due, so that a stall is not hidden by asking less.
            began[connection] = due if rate else machine_seconds()
            connection.sendall(requests[asked % len(requests)])
            asked += 1
        wait = max(0.0, idle[0][0] - now) if idle else 0.1
        for key, _ in selector.select(min(wait, 0.1)):
            connection = key.fileobj  # type: ignore[assignment]
            answer = connection.recv(65536)
            if not answer.startswith(b"HTTP/1.1 302") or not answer.endswith(b"\r\n\r\n"):
                raise SystemExit(f"unexpected answer: {answer[:200]!r}")
            done = machine_seconds()
            latencies.append(done - began[connection])
            idle.append((began[connection] + gap if rate else 0.0, connection))
    for key in list(selector.get_map().values()):
        key.fileobj.close()  # type: ignore[union-attr]
    return len(latencies) / (machine_seconds() - start), latencies


def main() -> None:
    """Run both in turns and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=4.0, help="per round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--threads", type=int, default=8)
    given = parser.parse_args()
    rates: dict[str, list[float]] = {"nurture_app": [], "bare_app": []}
    with tempfile.TemporaryDirectory() as name:
        servers = {}
        try:
            for app in rates:
                folder = Path(name) / app
                folder.mkdir()
                requests = _prepare(folder)
                servers[app] = _serve(app, folder, given.threads)
                load(servers[app][1], requests, given.connections, 1.0)
            for _ in range(given.rounds):
                for app, (_, port) in servers.items():
                    rate, _ = load(port, requests, given.connections, given.seconds)
                    rates[app].append(rate)
            ours = statistics.median(rates["nurture_app"])
            port = servers["nurture_app"][1]
            _, calm = load(port, requests, given.connections, given.seconds * 2, ours / 2)
        finally:
            for server, _ in servers.values():
                server.terminate()
                server.wait()
    bare = statistics.median(rates["bare_app"])
    ratio = statistics.median(
        a / b for a, b in zip(rates["nurture_app"], rates["bare_app"], strict=True)
    )
    calm.sort()
    print(f"{'':26}{'requests/s':>12}")
    print(f"{'bare WSGI, same write':26}{bare:12,.0f}")
    print(f"{'click endpoint':26}{ours:12,.0f}")
    print(f"ratio {ratio:.2f} (target >= 0.50)")
    print(
        f"at half of its limit: median {statistics.median(calm) * 1000:.1f} ms, "
        f"p99 {calm[int(len(calm) * 0.99)] * 1000:.1f} ms (target <= 50 ms)"
    )


if __name__ == "__main__":
    main()
