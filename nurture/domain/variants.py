"""Which variant of a split is whose, and when two splits are the same experiment.

Who was divided once stays where they are: a variant that is added, or shares that change,
concern those who come to the split for the first time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import MISSING, dataclass, fields, is_dataclass
from enum import Enum
from typing import Any

from nurture.domain.facts import SplitFact
from nurture.domain.steps import Split, Step, Variant

#: hexadecimal digits of a fingerprint
_LENGTH = 32


@dataclass(frozen=True, slots=True)
class Assignment:
    """A variant, and why it is this one: a code of nurture.domain.reasons."""

    variant: Variant
    #: split_share | split_kept | split_winner
    reason: str


def choose(
    step: Split, workflow: str, contact_id: int, known: SplitFact, here: str | None
) -> Assignment:
    """Return the variant of a contact who comes to a split.

    `here`: the variant of an earlier visit in this very journey, which keeps it even when
    another one has won meanwhile.
    """
    kept = step.variant(here)
    if kept is not None:
        return Assignment(kept, "split_kept")
    won = step.variant(known.winner)
    if won is not None:
        return Assignment(won, "split_winner")
    before = step.variant(known.before)
    if before is not None:
        return Assignment(before, "split_kept")
    return Assignment(assign(step, workflow, contact_id), "split_share")


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


def fingerprint(step: Split, steps: Mapping[str, Step]) -> str:
    """Return what tells an experiment from another one of the same step.

    Names, shares and steps of the variants, what is measured and within which time. Not in
    it: what comes before and behind the split, where it stands in the file, how many people
    a decision needs, and what templates say.
    """
    inside = {name for variant in step.variants for name in variant.steps}
    outside = steps.keys() - inside
    parts: list[Any] = [step.id]
    for variant in step.variants:
        arm = [_plain(steps[name], outside) for name in variant.steps]
        parts.append([variant.name, variant.share, arm])
    if step.winner is not None:
        parts.append(_plain(step.winner.measure, outside))
    return digest_of(parts)


def digest_of(parts: Any) -> str:
    """Return a short digest of frozen values, as they are written in files."""
    return hashlib.sha256(repr(_plain(parts, frozenset())).encode()).hexdigest()[:_LENGTH]


def _plain(value: Any, outside: AbstractSet[str]) -> Any:
    """Return a value as texts and lists; what has its default is left out.

    So a field that a later version adds makes no other experiment of an old one.
    """
    if is_dataclass(value) and not isinstance(value, type):
        written = [
            [one.name, _plain(getattr(value, one.name), outside)]
            for one in fields(value)
            if one.compare and not _is_default(one, getattr(value, one.name))
        ]
        return [type(value).__name__, *written]
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, tuple | list):
        return [_plain(one, outside) for one in value]
    if isinstance(value, frozenset | set):
        return sorted(str(_plain(one, outside)) for one in value)
    if isinstance(value, str) and value in outside:
        return ""
    return str(value)


def _is_default(one: Any, value: Any) -> bool:
    if one.default is not MISSING:
        return bool(value == one.default)
    return one.default_factory is not MISSING and bool(value == one.default_factory())
