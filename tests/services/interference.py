"""A provider in whose waves something else happens first."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from nurture.providers.base import Answer, Envelope
from nurture.providers.memory import MemoryProvider
from nurture.services.deliver import Outbox
from tests.services.house import House

Wave = Callable[[Sequence[Envelope]], None]


class Interrupted(MemoryProvider):
    """Calls `first` once a wave is committed as `sending`, before its bodies."""

    def __init__(self, first: Wave, width: int = 1) -> None:
        super().__init__(width=width)
        self._first = first

    def wave(self, envelopes: Sequence[Envelope], keep_alive: Callable[[], bool]) -> list[Answer]:
        """Let the other thing happen, then answer."""
        self._first(envelopes)
        return super().wave(envelopes, keep_alive)


def interrupt(house: House, first: Wave, width: int = 1) -> Interrupted:
    """Give the house such a provider."""
    provider = Interrupted(first, width)
    house.provider = provider
    house.outbox = Outbox(house.runtime, provider)
    return provider
