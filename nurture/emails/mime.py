"""A rendered mail as bytes: headers folded, both parts in base64, ready for the wire."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from nurture.clock import check_aware
from nurture.emails.errors import HeaderError
from nurture.emails.headers import canonical_domain, checked, mailbox, structured, unstructured
from nurture.emails.pictures import InlinePicture, encode_picture
from nurture.emails.render import Rendered
from nurture.language import say

#: `_` does not occur in base64, so no part can hold the boundary (RFC 2046 section 5.1.1)
BOUNDARY = "=_nurture_alternative"

_TEXT_HEAD = (
    f"--{BOUNDARY}\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n"
    "Content-Transfer-Encoding: base64\r\n\r\n"
).encode()
_HTML_HEAD = (
    f"\r\n--{BOUNDARY}\r\n"
    "Content-Type: text/html; charset=utf-8\r\n"
    "Content-Transfer-Encoding: base64\r\n\r\n"
).encode()
#: around the HTML and the pictures it shows (RFC 2387)
RELATED = "=_nurture_related"
_RELATED_HEAD = (
    f"\r\n--{BOUNDARY}\r\n"
    f'Content-Type: multipart/related; type="text/html"; boundary="{RELATED}"\r\n\r\n'
    f"--{RELATED}\r\n"
    "Content-Type: text/html; charset=utf-8\r\n"
    "Content-Transfer-Encoding: base64\r\n\r\n"
).encode()
_PICTURE_HEAD = f"\r\n--{RELATED}\r\n".encode()
_RELATED_END = f"\r\n--{RELATED}--".encode()
_END = f"\r\n--{BOUNDARY}--\r\n".encode()
_ALTERNATIVE = f'Content-Type: multipart/alternative; boundary="{BOUNDARY}"\r\n\r\n'
_MIME = f"MIME-Version: 1.0\r\n{_ALTERNATIVE}"

#: around the letter and its files; neither boundary begins with the other
MIXED = "=_nurture_mixed"
_MIXED = f'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="{MIXED}"\r\n\r\n'
_LETTER_HEAD = f"--{MIXED}\r\n{_ALTERNATIVE}".encode()
_FILE_HEAD = f"\r\n--{MIXED}\r\n".encode()
_MIXED_END = f"\r\n--{MIXED}--\r\n".encode()


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A display name (may be empty) and an address."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class MailHeaders:
    """Everything above the body that is not rendered."""

    #: with its angle brackets, from `identifiers.message_id`
    message_id: str
    #: business time of sending, aware
    date: datetime
    sender: Mailbox
    to: Mailbox
    reply_to: Mailbox | None = None
    #: address for the one-click POST (RFC 8058); "" leaves both headers out
    unsubscribe: str = ""
    #: address of a mailbox that takes unsubscribe mails, beside the URL
    unsubscribe_mail: str = ""
    #: RFC 2919: `cold-nurture.example.com`
    list_id: str = ""
    #: up to three campaign marks and the sender, joined by colons (Gmail's feedback loop)
    feedback_id: str = ""
    #: RFC 3834: nobody pressed a button for this very mail
    auto_submitted: bool = False
    #: Message-ID of the mail this one goes on from
    in_reply_to: str = ""
    #: sent to try it, to an address that somebody typed
    test: bool = False


def build(
    rendered: Rendered,
    headers: MailHeaders,
    files: Sequence[bytes] = (),
    pictures: Sequence[InlinePicture] = (),
) -> bytes:
    """Return the whole mail with CRLF line ends; HeaderError where it must not leave.

    `files` are MIME parts of `attachments.encode`; with them the letter stands in a
    multipart/mixed, without them the mail is what it always was. `pictures` are those that
    the HTML shows, and stand beside it in a multipart/related. The return path is the
    envelope's (`identifiers.return_path`), not a header of ours.
    """
    html: tuple[bytes, ...] = (_HTML_HEAD, rendered.html_base64())
    if pictures:
        parts = (encode_picture(one, number) for number, one in enumerate(pictures, 1))
        shown = (piece for part in parts for piece in (_PICTURE_HEAD, part))
        html = (_RELATED_HEAD, rendered.html_base64(), *shown, _RELATED_END)
    letter = (_TEXT_HEAD, rendered.text_base64(), *html, _END)
    if not files:
        return b"".join((head(rendered.subject, headers).encode("ascii"), *letter))
    top = head(rendered.subject, headers, _MIXED).encode("ascii")
    enclosed = [piece for part in files for piece in (_FILE_HEAD, part)]
    return b"".join((top, _LETTER_HEAD, *letter, *enclosed, _MIXED_END))


def head(subject: str, headers: MailHeaders, mime: str = _MIME) -> str:
    """Return the header block with the empty line that ends it; `mime` says what follows."""
    lines = [
        f"Message-ID: {_message_id(headers.message_id)}",
        f"Date: {format_datetime(check_aware(headers.date))}",
        f"From: {mailbox(headers.sender.name, headers.sender.address, 6)}",
        f"To: {mailbox(headers.to.name, headers.to.address, 4)}",
        unstructured("Subject", subject),
    ]
    if (reply_to := headers.reply_to) is not None:
        lines.append(f"Reply-To: {mailbox(reply_to.name, reply_to.address, 10)}")
    if headers.in_reply_to:
        parent = _message_id(headers.in_reply_to)
        lines += [f"In-Reply-To: {parent}", f"References: {parent}"]
    lines += _list_headers(headers)
    if headers.auto_submitted:
        lines.append("Auto-Submitted: auto-generated")
    if headers.test:
        lines.append("X-Nurture-Test: yes")
    return "\r\n".join((*lines, mime))


def _list_headers(headers: MailHeaders) -> list[str]:
    lines = []
    if headers.unsubscribe:
        if not headers.unsubscribe.startswith("https://") and not _local(headers.unsubscribe):
            raise HeaderError(say("one-click unsubscribe needs an https address (RFC 8058)"))
        ways = [f"<{_address_in_brackets(headers.unsubscribe)}>"]
        if headers.unsubscribe_mail:
            ways.append(f"<mailto:{canonical_domain(headers.unsubscribe_mail)}>")
        lines.append(structured("List-Unsubscribe", ", ".join(ways)))
        lines.append("List-Unsubscribe-Post: List-Unsubscribe=One-Click")
    if headers.list_id:
        lines.append(structured("List-Id", f"<{_address_in_brackets(headers.list_id)}>"))
    if headers.feedback_id:
        lines.append(structured("Feedback-ID", headers.feedback_id))
    return lines


def _local(address: str) -> bool:
    """Return whether an address is this machine's, as in the demo."""
    return address.startswith(("http://127.0.0.1:", "http://localhost:"))


def _message_id(value: str) -> str:
    checked(value, "Message-ID")
    if not (value.startswith("<") and value.endswith(">") and value.isascii() and " " not in value):
        raise HeaderError(
            say("{value} is no Message-ID", value=repr(value[:80])), say("write <local@domain>")
        )
    return value


def _address_in_brackets(value: str) -> str:
    checked(value, say("an address in a header"))
    if any(character in value for character in "<> "):
        raise HeaderError(
            say("{value} cannot stand between angle brackets", value=repr(value[:80]))
        )
    return value
