"""A received mail as its reader's program sees it: who wrote, what can be clicked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesParser
from email.utils import parseaddr

from selectolax.lexbor import LexborHTMLParser, LexborNode

from nurture.providers.mailbox_store import StoredMail

_BRACKETED = re.compile(r"<([^<>]+)>")


@dataclass(frozen=True, slots=True)
class Letter:
    """What a reader, or a machine before him, can see and follow."""

    number: int
    recipient: str
    sender: str
    subject: str
    #: with its angle brackets
    message_id: str
    #: links that a person sees and that are counted, in the order of the text
    links: tuple[str, ...]
    #: links that only a machine finds
    hidden: tuple[str, ...]
    #: pictures that are loaded from the sender
    pixels: tuple[str, ...]
    #: where one POST unsubscribes (RFC 8058); empty: nowhere
    one_click: str
    #: the page behind the footer's link; empty: none
    leave_page: str


def read_letter(mail: StoredMail, base: str) -> Letter:
    """Take a mail apart; `base` is where its counted links start.

    Links that lead elsewhere at once (to our website, without being counted) are left out.
    """
    message = BytesParser().parsebytes(mail.raw)
    page = LexborHTMLParser(_html(message))
    one_click = ""
    if message.get("List-Unsubscribe-Post", "").strip() == "List-Unsubscribe=One-Click":
        found = _BRACKETED.search(message.get("List-Unsubscribe", ""))
        one_click = found[1] if found else ""
    seen: list[str] = []
    hidden: list[str] = []
    leave_page = ""
    for node in page.css("a[href]"):
        href = node.attributes.get("href") or ""
        if not href.startswith(f"{base}/"):
            continue
        if href == one_click:
            leave_page = href
        elif href.startswith(f"{base}/c/"):
            (hidden if _is_hidden(node) else seen).append(href)
    pixels = (node.attributes.get("src") or "" for node in page.css("img[src]"))
    return Letter(
        number=mail.number,
        recipient=mail.rcpt_to,
        sender=parseaddr(str(make_header(decode_header(message.get("From", "")))))[1],
        subject=mail.subject,
        message_id=message.get("Message-ID", "").strip(),
        links=tuple(dict.fromkeys(seen)),
        hidden=tuple(dict.fromkeys(hidden)),
        pixels=tuple(src for src in pixels if src.startswith(f"{base}/")),
        one_click=one_click,
        leave_page=leave_page,
    )


def _html(message: Message) -> str:
    for part in message.walk():
        if part.get_content_type() == "text/html":
            data = part.get_payload(decode=True)
            assert isinstance(data, bytes)
            return data.decode(part.get_content_charset() or "utf-8", "replace")
    return ""


def _is_hidden(node: LexborNode) -> bool:
    above: LexborNode | None = node
    while above is not None:
        attributes = above.attributes
        style = (attributes.get("style") or "").replace(" ", "").lower()
        if "display:none" in style or attributes.get("aria-hidden") == "true":
            return True
        above = above.parent
    return False
