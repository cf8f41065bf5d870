"""What a received mail is and says."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nurture.clock import machine_seconds
from nurture.providers.incoming import Incoming, IncomingKind, parse_incoming
from nurture.providers.incoming_text import TEXT_LIMIT, unquoted


def mail(*headers: str, body: str = "ありがとうございます。", charset: str = "utf-8") -> bytes:
    lines = [f"Content-Type: text/plain; charset={charset}", "Content-Transfer-Encoding: 8bit"]
    head = "\r\n".join(["From: 田中 <Tanaka@E.example>", *lines, *headers])
    return head.encode() + b"\r\n\r\n" + body.encode(charset)


REPLY = "In-Reply-To: <m1@n.example>"


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ((REPLY, "Subject: Re: ご相談"), IncomingKind.REPLY),
        # mobile programs drop the reference and keep the prefix
        (("Subject: Re: ご相談",), IncomingKind.REPLY),
        (("Subject: 返信：ご相談",), IncomingKind.REPLY),
        # a new mail answers nothing
        (("Subject: はじめまして",), IncomingKind.OTHER),
        # a person who writes about being away
        ((REPLY, "Subject: Re: 担当者不在時の対応について"), IncomingKind.REPLY),
        ((REPLY, "Subject: 不在者投票の件"), IncomingKind.REPLY),
        ((REPLY, "Subject: Re: 自動返信メールの設定方法"), IncomingKind.REPLY),
        ((REPLY, "Auto-Submitted: no"), IncomingKind.REPLY),
        ((REPLY, "Precedence: list"), IncomingKind.REPLY),
        # RFC 3834
        ((REPLY, "Auto-Submitted: auto-replied"), IncomingKind.AUTO_REPLY),
        ((REPLY, "Auto-Submitted: auto-generated (vacation); owner=x"), IncomingKind.AUTO_REPLY),
        ((REPLY, "X-Autoreply: yes"), IncomingKind.AUTO_REPLY),
        ((REPLY, "X-Autorespond: 1"), IncomingKind.AUTO_REPLY),
        ((REPLY, "Precedence: auto_reply"), IncomingKind.AUTO_REPLY),
        ((REPLY, "Precedence: BULK"), IncomingKind.AUTO_REPLY),
        # by their subjects
        ((REPLY, "Subject: 不在のお知らせ"), IncomingKind.AUTO_REPLY),
        ((REPLY, "Subject: 【不在】Re: ご相談"), IncomingKind.AUTO_REPLY),
        ((REPLY, "Subject: 自動返信: ご相談"), IncomingKind.AUTO_REPLY),
        ((REPLY, "Subject: Re: 【自動応答】お問い合わせ"), IncomingKind.AUTO_REPLY),
        ((REPLY, "Subject: 夏季休業のお知らせ"), IncomingKind.AUTO_REPLY),
        ((REPLY, "Subject: =?utf-8?b?6Ieq5YuV6L+U5L+h?="), IncomingKind.AUTO_REPLY),
        ((REPLY, "Subject: Automatic reply: hello"), IncomingKind.AUTO_REPLY),
        ((REPLY, "Subject: Out of Office: hello"), IncomingKind.AUTO_REPLY),
        ((REPLY, "Subject: Re: How we run out of office space"), IncomingKind.REPLY),
    ],
)
def test_the_kind_of_a_mail(headers: tuple[str, ...], kind: IncomingKind) -> None:
    assert parse_incoming(mail(*headers)).kind is kind


def test_a_null_sender_is_never_a_person() -> None:
    assert parse_incoming(mail(REPLY), mail_from="").kind is IncomingKind.AUTO_REPLY
    assert parse_incoming(mail("Subject: x"), mail_from="").kind is IncomingKind.OTHER
    assert parse_incoming(mail(REPLY), mail_from="a@e.example").kind is IncomingKind.REPLY


def test_a_server_that_explains_in_prose_is_not_taken_for_a_person() -> None:
    data = b"From: MAILER-DAEMON@mx.example\r\nSubject: Re: hello\r\n\r\nUnknown user\r\n"
    assert parse_incoming(data).kind is IncomingKind.OTHER


def test_a_reply_names_who_wrote_what_about_which_mail() -> None:
    incoming = parse_incoming(
        mail(
            "Subject: =?iso-2022-jp?B?UmU6IBskQiQ0QWpDTBsoQg==?=",
            "In-Reply-To: <colleague@e.example>",
            "References: <m1@n.example>\r\n <m2@n.example> <colleague@e.example>",
            body="検討します。\r\n\r\n2026年5月1日(金) 10:00 佐藤花子 <s@n.example>:\r\n> 前略\r\n",
        )
    )
    assert incoming == Incoming(
        IncomingKind.REPLY,
        ("colleague@e.example", "m2@n.example", "m1@n.example"),
        "tanaka@e.example",
        "Re: ご相談",
        "検討します。",
    )
    assert incoming.message_id_ref == "colleague@e.example"


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("Tanaka@E.example", "tanaka@e.example"),
        ('"Tanaka, Ichiro" <tanaka@e.example>', "tanaka@e.example"),
        # an address in the name is a favourite of impostors
        ('"boss@bank.example" <evil@e.example>', "evil@e.example"),
        ("=?utf-8?q?a=40b=2Eexample?= <real@e.example>", "real@e.example"),
        ("tanaka@e.example (Tanaka)", "tanaka@e.example"),
        ("nobody", ""),
        ("<@>", ""),
        ("(" * 100_000, ""),
        ('"' * 99_999 + "\\", ""),
    ],
)
def test_the_address_of_the_writer(header: str, found: str) -> None:
    assert parse_incoming(f"From: {header}\r\n\r\n".encode()).from_address == found


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("iso-2022-jp", "ご検討ください"),
        ("euc-jp", "ご検討ください"),
        ("utf-8", "ご検討ください 😀"),
    ],
)
def test_japanese_text_is_read_in_the_charsets_it_is_written_in(charset: str, text: str) -> None:
    assert parse_incoming(mail(body=text, charset=charset)).text == text


def test_a_label_of_shift_jis_means_the_characters_of_windows() -> None:
    data = b"Content-Type: text/plain; charset=Shift_JIS\r\n\r\n" + "㈱髙橋①".encode("cp932")
    assert parse_incoming(data).text == "㈱髙橋①"


@pytest.mark.parametrize(
    "charset", ["hex", "unicode_escape", "idna", "utf-16", "x\x00y", "no-such"]
)
def test_a_charset_that_is_none_does_not_stop_reading(charset: str) -> None:
    data = f"Content-Type: text/plain; charset={charset}\r\n\r\nhello".encode()
    assert parse_incoming(data).text


@pytest.mark.parametrize(
    ("text", "written"),
    [
        # marks, answers between them
        (
            "はい。\n> 来週は？\n火曜が空いています。\n> 場所は？\n弊社で。",
            "はい。\n火曜が空いています。\n弊社で。",
        ),
        ("Yes.\n\nOn Fri, 1 May 2026 at 10:00, Sato <s@n.example> wrote:\n> hi\n", "Yes."),
        # the answer below
        ("On Fri, 1 May 2026, Sato wrote:\n> hi\n\nYes, below.", "Yes, below."),
        # announced, and nothing marked
        ("OK\n2026/05/01 10:00、佐藤 <s@n.example>のメール:\n元の文面", "OK"),
        ("OK\n\n-----Original Message-----\nFrom: x\ntext", "OK"),
        ("OK\n\n----- 元のメッセージ -----\n差出人: x", "OK"),
        ("OK\n\n________________________________\nFrom: x\nSent: y", "OK"),
        ("OK\n\n差出人: 佐藤\n送信日時: 2026年5月1日\n宛先: 田中\n件名: x\n\n本文", "OK"),
        # a sentence that begins with From:
        ("From: the heart\nthank you", "From: the heart\nthank you"),
        # a line that only speaks of writing
        ("佐藤さんは本を書きました。", "佐藤さんは本を書きました。"),
        ("＞ 引用\n本文", "本文"),
        ("", ""),
    ],
)
def test_what_is_quoted_is_left_out(text: str, written: str) -> None:
    assert unquoted(text) == written


def test_text_is_bounded() -> None:
    assert len(parse_incoming(mail(body="あ" * 50_000)).text) == TEXT_LIMIT


def test_html_is_read_where_there_is_no_plain_text() -> None:
    html = (
        "<html><head><style>p {color: red}</style></head><body><p>ご連絡\n ありがとう</p>"
        "<div>火曜に&lt;お願い&gt;します</div><script>alert(1)</script>"
        '<div class="gmail_quote">前略</div><blockquote>草々</blockquote></body></html>'
    )
    data = b"Content-Type: text/html; charset=utf-8\r\n\r\n" + html.encode()
    lines = [line.strip() for line in parse_incoming(data).text.splitlines() if line.strip()]
    assert lines == ["ご連絡 ありがとう", "火曜に<お願い>します"]


def test_an_attached_text_is_not_what_was_written() -> None:
    data = (
        b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n'
        b'Content-Disposition: attachment; filename="a.txt"\r\n\r\nattached\r\n--b\r\n'
        b"Content-Type: text/plain\r\n\r\nwritten\r\n--b--\r\n"
    )
    assert parse_incoming(data).text == "written"


def harmless(incoming: Incoming) -> bool:
    """Whether all texts can be stored anywhere and stand on the lines they should."""
    texts = [incoming.from_address, incoming.subject, *incoming.references]
    if incoming.bounce is not None:
        texts += [incoming.bounce.recipient, incoming.bounce.diagnostic, incoming.bounce.status]
    for text in (*texts, incoming.text):
        text.encode()
        assert "\0" not in text
    return all("\n" not in text and "\r" not in text for text in texts)


@given(st.binary(max_size=2000))
def test_any_bytes_are_read_without_an_error(data: bytes) -> None:
    assert harmless(parse_incoming(data))


PIECES = st.sampled_from(
    [
        b"From: ", b"Subject: ", b"In-Reply-To: ", b"Content-Type: ", b"text/plain", b"text/html",
        b"multipart/report", b"multipart/mixed", b"message/rfc822", b"message/delivery-status",
        b"message/feedback-report", b"text/rfc822-headers", b"; boundary=", b"b", b"--b", b"--b--",
        b"; charset=", b"utf-7", b"utf-16", b"iso-2022-jp", b"\x1b$B", b"+2AA-", b"*0*=", b"'x'%FF",
        b"Content-Transfer-Encoding: ", b"base64", b"uuencode", b"begin 666 x", b"quoted-printable",
        b"=?utf-8?b?", b"=?utf-7?q?+2AA-?=", b"?=", b"=?", b"<", b">", b"@", b"(", b'"', b"\\",
        b"\\ud800", b"Action: failed", b"Status: 5.1.1", b"Final-Recipient: rfc822; a@b.example",
        b"Diagnostic-Code: smtp; 550 5.1.1", b"Feedback-Type: abuse", b"\r\n", b"\r\n", b"\r\n\r\n",
        b"\n", b"\r", b"\0", b"\xff", "日".encode(), "日".encode("cp932"), b" ", b":", b"=", b";",
        b"9" * 30,
    ]
)  # fmt: skip


@given(st.lists(PIECES, max_size=60).map(b"".join))
@example(b"Subject: =?utf-7?q?+2AA-?=\r\n\r\n")
@example(b"Subject: \\ud800 =?utf-8?q?x?=\r\n\r\n")
@example(b"Content-Type: text/plain; charset*999999999999999999*=x\r\n\r\nx")
@example(b"Content-Type: message/delivery-status\r\n\r\n\0\r\n\r\nAction: failed\r\n\r\n")
def test_pieces_of_mails_in_any_order_are_read_without_an_error(data: bytes) -> None:
    assert harmless(parse_incoming(data))


@pytest.mark.parametrize(
    "data",
    [
        # multiparts in multiparts
        b"".join(
            b"Content-Type: multipart/x; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(9999)
        ),
        # mails in mails
        b"Content-Type: message/rfc822\n\n" * 9999,
        # a field of parameters
        b"Content-Type: text/plain" + b"; a*0*=x" * 99_999 + b"\n\n",
        b"Subject: x\n\n" + b"> \n" * 300_000,
    ],
    ids=["multiparts", "mails", "parameters", "quotes"],
)
def test_a_mail_made_to_keep_us_busy_is_read_soon(data: bytes) -> None:
    begun = machine_seconds()
    assert harmless(parse_incoming(data))
    assert machine_seconds() - begun < 5
