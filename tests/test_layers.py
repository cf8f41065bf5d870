"""Arrows run one way, one module asks for the time, and importing does nothing.

Each rule is held against the package and tried on sources that break it, since a rule
that cannot fail guards nothing.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import layers

ROOT = Path(__file__).parents[1]
SOURCES = layers.sources(ROOT)


def test_the_whole_package_is_read() -> None:
    assert {"nurture", "nurture.clock", "nurture.domain.workflow"} <= set(SOURCES)


def test_no_arrow_runs_back() -> None:
    assert layers.arrows_that_run_back(SOURCES) == []


def test_only_the_clock_asks_for_the_time() -> None:
    assert layers.wall_clocks(SOURCES) == []


def test_only_app_wires() -> None:
    assert layers.wiring_elsewhere(SOURCES) == []


def test_the_picture_shows_every_room() -> None:
    picture = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rooms = set(layers.ROOMS) - {layers.PACKAGE}
    assert {r for r in rooms if f"`{r}/`" not in picture and f"`{r}.py`" not in picture} == set()


ARROWS = [
    # (module, text, what is said about it; None: allowed)
    ("nurture.services.enrol", "from nurture.db import tables", None),
    ("nurture.db.rows", "from nurture.domain.steps import Send", None),
    ("nurture.db.rows", "import nurture.services.enrol", "db may not import services"),
    # rooms in the middle do not know one another
    ("nurture.emails.render", "from nurture.db.engine import read", "emails may not import db"),
    ("nurture.emails.render", "from nurture import compiler", "emails may not import compiler"),
    # relative, at every depth
    ("nurture.emails.render", "from ..db import engine", "emails may not import db"),
    ("nurture.emails.render", "from .mime import message", None),
    ("nurture.web.api.routes", "from ...services import ingest", None),
    ("nurture.domain.caps", "from ..services import ingest", "domain may not import services"),
    # hidden in a function, behind TYPE_CHECKING, by name
    ("nurture.db.rows", "def f():\n  from nurture.web import public", "db may not import web"),
    ("nurture.db.rows", "if TYPE_CHECKING:\n  import nurture.app", "db may not import app"),
    ("nurture.db.rows", "import_module('nurture.app')", "db may not import app"),
    ("nurture.db.rows", "importlib.import_module('nurture.app')", "db may not import app"),
    # app wires; nothing below knows it
    ("nurture.services.enrol", "from nurture.app import App", "services may not import app"),
    ("nurture.web.public", "import nurture.app", "web may not import app"),
    ("nurture.cli", "from nurture.app import App", None),
    ("nurture.cli", "from nurture import __version__", None),
    # domain: the standard library without the parts that act, and errors
    ("nurture.domain.caps", "from nurture.errors import NurtureError", None),
    ("nurture.domain.caps", "from nurture.clock import Clock", "domain may not import clock"),
    ("nurture.domain.caps", "from datetime import datetime", None),
    ("nurture.domain.caps", "import sqlalchemy", "sqlalchemy is not in the standard library"),
    ("nurture.domain.caps", "import urllib.request", "urllib acts on the world"),
    # libraries that belong to one room
    ("nurture.services.enrol", "from flask import g", "may not import the library flask"),
    # a room nobody has placed
    ("nurture.helpers", "", "room 'helpers' has no place"),
]


@pytest.mark.parametrize(("module", "text", "said"), ARROWS)
def test_an_arrow_is_judged(module: str, text: str, said: str | None) -> None:
    breaches = layers.arrows_that_run_back({module: text})
    assert len(breaches) == (said is not None)
    assert said is None or said in breaches[0]


def test_a_relative_import_in_a_package_starts_at_that_package() -> None:
    package = {"nurture.emails": "from .mime import a", "nurture.emails.mime": ""}
    assert layers.arrows_that_run_back(package) == []
    package["nurture.emails"] = "from ..db import a"
    assert "emails may not import db" in layers.arrows_that_run_back(package)[0]


CLOCKS = [
    "from datetime import datetime\ndatetime.now(UTC)",
    "import datetime as dt\ndt.datetime.utcnow()",
    "import datetime\ndatetime.date.today()",
    "import time\ntime.sleep(1)",
    "from time import monotonic as tick\ntick()",
    # handed over without being called
    "from datetime import datetime\nfield(default_factory=datetime.now)",
    # the database's clock is a clock too
    "import sqlalchemy as sa\nsa.func.now()",
    "from sqlalchemy import func\nfunc.current_timestamp()",
    "from email.utils import formatdate\nformatdate()",
]


@pytest.mark.parametrize("text", CLOCKS)
def test_a_wall_clock_is_found(text: str) -> None:
    assert len(layers.wall_clocks({"nurture.services.enrol": text})) == 1
    assert layers.wall_clocks({"nurture.clock": text}) == []


@pytest.mark.parametrize(
    "text",
    [
        "from datetime import datetime\ndatetime.fromisoformat('2026-05-01T00:00:00Z')",
        "clock.now()",
        "def now(): ...\nnow()",
        "from nurture.clock import machine_sleep\nmachine_sleep(1)",
    ],
)
def test_what_only_looks_like_a_wall_clock_is_let_be(text: str) -> None:
    assert layers.wall_clocks({"nurture.services.enrol": text}) == []


MAKERS = [
    # (module, text, refused)
    ("nurture.services.enrol", "from nurture.db.engine import make_engine\nmake_engine(u)", True),
    ("nurture.app", "from nurture.db.engine import make_engine\nmake_engine(u)", False),
    ("nurture.services.enrol", "from redis import Redis\nRedis.from_url(u)", True),
    ("nurture.web.public", "from nurture.settings import load\nload()", True),
    # naming the type is not making one
    ("nurture.services.enrol", "from redis import Redis\ndef f(r: Redis): ...", False),
]


@pytest.mark.parametrize(("module", "text", "refused"), MAKERS)
def test_wiring_is_judged(module: str, text: str, refused: bool) -> None:
    assert bool(layers.wiring_elsewhere({module: text})) == refused


def _import_everything(package: str, folder: Path, *skip: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, ROOT / "tests" / "import_everything.py", package, *skip],
        env=os.environ | {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_importing_any_module_has_no_side_effect(tmp_path: Path) -> None:
    # migrations are run by Alembic in its own context, never imported
    done = _import_everything("nurture", ROOT, "nurture.db.migrations")
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(done.stdout.split()[0]) > 0


SIDE_EFFECTS = [
    # (text of a module, what is reported)
    ("import sqlite3\nsqlite3.connect(':memory:')", "sqlite3.connect"),
    ("import socket\nsocket.socket().bind(('127.0.0.1', 0))", "socket.bind"),
    ("import subprocess\nsubprocess.run(['true'])", "subprocess.Popen"),
    ("import threading\nthreading.Thread(target=print).start()", "threading.Thread.start"),
    ("open('left.txt', 'w').close()", "open 'left.txt'"),
    ("from sqlalchemy import create_engine\ncreate_engine('sqlite://')", "sqlalchemy.Engine"),
    ("from redis import Redis\nRedis()", "redis.Redis"),
    ("from flask import Flask\nFlask('x')", "flask.Flask"),
    # only defined, nothing done
    ("import sqlite3\ndef f(): sqlite3.connect(':memory:')", None),
]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """Return what is reported of a package in which each module has one of the side effects."""
    folder = tmp_path_factory.mktemp("layers")
    (folder / "bad" / "deep").mkdir(parents=True)
    (folder / "bad" / "__init__.py").touch()
    (folder / "bad" / "deep" / "__init__.py").touch()
    for number, (text, _) in enumerate(SIDE_EFFECTS):
        (folder / "bad" / "deep" / f"module_{number}.py").write_text(text)
    return _import_everything("bad", folder)


@pytest.mark.parametrize(("number", "reported"), [*enumerate(one[1] for one in SIDE_EFFECTS)])
def test_a_side_effect_is_found(
    number: int, reported: str | None, found: subprocess.CompletedProcess[str]
) -> None:
    assert found.returncode == 1, found.stdout + found.stderr
    of_it = [line for line in found.stdout.splitlines() if f"/module_{number}.py:" in line]
    assert all(line.startswith("bad/deep/") for line in of_it)
    assert bool(of_it) == (reported is not None)
    assert reported is None or any(reported in line for line in of_it)


def test_a_package_without_side_effects_is_let_be(tmp_path: Path) -> None:
    (tmp_path / "good").mkdir()
    (tmp_path / "good" / "__init__.py").write_text("import sqlite3\ndef f(): sqlite3.connect('')")
    assert _import_everything("good", tmp_path).returncode == 0
