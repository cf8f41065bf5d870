"""What was found in templates before: the same texts have the same problems."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from nurture.emails.sources import LAYOUTS, Kind, TemplatePath
from nurture.errors import Problem


class Memory(Protocol):
    """Answers of the check by everything they depend on."""

    def recall(self, key: tuple[str, ...], find: Callable[[], list[Problem]]) -> list[Problem]:
        """Return what is known of a key, or what `find` finds."""
        ...


class NoMemory:
    """Looks at everything anew."""

    def recall(self, key: tuple[str, ...], find: Callable[[], list[Problem]]) -> list[Problem]:
        """Return what `find` finds."""
        return find()


NO_MEMORY = NoMemory()


def layouts_of(files: Mapping[str, str]) -> str:
    """Return a hash over all layouts, which any template may use."""
    named = sorted(path for path in files if path.startswith(LAYOUTS))
    return digest(text for path in named for text in (path, files[path]))


def own_texts(files: Mapping[str, str], path: TemplatePath) -> tuple[str, str, str]:
    """Return a template's path, its text and that of its text twin ("" where there is none)."""
    twin = path.path.removesuffix(path.kind) + Kind.TEXT
    return path.path, files[path.path], files.get(twin, "")


def digest(texts: Iterable[str]) -> str:
    """Return a hash over several texts, in order."""
    found = hashlib.blake2b(digest_size=16)
    for text in texts:
        data = text.encode("utf-8", "surrogatepass")
        found.update(len(data).to_bytes(8, "big") + data)
    return found.hexdigest()
