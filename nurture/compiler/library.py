"""`library.yaml`: what there is to send: cases, papers, tools."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from nurture.compiler.case_story import STORY, story_of
from nurture.compiler.moments import Day
from nurture.compiler.names import HTTPS, NAME
from nurture.compiler.nodes import ListNode, MapNode, Node, Scalar, quoted
from nurture.compiler.picks import ATTACHMENT, TEMPLATE_NAME
from nurture.compiler.records import Fields, Key, ListOf, Record
from nurture.compiler.references import References
from nurture.compiler.report import Report
from nurture.compiler.shapes import Localized, Schema, Shape, SharedParts, Text
from nurture.domain.library import ITEM_FILE, LOCALE_MARK, RESULTS_FILE, Item, Library
from nurture.domain.reader import DEPTHS, ROLES
from nurture.domain.workflow import Purpose
from nurture.language import say

#: said ahead of time, so that nobody is surprised on the day
_SOON = timedelta(days=14)

_LOCALE = Text(say("a locale such as ja or en"), r"[a-z]{2,3}(?:-[A-Z]{2})?")
_WORD = Text(say("a word such as manufacturing"), longest=100)


class _PerLocale(Shape[Mapping[str, str]]):
    """One value for all languages (''), or one per locale, each of a shape."""

    def __init__(self, value: Shape[str]) -> None:
        self._value = value

    def read(self, node: Node, report: Report) -> Mapping[str, str] | None:
        """Return values by locale; one value alone stands under ''."""
        if not isinstance(node, MapNode):
            one = self._value.read(node, report)
            return {"": one} if one is not None else None
        values = {}
        for locale, (_, inner) in node.pairs.items():
            value = self._value.read(inner, report)
            if value is not None:
                values[locale] = value
        return values

    def schema(self, shared: SharedParts) -> Schema:
        """Return the value, or a map of values."""
        value = self._value.schema(shared)
        return {"anyOf": [value, {"type": "object", "additionalProperties": value}]}


class _Lines(Shape[Mapping[str, tuple[str, ...]]]):
    """A list of short lines, or one list per locale."""

    _list = ListOf(Text(longest=300))

    def read(self, node: Node, report: Report) -> Mapping[str, tuple[str, ...]] | None:
        """Return lines by locale; one list alone stands under ''."""
        if isinstance(node, MapNode):
            found = {
                name: self._list.read(inner, report) for name, (_, inner) in node.pairs.items()
            }
            return {name: tuple(lines) for name, lines in found.items() if lines is not None}
        lines = self._list.read(node, report)
        return {"": tuple(lines)} if lines is not None else None

    def schema(self, shared: SharedParts) -> Schema:
        """Return a list, or a map of lists."""
        lines = self._list.schema(shared)
        return {"anyOf": [lines, {"type": "object", "additionalProperties": lines}]}


_LIBRARY = Key("library", NAME, say("Name of the library, usually `default`."), required=True)
_ITEM = Key("item", NAME, say("The item's key, used by `otherwise` and in reports."), required=True)
_KIND = Key("kind", NAME, say("case, paper, tool …: what `pick` names."), required=True)
_TITLE = Key("title", Localized(), say("Title as readers see it."), required=True)
_SUMMARY = Key("summary", Localized(), say("Two or three sentences for the mail."))
_FIGURES = Key("figures", _Lines(), say("Effects in numbers, a line each, for the mail."))
_INDUSTRY = Key(
    "industry",
    ListOf(_WORD, or_one=True),
    say("Goes to these industries only; without it, to all."),
)
_ROLE = Key("role", ListOf(_WORD, or_one=True), say("Written for: {roles}.", roles=[*ROLES]))
_DEPTH = Key(
    "depth", ListOf(_WORD, or_one=True), say("How far readers are: {depths}.", depths=[*DEPTHS])
)
_LOCALES = Key(
    "locale", ListOf(_LOCALE, or_one=True), say("Languages it exists in; without it, all.")
)
_URL = Key("url", _PerLocale(HTTPS), say("Where it is read; one address, or one per locale."))
_FILE = Key(
    "file", _PerLocale(ATTACHMENT), say("A PDF; `{locale}` in the path, or one per locale.")
)
_VALID = Key("valid_until", Day(), say("Last day on which it may be sent."))
_TEMPLATE = Key("template", TEMPLATE_NAME, say("Template it is sent in; without it, library/KIND."))

ITEM = Record(
    say("an item"),
    (
        _ITEM, _KIND, _TITLE, _SUMMARY, _FIGURES, STORY, _INDUSTRY, _ROLE, _DEPTH, _LOCALES, _URL,
        _FILE, _VALID, _TEMPLATE,
    ),
)  # fmt: skip


class _Items(Shape[Node]):
    """The items; read one by one, so that a bad one hides no other."""

    def read(self, node: Node, report: Report) -> Node | None:
        """Return the node where it is a list."""
        if isinstance(node, ListNode):
            return node
        report.error(node, "wrong-type", say("expected a list of items, e.g. [{item: …, kind: …}]"))
        return None

    def schema(self, shared: SharedParts) -> Schema:
        """Return a list of items."""
        return ListOf(ITEM).schema(shared)


_ITEMS = Key("items", _Items(), say("All items."), required=True)
LIBRARY = Record(say("a library"), (_LIBRARY, _ITEMS))


def compile_library(
    root: Node, report: Report, references: References, today: date | None
) -> Library:
    """Return the items of a file that could be read; the report says what is wrong with them.

    `today` decides what has expired; None: nothing is said of it.
    """
    fields = LIBRARY.read(root, report)
    node = fields.get(_ITEMS) if fields is not None else None
    items: dict[str, Item] = {}
    first: dict[str, int] = {}
    for entry in node.items if isinstance(node, ListNode) else ():
        read = ITEM.read(entry, report)
        item = _item(read, references, report) if read is not None else None
        if read is None or item is None:
            continue
        if item.key in items:
            hint = say("first in line {line}", line=first[item.key])
            report.error(
                read.at(_ITEM),
                "duplicate-id",
                say("an item '{key}' exists already", key=item.key),
                hint,
            )
            continue
        items[item.key] = item
        first[item.key] = read.at(_ITEM).line
        _check(item, read, references, today, report)
    return Library(items)


def _item(fields: Fields, references: References, report: Report) -> Item | None:
    key, kind = fields.get(_ITEM), fields.get(_KIND)
    if key is None or kind is None:
        return None
    locales = frozenset(fields.get_or(_LOCALES, []))
    spoken = sorted(locales or references.policy.locales)
    file = {
        locale: path
        for written, path in fields.get_or(_FILE, {}).items()
        for locale, path in _spread(written, path, spoken)
    }
    return Item(
        key=key,
        kind=kind,
        title=fields.get_or(_TITLE, {}),
        summary=fields.get_or(_SUMMARY, {}),
        figures=fields.get_or(_FIGURES, {}),
        story=story_of(fields, spoken, report),
        industries=frozenset(fields.get_or(_INDUSTRY, [])),
        roles=frozenset(fields.get_or(_ROLE, [])),
        depths=frozenset(fields.get_or(_DEPTH, [])),
        locales=locales,
        url=fields.get_or(_URL, {}),
        file=file,
        valid_until=fields.get(_VALID),
        template=fields.get_or(_TEMPLATE, ""),
    )


def _spread(written: str, path: str, locales: Iterable[str]) -> list[tuple[str, str]]:
    """Return (locale, path) pairs; a path with `{locale}` stands for one per language."""
    if LOCALE_MARK not in path or written:
        return [(written, path.replace(LOCALE_MARK, written))]
    return [(locale, path.replace(LOCALE_MARK, locale)) for locale in sorted(locales)]


def _check(
    item: Item, fields: Fields, references: References, today: date | None, report: Report
) -> None:
    locales = sorted(item.locales or references.policy.locales)
    if references.senders is not None:
        _check_locales(item, fields, references, report)
        for key in (_TITLE, _SUMMARY, _FIGURES, _URL, _FILE):
            _check_texts(fields, key, locales, report)
    if not (fields.written(_URL) or fields.written(_FILE)):
        message = say("'{key}' has nothing to read: neither url nor file", key=item.key)
        report.error(
            fields.at(_ITEM), "missing-key", message, say("say where it is read, or which PDF")
        )
    _check_words(fields, report)
    template = item.sent_in
    at = fields.at(_TEMPLATE) if item.template else fields.at(_KIND)
    references.check_template(template, Purpose.MARKETING, at, report)
    if references.files is not None:
        for written, path in fields.get_or(_FILE, {}).items():
            if path in (ITEM_FILE, RESULTS_FILE):
                message = say("'{word}' is no path", word=path)
                report.error(fields.at(_FILE), "bad-path", message, say("name the PDF"))
            else:
                of = [written] if written else locales
                references.files.check(path, of, fields.at(_FILE), report)
    if item.valid_until is not None and today is not None:
        _check_date(item.valid_until, fields, today, report)


def _check_locales(item: Item, fields: Fields, references: References, report: Report) -> None:
    for locale in sorted(item.locales - set(references.policy.locales)):
        hint = report.suggest(locale, references.policy.locales)
        message = say("the policy has no locale '{locale}'", locale=locale)
        report.error(fields.at(_LOCALES), "unknown-locale", message, hint)


def _check_texts(
    fields: Fields, key: Key[Mapping[str, object]], locales: list[str], report: Report
) -> None:
    """Report the languages of an item that a text, an address or a file lacks."""
    found = fields.get(key)
    if not found or "" in found:
        return
    if key is _FILE and any(LOCALE_MARK in str(path) for path in found.values()):
        return
    for locale in locales:
        if locale not in found:
            message = say("'{name}' is missing in '{locale}'", name=key.name, locale=locale)
            hint = say("write it, or leave {locale} out of `locale`", locale=locale)
            report.error(fields.at(key), "missing-locale", message, hint)


def _check_words(fields: Fields, report: Report) -> None:
    for key, known in ((_ROLE, ROLES), (_DEPTH, DEPTHS)):
        node = fields.at(key)
        places = node.items if isinstance(node, ListNode) else [node]
        for word in fields.get_or(key, []):
            if word in known:
                continue
            here = (one for one in places if isinstance(one, Scalar) and one.value == word)
            message = say("{word} is no {name} that readers have", word=quoted(word), name=key.name)
            report.warn(next(here, node), "unknown-value", message, report.suggest(word, known))


def _check_date(last: date, fields: Fields, today: date, report: Report) -> None:
    at = fields.at(_VALID)
    if last < today:
        hint = say("delete it, or look through it and give it a new date")
        report.error(at, "expired", say("it expired on {last}", last=last.isoformat()), hint)
    elif last <= today + _SOON:
        days = (last - today).days
        soon = (say("it expires today"), say("it expires tomorrow"))
        message = soon[days] if days < 2 else say("it expires in {days} days", days=days)
        report.warn(at, "expires-soon", message, say("look through it and renew the date"))
