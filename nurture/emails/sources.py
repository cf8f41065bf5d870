"""Template files: what a path names, and what stands in a letter or a newsletter."""

from __future__ import annotations

import enum
import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from nurture.emails.tags import Passage
from nurture.errors import Place, Problem
from nurture.language import say
from nurture.language.hints import nearest

#: where templates live in a release
ROOT = "templates/email/"
#: layouts and blocks, which are no templates themselves
LAYOUTS = ROOT + "layouts/"

#: what a letter's header may hold
LETTER_KEYS = ("subject", "preheader", "layout", "reason", "origin")

#: what a letter's `origin:` says: its layout's opening tells where we know the reader from,
#: or the letter does so itself
AUTO, OWN = "auto", "own"

_PATH = re.compile(
    r"(?P<name>[a-z0-9][a-z0-9_-]*(?:/[a-z0-9][a-z0-9_-]*)*)"
    r"(?:\.(?P<locale>[a-z]{2,3}(?:-[A-Z]{2})?))?"
    r"\.(?P<kind>md|mjml|txt)"
)
_HEADER_LINE = re.compile(r"(?P<key>[A-Za-z_-]+)[ \t]*:[ \t]*(?P<value>.*)")
_TITLE = re.compile(r"<mj-title>(.*?)</mj-title>", re.DOTALL)


class Kind(enum.StrEnum):
    """How a template is written."""

    #: Markdown with a header, poured into a layout
    LETTER = "md"
    #: MJML
    NEWSLETTER = "mjml"
    #: text part written by hand, beside one of the others
    TEXT = "txt"


@dataclass(frozen=True, slots=True)
class TemplatePath:
    """A path under `templates/email/`, taken apart."""

    path: str
    name: str
    #: None: the file without a locale, for all of them
    locale: str | None
    kind: Kind


@dataclass(frozen=True, slots=True)
class Source:
    """One template file, read but not compiled."""

    path: TemplatePath
    body: Passage
    #: letters: what the header says; MJML says it inside the body
    header: Mapping[str, Passage] = field(default_factory=dict)
    #: text part written by hand
    twin: Passage | None = None

    @property
    def layout(self) -> str:
        """The layout a letter is poured into, `letter` where the header names none."""
        named = self.header.get("layout")
        return named.text if named else "letter"


def parse_path(path: str) -> TemplatePath | None:
    """Return what a path names, or None where it is no template (a layout, a README)."""
    if not path.startswith(ROOT) or path.startswith(LAYOUTS):
        return None
    found = _PATH.fullmatch(path[len(ROOT) :])
    if found is None:
        return None
    return TemplatePath(path, found["name"], found["locale"], Kind(found["kind"]))


def template_paths(paths: Iterable[str]) -> list[TemplatePath]:
    """Return the letters and newsletters among `paths`, by name and locale."""
    found = [t for p in paths if (t := parse_path(p)) and t.kind is not Kind.TEXT]
    return sorted(found, key=lambda t: (t.name, t.locale or "", t.kind))


def choices(name: str, locale: str, default_locale: str) -> list[str]:
    """Return the paths a template may have for a locale, the best first.

    The contact's locale, its language, the default, the bare file.
    """
    return [
        f"{ROOT}{name}{'.' if wanted else ''}{wanted}.{kind}"
        for wanted in dict.fromkeys((locale, locale.split("-")[0], default_locale, ""))
        for kind in (Kind.LETTER, Kind.NEWSLETTER)
    ]


def choose(
    files: Mapping[str, str], name: str, locale: str, default_locale: str
) -> TemplatePath | None:
    """Return the file for a locale: the contact's, its language, the default, the bare one."""
    for path in choices(name, locale, default_locale):
        if path in files and (found := parse_path(path)) is not None:
            return found
    return None


def read_source(files: Mapping[str, str], path: TemplatePath, problems: list[Problem]) -> Source:
    """Read one template file with its text twin; what is wrong in it goes to `problems`."""
    text = files[path.path].replace("\r\n", "\n").removeprefix("\ufeff")
    twin_path = path.path.removesuffix(path.kind) + Kind.TEXT
    twin = files.get(twin_path)
    passage = None if twin is None else Passage(twin.replace("\r\n", "\n"), Place(twin_path))
    if path.kind is Kind.LETTER:
        header, body = _split_letter(path.path, text, problems)
        return Source(path, body, header, passage)
    return Source(path, Passage(text, Place(path.path)), {}, passage)


def take_subject(mjml: str) -> tuple[str | None, str]:
    """Return the text of `<mj-title>` (None: there is none) and the MJML without it."""
    found = _TITLE.search(mjml)
    if found is None:
        return None, mjml
    subject = " ".join(html.unescape(found.group(1)).split())
    return subject, mjml[: found.start()] + mjml[found.end() :]


def _split_letter(
    file: str, text: str, problems: list[Problem]
) -> tuple[dict[str, Passage], Passage]:
    """Split a letter into its header's passages and its Markdown."""
    lines = text.split("\n")
    if lines[0].rstrip() != "---":
        problems.append(
            Problem(
                Place(file),
                "letter-header",
                say("a letter starts with a header"),
                say(
                    "write `---`, `subject: …`, `preheader: …`, `layout: letter`, `---` at the top"
                ),
            )
        )
        return {}, Passage(text, Place(file))
    end = next((n for n, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), None)
    if end is None:
        problems.append(
            Problem(
                Place(file),
                "letter-header",
                say("the header is never closed"),
                say("end it with `---`"),
            )
        )
        return {}, Passage("", Place(file))
    header = _read_header(file, lines[1:end], problems)
    if "subject" not in header:
        problems.append(
            Problem(
                Place(file),
                "subject-missing",
                say("a letter needs a subject"),
                say("add `subject: …`"),
            )
        )
    return header, Passage("\n".join(lines[end + 1 :]), Place(file, end + 2))


def _read_header(file: str, lines: list[str], problems: list[Problem]) -> dict[str, Passage]:
    header: dict[str, Passage] = {}
    for number, line in enumerate(lines, 2):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = _HEADER_LINE.fullmatch(line.rstrip())
        if found is None:
            problems.append(
                Problem(
                    Place(file, number),
                    "letter-header",
                    say("not a header line"),
                    say("write `key: value` on one line"),
                )
            )
            continue
        key, value, column = found["key"], found["value"], found.start("value") + 1
        if key not in LETTER_KEYS:
            hint = nearest(key, LETTER_KEYS) or say("known: {known}", known=[*LETTER_KEYS])
            problems.append(
                Problem(
                    Place(file, number), "unknown-key", say("unknown key '{key}'", key=key), hint
                )
            )
            continue
        if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
            value, column = value[1:-1], column + 1
        if key == "origin" and value not in (AUTO, OWN):
            problems.append(
                Problem(
                    Place(file, number, column),
                    "origin",
                    say("'{value}' is not known here", value=value),
                    say(
                        "write {word} where the letter says itself where we know its reader from",
                        word=OWN,
                    ),
                )
            )
            continue
        header[key] = Passage(value, Place(file, number, column))
    return header
