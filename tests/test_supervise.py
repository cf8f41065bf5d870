"""Nobody is left behind: processes end with the one that started them, however it ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from nurture.clock import machine_seconds, machine_sleep
from tests import commands

#: seconds for a process to start, or to finish
_PATIENCE = 30.0

#: starts a mailbox, says its process id, and watches
_SUPERVISOR = """
import sys
from pathlib import Path
from nurture.supervise import Supervisor
supervisor = Supervisor(Path(sys.argv[1]))
supervisor.start("mailbox", "mailbox")
print(supervisor.pid("mailbox"), flush=True)
supervisor.run()
"""


def _lives(pid: int) -> bool:
    """Say whether a process runs; one that ended and that nobody asked about does not."""
    asked = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True)
    return asked.stdout.strip()[:1] not in ("", "Z")


def _answers(port: int) -> bool:
    with socket.socket() as asked:
        return asked.connect_ex(("127.0.0.1", port)) == 0


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _supervised(folder: Path, nohup: bool = False) -> tuple[subprocess.Popen[str], int]:
    """Return a supervisor and the process id of what it runs, once both are at work."""
    port = _free_port()
    env = {**os.environ, "NURTURE_VAR": str(folder), "MAILBOX_PORT": str(port)}
    assert commands.run(["migrate"], env).code == 0
    supervisor = subprocess.Popen(
        [sys.executable, "-c", _SUPERVISOR, str(folder / "log")],
        env=env,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=_ignore_hangup if nohup else _as_in_a_terminal,
    )
    assert supervisor.stdout is not None
    pid = int(supervisor.stdout.readline())
    ends = machine_seconds() + _PATIENCE
    while not _answers(port):
        assert machine_seconds() < ends, "the mailbox did not start"
        machine_sleep(0.05)
    return supervisor, pid


def _ignore_hangup() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


def _as_in_a_terminal() -> None:
    """Heed both, also where the tests themselves run under nohup or in the background."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _end(supervisor: subprocess.Popen[str], pid: int) -> None:
    supervisor.kill()
    supervisor.communicate()
    if _lives(pid):
        os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize(
    "how",
    [
        signal.SIGTERM,  # told to end
        signal.SIGHUP,  # the terminal was closed
        signal.SIGINT,  # Ctrl-C
        signal.SIGKILL,  # it cannot stop anybody any more
    ],
)
def test_what_a_supervisor_started_ends_with_it(tmp_path: Path, how: signal.Signals) -> None:
    supervisor, pid = _supervised(tmp_path)
    try:
        assert _lives(pid)
        supervisor.send_signal(how)
        status = supervisor.wait(_PATIENCE)
        assert status == (-how if how is signal.SIGKILL else 0)
        ends = machine_seconds() + _PATIENCE
        while _lives(pid) and machine_seconds() < ends:
            machine_sleep(0.05)
        assert not _lives(pid)
    finally:
        _end(supervisor, pid)


def test_under_nohup_a_closed_terminal_ends_nothing(tmp_path: Path) -> None:
    supervisor, pid = _supervised(tmp_path, nohup=True)
    try:
        supervisor.send_signal(signal.SIGHUP)
        with pytest.raises(subprocess.TimeoutExpired):
            supervisor.wait(1.0)
        assert _lives(pid)
    finally:
        _end(supervisor, pid)
