"""What a received mail is: a reply, an automatic one, a bounce, a complaint; and what it says.

Sources: RFC 3834 (automatic answers), RFC 3464 (delivery status), RFC 5965 (complaints), RFC 8098
(read receipts). The prose of servers that send no report is a matter of its own.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from email.errors import MessageError
from email.message import Message
from email.parser import BytesParser

from nurture.providers.headers import address, header, message_ids
from nurture.providers.incoming_report import BounceDetail, Report, read_report
from nurture.providers.incoming_text import written_text

#: Octets of a mail that are read; what is longer is an attachment, or an attack.
READ_LIMIT = 1024 * 1024

#: Multiparts in a mail that are read. Each costs a look at every line that follows.
MULTIPART_LIMIT = 20

_BOUNDARY = re.compile(rb"boundary\s*=", re.IGNORECASE)

#: Fields with parameters, longer than any real one: the library's time grows with their square.
_LONG_FIELD = re.compile(
    rb"^content-[a-z-]{1,40}:(?:[^\n]|\n[ \t]){2000,}", re.IGNORECASE | re.MULTILINE
)

#: References kept, newest first.
REFERENCE_LIMIT = 20


class IncomingKind(enum.StrEnum):
    """What a received mail is."""

    #: a person has answered
    REPLY = "reply"
    #: a machine has answered: out of office, ticket opened, read receipt
    AUTO_REPLY = "auto_reply"
    #: a server says that a mail of ours was, or may be, not delivered
    BOUNCE = "bounce"
    #: a receiver has called a mail of ours spam
    COMPLAINT = "complaint"
    #: none of these, or nothing that can be told
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Incoming:
    """A received mail as far as it concerns us; every text is bounded and safe to store."""

    kind: IncomingKind
    #: message ids that may be of a mail of ours, likeliest first, without brackets
    references: tuple[str, ...]
    #: lower case; empty where it cannot be told
    from_address: str
    subject: str
    #: what the writer wrote, without what is quoted
    text: str
    #: set for bounces
    bounce: BounceDetail | None = None

    @property
    def message_id_ref(self) -> str | None:
        """The likeliest message id of ours: of the mail answered, returned or complained about."""
        return self.references[0] if self.references else None


#: Subjects of automatic answers. A person's "Re: 担当者不在時の対応" is none, so the words must
#: stand at the beginning and be followed by what such subjects go on with.
_AUTO_SUBJECT = re.compile(
    r"^[\W_]*(?:"
    r"自動(?:返信|応答|回答|配信|送信)(?!メールの|の|機能|設定)"
    r"|不在(?:通知|連絡|メール|案内|の(?:お知らせ|ご?連絡|為|ため|ご案内)|にし|です|中|\W|$)"
    r"|(?:休暇|休業|出張|外出|長期休暇|夏季休業|年末年始休業)(?:中|の(?:お知らせ|ため|為|ご案内))"
    r"|(?:お問い?合わ?せ)(?:を受け付け|受付(?:完了|のお知らせ))"
    r"|退職の(?:お知らせ|ため|為)"
    r"|out of (?:the )?office|ooo\b|(?:i am |i'm )?away from (?:the |my )?office"
    r"|auto(?:matic|mated|mated-)?[ -]?(?:repl|respon|answer)|auto:"
    r"|on (?:vacation|holiday|leave)\b|vacation (?:reply|response|notice)"
    r")",
    re.IGNORECASE,
)

_RE_SUBJECT = re.compile(r"^\s*(?:re|aw|sv|返信|返)\s*(?:\[\d+\])?\s*[:：]", re.IGNORECASE)


def parse_incoming(data: bytes, mail_from: str | None = None) -> Incoming:
    """Return what a received mail is and says; never raises, whatever the bytes.

    `mail_from` is the envelope's sender where it is known: an empty one means that a machine
    wrote, since nobody is to answer (RFC 5321 section 4.5.5).
    """
    message = parsed(data[:READ_LIMIT])
    if message is None:
        return Incoming(IncomingKind.OTHER, (), "", "", "")
    report = read_report(message)
    subject = header(message, "Subject")
    kind = _kind(message, subject, report, mail_from)
    return Incoming(
        kind=kind,
        references=_references(message, report, kind),
        from_address=address(message, "From"),
        subject=subject,
        text=written_text(message),
        bounce=report.bounce if kind is IncomingKind.BOUNCE else None,
    )


def parsed(data: bytes) -> Message | None:
    """Return bytes of a stranger as a mail, bounded in what it costs; None where it is none."""
    data = _LONG_FIELD.sub(b"X-Dropped: yes", data.replace(b"\r\n", b"\n").replace(b"\r", b"\n"))
    for number, boundary in enumerate(_BOUNDARY.finditer(data)):
        if number == MULTIPART_LIMIT:
            data = data[: boundary.start()]
            break
    try:
        return BytesParser().parsebytes(data)
    except (MessageError, ValueError, LookupError, RecursionError):
        return None


def _kind(message: Message, subject: str, report: Report, mail_from: str | None) -> IncomingKind:
    if report.is_complaint:
        return IncomingKind.COMPLAINT
    if report.bounce is not None:
        return IncomingKind.BOUNCE
    if report.is_other:
        return IncomingKind.OTHER
    sender = address(message, "From").partition("@")[0]
    if sender in ("mailer-daemon", "postmaster"):
        # A server that explains itself in prose; certainly no person.
        return IncomingKind.OTHER
    if _is_automatic(message, subject) or report.is_receipt:
        return IncomingKind.AUTO_REPLY
    answers = bool(message_ids(message, "In-Reply-To") or message_ids(message, "References"))
    if mail_from == "":
        return IncomingKind.AUTO_REPLY if answers else IncomingKind.OTHER
    return IncomingKind.REPLY if answers or _RE_SUBJECT.match(subject) else IncomingKind.OTHER


def _is_automatic(message: Message, subject: str) -> bool:
    submitted = header(message, "Auto-Submitted").partition(";")[0].strip().lower()
    if submitted and submitted != "no":
        return True
    if header(message, "Precedence").strip().lower() in ("auto_reply", "bulk", "junk"):
        return True
    # Said by what answers, never by a person's mail program.
    spoken = ("X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Auto-Reply-From")
    if any(header(message, name) for name in spoken):
        return True
    return bool(_AUTO_SUBJECT.match(_RE_SUBJECT.sub("", subject)))


def _references(message: Message, report: Report, kind: IncomingKind) -> tuple[str, ...]:
    answered = message_ids(message, "In-Reply-To") + message_ids(message, "References")[::-1]
    ids = list(report.returned_ids)
    if kind in (IncomingKind.REPLY, IncomingKind.AUTO_REPLY) or not ids:
        ids = answered + ids
    return tuple(dict.fromkeys(ids))[:REFERENCE_LIMIT]
