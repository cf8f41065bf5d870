"""Compiled templates of one set of files, kept as long as they are used."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping

from nurture.emails.compile import CompiledTemplate, compile_path
from nurture.emails.parts import MakePart, compile_part
from nurture.emails.sources import LAYOUTS, ROOT, Kind, TemplatePath, choose, template_paths
from nurture.errors import DefinitionError, NotFoundError, Problem
from nurture.language import say

#: compiled templates kept at once; one takes some 100 KB
_KEPT = 256


class TemplateCache:
    """Compiled templates by the content they were made of; releases may share one."""

    def __init__(self, kept: int = _KEPT) -> None:
        self._kept = kept
        self._compiled: OrderedDict[bytes, CompiledTemplate] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: bytes) -> CompiledTemplate | None:
        """Return what was kept under a key."""
        with self._lock:
            found = self._compiled.get(key)
            if found is not None:
                self._compiled.move_to_end(key)
            return found

    def keep(self, key: bytes, compiled: CompiledTemplate) -> None:
        """Keep a template, forgetting the one that was not used for longest."""
        with self._lock:
            self._compiled[key] = compiled
            while len(self._compiled) > self._kept:
                self._compiled.popitem(last=False)


class TemplateStore:
    """The templates of a release: compiled at first use, then only rendered."""

    def __init__(
        self,
        files: Mapping[str, str],
        default_locale: str = "ja",
        cache: TemplateCache | None = None,
        make_part: MakePart = compile_part,
    ) -> None:
        """Take files by path; stores that share a cache must share `make_part`."""
        self._make_part = make_part
        self._files = {path: text for path, text in files.items() if path.startswith(ROOT)}
        self._default_locale = default_locale
        self._cache = cache or TemplateCache()
        self._chosen: dict[tuple[str, str], tuple[TemplatePath, str, bytes]] = {}
        self._layouts = _digest(
            text
            for path in sorted(self._files)
            if path.startswith(LAYOUTS)
            for text in (path, self._files[path])
        )

    def get(self, name: str, locale: str) -> CompiledTemplate:
        """Return a template for a contact's locale, falling back as `sources.choose` does.

        Raises NotFoundError where no file fits, DefinitionError where it cannot be compiled.
        """
        path, used_locale, key = self._choose(name, locale or self._default_locale)
        found = self._cache.get(key)
        if found is not None:
            return found
        problems: list[Problem] = []
        compiled = compile_path(self._files, path, used_locale, problems, self._make_part)
        if compiled is None:
            raise DefinitionError(problems)
        self._cache.keep(key, compiled)
        return compiled

    def locale_of(self, name: str, locale: str) -> str:
        """Return the language that `get` would answer in; raises NotFoundError as it does."""
        return self._choose(name, locale or self._default_locale)[1]

    def has(self, name: str) -> bool:
        """Return whether there is a template of that name in any locale."""
        return any(path.name == name for path in template_paths(self._files))

    def names(self) -> list[str]:
        """Return the names of all templates."""
        return sorted({path.name for path in template_paths(self._files)})

    def _choose(self, name: str, locale: str) -> tuple[TemplatePath, str, bytes]:
        chosen = self._chosen.get((name, locale))
        if chosen is not None:
            return chosen
        path = choose(self._files, name, locale, self._default_locale)
        if path is None:
            raise NotFoundError(
                say("no template '{name}' for the locale '{locale}'", name=name, locale=locale),
                say(
                    "add {folder}{name}.{locale}.md",
                    folder=ROOT,
                    name=name,
                    locale=self._default_locale,
                ),
            )
        used_locale = path.locale or locale
        twin = path.path.removesuffix(path.kind) + Kind.TEXT
        texts = (path.path, used_locale, self._files[path.path], self._files.get(twin, ""))
        chosen = (path, used_locale, self._layouts + _digest(texts))
        # Locales come from contacts, so there may be any number of odd ones.
        if len(self._chosen) < 10 * _KEPT:
            self._chosen[name, locale] = chosen
        return chosen


def _digest(texts: Iterable[str]) -> bytes:
    digest = hashlib.blake2b(digest_size=16)
    for text in texts:
        data = text.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.digest()
