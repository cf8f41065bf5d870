"""Spread: the mails of one batch leave over a span, each at a moment of its own."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import blake2b

#: before the span's end, so that the last mail does not come to a door that has just shut
_MARGIN = timedelta(minutes=1)


def slot(key: str, opens: datetime, ends: datetime) -> datetime:
    """Return when a mail leaves that may leave from `opens` on and before `ends`.

    The place is a hash of the mail's key: the same whenever and wherever it is asked, and
    even over many mails.
    """
    room = ends - opens
    room -= min(_MARGIN, room / 10)
    share = int.from_bytes(blake2b(key.encode(), digest_size=8).digest()) / 2**64
    return opens + share * room
