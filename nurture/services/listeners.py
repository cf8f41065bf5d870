"""What the live release listens to, for those who tell of an event by hand: types and values."""

from __future__ import annotations

from collections.abc import Mapping

from nurture.db.engine import read
from nurture.domain.event_values import event_values
from nurture.domain.own_words import own_words
from nurture.language import Said
from nurture.language.hints import misspelling_of
from nurture.services.runtime import Runtime


def listened_to(runtime: Runtime) -> frozenset[str]:
    """Return the event types that a trigger, wait, exit, condition or score reads.

    Empty where nothing is published.
    """
    with read(runtime.engine) as connection:
        if not runtime.releases.published(connection):
            return frozenset()
        lookups = runtime.releases.live(connection).lookups
    return frozenset(lookups.starts).union(lookups.event_types, *lookups.journey_types.values())


def misspelt(runtime: Runtime, properties: Mapping[str, object]) -> tuple[tuple[str, Said], ...]:
    """Return the properties of an event whose text is nearly one that the live release asks for.

    Each as its name and a hint with the text that was perhaps meant.
    """
    with read(runtime.engine) as connection:
        if not runtime.releases.published(connection):
            return ()
        asked = event_values(runtime.releases.live(connection).definitions)
    found = []
    for name, value in properties.items():
        known = asked.get(name, frozenset()) | own_words(name)
        if isinstance(value, str) and value not in known and (hint := misspelling_of(value, known)):
            found.append((name, hint))
    return tuple(found)
