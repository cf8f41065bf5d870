"""Which addresses belong to the public internet: calls that files name go nowhere else.

A name in a file must not reach what only this machine or its network can see: loopback,
private and link-local ranges, cloud metadata, multicast; also where an IPv6 address carries
an IPv4 one (RFC 4291 mapped and compatible, RFC 3056 6to4, RFC 4380 Teredo, RFC 6052 NAT64).
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Sequence
from typing import TypeAlias

#: host and port → the addresses it has; OSError where there are none
Resolve: TypeAlias = Callable[[str, int], Sequence[str]]

#: well-known and local-use prefixes of NAT64: the last 32 bits are an IPv4 address
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_NAT64_LOCAL = ipaddress.IPv6Network("64:ff9b:1::/48")
#: IPv4-compatible addresses, deprecated, still parsed by some stacks
_COMPATIBLE = ipaddress.IPv6Network("::/96")


#: not for the public, and newer (or older) than what the standard library knows: IETF protocol
#: assignments (RFC 6890), the 6to4 relay (RFC 7526), site-local (RFC 3879), documentation (RFC
#: 9637), and the address at which a large cloud answers its own machines
_OTHERS = tuple(
    ipaddress.ip_network(one)
    for one in (
        "192.0.0.0/24",
        "192.88.99.0/24",
        "168.63.129.16/32",
        "fec0::/10",
        "3fff::/20",
        "5f00::/16",
    )
)


class NotPublicError(Exception):
    """A name has an address that calls never go to."""


def is_public(address: str) -> bool:
    """Say whether an IP address can be called; what is no address cannot."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if ip in _NAT64_LOCAL:
            return False
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and (ip in _NAT64 or ip in _COMPATIBLE):
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None and not is_public(str(inner)):
            return False
    if any(ip in network for network in _OTHERS if network.version == ip.version):
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


def resolved(host: str, port: int) -> list[str]:
    """Return the addresses of a host, as the system's resolver orders them; may raise OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def public_address(
    host: str,
    port: int,
    resolve: Resolve = resolved,
    allowed: Callable[[str], bool] = is_public,
) -> str:
    """Return the address to connect to; whoever connects uses it and does not resolve again.

    Raises NotPublicError where any address of the name is not `allowed` (a name with one
    private address among public ones is an attempt), OSError where it has none.
    """
    addresses = list(resolve(host, port))
    if not addresses:
        raise OSError(f"{host} has no address")
    for address in addresses:
        if not allowed(address):
            raise NotPublicError(f"{host} leads to {address}")
    return addresses[0]
