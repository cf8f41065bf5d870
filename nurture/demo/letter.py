"""A received mail as its reader's program sees it: who wrote, what can be clicked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesParser
from email.utils import parseaddr
from urllib.parse import parse_qs, urlsplit

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
    #: the page of one's choices; empty: none
    preferences: str = ""
    #: a task mail's buttons, action → address; empty: it is none
    buttons: Mapping[str, str] = field(default_factory=dict)
    #: pages of tasks that the mail leads to
    task_pages: tuple[str, ...] = ()
    #: the buttons of a survey, score → address
    scores: Mapping[int, str] = field(default_factory=dict)
    #: answers to a request for an introduction, reason → address
    declines: Mapping[str, str] = field(default_factory=dict)
    #: the reader's page for introductions; empty: none
    referring: str = ""

    @property
    def followed(self) -> tuple[str, ...]:
        """Everything that a machine finds and a person could press."""
        pressed = (*self.scores.values(), *self.declines.values())
        return (*self.links, *pressed, *([self.referring] if self.referring else ()))


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
    leave_page = preferences = ""
    buttons: dict[str, str] = {}
    task_pages: list[str] = []
    scores: dict[int, str] = {}
    declines: dict[str, str] = {}
    referring = ""
    for node in page.css("a[href]"):
        href = node.attributes.get("href") or ""
        if not href.startswith(f"{base}/"):
            continue
        # A counted link of one reader's own says where it leads.
        asked = parse_qs(urlsplit(href).query)
        target = urlsplit(asked.get("to", [href])[0])
        if target.path.startswith("/s/"):
            score = parse_qs(target.query).get("score", [""])[0]
            if score.isdigit():
                scores.setdefault(int(score), href)
        elif target.path.startswith("/a/"):
            declines.setdefault(parse_qs(target.query).get("as", [""])[0], href)
        elif target.path.startswith("/r/") and not referring:
            referring = href
        elif href == one_click:
            leave_page = href
        elif href.startswith(f"{base}/c/"):
            (hidden if _is_hidden(node) else seen).append(href)
        elif href.startswith(f"{base}/p/"):
            preferences = preferences or href
        elif href.startswith(f"{base}/t/"):
            pressed = parse_qs(urlsplit(href).query).get("do", [""])[0]
            if pressed:
                buttons.setdefault(pressed, href)
            else:
                task_pages.append(href)
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
        preferences=preferences,
        buttons=buttons,
        task_pages=tuple(dict.fromkeys(task_pages)),
        scores=scores,
        declines=declines,
        referring=referring,
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
