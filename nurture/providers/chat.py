"""Chat rooms: a line of text to Slack, Teams, Chatwork and whatever else apprise speaks to."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote, urlsplit

import structlog

from nurture.errors import NurtureError
from nurture.language import say

if TYPE_CHECKING:
    import apprise

log = structlog.get_logger(__name__)

#: Chatwork's API (developer.chatwork.com): one form field, the token in a header
_CHATWORK = "forms://api.chatwork.com/v2/rooms/{room}/messages?+X-ChatWorkToken={token}"
#: that plugin's own fields, of which Chatwork wants one, by another name
_CHATWORK_FIELDS = "&:message=body&:title=&:type=&:version="

_SHAPES = say(
    "e.g. slack://TOKEN_A/TOKEN_B/TOKEN_C, workflows://… for Teams, chatwork://TOKEN@ROOM, "
    "or any other address of apprise"
)


class Taken(enum.StrEnum):
    """What became of a line."""

    #: the room's service has it
    YES = "yes"
    #: not now: away, overloaded, or refused; worth another try
    NO = "no"
    #: no address is configured for the room
    NOWHERE = "nowhere"


class Chat(Protocol):
    """Where lines for the team go; never raises for a service that is away."""

    def say(self, room: str, text: str) -> Taken:
        """Post one line to a room."""
        ...


class AppriseChat:
    """Rooms by name, each behind an address of apprise."""

    def __init__(self, addresses: Mapping[str, str]) -> None:
        """Take addresses by room; NurtureError names the room whose address is none."""
        if not addresses:
            # 170 services take a third of a second to load: only for those who use one.
            self._rooms: dict[str, apprise.Apprise] = {}
            return
        import apprise

        asset = apprise.AppriseAsset(
            app_id="Nurture",
            app_desc="Nurture",
            app_url="",
            # no picture from somebody else's server in our rooms
            image_url_mask="",
            image_url_logo="",
            storage_mode=apprise.PersistentStoreMode.MEMORY,
            async_mode=False,
        )
        self._rooms = {}
        for room, address in addresses.items():
            one = apprise.Apprise(asset=asset)
            # Nothing of the address in the message: it is a secret.
            if not one.add(_spelled(room, address)):
                raise NurtureError(
                    say("CHAT_{room}: this is no address of a chat", room=room.upper()), _SHAPES
                )
            self._rooms[room] = one

    def say(self, room: str, text: str) -> Taken:
        """Post one line to a room; what the service answers otherwise than yes is logged."""
        there = self._rooms.get(room)
        if there is None:
            return Taken.NOWHERE
        if there.notify(body=text):
            return Taken.YES
        log.warning("chat did not take a line", room=room)
        return Taken.NO


@dataclass
class MemoryChat:
    """Rooms that remember what was said; for tests and for looking."""

    rooms: tuple[str, ...] = ()
    said: list[tuple[str, str]] = field(default_factory=list)
    #: how many of the next lines are not taken
    refuse: int = 0

    def say(self, room: str, text: str) -> Taken:
        """Remember a line, unless refusing."""
        if room not in self.rooms:
            return Taken.NOWHERE
        if self.refuse > 0:
            self.refuse -= 1
            return Taken.NO
        self.said.append((room, text))
        return Taken.YES


def _spelled(room: str, address: str) -> str:
    """Return an address as apprise reads it; `chatwork://TOKEN@ROOM` is ours."""
    if not address.startswith("chatwork://"):
        return address
    parts = urlsplit(address)
    number = (parts.hostname or "").removeprefix("rid")
    if not parts.username or not number.isdecimal():
        raise NurtureError(
            say("CHAT_{room}: a Chatwork room needs a token and a number", room=room.upper()),
            say("write chatwork://TOKEN@123456789"),
        )
    token = quote(parts.username, safe="")
    return _CHATWORK.format(room=number, token=token) + _CHATWORK_FIELDS
