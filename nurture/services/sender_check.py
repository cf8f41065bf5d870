"""Senders as readers and their mail programs judge them: answered, and from one house."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

from nurture.domain.policy import Policy
from nurture.errors import Place, Problem, Severity
from nurture.language import say

_NO_REPLY = re.compile(r"(?i)^(?:no|do-?not)[-_.]?reply\b")


def sender_problems(
    policy: Policy, files: Mapping[str, str], public_url: str = ""
) -> Iterator[Problem]:
    """Yield warnings about the policy's senders; `public_url` is where links lead, if known.

    An address that takes no answer says that we do not listen. Links on a host outside the
    sender's domain look like somebody else's, to readers and to filters; a house that is not
    reached by a name of its own (an address, localhost) is being tried out.
    """
    host = (urlsplit(public_url).hostname or "").lower()
    for sender in policy.senders.values():
        place = _place(files, sender.email)
        if _NO_REPLY.match(sender.email):
            yield Problem(
                place,
                "manners-noreply",
                say("{email} takes no answer", email=sender.email),
                say("let somebody read what comes back; a reply is the best answer there is"),
                Severity.WARNING,
            )
        domain = sender.email.rpartition("@")[2].lower()
        if _is_public(host) and domain and host != domain and not host.endswith(f".{domain}"):
            yield Problem(
                place,
                "tracking-host",
                say(
                    "links lead to {host}, which is not under {domain} that {key} writes from",
                    host=host,
                    domain=domain,
                    key=sender.key,
                ),
                say("set PUBLIC_URL to a host such as https://links.{domain}", domain=domain),
                Severity.WARNING,
            )


def _is_public(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return "." in host
    return False


def _place(files: Mapping[str, str], address: str) -> Place:
    """Return where an address stands in the policy."""
    for path, text in sorted(files.items()):
        if re.search(r"(?m)^policy:", text) is None or not path.startswith("workflows/"):
            continue
        for number, line in enumerate(text.split("\n"), 1):
            column = line.find(address)
            if column >= 0:
                return Place(path, number, column + 1)
        return Place(path)
    return Place("workflows/policy.yaml")
