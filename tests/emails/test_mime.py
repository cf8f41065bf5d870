"""MIME: what leaves is what was rendered, within the limits of the wire."""

from __future__ import annotations

import base64
import email
import email.policy
import re
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.emails.errors import HeaderError
from nurture.emails.mime import Mailbox, MailHeaders, build
from nurture.emails.render import Rendered
from nurture.emails.segments import encode_pieces, stretch, wire
from tests.emails.mails import LINKS, letter, rendered

_HEADERS = MailHeaders(
    message_id="<n7.mail@nurture.example>",
    date=datetime(2026, 4, 3, 1, 2, 3, tzinfo=UTC),
    sender=Mailbox("佐藤花子（株式会社ナーチャーワークス）", "sato@nurture.example"),
    to=Mailbox("田中一郎様", "tanaka@example.co.jp"),
)

_TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\r\x00"), min_size=1)


def _with(**changes: object) -> MailHeaders:
    return MailHeaders(
        **{field: getattr(_HEADERS, field) for field in _HEADERS.__slots__} | changes
    )  # type: ignore[arg-type]


def _parsed(data: bytes) -> EmailMessage:
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def _content(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    content: str = part.get_content()
    return content.replace("\r\n", "\n")


@given(_TEXT, _TEXT)
def test_any_mail_survives_the_round_trip(value: str, title: str) -> None:
    body = "前{{ trigger.x }}後\n\n" + "長い一定の文です。" * 40 + "\n\n{{ trigger.x }}"
    mail = rendered(
        letter(body, "{{ trigger.t }}!"), {"trigger": {"x": value, "t": "あ" + title[:60]}}
    )
    try:
        data = build(mail, _HEADERS)
    except HeaderError:
        # only a subject with a control character may be refused
        assert re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", mail.subject)
        return
    message = _parsed(data)
    assert _content(message, "html") == mail.html
    assert _content(message, "plain") == mail.text
    assert message["Subject"] == mail.subject
    _check_lines(data)


def _check_lines(data: bytes) -> None:
    assert data.isascii()
    assert data.count(b"\n") == data.count(b"\r\n")
    for line in data.split(b"\r\n"):
        assert len(line) <= 76, line


def test_the_headers_say_what_they_should() -> None:
    headers = _with(
        reply_to=Mailbox("", "sales@nurture.example"),
        unsubscribe=LINKS.unsubscribe,
        unsubscribe_mail="leave@nurture.example",
        list_id="warm-nurture.nurture.example",
        feedback_id="warm:hearing:nurture",
        auto_submitted=True,
        in_reply_to="<n3.mail@nurture.example>",
    )
    data = build(rendered(letter("本文", "件名")), headers)
    message = _parsed(data)
    assert message["From"].addresses[0].addr_spec == "sato@nurture.example"
    assert message["To"].addresses[0].display_name == "田中一郎様"
    assert message["Reply-To"] == "sales@nurture.example"
    assert message["Message-ID"] == "<n7.mail@nurture.example>"
    assert message["Date"].datetime == _HEADERS.date
    # RFC 8058: both headers, the address in one of them as a whole
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Unsubscribe"] == (f"<{LINKS.unsubscribe}>, <mailto:leave@nurture.example>")
    assert message["List-Id"] == "<warm-nurture.nurture.example>"
    assert message["Feedback-ID"] == "warm:hearing:nurture"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["In-Reply-To"] == message["References"] == "<n3.mail@nurture.example>"
    assert message.get_content_type() == "multipart/alternative"
    kinds = [part.get_content_type() for part in message.iter_parts()]
    # the best alternative is the last (RFC 2046 section 5.1.4)
    assert kinds == ["text/plain", "text/html"]


def test_a_mail_without_a_list_has_no_list_headers() -> None:
    message = _parsed(build(rendered(letter("a")), _HEADERS))
    for name in ("List-Unsubscribe", "List-Unsubscribe-Post", "List-Id", "Auto-Submitted"):
        assert name not in message


@pytest.mark.parametrize(
    "changes",
    [
        {"message_id": "<a@b>\r\nBcc: c@d.example"},
        {"message_id": "no-brackets@nurture.example"},
        {"to": Mailbox("A\nBcc: b", "a@example.com")},
        {"to": Mailbox("A", "a@example.com>\r\nBcc: <b@example.com")},
        {"sender": Mailbox("A\x00", "a@example.com")},
        {"list_id": "a\r\nBcc: b@c.example"},
        {"list_id": "a> b"},
        {"feedback_id": "a\nb"},
        {"feedback_id": "日本"},
        {"unsubscribe": "https://a.example/\r\nBcc:b"},
        {"unsubscribe": "http://a.example/"},
        {"unsubscribe": "mailto:a@b.example"},
        {"unsubscribe": LINKS.unsubscribe, "unsubscribe_mail": "a\r\n@b.example"},
        {"in_reply_to": "<a>\r\nX: y"},
    ],
)
def test_a_header_that_could_break_out_stops_the_mail(changes: dict[str, object]) -> None:
    with pytest.raises(HeaderError):
        build(rendered(letter("a")), _with(**changes))


def test_a_naive_date_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        build(rendered(letter("a")), _with(date=datetime(2026, 4, 3)))  # noqa: DTZ001


@given(st.lists(st.tuples(_TEXT, st.booleans()), max_size=12))
def test_stretches_encoded_ahead_join_at_every_phase(parts: list[tuple[str, bool]]) -> None:
    known = {text: stretch(text) for text, ahead in parts if ahead and len(wire(text)) > 1}
    pieces = [text for text, _ in parts]
    encoded = encode_pieces(pieces, known)
    assert base64.b64decode(encoded) == wire("".join(pieces))
    assert all(len(line) <= 76 for line in encoded.split(b"\r\n"))


def test_a_stretch_too_short_to_join_is_refused() -> None:
    with pytest.raises(ValueError, match="two bytes"):
        stretch("a")


def test_lone_surrogates_cannot_crash_a_mail() -> None:
    mail = rendered(letter("{{ trigger.x }}"), {"trigger": {"x": "a\ud800b"}})
    assert isinstance(mail, Rendered)
    assert _content(_parsed(build(mail, _HEADERS)), "plain") == "a?b\n"
