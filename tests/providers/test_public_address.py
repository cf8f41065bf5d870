"""Calls go to the public internet only."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.providers.public_address import NotPublicError, is_public, public_address

NEVER = [
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    # carrier-grade NAT, link-local with the metadata services of clouds, benchmarks, documentation
    "100.64.0.1",
    "169.254.169.254",
    "198.18.0.1",
    "192.0.2.1",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "2001:db8::1",
    # IPv4 inside IPv6: mapped, compatible, 6to4, Teredo, NAT64
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::127.0.0.1",
    "2002:7f00:1::",
    "2002:a00:1::1",
    "2001:0:4136:e378:8000:63bf:80ff:fffe",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    # what the standard library takes for public
    "192.0.0.8",
    "192.88.99.1",
    "168.63.129.16",
    "fec0::1",
    "feff::1",
    "3fff::1",
    # no addresses at all
    "",
    "localhost",
    "2130706433",
    "0x7f.1",
    "127.1",
]


@pytest.mark.parametrize("address", NEVER)
def test_an_address_that_is_not_public_is_never_called(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "203.178.141.194", "2606:4700::1111"])
def test_public_addresses_are(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses(v=4, network="10.0.0.0/8") | st.ip_addresses(v=4, network="127.0.0.0/8"))
def test_no_spelling_inside_ipv6_lets_a_private_address_through(
    address: ipaddress.IPv4Address,
) -> None:
    number = int(address)
    forms = [
        number,
        0xFFFF << 32 | number,
        0x2002 << 112 | number << 80,
        0x64FF9B << 96 | number,
    ]
    assert not [form for form in forms if is_public(str(ipaddress.IPv6Address(form)))]


def test_a_name_with_one_private_address_among_public_ones_is_refused() -> None:
    with pytest.raises(NotPublicError, match=r"two\.example leads to 127\.0\.0\.1"):
        public_address("two.example", 443, lambda *_: ["8.8.8.8", "127.0.0.1"])


def test_a_name_without_an_address_is_a_fault_of_the_network() -> None:
    with pytest.raises(OSError, match="no address"):
        public_address("none.example", 443, lambda *_: [])
