"""The fields that conditions may read and steps may set, with their types."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from nurture.domain.conditions import Field, Scope
from nurture.domain.lifecycle import Stage, Temperature
from nurture.language import Said, say


class FieldType(enum.StrEnum):
    """What a field holds."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"

    @property
    def said(self) -> Said:
        """The type as messages call it."""
        return _TYPES_SAID[self]


_TYPES_SAID = {
    FieldType.TEXT: say("text"),
    FieldType.NUMBER: say("number"),
    FieldType.BOOLEAN: say("boolean"),
    FieldType.DATE: say("date"),
}


#: what `fields:` of the policy may declare
DECLARABLE = tuple(kind.value for kind in FieldType)


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """A field, what it holds, and the words it may hold where there are few."""

    field: Field
    type: FieldType
    choices: tuple[str, ...] = ()


_T, _N, _D, _B = FieldType.TEXT, FieldType.NUMBER, FieldType.DATE, FieldType.BOOLEAN

_CONTACT = {
    "email": _T, "family_name": _T, "given_name": _T, "name": _T, "title": _T,
    "department": _T, "role": _T, "locale": _T, "zone": _T, "phone": _T, "source": _T,
    "owner": _T, "first_touch": _D, "created": _D, "score": _N, "temperature": _T,
    "lifecycle": _T,
}  # fmt: skip
_ACCOUNT = {
    "name": _T, "domain": _T, "industry": _T, "employees": _N, "region": _T, "zone": _T,
}  # fmt: skip
_DEAL = {
    "stage": _T, "amount": _N, "currency": _T, "product": _T, "reason": _T, "meeting_at": _D,
    "next_step": _T, "attendees": _T, "decider_meeting": _B, "decider_met": _B,
    "requirements": _B, "budget": _B, "stale": _B,
}  # fmt: skip

#: fields that belong to the account and are asked of the contact: name there → name here
_VIA_ACCOUNT = {
    "company": "name",
    "industry": "industry",
    "employees": "employees",
    "region": "region",
    "domain": "domain",
}

_CHOICES = {
    "temperature": tuple(word.value for word in Temperature),
    "lifecycle": tuple(word.value for word in Stage),
}

#: contact fields that a `set` step may change; custom ones too
SETTABLE = frozenset(
    {
        "family_name", "given_name", "title", "department", "role", "locale", "zone",
        "phone", "source",
    }
)  # fmt: skip


#: what the engine itself writes down as moments; dates of custom fields are texts
MOMENTS = frozenset({"first_touch", "created", "meeting_at"})


def instead_of_date(name: str) -> Said:
    """Return how to write what a comparison with a date field cannot say."""
    if name == "created":
        return say("expr: \"days_since('contact.created') > 30\" counts days")
    return say("`wait_until: {{name}: 14d}` waits for it", name=name)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Built-in fields plus those that the policy declares."""

    contact: Mapping[str, FieldType] = field(default_factory=dict)
    account: Mapping[str, FieldType] = field(default_factory=dict)
    #: the policy could not be read: unknown names may be its custom fields
    incomplete: bool = False

    def of_contact(self, name: str) -> FieldInfo | None:
        """Return a field of the contact, those asked of its account included."""
        kind = _CONTACT.get(name) or self.contact.get(name)
        if kind is not None:
            return FieldInfo(Field(Scope.CONTACT, (name,)), kind, _CHOICES.get(name, ()))
        if name in _VIA_ACCOUNT:
            return self.of_account(_VIA_ACCOUNT[name])
        return FieldInfo(Field(Scope.CONTACT, (name,)), _T) if self.incomplete else None

    def of_account(self, name: str) -> FieldInfo | None:
        """Return a field of the account."""
        kind = _ACCOUNT.get(name) or self.account.get(name)
        if kind is None and self.incomplete:
            kind = _T
        return FieldInfo(Field(Scope.ACCOUNT, (name,)), kind) if kind is not None else None

    def of_deal(self, name: str) -> FieldInfo | None:
        """Return a field of the deal."""
        kind = _DEAL.get(name)
        return FieldInfo(Field(Scope.DEAL, (name,)), kind) if kind is not None else None

    def bare(self, name: str) -> FieldInfo | None:
        """Return the field that a map means by a bare name: the contact's, else the account's."""
        if name in _CONTACT or name in _VIA_ACCOUNT or name in self.contact:
            return self.of_contact(name)
        if name in self.account:
            return self.of_account(name)
        return self.of_contact(name)

    def settable(self, name: str) -> FieldType | None:
        """Return the type of a contact field that a step may change, else None."""
        if name in SETTABLE:
            return _T
        return self.contact.get(name) or (_T if self.incomplete and name not in _CONTACT else None)

    def names(self, scope: Scope | None = None) -> Iterable[str]:
        """Return the names known in a scope, for did-you-mean; None: bare names."""
        match scope:
            case Scope.ACCOUNT:
                return (*_ACCOUNT, *self.account)
            case Scope.DEAL:
                return tuple(_DEAL)
            case Scope.CONTACT:
                return (*_CONTACT, *_VIA_ACCOUNT, *self.contact)
            case _:
                return (*_CONTACT, *_VIA_ACCOUNT, *self.contact, *self.account)


#: words that a custom field may not be called: they mean something else in conditions
TAKEN = frozenset(_CONTACT) | frozenset(_VIA_ACCOUNT)
