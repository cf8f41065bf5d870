"""Items of the library."""

from __future__ import annotations

from collections.abc import Iterator

from nurture.domain.changes.change import Change, Labels, things
from nurture.domain.changes.fields import field_changes
from nurture.domain.changes.side import Side
from nurture.domain.library import Item, in_locale

LABELS: Labels = {
    "kind": ("種類", "kind"),
    "title": ("タイトル", "title"),
    "summary": ("要約", "summary"),
    "figures": ("数値", "figures"),
    "story": ("事例の内容", "story"),
    "industries": ("業種", "industries"),
    "roles": ("役割", "roles"),
    "depths": ("検討段階", "depths"),
    "locales": ("言語", "languages"),
    "url": ("URL", "url"),
    "file": ("ファイル", "file"),
    "valid_until": ("有効期限", "valid until"),
    "template": ("テンプレート", "template"),
}


def library_changes(old: Side, new: Side) -> Iterator[Change]:
    """Yield items that are new, gone or changed."""
    yield from things(
        "item",
        dict(old.definitions.library.items),
        dict(new.definitions.library.items),
        _item,
        lambda _name, ours, theirs: field_changes(LABELS, ours, theirs, ("key",)),
    )


def _item(item: Item, locale: str) -> str:
    title = in_locale(item.title, locale) or next(iter(item.title.values()), item.key)
    return str(title)
