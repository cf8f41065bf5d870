"""Child processes: started, watched, restarted when they die, stopped together.

honcho runs a Procfile, but ends everything when one process dies and owns the terminal;
here a killed worker comes back by itself, and the demo draws while its house runs.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from nurture.clock import machine_seconds, machine_sleep

#: a process that lived shorter than this died at its start (seconds)
_YOUNG = 2.0

#: waits between restarts of one that keeps dying (seconds)
_BACKOFF = (0.0, 0.5, 1.0, 2.0, 5.0, 10.0)

#: how long processes get to finish what they are doing (seconds)
_GRACE = 15.0


#: environment variable that tells a child to end with its supervisor
_FOLLOWS = "NURTURE_FOLLOWS"


@dataclass
class _Child:
    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    not_before: float = 0.0
    reader: threading.Thread | None = field(default=None, repr=False)


class Supervisor:
    """Runs `nurture …` commands as processes of their own."""

    def __init__(self, logs: Path, echo: Callable[[str, str], None] | None = None) -> None:
        """Write each process's output to a file in `logs`; `echo(name, line)` sees it too."""
        self._logs = logs
        self._echo = echo
        self._children: list[_Child] = []
        self._stopping = False
        logs.mkdir(parents=True, exist_ok=True)

    def start(self, name: str, *arguments: str, env: Mapping[str, str] | None = None) -> None:
        """Start `nurture ARGUMENTS` under a name, with additions to the environment."""
        argv = [sys.executable, "-m", "nurture", *arguments]
        own = {"PYTHONUNBUFFERED": "1", _FOLLOWS: "stdin"}
        child = _Child(name, argv, {**os.environ, **own, **(env or {})})
        self._children.append(child)
        self._spawn(child)

    def pid(self, name: str) -> int | None:
        """Return the process id of a child that runs, or None."""
        for child in self._children:
            if child.name == name and child.process and child.process.poll() is None:
                return child.process.pid
        return None

    def names(self) -> list[str]:
        """Return the names of all children."""
        return [child.name for child in self._children]

    def look(self) -> list[str]:
        """Restart those that died; return their names. Call it every now and then."""
        restarted = []
        for child in self._children:
            process = child.process
            if self._stopping or (process is not None and process.poll() is None):
                continue
            now = machine_seconds()
            if process is not None:
                young = now - child.started < _YOUNG
                child.failures = child.failures + 1 if young else 0
                wait = _BACKOFF[min(child.failures, len(_BACKOFF) - 1)]
                child.not_before, child.process = now + wait, None
                _let_go(process)
            if now >= child.not_before:
                self._spawn(child)
                restarted.append(child.name)
        return restarted

    def failing(self) -> list[str]:
        """Return the names of those that keep dying at their start."""
        return [child.name for child in self._children if child.failures >= 3]

    def stop(self) -> None:
        """Ask all to finish, the last started first; kill what does not within 15 seconds."""
        self._stopping = True
        running = [c for c in reversed(self._children) if c.process and c.process.poll() is None]
        for child in running:
            if child.process is not None:
                child.process.send_signal(signal.SIGTERM)
        ends = machine_seconds() + _GRACE
        for child in running:
            if child.process is None:
                continue
            try:
                child.process.wait(max(0.1, ends - machine_seconds()))
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()
            _let_go(child.process)
        for child in running:
            if child.reader is not None:
                child.reader.join(1.0)

    def run(self, every: float = 0.2) -> None:
        """Watch until interrupted (Ctrl-C), told to end (SIGTERM) or left (SIGHUP); stop all."""
        stopped = threading.Event()
        previous = {
            number: signal.signal(number, lambda *_: stopped.set())
            for number in (signal.SIGTERM, signal.SIGHUP)
            # Under nohup a terminal that closes is to change nothing.
            if signal.getsignal(number) is not signal.SIG_IGN
        }
        try:
            while not stopped.wait(every):
                self.look()
        except KeyboardInterrupt:
            pass
        finally:
            self.stop()
            for number, handler in previous.items():
                signal.signal(number, handler)

    def _spawn(self, child: _Child) -> None:
        child.started = machine_seconds()
        # A session of its own: Ctrl-C reaches the parent only, which stops all in order.
        child.process = subprocess.Popen(
            child.argv,
            env=child.env,
            # Nothing is written to it: it ends with us, however we end. See `follow`.
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        if child.process.stdout is not None:
            child.reader = threading.Thread(
                target=self._read, args=(child.name, child.process.stdout), daemon=True
            )
            child.reader.start()

    def _read(self, name: str, output: IO[bytes]) -> None:
        with (self._logs / f"{name}.log").open("ab") as file:
            for line in output:
                file.write(line)
                file.flush()
                if self._echo is None:
                    continue
                try:
                    self._echo(name, line.decode("utf-8", "replace").rstrip())
                except OSError:
                    # The terminal is gone; the file goes on, and nobody waits for a reader.
                    self._echo = None


def _let_go(process: subprocess.Popen[bytes]) -> None:
    """Close our end of the standard input of a process that has ended."""
    if process.stdin is not None:
        process.stdin.close()


def follow() -> None:
    """Where a supervisor started this process: finish as by SIGTERM when it is gone.

    A supervisor that is killed cannot stop anybody, but the kernel closes its end of our
    standard input.
    """
    # Taken away, so that processes of our own do not take what they are given for the leash.
    if os.environ.pop(_FOLLOWS, None) != "stdin":
        return

    def watch() -> None:
        while os.read(0, 1024):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="follow", daemon=True).start()


def wait_for(ready: Callable[[], bool], seconds: float) -> bool:
    """Return True as soon as `ready` says so, False after so many seconds."""
    ends = machine_seconds() + seconds
    while machine_seconds() < ends:
        if ready():
            return True
        machine_sleep(0.05)
    return ready()
