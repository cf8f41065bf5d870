"""Broadcasts for tests: a file of one, and a project with it."""

from __future__ import annotations

from tests.services.house import House
from tests.services.project import as_bytes, project, workflow

#: START of the house is 2026-05-12 10:00 in Tokyo; ten minutes later
SOON = "2026-05-12 10:10"


def broadcast(name: str = "news", at: str = SOON, **keys: str) -> str:
    """Return a broadcast file; `keys` replace or add lines, e.g. `to="{tag: guest}"`."""
    lines = {
        "broadcast": name,
        "title": "5月のお便り",
        "to": "{not: {title: 学生}}",
        "send": "x/news",
        "at": f'"{at}"',
        **keys,
    }
    return "".join(f"{key}: {value}\n" for key, value in lines.items() if value)


def with_broadcast(*texts: str, **more: str) -> dict[str, bytes]:
    """Return a release with these broadcasts, whose letter is there."""
    files = project(workflow("other", "- send: x/news"), **more)
    found = {f"workflows/broadcasts/{n}.yaml": text for n, text in enumerate(texts)}
    return {**files, **as_bytes(found)}


def crowd(house: House, number: int) -> list[int]:
    """Add people who may be written to."""
    return [house.person(f"p{n}@aozora.example") for n in range(number)]


def reached(house: House) -> list[str]:
    """Return whom the provider has taken mails to, each as often as it did, sorted."""
    return sorted(house.to())
