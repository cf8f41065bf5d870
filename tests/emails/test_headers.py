"""Headers: folded within RFC 2047's limits, round as they went in, closed to injection."""

from __future__ import annotations

import email
import email.header
import email.policy
import email.utils
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.emails.errors import HeaderError
from nurture.emails.headers import canonical_domain, checked, mailbox, structured, unstructured

_WORD = re.compile(r"=\?[^?\s]+\?[BQbq]\?[^?\s]*\?=")

#: anything a person may be called or a subject may say
_TEXT = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\u2028\u2029"),
    min_size=1,
    max_size=120,
)


def _check_limits(header: str) -> None:
    lines = header.split("\r\n")
    assert all(len(line) <= 76 for line in lines), header
    assert all(len(word) <= 75 for word in _WORD.findall(header)), header
    assert all(line.startswith(" ") for line in lines[1:]), header
    assert header.isascii()
    assert not any(not line.strip() for line in lines[1:]), header


def _decoded(header: str) -> str:
    """Return a header as a mail program reads it (RFC 2047 section 6.2)."""
    message = email.message_from_string(header + "\r\n\r\n", policy=email.policy.compat32)
    value = message[header.partition(":")[0]]
    return str(email.header.make_header(email.header.decode_header(value)))


@given(_TEXT)
def test_any_subject_survives_the_round_trip(subject: str) -> None:
    header = unstructured("Subject", subject)
    _check_limits(header)
    message = email.message_from_string(header + "\r\n\r\n", policy=email.policy.default)
    assert message["Subject"] == subject


@given(_TEXT)
def test_any_display_name_survives_the_round_trip(name: str) -> None:
    header = "From: " + mailbox(name, "sato@nurture.example", 6)
    _check_limits(header)
    message = email.message_from_string(header + "\r\n\r\n", policy=email.policy.compat32)
    shown, address = email.utils.parseaddr(message["From"].replace("\r\n", ""))
    assert address == "sato@nurture.example"
    if name.strip():
        assert str(email.header.make_header(email.header.decode_header(shown))) == name


@pytest.mark.parametrize(
    "subject",
    [
        "短い件名",
        "とても長い件名" * 20,
        # four-byte characters must not be cut
        "😀" * 60,
        "a" * 300,
        "word " * 60 + "end",
        # what looks like an encoded word must not be read as one
        "=?utf-8?B?dGVzdA==?=",
        "  leading, trailing and  double  spaces ",
        "\u3000全角の空白\u3000",
        "e\u0301" * 80,
    ],
)
def test_a_subject_folds_and_unfolds(subject: str) -> None:
    header = unstructured("Subject", subject)
    _check_limits(header)
    message = email.message_from_string(header + "\r\n\r\n", policy=email.policy.default)
    assert message["Subject"] == subject


def test_plain_short_text_stays_readable() -> None:
    assert unstructured("Subject", "Hello there") == "Subject: Hello there"


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("", "<a@example.com>"),
        ("John Smith", "John Smith <a@example.com>"),
        ('John "X" Smith', '"John \\"X\\" Smith" <a@example.com>'),
        ("Smith, John", '"Smith, John" <a@example.com>'),
        ("J. Smith (Acme)", '"J. Smith (Acme)" <a@example.com>'),
    ],
)
def test_a_plain_name_is_quoted_only_where_it_must_be(name: str, field: str) -> None:
    assert mailbox(name, "a@example.com", 6) == field


def test_a_long_japanese_name_reads_as_one() -> None:
    name = "佐藤花子（株式会社ナーチャーワークスソリューションズ東日本）"
    header = "From: " + mailbox(name, "sato@nurture.example", 6)
    _check_limits(header)
    assert _decoded(header) == f"{name} <sato@nurture.example>"


@pytest.mark.parametrize("bad", ["\r", "\n", "\r\n", "\x00", "\x0b", "\x1b", "\x85", "\u2028"])
def test_no_header_takes_a_line_break_or_a_control(bad: str) -> None:
    value = f"a{bad}Bcc: victim@example.com"
    for make in (
        lambda: checked(value, "a value"),
        lambda: unstructured("Subject", value),
        lambda: structured("List-Id", value),
        lambda: mailbox(value, "a@example.com", 6),
        lambda: mailbox("A", f"a@example.com{bad}", 6),
    ):
        with pytest.raises(HeaderError):
            make()


@given(st.text(max_size=60))
def test_whatever_the_name_is_no_line_can_be_added(name: str) -> None:
    try:
        header = "To: " + mailbox(name, "a@example.com", 4)
    except HeaderError:
        return
    message = email.message_from_string(header + "\r\n\r\n", policy=email.policy.compat32)
    assert message.keys() == ["To"]


@pytest.mark.parametrize(
    ("address", "wire"),
    [
        ("a@example.com", "a@example.com"),
        ("First.Last+tag@example.com", "First.Last+tag@example.com"),
        ("info@日本語.example", "info@xn--wgv71a119e.example"),
        ("info@EXAMPLE.Com", "info@example.com"),
    ],
)
def test_a_domain_travels_in_ascii(address: str, wire: str) -> None:
    assert canonical_domain(address) == wire


@pytest.mark.parametrize(
    "address",
    [
        "",
        "a",
        "@example.com",
        "a@",
        "佐藤@example.com",
        "a b@example.com",
        "a@b@example.com",
        ".a@example.com",
        "a..b@example.com",
        "a@exa mple.com",
        "a>@example.com",
        "<a@example.com>",
        "a@-example.com",
        f"{'a' * 65}@example.com",
        f"a@{'.'.join(['b' * 60] * 5)}.example",
    ],
)
def test_what_cannot_travel_is_refused(address: str) -> None:
    with pytest.raises(HeaderError):
        canonical_domain(address)


def test_our_own_headers_are_ascii() -> None:
    with pytest.raises(HeaderError):
        structured("List-Id", "<ニュース.example>")
