"""Which variant of a split is whose."""

from __future__ import annotations

import hashlib

from nurture.domain.steps import Split, Variant


def assign(step: Split, workflow: str, contact_id: int) -> Variant:
    """Return the variant of a contact: the same for ever, by share, independent of others."""
    total = sum(variant.share for variant in step.variants)
    digest = hashlib.blake2b(f"{workflow}/{step.id}/{contact_id}".encode(), digest_size=8).digest()
    point = int.from_bytes(digest, "big") % total
    for variant in step.variants:
        if point < variant.share:
            return variant
        point -= variant.share
    return step.variants[-1]
