"""Real SMTP: what people, and their absence, write back."""

from __future__ import annotations

import hashlib
import smtplib
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from nurture.demo.introduced import Stranger
from nurture.demo.letter import Letter
from nurture.errors import NurtureError

_REPLIES = {
    "ja": (
        "お世話になっております。\nご連絡ありがとうございます。"
        "ちょうど社内で話題になっていたところです。詳しくお聞かせいただけますでしょうか。\n",
        "ご連絡ありがとうございます。最も時間がかかっているのは、月末の集計と転記です。\n",
        "ありがとうございます。部内で共有いたしました。来月以降でお話を伺えればと思います。\n",
    ),
    "en": (
        "Thank you for writing. We were just discussing this. Could you tell me more?\n",
        "Thanks. What takes us the most time is copying figures at the end of each month.\n",
        "Thank you, I have passed this on to my team. Let us talk next month.\n",
    ),
}
_AWAY = {
    "ja": (
        "自動返信：不在にしております",
        "ご連絡ありがとうございます。\n休暇のため不在にしております。"
        "休み明けに順次ご返信いたします。\n",
    ),
    "en": (
        "Automatic reply: out of office",
        "I am on leave at the moment and will read your mail when I am back.\n",
    ),
}

_INTRODUCTION = {
    "ja": (
        "日報の転記の件で、ご参考になりそうな会社をご紹介します",
        "お世話になっております。\n以前お話しされていた件で、参考になりそうな会社をご紹介します。"
        "CCに先方を入れておりますので、よろしければお話を聞いてみてください。\n",
    ),
    "en": (
        "An introduction, about your month-end copying",
        "Hello,\nyou told me about your month ends. These people helped us; they are in copy.\n",
    ),
}


class Postbox:
    """Hands mails to the local mailbox; belongs to one thread at a time."""

    def __init__(self, port: int) -> None:
        self._port = port

    def reply(self, letter: Letter, locale: str, now: datetime, which: int) -> None:
        """Answer a mail as a person does; `which` picks the words."""
        texts = _REPLIES.get(locale, _REPLIES["en"])
        subject = letter.subject if letter.subject.startswith("Re:") else f"Re: {letter.subject}"
        self._send(letter, subject, texts[which % len(texts)], now, automatic=False)

    def say_away(self, letter: Letter, locale: str, now: datetime) -> None:
        """Answer a mail as the mail server of somebody on holiday does (RFC 3834)."""
        subject, text = _AWAY.get(locale, _AWAY["en"])
        self._send(letter, subject, text, now, automatic=True)

    def introduce(self, sender: str, stranger: Stranger, copy: str, now: datetime) -> None:
        """Write to somebody one knows, with our address in the copy."""
        subject, text = _INTRODUCTION.get(stranger.locale, _INTRODUCTION["en"])
        mail = EmailMessage()
        mail["From"] = sender
        mail["To"] = Address(stranger.name, addr_spec=stranger.email)
        mail["Cc"] = copy
        mail["Subject"] = subject
        mail["Date"] = format_datetime(now)
        known = hashlib.blake2b(f"{sender}/{stranger.email}".encode(), digest_size=8).hexdigest()
        mail["Message-ID"] = f"<intro-{known}@{sender.rpartition('@')[2]}>"
        mail.set_content(text)
        # The other copy goes to the stranger's own server, which is none of ours.
        self._hand_in(mail, sender, copy)

    def _send(
        self, letter: Letter, subject: str, text: str, now: datetime, automatic: bool
    ) -> None:
        mail = EmailMessage()
        mail["From"] = letter.recipient
        mail["To"] = letter.sender
        mail["Subject"] = subject
        mail["Date"] = format_datetime(now)
        domain = letter.recipient.rpartition("@")[2]
        kind = "away" if automatic else "reply"
        mail["Message-ID"] = f"<{kind}-{letter.number}@{domain}>"
        mail["In-Reply-To"] = letter.message_id
        mail["References"] = letter.message_id
        if automatic:
            mail["Auto-Submitted"] = "auto-replied"
        mail.set_content(text)
        # Nobody is to answer a machine: the null path.
        envelope = "<>" if automatic else letter.recipient
        self._hand_in(mail, envelope, letter.sender)

    def _hand_in(self, mail: EmailMessage, envelope: str, recipient: str) -> None:
        try:
            # Named here: left out, each connection would ask the DNS for our name.
            with smtplib.SMTP("127.0.0.1", self._port, "audience.localhost", timeout=30) as server:
                server.send_message(mail, from_addr=envelope, to_addrs=[recipient])
        except (smtplib.SMTPException, OSError) as error:
            raise NurtureError(f"the local mailbox did not take a mail: {error}") from error
