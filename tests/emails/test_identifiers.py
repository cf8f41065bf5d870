"""Names that come back: Message-IDs in replies, return paths in bounces."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.emails.errors import HeaderError
from nurture.emails.identifiers import (
    message_id,
    parse_message_id,
    parse_return_path,
    return_path,
)
from nurture.emails.tokens import Keyring, Purpose, Token

RING = Keyring({1: bytes(range(32))}, 1)
DOMAIN = "nurture.example"


@given(st.integers(1, 2**63 - 1))
def test_a_reply_names_the_message_it_answers(number: int) -> None:
    text = message_id(number, DOMAIN)
    assert parse_message_id(text, DOMAIN) == number
    # some programs drop the brackets, or add spaces
    assert parse_message_id(f" {text[1:-1]} ", DOMAIN) == number


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<>",
        "<n5.mail@other.example>",
        "<n0.mail@nurture.example>",
        "<n-5.mail@nurture.example>",
        "<n05.mail@nurture.example>",
        "<5.mail@nurture.example>",
        "<n99999999999999999999.mail@nurture.example>",
        "<n٥.mail@nurture.example>",
    ],
)
def test_a_message_of_others_is_not_ours(text: str) -> None:
    assert parse_message_id(text, DOMAIN) is None


def test_a_message_id_cannot_hold_a_bad_domain() -> None:
    with pytest.raises(HeaderError):
        message_id(1, "a\r\nBcc: b")


@given(st.integers(1, 2**63 - 1), st.integers(0, 2**63 - 1))
def test_a_bounce_finds_its_message_even_in_capitals(number: int, contact: int) -> None:
    token = RING.sign(Token(Purpose.BOUNCE, number, contact))
    path = return_path(token, DOMAIN)
    assert len(path.partition("@")[0]) <= 64
    for form in (path, path.upper(), f"<{path}>"):
        assert parse_return_path(form) == token
    assert RING.verify(parse_return_path(path) or "") == Token(Purpose.BOUNCE, number, contact)


@pytest.mark.parametrize(
    "address",
    ["", "a@b", "b-@nurture.example", f"b-{'a' * 57}@x", f"b-{'1' * 58}@x", f"b-{'a' * 57}b@x"],
)
def test_another_address_is_no_return_path(address: str) -> None:
    assert parse_return_path(address) is None
