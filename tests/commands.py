"""`nurture` commands as processes of their own, without each of them importing everything.

They are forked from a process that has imported the house (multiprocessing's fork server), so
that they are at work at once; killed, stopped and continued they behave like any others.
"""

from __future__ import annotations

import functools
import multiprocessing as mp
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from tempfile import TemporaryDirectory

#: seconds that a command has to end
_PATIENCE = 60.0


def start(
    arguments: Sequence[str], env: Mapping[str, str], out: Path, err: Path | None = None
) -> ForkServerProcess:
    """Start `nurture ARGUMENTS`; what it prints is added to files, all to one without `err`."""
    environment = {**os.environ, **env}
    process = _server().Process(
        target=_live, args=(list(arguments), environment, str(out), str(err or out)), daemon=True
    )
    process.start()
    return process


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended, and what it printed."""

    code: int | None
    out: str
    err: str


def run(arguments: Sequence[str], env: Mapping[str, str]) -> Done:
    """Run `nurture ARGUMENTS` to its end; code None: it did not end in a minute."""
    with TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        process = start(arguments, env, out, err)
        process.join(_PATIENCE)
        code = process.exitcode
        if code is None:
            process.kill()
            process.join()
        return Done(code, out.read_text(), err.read_text())


@functools.cache
def _server() -> ForkServerContext:
    context = mp.get_context("forkserver")
    context.set_forkserver_preload(["tests.commands_at_hand"])
    return context


def _live(arguments: list[str], env: dict[str, str], out: str, err: str) -> None:
    """Be the command, in the process that was forked for it."""
    from nurture.cli import main

    os.environ.clear()
    os.environ.update(env)
    for number, path in ((1, out), (2, err)):
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdout.reconfigure(encoding="utf-8", line_buffering=True)  # type: ignore[union-attr]
    sys.argv = ["nurture", *arguments]
    main(args=arguments, prog_name="nurture")
