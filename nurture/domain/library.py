"""The library: cases, papers and tools, and which of them suits a reader best."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from nurture.domain.reader import DEPTHS, Reader

#: what `match` may name; locale always has to fit
MATCHES = ("industry", "role", "depth")

#: what `attach` says for the file of the picked item
ITEM_FILE = "item"
#: stands among attachments for the one page of the results that a mail is about
RESULTS_FILE = "results"

#: where the file of a locale stands in a path
LOCALE_MARK = "{locale}"

#: folder of a release for what is attached
FILES = "workflows/files/"


@dataclass(frozen=True, slots=True)
class Item:
    """Something worth sending: a case, a paper, a tool."""

    key: str
    #: case | paper | tool | …: what `pick:` names
    kind: str
    title: Mapping[str, str]
    summary: Mapping[str, str] = field(default_factory=dict)
    #: effects in numbers, a line each, by locale
    figures: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: part → texts by locale, of a case told by its parts (nurture.domain.case_outline.FIELDS)
    story: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    #: empty: for all
    industries: frozenset[str] = frozenset()
    #: decision-maker | user | it; empty: for all
    roles: frozenset[str] = frozenset()
    #: first-look | consider | decide: how far a reader should be; empty: for all
    depths: frozenset[str] = frozenset()
    #: languages it exists in; empty: all
    locales: frozenset[str] = frozenset()
    #: where it is read, by locale ("" for all)
    url: Mapping[str, str] = field(default_factory=dict)
    #: path in the release, by locale ("" for all), e.g. `workflows/files/rollout.ja.pdf`
    file: Mapping[str, str] = field(default_factory=dict)
    #: last day on which it may be sent
    valid_until: date | None = None
    #: template it is sent in; "": the kind's (`library/KIND`)
    template: str = ""

    @property
    def sent_in(self) -> str:
        """The template it is sent in."""
        return self.template or kind_template(self.kind)

    def fits(self, locale: str, today: date) -> bool:
        """Say whether it exists in a language and may still be sent."""
        speaks = not self.locales or locale in self.locales
        return speaks and (self.valid_until is None or today <= self.valid_until)


@dataclass(frozen=True, slots=True)
class Pick:
    """`send: {pick: case, match: [industry, role]}`: the best match, and what if there is none."""

    kind: str
    #: industry | role | depth, the most important first; locale always has to fit
    match: tuple[str, ...] = ()
    #: key of the item that goes out where nothing matches; "": the step's template, if any
    otherwise: str = ""


@dataclass(frozen=True, slots=True)
class Library:
    """All items by key."""

    items: Mapping[str, Item] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Choice:
    """What was picked, and why; no item: the step's own template, or nothing, goes out."""

    item: Item | None
    #: a code of nurture.domain.reasons
    reason: str
    detail: Mapping[str, Any] = field(default_factory=dict)


def kind_template(kind: str) -> str:
    """Return the template in which items of a kind are sent where they name none."""
    return f"library/{kind}"


def first_template(template: str, pick: Pick | None) -> str:
    """Return the template under which a mail is known until its item is picked."""
    return kind_template(pick.kind) if pick is not None else template


def best(
    items: Mapping[str, Item],
    pick: Pick,
    reader: Reader,
    locale: str,
    today: date,
    got: Collection[str] = (),
) -> Choice:
    """Return the item of the pick's kind that suits a reader best, and the reason.

    Never goes out: an item in another language; one whose `valid_until` has passed; one that
    the person `got` already; one written for industries other than the reader's, or for
    certain industries where the reader's is not known (no hospital's case to a factory,
    whatever `match` says); and, where `match` names depth, one of a later depth than the
    reader's (no price model to somebody who takes a first look).

    Of the others the names in `match` decide, the first first: an item that names what the
    reader is (2) beats one for all (1), which beats one that names others (0). Equal ones go
    by key, so the order of the file plays no part. Where nothing is left, `otherwise` goes
    out if its language and date fit, even a second time.
    """
    allowed = [
        item
        for item in items.values()
        if item.kind == pick.kind
        and item.fits(locale, today)
        and item.key not in got
        and (not item.industries or reader.industry in item.industries)
        and not ("depth" in pick.match and _too_far(item, reader))
    ]
    if allowed:
        item = min(allowed, key=lambda one: (tuple(-r for r in _ranks(one, pick, reader)), one.key))
        ranks = zip(pick.match, _ranks(item, pick, reader), strict=True)
        matched = [name for name, rank in ranks if rank == 2]
        reason = "item_matches" if matched else "item_for_all"
        return Choice(item, reason, {"item": item.key, "kind": pick.kind, "matched": matched})
    detail = {"kind": pick.kind, "match": list(pick.match), "locale": locale}
    fallback = items.get(pick.otherwise)
    if fallback is not None and fallback.fits(locale, today):
        return Choice(fallback, "item_otherwise", {**detail, "item": fallback.key})
    return Choice(None, "no_item", detail)


def _ranks(item: Item, pick: Pick, reader: Reader) -> tuple[int, ...]:
    """Return, for each name of `match`, 2: names the reader's, 1: for all, 0: names others."""
    found = {
        "industry": (item.industries, reader.industry),
        "role": (item.roles, reader.role),
        "depth": (item.depths, reader.depth),
    }
    ranks = []
    for name in pick.match:
        wanted, has = found[name]
        ranks.append(1 if not wanted else 2 if has in wanted else 0)
    return tuple(ranks)


def _too_far(item: Item, reader: Reader) -> bool:
    """Say whether an item is meant for readers who are further along, and for no others."""
    known = [DEPTHS.index(depth) for depth in item.depths if depth in DEPTHS]
    return bool(known) and min(known) > DEPTHS.index(reader.depth)


def in_locale(texts: Mapping[str, Any], locale: str) -> Any:
    """Return what is written for a locale, else for all, else None."""
    return texts.get(locale, texts.get(""))


def pick_as_json(pick: Pick | None, template: str) -> dict[str, Any] | None:
    """Return a pick as `message.pick` keeps it, with the template that is its fall-back."""
    if pick is None:
        return None
    return {
        "kind": pick.kind,
        "match": list(pick.match),
        "otherwise": pick.otherwise,
        "template": template,
    }


def pick_from_json(kept: Mapping[str, Any]) -> tuple[Pick, str]:
    """Return the pick that `message.pick` keeps, and the template that is its fall-back."""
    match = tuple(name for name in kept.get("match", ()) if name in MATCHES)
    pick = Pick(str(kept["kind"]), match, str(kept.get("otherwise") or ""))
    return pick, str(kept.get("template") or "")
