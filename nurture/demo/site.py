"""The website of the fictional company, as far as its letters lead there.

`examples/site.yaml` says what a visitor sees on each page, what he can do there, and where
he may go next. A visit becomes the events that a real site would report.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from nurture.demo.temperament import Temperament
from nurture.errors import NurtureError

#: pages one visit looks at, at most
_LONGEST_VISIT = 3


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that somebody did, as the site or the CRM reports it."""

    type: str
    email: str
    properties: Mapping[str, Any] = field(default_factory=dict)
    #: None: now
    occurred_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its name in events, what can be done there, and where it leads."""

    name: str
    does: str = ""
    #: properties of that event
    given: Mapping[str, Any] = field(default_factory=dict)
    #: title by locale, where the event carries one
    title: Mapping[str, str] = field(default_factory=dict)
    next: tuple[str, ...] = ()


def _eagerness(page: Page, reader: Temperament) -> float:
    """Return how likely somebody does what a page offers; a seminar costs nothing but a date."""
    return reader.acts**0.5 if page.does == "seminar.registered" else reader.acts


class Site:
    """The pages by path."""

    def __init__(self, address: str, pages: Mapping[str, Page]) -> None:
        self.address = address
        self.pages = pages

    @classmethod
    def read(cls, path: Path) -> Site:
        """Read the site's description; NurtureError where it is missing or not YAML."""
        try:
            found = yaml.safe_load(path.read_text("utf-8"))
            pages = {
                where: Page(
                    name=page["page"],
                    does=page.get("does", {}).get("event", ""),
                    given=page.get("does", {}).get("with", {}),
                    title=page.get("title", {}),
                    next=tuple(page.get("next", ())),
                )
                for where, page in found["pages"].items()
            }
            return cls(found["site"], pages)
        except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
            raise NurtureError(f"{path} does not describe a site: {error}") from error

    def page_at(self, url: str) -> str | None:
        """Return the path of a page of ours that a URL leads to, None for any other."""
        parts, own = urlsplit(url), urlsplit(self.address)
        if (parts.scheme, parts.netloc) != (own.scheme, own.netloc):
            return None
        path = parts.path or "/"
        return path if path in self.pages else None

    def visit(
        self, path: str, email: str, locale: str, reader: Temperament, rng: random.Random
    ) -> Iterator[Deed]:
        """Yield what somebody does who arrives at a page: look, act, stroll on."""
        for _ in range(_LONGEST_VISIT):
            page = self.pages[path]
            yield Deed("page.viewed", email, {"page": page.name, "path": path})
            if page.does and rng.random() < _eagerness(page, reader):
                yield self.deed(path, email, locale)
            if not page.next or rng.random() >= reader.strolls:
                return
            path = rng.choice(page.next)

    def deed(self, path: str, email: str, locale: str) -> Deed:
        """Return what can be done on a page as done by somebody."""
        page = self.pages[path]
        properties = dict(page.given)
        if page.title:
            properties["title"] = page.title.get(locale) or next(iter(page.title.values()))
        return Deed(page.does, email, properties)
