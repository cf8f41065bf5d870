"""Mail domains that anybody may use for ten minutes: an address there is doubtful.

disposable-email-domains does the knowing: its list is kept by many, and renewed every week.
"""

from __future__ import annotations

from disposable_email_domains import blocklist


def is_disposable(domain: str) -> bool:
    """Say whether a canonical domain, or one above it, is one of throw-away addresses."""
    labels = domain.split(".")
    return any(".".join(labels[start:]) in blocklist for start in range(len(labels) - 1))
