"""What the columns of a list of participants mean: Zoom's, Teams' and lists of our own."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from nurture.domain.cell_values import plain
from nurture.domain.contact_columns import meanings

#: headers of tools beyond those that contact lists use, without case, spaces and brackets
_ADDRESS = frozenset(
    {
        "useremail", "emailaddress", "attendeeemail", "ユーザーのメール", "ユーザーメール",
        "ユーザーのメールアドレス", "ユーザーのeメール", "参加者のメールアドレス", "電子メール",
        "電子メールアドレス",
    }
)  # fmt: skip
#: Teams writes an address here for people of its own organisation
_SECOND_ADDRESS = frozenset({"participantid", "参加者id"})
_NAME = frozenset(
    {"username", "ユーザー名", "表示名", "displayname", "参加者", "参加者名", "participant"}
)
_CAME = frozenset(
    {"attended", "attendance", "出席", "参加", "出席済み", "参加済み", "出欠", "参加状況"}
)
#: a block about the meeting, not about those who came: its address is the host's
_MEETING = frozenset(
    {"topic", "トピック", "meetingid", "ミーティングid", "webinarid", "ウェビナーid"}
)
#: titles above blocks of our own side
_OUR_SIDE = re.compile(r"(host|panelist|ホスト|主催者|パネリスト|パネラー)", re.IGNORECASE)

_YES = frozenset(
    {
        "はい", "有", "あり", "○", "◯", "〇", "済", "参加", "出席", "参加済み", "出席済み",
        "yes", "y", "true", "1", "attended", "present",
    }
)  # fmt: skip

_BRACKETS = re.compile(r"[(（\[［].*?[)）\]］]")
_NOISE = re.compile(r"[\s_\-‐・･*※'\"]+")

#: characters of the longest cell that may be a header or an answer such as はい
_LONGEST = 100
#: every header of addresses has one of these in it, so that other rows cost one look
_OF_ADDRESSES = ("mail", "メール")


@dataclass(frozen=True, slots=True)
class AttendanceColumns:
    """Where a block of a list has what; -1: nowhere."""

    address: int
    second_address: int = -1
    name: int = -1
    family_name: int = -1
    given_name: int = -1
    came: int = -1
    #: the block is about the meeting itself, or about our own side
    skipped: bool = False

    def has_come(self, cells: Sequence[str]) -> bool:
        """Say whether a row is of somebody who came; without such a column everybody did."""
        if not 0 <= self.came < len(cells):
            return True
        return _normal(cells[self.came]) in _YES

    def person_name(self, cells: Sequence[str]) -> str:
        """Return the name in a row, family name first where it has two columns; "" for none."""
        parts = [_cell(cells, self.family_name), _cell(cells, self.given_name)]
        return " ".join(part for part in parts if part) or _cell(cells, self.name)

    def addresses(self, cells: Sequence[str]) -> list[str]:
        """Return what stands where addresses stand, the better first."""
        found = [_cell(cells, self.address), _cell(cells, self.second_address)]
        return [one for one in found if one]


def _cell(cells: Sequence[str], at: int) -> str:
    return plain(cells[at]) if 0 <= at < len(cells) else ""


def _normal(cell: str) -> str:
    if len(cell) > _LONGEST:
        return ""
    text = unicodedata.normalize("NFKC", plain(cell)).casefold()
    return _NOISE.sub("", _BRACKETS.sub("", text))


def is_our_side(title: str) -> bool:
    """Say whether a title, alone in its row, is above hosts and speakers."""
    return _OUR_SIDE.search(unicodedata.normalize("NFKC", title)) is not None


def read_header(cells: Sequence[str], our_side: bool) -> AttendanceColumns | None:
    """Return what a row means as headers, None where it is no row of headers.

    `our_side`: the title above says that those below are not guests.
    """
    if any("@" in cell for cell in cells):
        return None
    row = unicodedata.normalize("NFKC", "\n".join(cells)).casefold()
    if not any(one in row for one in _OF_ADDRESSES):
        return None
    cells = [cell if len(cell) <= _LONGEST else "" for cell in cells]
    words = [_normal(cell) for cell in cells]
    fields = meanings(cells)

    def find(known: frozenset[str], *wanted: str) -> int:
        for at, (word, meaning) in enumerate(zip(words, fields, strict=True)):
            if word in known or meaning in wanted:
                return at
        return -1

    address = find(_ADDRESS, "email")
    if address < 0:
        return None
    return AttendanceColumns(
        address=address,
        second_address=find(_SECOND_ADDRESS),
        name=find(_NAME, "name"),
        family_name=find(frozenset(), "family_name"),
        given_name=find(frozenset(), "given_name"),
        came=find(_CAME),
        skipped=our_side or any(word in _MEETING for word in words),
    )
