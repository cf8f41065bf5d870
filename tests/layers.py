"""The rules of the house, as functions over source text: who may import, call and ask what.

`docs/architecture.md` says why. Each function takes sources as {module name: text} and
returns one sentence per breach, so that the rules can be tried on small bad examples.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

PACKAGE = "nurture"

_GROUND = frozenset({"language", "errors", "clock", "log"})
_MIDDLE = frozenset({"compiler", "emails", "providers", "db"})
_UNDER_SERVICES = _GROUND | {"domain", "diagrams", "charts"} | _MIDDLE
_UNDER_EDGES = _UNDER_SERVICES | {"services", "settings", "keys"}

#: Room → rooms it may import, besides itself and the bare package.
ROOMS: Mapping[str, frozenset[str]] = {
    PACKAGE: frozenset(),
    "language": frozenset(),
    "errors": frozenset({"language"}),
    "clock": frozenset({"language", "errors"}),
    "log": frozenset({"language", "errors", "clock"}),
    "settings": frozenset({"language", "errors"}),
    "keys": frozenset({"language", "errors"}),
    "domain": frozenset({"language", "errors"}),
    **{room: _GROUND | {"domain"} for room in _MIDDLE},
    # pictures of what `domain` holds; nothing is read, asked or written
    "diagrams": frozenset({"language", "errors", "domain"}),
    # figures as pictures and papers
    "charts": frozenset({"language", "errors", "domain", "diagrams"}),
    "services": _UNDER_SERVICES,
    "web": _UNDER_EDGES,
    # the only place that wires rooms together
    "app": _UNDER_EDGES | {"web"},
    "jobs": _UNDER_EDGES | {"app"},
    "supervise": _GROUND,
    "up": _UNDER_EDGES | {"app", "supervise"},
    "demo": _UNDER_EDGES | {"app", "supervise", "up"},
    # the same services on virtual time, in memory
    "simulate": _UNDER_SERVICES | {"services"},
    "cli": _UNDER_EDGES | {"web", "app", "jobs", "supervise", "up", "demo", "simulate"},
    "__main__": frozenset({"cli", "supervise"}),
}

#: What `domain` leaves alone of the standard library: it decides, it does not act.
IMPURE = frozenset(
    {"asyncio", "http", "io", "logging", "multiprocessing", "os", "pathlib", "random"}
    | {"secrets", "select", "shutil", "smtplib", "socket", "sqlite3", "ssl", "subprocess"}
    | {"tempfile", "threading", "time", "urllib"}
)

#: Library → rooms that may import it.
LIBRARIES: Mapping[str, frozenset[str]] = {
    "flask": frozenset({"web", "app"}),
    "click": frozenset({"cli"}),
    "typst": frozenset({"charts"}),
}

#: What makes a live object (engine, client, app, settings) → rooms that may call it.
MAKERS: Mapping[str, frozenset[str]] = {
    "sqlalchemy.create_engine": frozenset({"db"}),
    "nurture.db.engine.make_engine": frozenset({"app"}),
    # in memory: nothing that is done to it is done to anybody
    "nurture.db.engine.make_memory_engine": frozenset({"simulate", "app"}),
    "redis.Redis": frozenset({"app"}),
    "redis.Redis.from_url": frozenset({"app"}),
    "redis.from_url": frozenset({"app"}),
    "rq.Queue": frozenset({"app"}),
    "flask.Flask": frozenset({"web"}),
    "nurture.settings.Settings": frozenset({"settings"}),
    "nurture.settings.load": frozenset({"app", "cli"}),
}

#: Ways to ask a machine for the time, or to wait; `time` is closed as a whole.
WALL_CLOCKS = frozenset(
    {
        "datetime.datetime.now",
        "datetime.datetime.utcnow",
        "datetime.datetime.today",
        "datetime.date.today",
        "email.utils.formatdate",
        "email.utils.localtime",
        "email.utils.make_msgid",
        "uuid.uuid1",
        "sqlalchemy.func.now",
        "sqlalchemy.func.current_date",
        "sqlalchemy.func.current_timestamp",
        "sqlalchemy.func.localtimestamp",
    }
)


def sources(root: Path) -> dict[str, str]:
    """Read the package under `root` as {module name: text}."""
    found = {}
    for path in sorted((root / PACKAGE).rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = path.read_text(encoding="utf-8")
    return found


def room_of(module: str) -> str:
    """Return the room a module lies in: `nurture.db.tables.mail` → `db`."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else PACKAGE


def arrows_that_run_back(modules: Mapping[str, str]) -> list[str]:
    """Name every import that the picture of the rooms does not allow."""
    breaches = []
    for module, text in modules.items():
        room = room_of(module)
        if room not in ROOMS:
            breaches.append(f"{module}: room {room!r} has no place in tests/layers.py")
            continue
        for target, line in _imports(module, text, modules):
            if said := _objection(room, target):
                breaches.append(f"{module}:{line}: {said}")
    return breaches


def _objection(room: str, target: str) -> str | None:
    top = target.split(".")[0]
    if top == PACKAGE:
        there = room_of(target)
        if there in ROOMS[room] | {room, PACKAGE}:
            return None
        return f"{room} may not import {there} ({target})"
    if top in LIBRARIES and room not in LIBRARIES[top]:
        return f"{room} may not import the library {top}"
    if room != "domain":
        return None
    if top not in sys.stdlib_module_names:
        return f"domain is pure: {top} is not in the standard library"
    return f"domain is pure: {top} acts on the world" if top in IMPURE else None


def wall_clocks(modules: Mapping[str, str]) -> list[str]:
    """Name every place outside `nurture.clock` that asks a machine for the time."""
    return [
        f"{module}:{line}: {name} — only nurture/clock.py may ask for the time"
        for module, text in modules.items()
        if module != f"{PACKAGE}.clock"
        for name, line in _names(module, text)
        if name in WALL_CLOCKS or name.startswith("time.")
    ]


def wiring_elsewhere(modules: Mapping[str, str]) -> list[str]:
    """Name every place that makes an engine, client or app and is not there for it."""
    return [
        f"{module}:{line}: {room_of(module)} may not call {name}; app.py hands it in"
        for module, text in modules.items()
        for name, line in _names(module, text, calls_only=True)
        if name in MAKERS and room_of(module) not in MAKERS[name]
    ]


def _imports(module: str, text: str, modules: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    """Yield (imported module, line), also of imports inside functions and by name."""
    for node in nodes(text):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            origin = _origin(module, node, modules)
            for alias in node.names:
                whole = f"{origin}.{alias.name}"
                # `from nurture import web` imports a room, `__version__` does not
                names_room = origin == PACKAGE and not alias.name.startswith(("_", "*"))
                yield whole if names_room else origin, node.lineno
        elif isinstance(node, ast.Call) and node.args:
            name = node.func.attr if isinstance(node.func, ast.Attribute) else None
            name = node.func.id if isinstance(node.func, ast.Name) else name
            first = node.args[0]
            if name in {"import_module", "__import__"} and isinstance(first, ast.Constant):
                yield str(first.value), node.lineno


@cache
def nodes(text: str) -> Sequence[ast.AST]:
    """Return what a module is made of; every rule looks through the same ones."""
    return tuple(ast.walk(ast.parse(text)))


def _origin(module: str, node: ast.ImportFrom, modules: Mapping[str, str]) -> str:
    """Return the absolute name of what `from … import` starts at."""
    if not node.level:
        return node.module or ""
    is_package = any(other.startswith(f"{module}.") for other in modules)
    parts = module.split(".")
    parts = parts[: len(parts) - node.level + is_package]
    return ".".join([*parts, node.module] if node.module else parts)


def _names(module: str, text: str, *, calls_only: bool = False) -> Iterator[tuple[str, int]]:
    """Yield (full dotted name, line) of what a module uses of its imports."""
    found = nodes(text)
    known: dict[str, str] = {}
    for node in found:
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.split(".")[0]
                known[alias.asname or top] = alias.name if alias.asname else top
        elif isinstance(node, ast.ImportFrom):
            origin = _origin(module, node, {})
            known |= {a.asname or a.name: f"{origin}.{a.name}" for a in node.names}
    for node in found:
        used = node.func if calls_only and isinstance(node, ast.Call) else node
        if calls_only and used is node:
            continue
        if isinstance(used, ast.Attribute | ast.Name) and (name := _dotted(used, known)):
            yield name, used.lineno


def _dotted(node: ast.expr, known: Mapping[str, str]) -> str | None:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or node.id not in known:
        return None
    return ".".join([known[node.id], *reversed(parts)])
