"""The library: cases, papers and tools, and which of them suits a reader best."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Item:
    """Something worth sending: a case, a paper, a tool."""

    key: str
    #: case | paper | tool | …: what `pick:` names
    kind: str
    title: Mapping[str, str]
    summary: Mapping[str, str] = field(default_factory=dict)
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
