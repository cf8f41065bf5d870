"""Picking from the library just before a mail leaves.

A journey's mail is decided when its `send` is reached (`services.shelf`); a broadcast's when
it is composed, since it is queued for thousands at once. What was picked and then expired,
or left the library, is picked anew here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row

from nurture.db.contact_facts import contact_values
from nurture.db.engine import read
from nurture.db.library import items_of
from nurture.domain.library import (
    ITEM_FILE,
    Choice,
    Item,
    Pick,
    best,
    in_locale,
    kind_template,
    pick_from_json,
)
from nurture.domain.reader import Reader, reader_of
from nurture.errors import NurtureError
from nurture.language import say
from nurture.services.releases import LiveRelease
from nurture.services.runtime import Runtime


class NothingToSendError(NurtureError):
    """The library has nothing for this reader, and nothing is named instead."""

    def __init__(self, choice: Choice) -> None:
        super().__init__(
            say("the library has no {kind} for this reader", kind=choice.detail.get("kind", "item"))
        )
        self.choice = choice


@dataclass(frozen=True, slots=True)
class Carried:
    """What a mail carries: a template, and an item where one was picked."""

    template: str
    item: Item | None = None
    #: what was decided just now; None: it stands as it was queued
    choice: Choice | None = None

    @property
    def key(self) -> str | None:
        """The item's key, as `message.item` keeps it."""
        return self.item.key if self.item is not None else None

    def values(self, locale: str, contact: Mapping[str, Any], attach: Sequence[str]) -> Any:
        """Return `item` as templates read it; empty where nothing was picked."""
        item = self.item
        if item is None:
            return {}
        file = in_locale(item.file, locale)
        return {
            "key": item.key,
            "kind": item.kind,
            "title": in_locale(item.title, locale) or "",
            "summary": in_locale(item.summary, locale) or "",
            "figures": list(in_locale(item.figures, locale) or ()),
            **{name: in_locale(one, locale) or "" for name, one in item.story.items()},
            "url": in_locale(item.url, locale) or "",
            # An empty value would count as missing, so only what is true is there.
            **({"same_industry": True} if contact.get("industry") in item.industries else {}),
            **({"attached": True} if file is not None and ITEM_FILE in attach else {}),
        }


class Got:
    """What the readers of a batch of mails have of the library, by other mails than each."""

    def __init__(self, items: Mapping[int, Mapping[int, str]]) -> None:
        self._items = {contact: dict(of) for contact, of in items.items()}

    @classmethod
    def by_readers_of(cls, runtime: Runtime, messages: Sequence[Row[Any]]) -> Got:
        """Load it for the mails that pick something, in one query; none where none does."""
        readers = {row.contact_id for row in messages if row.pick is not None and row.contact_id}
        if not readers:
            return cls({})
        with read(runtime.engine) as connection:
            return cls(items_of(connection, readers))

    def before(self, message: Row[Any]) -> set[str]:
        """Return what the reader of a mail has without it."""
        of = self._items.get(message.contact_id, {})
        return {item for mail, item in of.items() if mail != message.id}

    def add(self, message: Row[Any], choice: Choice | None) -> None:
        """Remember what a mail was just given, for the next one to the same reader."""
        if choice is not None and choice.item is not None:
            self._items.setdefault(message.contact_id, {})[message.id] = choice.item.key


def carried_by(
    release: LiveRelease,
    message: Row[Any],
    person: Row[Any] | None,
    locale: str,
    zone: ZoneInfo,
    now: datetime,
    got: Collection[str] = (),
) -> Carried:
    """Return what a mail carries when it leaves; NothingToSendError where there is nothing.

    What was picked stands while it is in the library, in the reader's language and not
    expired; else it is picked anew, without what the reader `got` meanwhile.
    """
    if message.pick is None:
        return Carried(message.template)
    definitions = release.definitions
    items, today = definitions.library.items, now.astimezone(zone).date()
    pick, template = pick_from_json(message.pick)
    chosen = items.get(message.item or "")
    if chosen is not None and chosen.fits(locale, today):
        return Carried(chosen.sent_in, chosen)
    reader = Reader()
    if person is not None:
        half_life = definitions.scoring.half_life
        default = definitions.policy.default_locale
        reader = reader_of(contact_values(person._asdict(), now, half_life, default))
    carried, choice = choose(items, pick, template, reader, locale, today, got)
    if carried.item is None and not template:
        raise NothingToSendError(choice)
    if message.item is None and carried.item is None and message.template == template:
        # The walk said so already.
        return Carried(template)
    return Carried(carried.template, carried.item, choice)


def choose(
    items: Mapping[str, Item],
    pick: Pick,
    template: str,
    reader: Reader,
    locale: str,
    today: date,
    got: Collection[str],
) -> tuple[Carried, Choice]:
    """Return what a mail carries, and why; without item and fall-back the kind's template."""
    choice = best(items, pick, reader, locale, today, got)
    if choice.item is not None:
        detail = {**choice.detail, "title": dict(choice.item.title)}
        return Carried(choice.item.sent_in, choice.item), Choice(choice.item, choice.reason, detail)
    if template:
        detail = {**choice.detail, "template": template}
        return Carried(template), Choice(None, "template_instead", detail)
    return Carried(kind_template(pick.kind)), choice
