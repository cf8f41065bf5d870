"""Everything wrong with the templates of a release, for `nurture check`."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from nurture.emails.active import find_active
from nurture.emails.compile import Assembled, assemble
from nurture.emails.expressions import Path
from nurture.emails.file_lint import lint_files
from nurture.emails.manners import check_first, check_manners, check_way_out
from nurture.emails.placeholders import Placeholders
from nurture.emails.sources import (
    LAYOUTS,
    ROOT,
    Kind,
    Source,
    TemplatePath,
    parse_path,
    read_source,
    template_paths,
)
from nurture.emails.subjects import check_subject
from nurture.emails.tags import Passage
from nurture.emails.template_context import TemplateContext
from nurture.errors import Place, Problem, Severity
from nurture.language import say

#: Gmail cuts a message whose HTML is longer (bytes)
MAX_HTML = 102 * 1024

#: what a mail that needs consent must show: 特定電子メール法, CAN-SPAM, GDPR
_IDENTITY: tuple[Path, ...] = (
    ("company", "company"),
    ("company", "address"),
    ("company", "contact"),
)
_OPT_OUT = re.compile(r"\{\{-?\s*(?:nv_unsubscribe|urls\.unsubscribe)\b")
_SHOWN = re.compile(r"https?://", re.IGNORECASE)


def lint_templates(
    files: Mapping[str, str], context: TemplateContext, unread: Collection[str] = ()
) -> list[Problem]:
    """Return every problem of every template, by place; one bad file hides no other.

    `unread`: paths of files that are there and could not be read.
    """
    there = {**dict.fromkeys(unread, ""), **files}
    found: list[Problem] = list(_files(there))
    paths = template_paths(files)
    found += _locales(template_paths(there), context)
    found += lint_files(files)
    for path in paths:
        found += _template(files, path, context)
    # The compiler's own words for an element in the wrong place name no line.
    misplaced = {p.place.file for p in found if p.code == "mjml-misplaced"}
    found = [p for p in found if not (p.code == "mjml-refused" and p.place.file in misplaced)]
    unique = {(p.place, p.code, p.message): p for p in found}
    return sorted(unique.values(), key=lambda p: (p.place, p.code, p.message))


def lint_subject(subject: str, place: Place, context: TemplateContext) -> list[Problem]:
    """Return what is wrong with a subject that a step wrote, at the step's place."""
    problems: list[Problem] = []
    tags = Placeholders(problems)
    passage = Passage(subject, place)
    tags.hide(passage)
    problems += check_subject(passage)
    return problems + [p for r in tags.references if (p := context.check(r)) is not None]


def _files(files: Mapping[str, str]) -> Iterator[Problem]:
    """Yield what the paths themselves get wrong."""
    taken: dict[tuple[str, str | None], str] = {}
    for file in sorted(files):
        if not file.startswith(ROOT) or file.startswith(LAYOUTS):
            continue
        if not file.endswith((".md", ".mjml", ".txt")) or file.endswith("README.md"):
            continue
        path = parse_path(file)
        if path is None:
            hint = say("write folder/name.ja.md in lower case, digits, - and _")
            yield Problem(Place(file), "template-name", say("not a template's file name"), hint)
            continue
        if path.kind is Kind.TEXT:
            stem = file.removesuffix("txt")
            if not any(stem + kind in files for kind in (Kind.LETTER, Kind.NEWSLETTER)):
                yield Problem(
                    Place(file),
                    "text-alone",
                    say("a text part without its template"),
                    say("add {stem}md, or remove it", stem=stem),
                    Severity.WARNING,
                )
            continue
        other = taken.setdefault((path.name, path.locale), file)
        if other != file:
            yield Problem(
                Place(file), "template-twice", say("{other} is the same template", other=other)
            )


def _locales(paths: list[TemplatePath], context: TemplateContext) -> Iterator[Problem]:
    """Yield the locales that a template lacks."""
    locales: dict[str, set[str | None]] = {}
    first: dict[str, TemplatePath] = {}
    for path in paths:
        locales.setdefault(path.name, set()).add(path.locale)
        first.setdefault(path.name, path)
    for name, have in locales.items():
        if None in have:
            continue
        for locale in context.locales:
            if locale not in have:
                file = first[name].path
                yield Problem(
                    Place(file),
                    "locale-missing",
                    say("template '{name}' is missing in '{locale}'", name=name, locale=locale),
                    say(
                        "add {folder}{name}.{locale}.{kind}",
                        folder=ROOT,
                        name=name,
                        locale=locale,
                        kind=first[name].kind,
                    ),
                )


def _template(
    files: Mapping[str, str], path: TemplatePath, context: TemplateContext
) -> Iterator[Problem]:
    problems: list[Problem] = []
    locale = path.locale or context.default_locale
    whole = assemble(files, path, locale, problems)
    yield from problems
    source = read_source(files, path, [])
    yield from check_manners(source, locale)
    if whole is None:
        return
    for reference in whole.references:
        if (problem := context.check(reference)) is not None:
            yield problem
    yield from _finished(whole, source, context)


def _finished(whole: Assembled, source: Source, context: TemplateContext) -> Iterator[Problem]:
    """Yield what shows in the finished mail only."""
    top = Place(whole.path.path)
    size = len(whole.page.encode("utf-8", "replace"))
    if size > MAX_HTML:
        yield Problem(
            top,
            "too-long",
            say(
                "{size} KB of HTML; Gmail cuts a mail at {most} KB",
                size=size // 1024,
                most=MAX_HTML // 1024,
            ),
            say("shorten it, or link to the rest"),
            Severity.WARNING,
        )
    for what, written in {*find_active(whole.page), *find_active(source.body.text)}:
        yield Problem(
            _place_of(written, source, top),
            "active-content",
            say("{what}: no mail program runs it, and filters take it for an attack", what=what),
            say("a link begins with https://, mailto: or tel:"),
        )
    for shown, target in whole.shown:
        if _SHOWN.sub("", shown).rstrip("/") != _SHOWN.sub("", target).rstrip("/"):
            yield Problem(
                _place_of(shown, source, top),
                "link-shown",
                say(
                    "the text shows {shown}, the link leads to {target}", shown=shown, target=target
                ),
                say("show words, or the address itself"),
            )
    if context.is_service(whole.path.name):
        return
    if (journey := context.first.get(whole.path.name)) is not None:
        yield from check_first(whole, source, journey)
    yield from check_way_out(whole)
    for part, text in ((say("HTML"), whole.page), (say("text"), whole.text)):
        if not _OPT_OUT.search(text):
            yield Problem(
                top,
                "no-unsubscribe",
                say("the {part} part of a mail that needs consent has no way out", part=part),
                say("add a link to {{ urls.unsubscribe }}, or use a layout that has it"),
            )
    read = {reference.path for reference in whole.references}
    for path in _IDENTITY:
        if path not in read:
            name = ".".join(path)
            yield Problem(
                top,
                "no-identity",
                say("a mail that needs consent must show {name}", name=name),
                say("add {{ {name} }}, or use a layout that has it", name=name),
            )


def _place_of(text: str, source: Source, otherwise: Place) -> Place:
    at = source.body.text.find(text)
    return otherwise if at < 0 else source.body.at(at)
