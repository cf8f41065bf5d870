"""A project as its author looks at it: every mail for any reader, as it would be sent.

Mails go through the code that sends them. Only three things differ: missing values are marked
where they stand, no link in them acts for anybody, and nothing is written or sent.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row

from nurture.compiler.release import compile_files
from nurture.db import contacts, library, touched
from nurture.db.engine import read
from nurture.domain.addresses import canonical
from nurture.domain.definitions import Definitions
from nurture.domain.library import FILES, Item, Pick, pick_as_json
from nurture.domain.lookups import look_up
from nurture.domain.seminar import Standing
from nurture.emails.attachments import StoredFile
from nurture.emails.marking import marking_part
from nurture.emails.store import TemplateCache, TemplateStore
from nurture.errors import NotFoundError, Problem, Severity
from nurture.language import say
from nurture.language.hints import did_you_mean, nearest
from nurture.services import acquaintance
from nurture.services.acquaintance import Known
from nurture.services.check import template_problems
from nurture.services.made_up import READERS, in_locale, made_up, made_up_mail
from nurture.services.preview_mail import Asked, PreviewMail, usable, write_preview
from nurture.services.preview_subjects import Subject, subjects_of
from nurture.services.project import find_files
from nurture.services.releases import LiveRelease
from nurture.services.runtime import Runtime
from nurture.services.seminar_mail import Concern
from nurture.services.text_files import as_text

#: the reader of a mail where nobody is named
USUAL = "later"


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom a mail is looked at for: one of READERS, or a contact's address."""

    name: str = USUAL
    #: an address; "": somebody made up
    contact: str = ""
    #: values of the reader `own`
    own: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The files of a moment, as far as they can be read."""

    #: counts up with every change that was seen
    version: int
    #: what the files say now
    said: Definitions
    #: what mails are written by: the same, or the newest that could be used
    definitions: Definitions
    release: LiveRelease
    texts: Mapping[str, str]
    #: what is wrong in files under workflows/, and with files as such
    problems: tuple[Problem, ...]
    #: every mail there is: templates, then steps, then broadcasts and seminars' mails
    subjects: tuple[Subject, ...]


class Studio:
    """Holds the newest files of a folder; asked by many threads at once."""

    def __init__(self, runtime: Runtime, folder: Path, has_contacts: bool) -> None:
        """Read the folder; raises NurtureError where it is no project."""
        self.runtime = runtime
        #: whether `contact` may name somebody of the database
        self.has_contacts = has_contacts
        self._folder = folder
        self._cache = TemplateCache()
        self._lock = threading.Lock()
        self._changed = threading.Condition()
        self._files: Mapping[str, bytes] = {}
        self._snapshot = self._read(None)

    @property
    def snapshot(self) -> Snapshot:
        """The files as they were read last."""
        return self._snapshot

    def refresh(self) -> Snapshot:
        """Read the folder again; tell who waits where something changed."""
        with self._lock:
            before = self._snapshot
            found = self._read(before)
        if found is not before:
            with self._changed:
                self._snapshot = found
                self._changed.notify_all()
        return found

    def wait(self, version: int, seconds: float) -> int:
        """Wait until the files are newer than `version`, at most so long; return theirs."""
        with self._changed:
            self._changed.wait_for(lambda: self._snapshot.version != version, seconds)
            return self._snapshot.version

    def subject(self, key: str) -> Subject:
        """Return a mail by its key; NotFoundError where there is none."""
        found = next((one for one in self._snapshot.subjects if one.key == key), None)
        if found is None:
            raise self._no_such(key)
        return found

    def _no_such(self, key: str) -> NotFoundError:
        kind, _, name = key.partition(":")
        known = [one.key.partition(":")[2] for one in self._snapshot.subjects if one.kind == kind]
        if kind == "template":
            return NotFoundError(
                say("there is no template '{name}'", name=name), nearest(name, known)
            )
        if kind == "mailing":
            return NotFoundError(
                say("there is no broadcast '{name}'", name=name), did_you_mean(name, known)
            )
        workflow, _, step = name.partition(":")
        steps = [one.step for one in self._snapshot.subjects if one.workflow == workflow]
        if steps:
            return NotFoundError(
                say("step '{step}' of {workflow} sends no mail", step=step, workflow=workflow),
                did_you_mean(step, steps),
            )
        others = {one.workflow for one in self._snapshot.subjects if one.workflow}
        if workflow in self._snapshot.definitions.workflows:
            return NotFoundError(say("workflow '{name}' sends no mail", name=workflow))
        return NotFoundError(
            say("there is no workflow '{name}'", name=workflow), did_you_mean(workflow, others)
        )

    def mail(self, subject: Subject, reader: Reader, locale: str) -> PreviewMail:
        """Write a mail for a reader in a language; what keeps it from going is part of it."""
        snapshot = self._snapshot
        with self._lock:
            return write_preview(
                self.runtime, snapshot.release, self._asked(snapshot, subject, reader, locale)
            )

    def problems(self, mail: PreviewMail) -> tuple[Problem, ...]:
        """Return what the check says of a mail's template."""
        snapshot = self._snapshot
        return template_problems(snapshot.definitions, snapshot.texts, mail.template)

    def _asked(self, snapshot: Snapshot, subject: Subject, reader: Reader, locale: str) -> Asked:
        definitions, now = snapshot.definitions, self.runtime.clock.now()
        person, known, got = self._reader(reader, locale, definitions)
        pick, item = subject.pick, subject.item
        if pick is None and not subject.in_journey:
            shown = _item_of(definitions, subject.template, locale)
            if shown is not None:
                pick, item = pick_as_json(Pick(shown.kind), subject.template), shown.key
        seminar = next(iter(definitions.seminars.values()), None)
        if subject.seminar:
            seminar = definitions.seminars.get(subject.seminar, seminar)
        message = made_up_mail(
            template=subject.template,
            purpose=subject.purpose,
            workflow=subject.workflow or None,
            mailing=subject.mailing or None,
            step=subject.step or None,
            sender=subject.sender,
            subject_override=subject.subject,
            attach=list(subject.attach),
            pick=pick,
            item=item,
            contact_id=person.id,
        )
        stands = Standing(registered_at=now)
        concern = Concern(seminar.name, seminar, stands) if seminar is not None else None
        return Asked(message, person, known, got, concern, definitions, now)

    def _reader(
        self, reader: Reader, locale: str, definitions: Definitions
    ) -> tuple[Row[Any], Known, Collection[str]]:
        if not reader.contact:
            now = self.runtime.clock.now()
            name = reader.name if reader.name in READERS else USUAL
            somebody = made_up(name, locale, definitions.policy, now, reader.own)
            return somebody.person, somebody.known, ()
        with read(self.runtime.engine) as connection:
            found = _find(connection, reader.contact) if self.has_contacts else None
            if found is None:
                raise NotFoundError(
                    say("no contact is known as '{address}'", address=reader.contact)
                )
            (row,) = touched.contact_rows(connection, [found])
            known = acquaintance.load(connection, [found])[found]
            got = set(library.items_of(connection, [found]).get(found, {}).values())
        return in_locale(row, locale), known, got

    def _read(self, before: Snapshot | None) -> Snapshot:
        found = find_files(self._folder)
        if before is not None and found.files == self._files:
            return before
        files = found.files
        same = before is not None and _defined(files) == _defined(self._files)
        said = before.said if before and same else compile_files(files)
        wrong = [one for one in said.problems if one.severity is Severity.ERROR]
        # While the policy cannot be read, mails are shown as it was.
        using = said if before is None or usable(said) else before.definitions
        texts = as_text(files)
        store = TemplateStore(texts, using.policy.default_locale, self._cache, marking_part)
        carried = {
            path: StoredFile.of(content)
            for path, content in files.items()
            if path.startswith(FILES)
        }
        release = LiveRelease(0, using, store, look_up(using), carried)
        self._files = files
        return Snapshot(
            version=before.version + 1 if before else 1,
            said=said,
            definitions=using,
            release=release,
            texts=texts,
            problems=(*found.problems, *wrong),
            subjects=tuple(subjects_of(using, texts)),
        )


def _find(connection: Connection, address: str) -> int | None:
    try:
        return contacts.find(connection, contacts.EMAIL, canonical(address))
    except ValueError:
        return None


def _item_of(definitions: Definitions, template: str, locale: str) -> Item | None:
    """Return the first item of the library that goes out in a template."""
    return next(
        (
            one
            for one in definitions.library.items.values()
            if one.sent_in == template and (not one.locales or locale in one.locales)
        ),
        None,
    )


def _defined(files: Mapping[str, bytes]) -> tuple[object, ...]:
    """Return what definitions are compiled from: workflows' files, and which templates exist."""
    return (
        {path: content for path, content in files.items() if path.startswith("workflows/")},
        sorted(path for path in files if not path.startswith("workflows/")),
    )
