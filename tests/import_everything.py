"""Import every module of a package and report what importing does besides.

Run as a program, in a process of its own: `python import_everything.py PACKAGE [SKIP…]`.
Prints one line per side effect; exits 1 where there is one.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

#: Audit events (see the table in the Python manual) that importing has no business with.
FORBIDDEN = frozenset(
    {
        "os.fork",
        "os.mkdir",
        "os.putenv",
        "os.remove",
        "os.rename",
        "os.system",
        "socket.bind",
        "socket.connect",
        "socket.getaddrinfo",
        "sqlite3.connect",
        "subprocess.Popen",
    }
)
#: Objects that are made for one process and its settings, never by an import.
LIVE_OBJECTS = (
    ("flask", "Flask", "__init__"),
    ("pydantic_settings", "BaseSettings", "__init__"),
    ("redis", "Redis", "__init__"),
    ("rq", "Queue", "__init__"),
    ("sqlalchemy", "Engine", "__init__"),
    ("threading", "Thread", "start"),
)
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

found: list[str] = []


def _watch(root: Path) -> Callable[[str, tuple[Any, ...]], None]:
    def hook(event: str, args: tuple[Any, ...]) -> None:
        writes = event == "open" and isinstance(args[2], int) and args[2] & _WRITING
        if event in FORBIDDEN or writes:
            found.append(f"{_where(root)}: {event} {args[0]!r}" if args else event)

    return hook


def _where(root: Path) -> str:
    """Return file:line of the innermost frame that belongs to the package."""
    frame: FrameType | None = sys._getframe()
    while frame:
        path = Path(frame.f_code.co_filename)
        if root in path.parents:
            return f"{path.relative_to(root.parent)}:{frame.f_lineno}"
        frame = frame.f_back
    return str(root.name)


def _tell_of(module: str, name: str, method: str, root: Path) -> None:
    cls = getattr(importlib.import_module(module), name)
    original = getattr(cls, method)

    def told(self: object, *args: Any, **kwargs: Any) -> None:
        found.append(f"{_where(root)}: {module}.{name}.{method}")
        original(self, *args, **kwargs)

    setattr(cls, method, told)


def main(package: str, *skip: str) -> int:
    """Import all of `package` but the modules that start with one of `skip`."""
    sys.dont_write_bytecode = True
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit(f"no package {package!r}")
    root = Path(spec.submodule_search_locations[0])
    for module, name, method in LIVE_OBJECTS:
        _tell_of(module, name, method, root)
    sys.addaudithook(_watch(root))
    count = 0
    for path in sorted(root.rglob("*.py")):
        parts = path.relative_to(root.parent).with_suffix("").parts
        module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        if not module.startswith(skip or ("-",)):
            importlib.import_module(module)
            count += 1
    print(*found, f"{count} modules imported", sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
