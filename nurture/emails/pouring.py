"""A template's source poured into its layout: one page and one text, tags still hidden."""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import dataclass

from nurture.emails.layouts import LayoutBuilder
from nurture.emails.letters import letter_html
from nurture.emails.mjml import mjml_html
from nurture.emails.opening import EXTENDS, open_letter, open_newsletter, opening_values
from nurture.emails.placeholders import CONTENT, Placeholders
from nurture.emails.plain_text import plain_text
from nurture.emails.sources import LAYOUTS, Kind, Source, take_subject
from nurture.errors import Place, Problem
from nurture.language import say
from nurture.language.hints import nearest

#: turns a link's target into what the text part shows for it
LinkText = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Poured:
    """A whole mail before its links are numbered."""

    subject: str
    page: str
    #: the text part; made late, since links are numbered by the page
    text: Callable[[LinkText], str]


def pour(
    source: Source,
    locale: str,
    tags: Placeholders,
    builder: LayoutBuilder,
    problems: list[Problem],
) -> Poured | None:
    """Return the finished page of a source; None where a problem was found."""
    before = len(problems)
    make = _letter if source.path.kind is Kind.LETTER else _newsletter
    poured = make(source, locale, tags, builder, problems)
    return poured if len(problems) == before else None


def _letter(
    source: Source,
    locale: str,
    tags: Placeholders,
    builder: LayoutBuilder,
    problems: list[Problem],
) -> Poured | None:
    head = {key: tags.hide(passage) for key, passage in source.header.items()}
    written = tags.hide(source.body)
    twin = tags.hide(source.twin) if source.twin else None
    layout = source.layout
    if not builder.has(f"{layout}.mjml"):
        problems.append(_no_layout(source, builder))
        return None
    language = locale.split("-")[0]
    values = {
        "locale": language,
        "preheader": head.get("preheader", ""),
        "reason": head.get("reason", ""),
        **opening_values(source, tags),
    }
    body = letter_html(open_letter(written, layout, values, builder, tags), tags)
    if twin:
        twin = open_letter(twin, layout, values, builder, tags)
    escaped = {key: html.escape(value) for key, value in values.items()}
    mjml = builder.layout(f"{layout}.mjml", escaped | {"content": CONTENT})
    if mjml and CONTENT not in mjml:
        place = Place(f"{LAYOUTS}{layout}.mjml")
        problems.append(
            Problem(
                place, "layout", say("takes no letter"), say("put [[ content ]] into an <mj-text>")
            )
        )
    page = mjml_html(mjml, language, Place(source.path.path), problems) if mjml else ""
    page = page.replace(CONTENT, body)

    def text(link: LinkText) -> str:
        if not builder.has(f"{layout}.txt"):
            return twin or plain_text(page, tags, link, locale)
        content = twin or plain_text(body, tags, link, locale)
        return builder.layout(f"{layout}.txt", values | {"content": content.strip()})

    return Poured(head.get("subject", ""), page, text)


def _newsletter(
    source: Source,
    locale: str,
    tags: Placeholders,
    builder: LayoutBuilder,
    problems: list[Problem],
) -> Poured | None:
    language = locale.split("-")[0]
    twin = tags.hide(source.twin) if source.twin else None
    builder.hide(source.body)
    own = opening_values(source, tags)
    opened = "yes" if open_newsletter(source, builder, tags) else ""
    by_hand = "yes" if twin else ""
    values = {"locale": language, "reason": "", "opened": opened, "twin": by_hand, **own}
    built = builder.build(source.body, values)
    subject, mjml = take_subject(built)
    if built and not subject:
        problems.append(
            Problem(
                source.body.place,
                "subject-missing",
                say("a newsletter needs a subject"),
                say(
                    "put <mj-title>…</mj-title> into <mj-head>, or fill the layout's subject block"
                ),
            )
        )
    page = mjml_html(mjml, language, source.body.place, problems) if built else ""
    extends = EXTENDS.search(source.body.text)

    def text(link: LinkText) -> str:
        content = twin or plain_text(page, tags, link, locale)
        if extends is None or not builder.has(f"{extends[1]}.txt"):
            return content
        return builder.layout(f"{extends[1]}.txt", values | {"content": content.strip()})

    return Poured(subject or "", page, text)


def _no_layout(source: Source, builder: LayoutBuilder) -> Problem:
    names = builder.names(".mjml")
    named = source.header.get("layout")
    return Problem(
        named.place if named else Place(source.path.path),
        "unknown-layout",
        say("no layout '{name}'", name=source.layout),
        nearest(source.layout, names) or say("known: {known}", known=names or (say("none"),)),
    )
