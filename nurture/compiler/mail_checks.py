"""What a step or a broadcast sends: everything it names exists and can go out."""

from __future__ import annotations

from collections.abc import Iterable

from nurture.compiler.nodes import Node
from nurture.compiler.picks import (
    ATTACH,
    OTHERWISE,
    PICK,
    SEND,
    Content,
    attached,
    attachment_places,
)
from nurture.compiler.records import Fields
from nurture.compiler.references import References
from nurture.compiler.report import Report
from nurture.domain.library import ITEM_FILE, RESULTS_FILE, Item, Library
from nurture.domain.workflow import Purpose
from nurture.language import say


def check_content(
    content: Content, at: Node, purpose: Purpose, references: References, report: Report
) -> None:
    """Report a template, a kind or a fall-back that does not exist, or must not be sent.

    `at`: where `send` stands.
    """
    if content.template:
        place = content.at(OTHERWISE, at)
        references.check_template(content.template, purpose, place, report)
    pick, library = content.pick, references.library
    if pick is None or library is None:
        return
    kinds = {item.kind for item in library.items.values()}
    candidates = [item for item in library.items.values() if item.kind == pick.kind]
    if not candidates:
        message = say("the library has nothing of kind '{kind}'", kind=pick.kind)
        report.error(
            content.at(PICK, at), "unknown-kind", message, report.suggest(pick.kind, kinds)
        )
        return
    if pick.otherwise:
        place = content.at(OTHERWISE, at)
        fallback = library.items.get(pick.otherwise)
        if fallback is None:
            hint = report.suggest(pick.otherwise, library.items)
            report.error(
                place,
                "unknown-item",
                say("the library has no '{name}'", name=pick.otherwise),
                hint,
            )
        else:
            _check_languages(fallback, place, references, report)
            candidates.append(fallback)
    elif not content.template and not _for_everybody(candidates, references):
        message = say(
            "some people have no '{kind}' that suits them; their mail would fail", kind=pick.kind
        )
        hint = say("say `otherwise: ITEM`, or a template")
        report.warn(content.at(PICK, at), "no-fall-back", message, hint)
    if purpose is Purpose.SERVICE:
        for template in sorted({item.sent_in for item in candidates}):
            references.check_template(template, purpose, content.at(PICK, at), report)


def check_attachments(
    fields: Fields, content: Content, references: References, report: Report
) -> None:
    """Report attachments that are not there, are no PDFs, or are too large."""
    paths, places = attached(fields), attachment_places(fields)
    if ITEM_FILE not in paths:
        _check_readable(content, fields.at(SEND), references, report)
    if not paths or references.files is None:
        return
    locales = _languages(content, references)
    for number, path in enumerate(paths):
        at = places[min(number, len(places) - 1)]
        if path == ITEM_FILE:
            _check_item_file(content, at, references, report)
        elif path != RESULTS_FILE:
            references.files.check(path, locales, at, report)
    named = [path for path in paths if path not in (ITEM_FILE, RESULTS_FILE)]
    if ITEM_FILE in paths:
        for item in _pickable(content, references.library):
            for locale in locales:
                file = item.file.get(locale, item.file.get(""))
                together = [*named, file] if file is not None else named
                references.files.check_together(together, [locale], fields.at(ATTACH), report)
    else:
        references.files.check_together(named, locales, fields.at(ATTACH), report)


def _check_readable(content: Content, at: Node, references: References, report: Report) -> None:
    """Warn of items that would go out with nothing to read: a file alone, not attached."""
    items = _pickable(content, references.library)
    unread = sorted(item.key for item in items if item.file and not item.url)
    if unread:
        message = say("these are files alone and would go without: {items}", items=unread)
        report.warn(content.at(PICK, at), "nothing-to-read", message, say("say `attach: item`"))


def _check_item_file(content: Content, at: Node, references: References, report: Report) -> None:
    if content.pick is None:
        message = say("'item' is the file of a picked item, and nothing is picked here")
        report.error(at, "nothing-picked", message, say("name the PDF, or send `{pick: …}`"))
        return
    if references.library is None:
        return
    without = sorted(item.key for item in _pickable(content, references.library) if not item.file)
    if without:
        message = say("these have no file and go without one: {items}", items=without)
        report.warn(at, "no-file", message)


def _pickable(content: Content, library: Library | None) -> Iterable[Item]:
    pick = content.pick
    if pick is None or library is None:
        return []
    return [
        item
        for item in library.items.values()
        if item.kind == pick.kind or item.key == pick.otherwise
    ]


def _for_everybody(candidates: Iterable[Item], references: References) -> bool:
    """Say whether each language has an item for all industries and depths that never expires."""
    always = [
        item
        for item in candidates
        if not item.industries and not item.depths and item.valid_until is None
    ]
    return all(
        any(not item.locales or locale in item.locales for item in always)
        for locale in references.policy.locales
    )


def _check_languages(item: Item, at: Node, references: References, report: Report) -> None:
    if references.senders is None or not item.locales:
        return
    missing = [one for one in references.policy.locales if one not in item.locales]
    if missing:
        message = say(
            "'{key}' does not exist in {locales}; their mail would fail",
            key=item.key,
            locales=missing,
        )
        report.warn(at, "no-fall-back", message, say("name an item that exists in every language"))


def _languages(content: Content, references: References) -> list[str]:
    """Return the languages in which a mail may go out: those of its template, or all."""
    locales = list(references.policy.locales)
    if content.pick is not None or references.templates is None:
        return locales
    written = references.templates.get(content.template, frozenset())
    if "" in written:
        return locales
    return [locale for locale in locales if locale in written]
