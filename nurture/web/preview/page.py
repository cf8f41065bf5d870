"""What the preview's page shows: which mail, for whom, in which languages, how."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from nurture.domain.library import in_locale
from nurture.emails.appearance import Look
from nurture.emails.subjects import MAX_SUBJECT, full_width
from nurture.emails.template_lint import MAX_HTML
from nurture.errors import NotFoundError, Problem, Severity
from nurture.services import listings
from nurture.services.made_up import FIELDS, READERS
from nurture.services.preview import USUAL, Reader, Studio
from nurture.services.preview_mail import PreviewMail
from nurture.services.preview_subjects import Subject
from nurture.web.admin.mail_parts import read_mail

#: widths of a mail: how a page says them
WIDTHS = ("desktop", "phone", "both")
#: shows every language beside the others
ALL = "all"
_OWN = "own_"
#: longest value of a form that is read, characters
_LONGEST = 300
#: contacts that are offered to choose from
_OFFERED = 50


def reader_of(args: Mapping[str, str]) -> Reader:
    """Return the reader that an address of the page names."""
    own = {name: args.get(_OWN + name, "")[:_LONGEST].strip() for name in FIELDS}
    return Reader(args.get("reader", USUAL), args.get("contact", "")[:_LONGEST].strip(), own)


@dataclass(frozen=True, slots=True)
class Shown:
    """One mail on the page."""

    locale: str
    mail: PreviewMail
    problems: tuple[Problem, ...]
    #: address of its frame, without the width
    frame: str

    @property
    def headers(self) -> list[tuple[str, str]]:
        """Its headers as they would be sent, those first that a reader looks for."""
        return read_mail(self.mail.data).headers if self.mail.data else []

    @property
    def cut(self) -> tuple[str, str]:
        """The subject in two: what lists show, and what they cut."""
        subject = self.mail.subject
        if full_width(subject) <= MAX_SUBJECT:
            return subject, ""
        at = len(subject)
        while at and full_width(subject[:at]) > MAX_SUBJECT - 1:
            at -= 1
        return subject[:at], subject[at:]

    @property
    def subject_width(self) -> float:
        """How wide the subject is, in full-width characters."""
        return full_width(self.mail.subject)

    @property
    def share_of_limit(self) -> float:
        """How much of what Gmail shows it takes."""
        return self.mail.size / MAX_HTML


class Page:
    """Everything the template asks for."""

    limit = MAX_HTML
    subject_limit = MAX_SUBJECT
    widths = WIDTHS
    looks = tuple(Look)
    readers = tuple(READERS)

    def __init__(self, studio: Studio, args: Mapping[str, str], language: str) -> None:
        self._studio, self._args, self._language = studio, args, language
        self.snapshot = studio.snapshot
        self.policy = self.snapshot.definitions.policy
        self.reader = reader_of(args)
        self.width = args.get("width") if args.get("width") in WIDTHS else "desktop"
        look = args.get("look", "")
        self.look = Look(look) if look in set(Look) else Look.LIGHT
        self.locales = self.policy.locales
        locale = args.get("locale", "")
        self.locale = locale if locale in (*self.locales, ALL) else self.policy.default_locale
        self.has_contacts = studio.has_contacts
        #: why there is nobody or nothing to show, in words
        self.trouble = ""

    @cached_property
    def subject(self) -> Subject | None:
        """The mail that is shown; None: the one named is not there, or none is."""
        wanted = self._args.get("show", "")
        if not wanted:
            return next(iter(self.snapshot.subjects), None)
        try:
            return self._studio.subject(wanted)
        except NotFoundError:
            return None

    @cached_property
    def shown(self) -> list[Shown]:
        """The mail in the languages asked for."""
        subject = self.subject
        if subject is None:
            return []
        wanted = self.locales if self.locale == ALL else (self.locale,)
        found = []
        for locale in wanted:
            try:
                mail = self._studio.mail(subject, self.reader, locale)
            except NotFoundError as error:
                self.trouble = error.in_language(self._language)
                return []
            problems = mail.problems or self._problems(mail)
            query = {**self._query(), "show": subject.key, "locale": locale}
            found.append(Shown(locale, mail, problems, f"/mail.html?{urlencode(query)}"))
        return found

    @property
    def frames(self) -> tuple[str, ...]:
        """The widths of each mail's frames."""
        return ("desktop", "phone") if self.width == "both" else (str(self.width),)

    @property
    def file(self) -> str:
        """The file that the author changes to change this mail."""
        if self.subject is None:
            return ""
        mail = self.shown[0].mail if self.shown else None
        if mail is not None and mail.problems:
            return mail.problems[0].place.file
        if mail is not None and mail.path and self.subject.kind == "template":
            return mail.path
        return self.subject.file

    def groups(self, kind: str) -> Iterator[tuple[str, list[Subject]]]:
        """Yield (group, mails) of a kind, as they stand in their files."""
        mails = (one for one in self.snapshot.subjects if one.kind == kind)
        for group, some in groupby(mails, lambda one: one.group):
            yield group, list(some)

    def here(self, **changes: Any) -> str:
        """Return this page's address with some of it changed."""
        query = {**self._query(), **changes}
        return "/?" + urlencode({name: v for name, v in query.items() if v not in (None, "")})

    def kept(self, *without: str) -> list[tuple[str, str]]:
        """Return this address's parts for a form, without those that it holds itself."""
        return [(name, value) for name, value in self._query().items() if name not in without]

    def own(self, name: str) -> str:
        """Return a value of the reader `own`."""
        return (self.reader.own or {}).get(name, "")

    @property
    def own_fields(self) -> tuple[str, ...]:
        """Names of the values that a form may give."""
        return FIELDS

    @cached_property
    def contacts(self) -> list[tuple[str, str]]:
        """Address and name of contacts to choose from, the newest first."""
        if not self.has_contacts:
            return []
        rows, _ = listings.contacts(self._studio.runtime, self.reader.contact[:100])
        if not rows:
            rows, _ = listings.contacts(self._studio.runtime)
        return [
            (row.email, " ".join(part for part in (row.company, row.name) if part))
            for row in rows[:_OFFERED]
            if row.email
        ]

    def line(self, problem: Problem) -> str:
        """Return the line of a file that a problem is about."""
        text = self.snapshot.texts.get(problem.place.file, "")
        lines = text.splitlines()
        at = problem.place.line - 1
        return lines[at][:_LONGEST] if 0 <= at < len(lines) else ""

    def picked(self, subject: Subject) -> str:
        """Return the kind of item that a step picks, "" where it picks none."""
        return str(subject.pick["kind"]) if subject.pick is not None else ""

    def reader_name(self, name: str) -> str:
        """Return what a made-up reader is called."""
        return READERS[name][0 if self._language == "ja" else 1]

    def text_of(self, texts: Mapping[str, str]) -> str:
        """Return a text in the page's language, else in any."""
        return in_locale(texts, self._language) or next(iter(texts.values()), "")

    def _problems(self, mail: PreviewMail) -> tuple[Problem, ...]:
        """Return what the check says, errors first."""
        found = self._studio.problems(mail)
        return tuple(sorted(found, key=lambda one: one.severity is not Severity.ERROR))

    def _query(self) -> dict[str, str]:
        names = ("show", "reader", "contact", "locale", "width", "look", "lang")
        known = (*names, *(_OWN + name for name in FIELDS))
        return {name: self._args[name][:_LONGEST] for name in known if self._args.get(name)}
