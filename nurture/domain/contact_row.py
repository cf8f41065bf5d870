"""One contact as a list, a form or a caller names it, read and made uniform."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any


class Basis(enum.StrEnum):
    """What allows us to write to a person (特定電子メール法 第3条, GDPR Art. 6)."""

    #: オプトイン: they asked for it; it covers what they were shown and no more
    OPT_IN = "opt_in"
    #: 名刺交換: they handed us a card with the address on it
    BUSINESS_CARD = "business_card"
    #: 取引関係: they buy from us or are in talks with us
    BUSINESS_RELATIONSHIP = "business_relationship"
    #: 公開アドレス: their company publishes the address and does not refuse advertising
    PUBLISHED_ADDRESS = "published_address"


#: what consent may be asked for; `service` needs none
PURPOSES = ("marketing", "survey", "referral")


def default_purposes(basis: Basis) -> tuple[str, ...]:
    """Return the purposes a basis covers where the list does not say.

    The three exceptions of 特定電子メール法 第3条第1項 allow advertising mail as a whole,
    so they cover every purpose; an opt-in covers what was asked for, which is marketing
    unless the list says more.
    """
    return ("marketing",) if basis is Basis.OPT_IN else PURPOSES


@dataclass(frozen=True, slots=True)
class Grant:
    """A consent as its source states it; without all three of these it is none."""

    basis: Basis
    #: 「◯◯展2026」, a form's address …
    source: str
    obtained_at: datetime
    purposes: tuple[str, ...]
    #: what text the person saw, where known
    text_shown: str = ""


@dataclass(frozen=True, slots=True)
class ContactRow:
    """What one row says; a field that it leaves empty is not there, and changes nothing."""

    #: canonical, see `nurture.domain.addresses.canonical`
    address: str
    #: as the person writes it
    email: str
    #: columns of the contact: family_name, given_name, title, department, …
    contact: Mapping[str, str] = field(default_factory=dict)
    #: custom fields of the contact that the policy declares
    contact_fields: Mapping[str, Any] = field(default_factory=dict)
    #: columns of the account: name, domain, industry, employees, region
    account: Mapping[str, Any] = field(default_factory=dict)
    #: custom fields of the account that the policy declares
    account_fields: Mapping[str, Any] = field(default_factory=dict)
    #: e-mail or name of a team member
    owner: str = ""
    tags: tuple[str, ...] = ()
    #: stage (`nurture.domain.lifecycle.Stage`) at which the list has them; "": it does not say
    lifecycle: str = ""
    first_touch_at: datetime | None = None
    grant: Grant | None = None
    #: worth saying about it, such as what its consent lacks
    remarks: tuple[Remark, ...] = ()
    #: line of the file it came from, from 1; 0: from no file
    line: int = 0


#: remarks on what a row's consent lacks; without it nothing may be sent
GAPS = frozenset({"no_basis", "no_source", "no_date"})


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to say about a row; `nurture.domain.row_remarks` has the sentences."""

    code: str
    detail: Mapping[str, Any] = field(default_factory=dict)


class RowError(ValueError):
    """A row that cannot be taken in; carries everything that is wrong with it."""

    def __init__(self, *remarks: Remark) -> None:
        super().__init__(", ".join(remark.code for remark in remarks))
        self.remarks = remarks


#: longest text of each column, in characters; the tables hold no more
LONGEST: Mapping[str, int] = MappingProxyType(
    {
        "family_name": 100,
        "given_name": 100,
        "title": 200,
        "department": 200,
        "role": 64,
        "locale": 16,
        "zone": 64,
        "phone": 64,
        "source": 200,
        "company": 300,
        "domain": 253,
        "industry": 100,
        "region": 100,
        "tags": 100,
        "owner": 320,
    }
)

#: longest text of a custom field, in characters
LONGEST_CUSTOM = 2_000
