"""The live release and those that journeys under way still follow, compiled once each."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection, Engine

from nurture.compiler.release import compile_files
from nurture.db import crossings
from nurture.db import releases as rows
from nurture.db.crossings import Rule
from nurture.db.engine import read
from nurture.domain.crossing import Crossing, crossing
from nurture.domain.definitions import Definitions
from nurture.domain.library import FILES
from nurture.domain.lookups import Lookups, look_up
from nurture.domain.steps import Graph
from nurture.domain.workflow import Workflow
from nurture.emails.attachments import EncodedFiles, StoredFile
from nurture.emails.sources import choices
from nurture.emails.store import TemplateCache, TemplateStore
from nurture.errors import NotFoundError, NurtureError
from nurture.language import say
from nurture.services.text_files import as_text as as_text

#: releases kept compiled at once; journeys rarely follow more
_KEPT = 32


@dataclass(frozen=True, slots=True)
class LiveRelease:
    """A release, compiled."""

    id: int
    definitions: Definitions
    templates: TemplateStore
    lookups: Lookups
    #: what mails may carry, by path
    files: Mapping[str, StoredFile] = field(default_factory=dict)
    #: workflow → whose people go over to newer steps, oldest first
    crossings: Mapping[str, list[Rule]] = field(default_factory=dict)


class Compiled:
    """Compiled releases by the digest of their files, for houses that publish the same ones.

    Each of many short-lived worlds of virtual time has its own releases; what their files
    say is read once. The newest are kept.
    """

    def __init__(self) -> None:
        self._by_digest: OrderedDict[str, LiveRelease] = OrderedDict()
        self.templates = TemplateCache()
        self._lock = threading.Lock()

    def get(self, digest: str) -> LiveRelease | None:
        """Return a release of these files, under whatever id it was compiled."""
        with self._lock:
            return self._by_digest.get(digest)

    def keep(self, digest: str, release: LiveRelease) -> None:
        """Keep a release for others."""
        with self._lock:
            self._by_digest[digest] = release
            while len(self._by_digest) > _KEPT:
                self._by_digest.popitem(last=False)


class Releases:
    """Compiled releases by id; the live one is checked against the database per batch."""

    def __init__(self, shared: Compiled | None = None) -> None:
        self._compiled: OrderedDict[int, LiveRelease] = OrderedDict()
        self._shared = shared
        self._templates = shared.templates if shared is not None else TemplateCache()
        #: what mails carry, ready for the wire
        self.encoded = EncodedFiles()
        self._lock = threading.Lock()
        self._crossings: OrderedDict[tuple[int, int, str], Crossing] = OrderedDict()

    def live(self, connection: Connection) -> LiveRelease:
        """Return the live release; raise NurtureError where nothing was published yet."""
        release_id = rows.newest_id(connection)
        if release_id is None:
            raise NurtureError(say("nothing is published yet"), say("run `nurture publish`"))
        return self.get(connection, release_id)

    def warm(self, engine: Engine) -> None:
        """Compile the live release, if there is one: asked before a write, nobody waits for it."""
        with read(engine) as connection:
            if self.published(connection):
                self.live(connection)

    def published(self, connection: Connection) -> bool:
        """Say whether there is a live release; until then everything due waits."""
        return rows.newest_id(connection) is not None

    def get(self, connection: Connection, release_id: int) -> LiveRelease:
        """Return a release by id, compiled; raise NotFoundError where it does not exist."""
        with self._lock:
            found = self._compiled.get(release_id)
            if found is not None:
                self._compiled.move_to_end(release_id)
                return found
        digest = rows.digest(connection, release_id)
        if digest is None:
            raise NotFoundError(say("release {release_id} does not exist", release_id=release_id))
        known = self._shared.get(digest) if self._shared is not None else None
        compiled = replace(known, id=release_id) if known else self._compile(connection, release_id)
        if self._shared is not None:
            self._shared.keep(digest, compiled)
        # Who goes over is no matter of the files alone.
        compiled = replace(compiled, crossings=crossings.rules(connection, release_id))
        with self._lock:
            self._compiled[release_id] = compiled
            while len(self._compiled) > _KEPT:
                self._compiled.popitem(last=False)
        return compiled

    def _compile(self, connection: Connection, release_id: int) -> LiveRelease:
        files = rows.files_of(connection, release_id)
        if not files:
            raise NotFoundError(say("release {release_id} does not exist", release_id=release_id))
        definitions = compile_files(files)
        locale = definitions.policy.default_locale
        templates = TemplateStore(as_text(files), locale, self._templates)
        return LiveRelease(
            release_id, definitions, templates, look_up(definitions), self._carried(files)
        )

    def _carried(self, files: Mapping[str, bytes]) -> dict[str, StoredFile]:
        """Return what mails may carry; the same content of two releases is kept once."""
        found = {
            path: StoredFile.of(content)
            for path, content in files.items()
            if path.startswith(FILES)
        }
        with self._lock:
            kept = {
                file.digest: file for one in self._compiled.values() for file in one.files.values()
            }
        return {path: kept.get(file.digest, file) for path, file in found.items()}

    def newest_with(
        self, connection: Connection, template: str, locale: str, default_locale: str
    ) -> LiveRelease | None:
        """Return the newest release that has a template for a locale, or None."""
        paths = choices(template, locale, default_locale)
        release_id = rows.newest_with(connection, paths)
        return self.get(connection, release_id) if release_id is not None else None

    def crossing(self, old: Graph, new: Graph, renamed: Mapping[str, str]) -> Crossing:
        """Return the way from one graph to another; of the same two it is found once."""
        key = (id(old), id(new), repr(sorted(renamed.items())))
        with self._lock:
            found = self._crossings.get(key)
        # An id may be another graph's by now.
        if found is not None and found.old is old and found.new is new:
            return found
        found = crossing(old, new, renamed)
        with self._lock:
            self._crossings[key] = found
            while len(self._crossings) > _KEPT:
                self._crossings.popitem(last=False)
        return found

    def workflow(self, connection: Connection, release_id: int, name: str) -> Workflow | None:
        """Return a workflow as a release has it, or None."""
        return self.get(connection, release_id).definitions.workflows.get(name)
