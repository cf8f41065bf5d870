"""Everything wrong with one template as a mail: what it reads, shows, and lets its reader do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from nurture.emails.active import find_active
from nurture.emails.compile import Assembled, assemble
from nurture.emails.expressions import Path
from nurture.emails.manners import check_first, check_manners, check_way_out
from nurture.emails.sources import Source, TemplatePath, read_source
from nurture.emails.template_context import TemplateContext
from nurture.emails.typical_size import typical_size
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


def lint_template(
    files: Mapping[str, str], path: TemplatePath, context: TemplateContext
) -> Iterator[Problem]:
    """Yield what is wrong with one template, put together with its layout."""
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
    size = typical_size(whole.page)
    if size > MAX_HTML:
        yield Problem(
            top,
            "too-long",
            say(
                "about {size} KB of HTML; Gmail cuts a mail at {most} KB",
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
