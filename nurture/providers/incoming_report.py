"""Reports inside mails: delivery status (RFC 3464), complaints (RFC 5965), receipts (RFC 8098)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import Parser

from nurture.providers.base import one_line
from nurture.providers.headers import header, message_ids

#: Parts of a mail that are looked at.
PART_LIMIT = 100

#: Octets of a returned original's header that are searched for its id.
_RETURNED_LIMIT = 65_536

_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_CODE = re.compile(r"(?<![\d.])([45]\d\d)(?![\d.])")

#: Permanent codes of RFC 3463 and RFC 7505 that speak of the address: no such user, no such
#: host, bad syntax, has moved, takes no mail at all. All others may pass.
HARD = frozenset({"5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.4.4"})


@dataclass(frozen=True, slots=True)
class BounceDetail:
    """What a delivery status says about one recipient."""

    #: lower case; empty where it is not said
    recipient: str
    #: of RFC 3464: `failed`, `delayed`
    action: str
    #: enhanced status code, e.g. `5.1.1`; empty where it is not said
    status: str
    #: reply code of the server that refused
    code: int | None
    #: the server's words, one line
    diagnostic: str
    #: never worth another try; else it may pass
    hard: bool


@dataclass(frozen=True, slots=True)
class Report:
    """What the reports in a mail say."""

    bounce: BounceDetail | None = None
    is_complaint: bool = False
    #: a read receipt
    is_receipt: bool = False
    #: a report of something that needs nothing done: delivered, relayed, "not spam"
    is_other: bool = False
    #: message ids of returned originals, without brackets
    returned_ids: tuple[str, ...] = ()


def read_report(message: Message) -> Report:
    """Return what the reports in a mail say; nothing where there is none."""
    bounce: BounceDetail | None = None
    complaint = receipt = other = False
    ids: list[str] = []
    for part in parts(message):
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            found = _bounce(part)
            bounce = bounce or found
            other = other or found is None
        elif kind == "message/feedback-report":
            feedback = header(_block(part), "Feedback-Type").lower()
            complaint = complaint or feedback != "not-spam"
            other = other or feedback == "not-spam"
        elif kind == "message/disposition-notification":
            receipt = True
            ids += message_ids(_block(part), "Original-Message-ID")
        elif part is not message and kind in ("message/rfc822", "message/global"):
            ids += [i for inner in _inner(part) for i in message_ids(inner, "Message-ID")]
        elif kind in ("text/rfc822-headers", "message/rfc822-headers", "message/global-headers"):
            ids += message_ids(_block(part), "Message-ID")
    return Report(bounce, complaint, receipt, other, tuple(ids))


def parts(message: Message) -> Iterator[Message]:
    """Yield a mail and its parts, outer first, not those of a returned mail, at most a hundred."""
    waiting, seen = [message], 0
    while waiting and seen < PART_LIMIT:
        part = waiting.pop(0)
        seen += 1
        yield part
        if part.get_content_maintype() == "multipart":
            waiting.extend(_inner(part))


def _inner(part: Message) -> list[Message]:
    payload = part.get_payload()
    if not isinstance(payload, list):
        return []
    return [inner for inner in payload if isinstance(inner, Message)]


def _block(part: Message) -> Message:
    """Return a part that is written as headers; the parser may have read it as such already."""
    inner = _inner(part)
    if inner:
        # A first block without fields of its own: Message() with nothing in it.
        return inner[0]
    payload = part.get_payload()
    text = payload if isinstance(payload, str) else ""
    return Parser().parsestr(text[:_RETURNED_LIMIT].lstrip(), headersonly=True)


def _bounce(part: Message) -> BounceDetail | None:
    """Return the failure of a delivery status, else the delay, else nothing."""
    details = [_detail(block) for block in _blocks(part)]
    for action in ("failed", "delayed"):
        for detail in details:
            if detail is not None and detail.action == action:
                return detail
    return None


def _blocks(part: Message) -> list[Message]:
    inner = _inner(part)
    if inner:
        return inner[:PART_LIMIT]
    payload = part.get_payload()
    text = payload if isinstance(payload, str) else ""
    pieces = re.split(r"\r?\n[ \t]*\r?\n", text[:_RETURNED_LIMIT])
    return [Parser().parsestr(piece.lstrip(), headersonly=True) for piece in pieces[:PART_LIMIT]]


def _detail(block: Message) -> BounceDetail | None:
    action = header(block, "Action").split(" ")[0].lower()
    recipient = header(block, "Final-Recipient") or header(block, "Original-Recipient")
    if not (action or recipient):
        return None
    diagnostic = header(block, "Diagnostic-Code")
    stated = _STATUS.search(header(block, "Status"))
    said = _STATUS.search(diagnostic)
    status = stated.group(1) if stated else ""
    # Many servers state 5.0.0 and leave the truth to the words of the one they spoke to.
    if said and (not status or status.endswith(".0.0")):
        status = said.group(1)
    code = _CODE.search(diagnostic)
    return BounceDetail(
        recipient=_recipient(recipient),
        action=action or ("failed" if status.startswith("5") else "delayed"),
        status=status,
        code=int(code.group(1)) if code else None,
        diagnostic=one_line(diagnostic.partition(";")[2] or diagnostic),
        hard=action != "delayed" and status in HARD,
    )


def _recipient(field: str) -> str:
    """Return the address of `rfc822; tanaka@e.example`."""
    found = (field.partition(";")[2] or field).strip().strip("<>").lower()
    return found if "@" in found and " " not in found and len(found) <= 320 else ""
