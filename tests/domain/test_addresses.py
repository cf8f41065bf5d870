"""Addresses as identities: however it is written, a person's address is one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.domain.addresses import address_hash, canonical, domain_of
from nurture.domain.public_mail import is_public

#: as written, canonical
WRITTEN = [
    ("tanaka@example.co.jp", "tanaka@example.co.jp"),
    ("  Tanaka@Example.CO.JP\n", "tanaka@example.co.jp"),
    # full-width letters and sign, as Japanese input methods leave them
    ("ｔａｎａｋａ＠ｅｘａｍｐｌｅ．ｃｏ．ｊｐ", "tanaka@example.co.jp"),
    # carriers once allowed dots anywhere
    ("a..b.@docomo.ne.jp", "a..b.@docomo.ne.jp"),
    # an address label is part of the address
    ("tanaka+news@example.com", "tanaka+news@example.com"),
    # the last @ parts the two
    ('"a@b"@example.com', '"a@b"@example.com'),
    ("info@日本語.example", "info@xn--wgv71a119e.example"),
    ("info@XN--WGV71A119E.example", "info@xn--wgv71a119e.example"),
]


@pytest.mark.parametrize(("written", "expected"), WRITTEN)
def test_an_address_has_one_form(written, expected):
    assert canonical(written) == expected
    assert domain_of(written) == expected.rpartition("@")[2]


@pytest.mark.parametrize("text", ["", "tanaka", "@example.com", "tanaka@", "@", " @ ", "a@\u3002"])
def test_what_lacks_a_part_is_no_address(text):
    with pytest.raises(ValueError, match=r"is not an address|label"):
        canonical(text)


@given(st.text(min_size=1), st.sampled_from(["example.com", "日本語.example", "ÄÖ.example"]))
def test_the_form_of_a_form_is_itself(local, domain):
    try:
        once = canonical(f"{local}@{domain}")
    except ValueError:
        return
    assert canonical(once) == once


def test_suppression_knows_an_address_in_any_writing_but_only_with_the_key():
    key, other = b"k" * 32, b"o" * 32
    assert address_hash("Tanaka@Example.com", key) == address_hash(" tanaka@example.com", key)
    assert address_hash("tanaka@example.com", key) != address_hash("tanaka@example.com", other)
    assert address_hash("tanaka@example.com", key) != address_hash("tanaka@example.org", key)
    assert len(address_hash("tanaka@example.com", key)) == 64


#: domain, whether people of any company share it
SHARED = [
    ("gmail.com", True),
    ("ezweb.ne.jp", True),
    # a subdomain of a carrier, not a name that only ends alike
    ("xyz.softbank.jp", True),
    ("notgmail.com", False),
    ("gmail.com.example.jp", False),
    ("example.co.jp", False),
    ("jp", False),
    ("", False),
]


@pytest.mark.parametrize(("domain", "expected"), SHARED)
def test_public_mail_services_say_nothing_about_a_company(domain, expected):
    assert is_public(domain) is expected
