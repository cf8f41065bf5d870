"""What a row changes about a person: empty fields filled, consents added, never one restored."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from nurture.domain.account_match import Companies, Company, fill, looks_alike
from nurture.domain.addresses import canonical
from nurture.domain.contact_row import ContactRow, Grant, Remark
from nurture.domain.lifecycle import Stage, is_forward
from nurture.domain.public_mail import is_public

#: (purpose, basis, source, obtained_at): the same consent is written down once
GrantKey = tuple[str, str, str, datetime]


@dataclass(frozen=True, slots=True)
class Unplaced:
    """What a row says of an account that nobody has named yet."""

    values: Mapping[str, Any]
    fields: Mapping[str, Any]
    overwrite: bool


@dataclass(slots=True)
class Person:
    """A contact as far as an upsert knows it; `id` None: not written yet."""

    id: int | None
    #: email, family_name, given_name, title, department, role, locale, zone, phone, source
    values: dict[str, Any] = field(default_factory=dict)
    fields: dict[str, Any] = field(default_factory=dict)
    company: Company | None = None
    owner_id: int | None = None
    #: whose they were before an upsert changed that
    had_owner: int | None = None
    first_touch_at: datetime | None = None
    #: stage, those that wait to be acted on included
    lifecycle: str = Stage.PROSPECT
    tags: set[str] = field(default_factory=set)
    #: purpose → `granted` or `withdrawn` by the newest record
    consents: dict[str, str] = field(default_factory=dict)
    #: every consent on record
    grants: set[GrantKey] = field(default_factory=set)
    #: a row of the same list has named this person before
    spoken: bool = False
    #: what rows of the same list said of a company before any of them named it
    unplaced: list[Unplaced] = field(default_factory=list)
    #: what an upsert changed, by field name
    changed: set[str] = field(default_factory=set)
    new_tags: list[str] = field(default_factory=list)
    new_grants: list[tuple[str, Grant]] = field(default_factory=list)
    #: stage to which a list moves them; "": to none
    new_stage: str = ""

    def settle(self) -> None:
        """Forget what was changed: it is as good as written."""
        self.changed.clear()
        self.new_tags.clear()
        self.new_grants.clear()
        self.new_stage = ""

    @property
    def sendable(self) -> bool:
        """Whether any purpose is granted: else no mail may go but `service`."""
        return "granted" in self.consents.values()


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of our own whom a list may name as the owner."""

    id: int
    name: str
    email: str


class Team:
    """Our own people, to be found by address or by name."""

    def __init__(self, members: Iterable[Member] = ()) -> None:
        self._found: dict[str, set[int]] = {}
        for member in members:
            for word in (member.email, member.name):
                self._found.setdefault(_word(word), set()).add(member.id)

    def find(self, who: str) -> set[int]:
        """Return the ids of all who answer to an address or a name."""
        return self._found.get(_word(who), set())


def _word(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def merge(
    person: Person, row: ContactRow, companies: Companies, team: Team, overwrite: bool
) -> list[Remark]:
    """Write a row over what is known of its person and return what is worth saying.

    Fields that are empty are filled; with `overwrite` filled ones are replaced too, but an
    empty cell never erases. Tags and consents are added. The earliest first contact stands,
    unless overwritten. A stage only goes forward. The second row that names a person in one
    list only fills: the same list taken in again then changes nothing.
    """
    remarks: list[Remark] = [Remark("repeated")] if person.spoken else []
    if not person.spoken:
        person.unplaced.clear()
    first_touch_at = row.first_touch_at
    if person.spoken and overwrite and person.first_touch_at is not None:
        first_touch_at = None
    overwrite = overwrite and not person.spoken
    person.spoken = True
    said = dict(row.contact)
    if not person.values.get("email") or canonical(person.values["email"]) == row.address:
        # Another of the person's addresses says nothing about where to write to.
        said["email"] = row.email
    fill(person.values, said, overwrite, person.changed)
    fill(person.fields, row.contact_fields, overwrite, person.changed)
    remarks += _belong(person, row, companies, overwrite)
    remarks += _own(person, row.owner, team, overwrite)
    _meet(person, first_touch_at, overwrite)
    remarks += _stand(person, row.lifecycle)
    for tag in row.tags:
        if tag not in person.tags:
            person.tags.add(tag)
            person.new_tags.append(tag)
            person.changed.add("tags")
    if row.grant is not None:
        remarks += _consent(person, row.grant)
    return remarks


def _belong(person: Person, row: ContactRow, companies: Companies, overwrite: bool) -> list[Remark]:
    """Find the person's account and take in what the row says of it.

    What earlier rows of the list said without naming it is taken in first, as it would be
    were the list taken in again.
    """
    facts = {key: value for key, value in row.account.items() if key not in ("name", "domain")}
    name = row.account.get("name", "")
    company = person.company
    if company is not None and name and not looks_alike(company.name, name):
        if not overwrite:
            return [Remark("other_company", {"value": name, "kept": company.name})]
        company = None
    # Whoever has a company of that name is in the right place, whatever others came to
    # bear it since: the same list taken in again moves nobody.
    company = company or companies.find_or_found(name, mail_domain(row))
    if company is None:
        if not (facts or row.account_fields):
            return []
        person.unplaced.append(Unplaced(facts, row.account_fields, overwrite))
        return [Remark("no_company")]
    if company is not person.company:
        person.company = company
        person.changed.add("company")
    for one in person.unplaced:
        company.take(one.values, one.fields, one.overwrite)
    person.unplaced.clear()
    company.take(facts, row.account_fields, overwrite)
    return []


def mail_domain(row: ContactRow) -> str | None:
    """Return the domain by which a row's account is known: its mail's, else its site's."""
    for domain in (row.address.rpartition("@")[2], str(row.account.get("domain", ""))):
        if domain and not is_public(domain):
            return domain
    return None


def _own(person: Person, owner: str, team: Team, overwrite: bool) -> list[Remark]:
    if not owner:
        return []
    found = team.find(owner)
    if len(found) != 1:
        return [Remark("ambiguous_owner" if found else "unknown_owner", {"value": owner})]
    (owner_id,) = found
    if owner_id != person.owner_id and (overwrite or person.owner_id is None):
        if "owner" not in person.changed:
            person.had_owner = person.owner_id
        person.owner_id = owner_id
        person.changed.add("owner")
    return []


def _meet(person: Person, first_touch_at: datetime | None, overwrite: bool) -> None:
    known = person.first_touch_at
    if first_touch_at is None or first_touch_at == known:
        return
    if known is None or overwrite or first_touch_at < known:
        person.first_touch_at = first_touch_at
        person.changed.add("first_touch")


def _stand(person: Person, stage: str) -> list[Remark]:
    """Move a person on to the stage a list has them at, never back; a new one is put there."""
    if stage in ("", person.lifecycle):
        return []
    is_new = person.id is None and person.lifecycle == Stage.PROSPECT
    if not is_new and not is_forward(person.lifecycle, stage):
        return [Remark("stage_kept", {"value": stage, "kept": str(person.lifecycle)})]
    person.lifecycle = person.new_stage = stage
    person.changed.add("lifecycle")
    return []


def _consent(person: Person, grant: Grant) -> list[Remark]:
    """Add the consents that are not on record; who withdrew stays withdrawn."""
    remarks = []
    for purpose in grant.purposes:
        if person.consents.get(purpose) == "withdrawn":
            remarks.append(Remark("withdrawn", {"purpose": purpose}))
            continue
        key = (purpose, str(grant.basis), grant.source, grant.obtained_at)
        if key in person.grants:
            continue
        person.grants.add(key)
        person.consents[purpose] = "granted"
        person.new_grants.append((purpose, grant))
        person.changed.add("consent")
    return remarks
