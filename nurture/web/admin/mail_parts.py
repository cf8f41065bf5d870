"""A stored mail taken apart for reading; whatever it is, something can be shown."""

from __future__ import annotations

import email
import email.policy
import re
from base64 import b64encode
from collections.abc import Container, Iterator
from dataclasses import dataclass
from email.header import decode_header, make_header
from email.message import Message

#: headers that a reader wants first, in this order
_FIRST = ("From", "To", "Subject", "Date", "Reply-To", "List-Unsubscribe", "Message-ID")
#: longest header value shown, characters
_LONGEST_HEADER = 2000
#: what a page shows of a mail's pictures; none of them can hold a script
_PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})


@dataclass(frozen=True, slots=True)
class MailParts:
    """What there is to see of a mail."""

    #: those that matter to a reader first
    headers: list[tuple[str, str]]
    text: str
    html: str
    #: (file name, media type, octets)
    attachments: list[tuple[str, str, int]]


def read_mail(raw: bytes) -> MailParts:
    """Take a mail apart; a broken one is shown as far as it goes."""
    mail = email.message_from_bytes(raw, policy=email.policy.compat32)
    texts: dict[str, str] = {}
    attachments = []
    pictures: dict[str, str] = {}
    for part in _leaves(mail):
        kind = part.get_content_type()
        content = _content(part)
        if _is_text(part, texts):
            texts[kind] = _decode(content, part.get_content_charset())
        elif (content_id := _inline_id(part)) is not None:
            pictures[content_id] = f"data:{kind};base64,{b64encode(content).decode('ascii')}"
        else:
            attachments.append((_name(part), kind, len(content)))
    headers = [(str(name), _words(str(value))) for name, value in mail.items()]
    rank = {name.lower(): place for place, name in enumerate(_FIRST)}
    headers.sort(key=lambda header: rank.get(header[0].lower(), len(rank)))
    html = texts.get("text/html", "")
    for content_id, address in pictures.items():
        html = html.replace(f"cid:{content_id}", address)
    return MailParts(headers, texts.get("text/plain", ""), html, attachments)


def read_attachment(raw: bytes, number: int) -> tuple[str, bytes] | None:
    """Return the name and content of a mail's attachment, counted as `read_mail` lists them."""
    mail = email.message_from_bytes(raw, policy=email.policy.compat32)
    texts: set[str] = set()
    found = -1
    for part in _leaves(mail):
        if _is_text(part, texts):
            texts.add(part.get_content_type())
            continue
        if _inline_id(part) is not None:
            continue
        found += 1
        if found == number:
            return _name(part), _content(part)
    return None


def _is_text(part: Message, known: Container[str]) -> bool:
    """Say whether a part is the mail's text or HTML, and the first of its kind."""
    kind = part.get_content_type()
    is_file = part.get_content_disposition() == "attachment" or part.get_filename()
    return kind in ("text/plain", "text/html") and not is_file and kind not in known


def _inline_id(part: Message) -> str | None:
    """Return under which address the HTML shows a picture, None where the part is none."""
    if part.get_content_type() not in _PICTURES or part.get_content_disposition() == "attachment":
        return None
    content_id = str(part.get("Content-ID", "")).strip()
    return content_id[1:-1] if content_id[:1] == "<" and content_id[-1:] == ">" else None


def _name(part: Message) -> str:
    return _words(str(part.get_filename() or part.get_content_type()))


def _leaves(mail: Message) -> Iterator[Message]:
    for part in mail.walk():
        if not part.is_multipart():
            yield part


def _content(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _decode(content: bytes, charset: str | None) -> str:
    try:
        return content.decode(charset or "utf-8", "replace")
    except LookupError:
        return content.decode("utf-8", "replace")


def _words(value: str) -> str:
    """Return a header without its encoding and on one line."""
    value = re.sub(r"\s+", " ", value)[:_LONGEST_HEADER]
    try:
        return str(make_header(decode_header(value)))
    except (ValueError, LookupError):
        return value


def in_new_windows(body: str) -> str:
    """Let links open beside the frame; in the frame their pages would not be allowed."""
    base = '<base target="_blank">'
    head = body.lower().find("<head>")
    return body[: head + 6] + base + body[head + 6 :] if head >= 0 else base + body
