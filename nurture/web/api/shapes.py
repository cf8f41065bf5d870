"""What callers may send, checked field by field."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from nurture.domain.addresses import canonical
from nurture.domain.contact_row import (
    LONGEST,
    LONGEST_CUSTOM,
    PURPOSES,
    Basis,
    ContactRow,
    Grant,
    default_purposes,
)
from nurture.domain.industries import industry_code
from nurture.domain.person_name import clean_text, company_name, job_title, name_part
from nurture.domain.workflow import Purpose
from nurture.services.capture import Happening
from nurture.services.mail_address import fault_of_address
from nurture.services.unsubscribe import CHOICES

_Scalar = str | bool | int | float
#: columns of the contact and of the account that a caller may set
_COLUMNS = (
    *("family_name", "given_name", "title", "department", "role", "locale", "zone"),
    *("phone", "source"),
)
_FACTS = ("name", "domain", "industry", "employees", "region")

#: how texts are made uniform, as lists' are: one line, no control characters, no courtesies
_CLEANERS: Mapping[str, Callable[[str], str]] = {
    "family_name": name_part,
    "given_name": name_part,
    "title": job_title,
    "department": job_title,
}

_Custom = dict[Annotated[str, Field(max_length=100)], _Scalar]


def _text(name: str) -> Any:
    return Field(None, max_length=LONGEST[name])


class Strict(BaseModel):
    """Unknown fields are mistakes: a misspelt one must not vanish in silence."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    @field_validator("*", mode="before")
    @classmethod
    def _storable(cls, value: Any) -> Any:
        check_storable(value)
        return value


def _clean(value: Any, clean: Callable[[str], str] = clean_text) -> Any:
    """Clean a text, or the texts of a list or object; anything else is checked elsewhere."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_clean(one, clean) for one in value]
    if isinstance(value, dict):
        return {name: _clean(one, clean) for name, one in value.items()}
    return value


def _address(value: str) -> str:
    if why := fault_of_address(value):
        raise ValueError(f"is not an e-mail address: {why}")
    return value


def check_storable(value: Any, depth: int = 0) -> None:
    """Raise ValueError for what JSON can say and a database cannot keep.

    That is NUL and half surrogate pairs in texts, numbers that are none or too large, and
    nesting without end.
    """
    if depth > 20:
        raise ValueError("nested more than 20 levels deep")
    if isinstance(value, str):
        if "\0" in value or any("\ud800" <= c <= "\udfff" for c in value):
            raise ValueError("holds a character that is no text (NUL or half of a pair)")
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError("is no finite number")
    elif isinstance(value, int):
        if abs(value) >= 2**63:
            raise ValueError("is a larger number than can be kept")
    elif isinstance(value, dict):
        for name, inner in value.items():
            check_storable(name, depth + 1)
            check_storable(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            check_storable(inner, depth + 1)


class EventIn(Strict):
    """An event: `type`, who by `email` or `contact_id`, and what more is known."""

    type: str = Field(max_length=100)
    email: str | None = Field(None, max_length=320)
    contact_id: int | None = Field(None, ge=1)
    properties: dict[str, Any] = Field(default_factory=dict, max_length=64)
    occurred_at: AwareDatetime | None = None
    #: unique per source: the same fact told twice is taken once
    key: str | None = Field(None, min_length=1, max_length=200)

    @model_validator(mode="after")
    def _names_somebody(self) -> EventIn:
        if (self.email is None) == (self.contact_id is None):
            raise ValueError("name the person by `email` or by `contact_id`")
        return self

    def happening(self) -> Happening:
        """Return it as the services take it."""
        return Happening(
            type=self.type,
            email=self.email,
            contact_id=self.contact_id,
            properties=self.properties,
            occurred_at=self.occurred_at,
            key=self.key,
        )


class AccountIn(Strict):
    """A contact's company."""

    name: str = Field(min_length=1, max_length=LONGEST["company"])
    domain: str | None = _text("domain")
    industry: str | None = _text("industry")
    employees: int | None = Field(None, ge=0, le=100_000_000)
    region: str | None = _text("region")
    fields: _Custom = Field(default_factory=dict, max_length=100)

    @field_validator("name", mode="before")
    @classmethod
    def _uniform_name(cls, value: Any) -> Any:
        return _clean(value, company_name)

    @field_validator("industry", mode="before")
    @classmethod
    def _one_word(cls, value: Any) -> Any:
        return _clean(value, industry_code)

    @field_validator("region", "fields", mode="before")
    @classmethod
    def _uniform(cls, value: Any) -> Any:
        return _clean(value)


class ConsentIn(Strict):
    """What allows us to write to a person; all of it, or it is no consent."""

    basis: Basis
    source: str = Field(min_length=1, max_length=400)
    obtained_at: AwareDatetime
    purposes: list[str] | None = Field(None, min_length=1, max_length=len(PURPOSES))
    text_shown: str = Field("", max_length=5000)

    @field_validator("source", mode="before")
    @classmethod
    def _uniform(cls, value: Any) -> Any:
        return _clean(value)

    @field_validator("purposes")
    @classmethod
    def _known(cls, purposes: list[str] | None) -> list[str] | None:
        for purpose in purposes or ():
            if purpose not in PURPOSES:
                raise ValueError(f"{purpose!r} is none of {', '.join(PURPOSES)}")
        return purposes


class ContactIn(Strict):
    """A contact; fields that are left out stay as they are."""

    email: str = Field(max_length=320)
    family_name: str | None = _text("family_name")
    given_name: str | None = _text("given_name")
    title: str | None = _text("title")
    department: str | None = _text("department")
    role: str | None = _text("role")
    locale: str | None = _text("locale")
    zone: str | None = _text("zone")
    phone: str | None = _text("phone")
    source: str | None = _text("source")
    fields: _Custom = Field(default_factory=dict, max_length=100)
    account: AccountIn | None = None
    #: address or name of a member of the team
    owner: str = Field("", max_length=LONGEST["owner"])
    tags: list[Annotated[str, Field(min_length=1, max_length=LONGEST["tags"])]] = Field(
        default_factory=list, max_length=100
    )
    first_touch_at: AwareDatetime | None = None
    consent: ConsentIn | None = None

    @field_validator(
        *("family_name", "given_name", "title", "department", "role", "phone", "source"),
        *("fields", "owner", "tags"),
        mode="before",
    )
    @classmethod
    def _uniform(cls, value: Any, info: ValidationInfo) -> Any:
        return _clean(value, _CLEANERS.get(info.field_name or "", clean_text))

    @field_validator("email")
    @classmethod
    def _is_address(cls, value: str) -> str:
        return _address(value)

    @field_validator("zone")
    @classmethod
    def _zone(cls, value: str | None) -> str | None:
        try:
            if value:
                ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError("is not a time zone; write e.g. Asia/Tokyo") from error
        return value

    @field_validator("fields")
    @classmethod
    def _short(cls, value: dict[str, _Scalar]) -> dict[str, _Scalar]:
        for name, text in value.items():
            if isinstance(text, str) and len(text) > LONGEST_CUSTOM:
                raise ValueError(f"{name!r} is longer than {LONGEST_CUSTOM} characters")
        return value

    def row(self) -> ContactRow:
        """Return it as the upsert takes it."""
        return ContactRow(
            address=canonical(self.email),
            email=self.email,
            contact={name: text for name in _COLUMNS if (text := getattr(self, name))},
            contact_fields=self.fields,
            account={
                name: value
                for name in _FACTS
                if self.account is not None and (value := getattr(self.account, name)) is not None
            },
            account_fields=self.account.fields if self.account is not None else {},
            owner=self.owner,
            tags=tuple(dict.fromkeys(self.tags)),
            first_touch_at=self.first_touch_at,
            grant=self._grant(),
        )

    def _grant(self) -> Grant | None:
        if self.consent is None:
            return None
        given = self.consent
        purposes = tuple(given.purposes) if given.purposes else default_purposes(given.basis)
        return Grant(given.basis, given.source, given.obtained_at, purposes, given.text_shown)


class UnsubscribeIn(Strict):
    """Somebody wants no more mails; `purposes` left out means all of them."""

    email: str = Field(max_length=320)
    purposes: list[Purpose] = Field(default_factory=lambda: list(CHOICES), min_length=1)
    reason: str = Field("", max_length=300)

    @field_validator("email")
    @classmethod
    def _is_address(cls, value: str) -> str:
        return _address(value)

    @field_validator("purposes")
    @classmethod
    def _may_be_stopped(cls, purposes: list[Purpose]) -> list[Purpose]:
        if not set(purposes) <= set(CHOICES):
            raise ValueError(f"may be {', '.join(CHOICES)}")
        return purposes

    @field_validator("reason", mode="before")
    @classmethod
    def _uniform(cls, value: Any) -> Any:
        return _clean(value)
