"""A mail that somebody sent to others with us in copy: who wrote it, and to whom."""

from __future__ import annotations

from dataclasses import dataclass

from nurture.providers.headers import address, addresses
from nurture.providers.incoming import READ_LIMIT, IncomingKind, parse_incoming, parsed

#: local parts that servers write from, and no person does
_SERVERS = frozenset({"", "mailer-daemon", "postmaster", "noreply", "no-reply"})

#: what only machines send
_MACHINES = frozenset({IncomingKind.AUTO_REPLY, IncomingKind.BOUNCE, IncomingKind.COMPLAINT})


@dataclass(frozen=True, slots=True)
class Copied:
    """A mail that copies us."""

    #: lower case; empty where it cannot be told
    from_address: str
    #: (name, address) of To, then Cc, in their order; the name may be empty
    recipients: tuple[tuple[str, str], ...]
    #: a machine wrote it
    automatic: bool


def parse_copied(data: bytes, mail_from: str) -> Copied:
    """Return who wrote a mail to whom; never raises, whatever the bytes.

    `mail_from` is the envelope's sender: where it is empty a machine wrote (RFC 5321, 4.5.5).
    """
    message = parsed(data[:READ_LIMIT])
    if message is None:
        return Copied("", (), automatic=True)
    sender = address(message, "From")
    kind = parse_incoming(data, mail_from).kind
    machine = kind in _MACHINES or not mail_from or sender.partition("@")[0] in _SERVERS
    recipients = (*addresses(message, "To"), *addresses(message, "Cc"))
    return Copied(sender, recipients, automatic=machine)
