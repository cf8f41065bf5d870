"""Which account a person belongs to: by mail domain and name, without mixing up namesakes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

_LEGAL_FORM = re.compile(
    r"株式会社|有限会社|合同会社|合資会社|合名会社|一般社団法人|一般財団法人|医療法人(?:社団|財団)?"
    r"|学校法人|社会福祉法人|特定非営利活動法人|独立行政法人"
    r"|[,.]?\s*\b(?:co|ltd|inc|llc|llp|plc|corp|corporation|company|limited|gmbh|ag|kk|k\.k)\b\.?"
)
_NOT_LETTERS = re.compile(r"[\W_]+")


@dataclass(slots=True)
class Company:
    """An account as far as an upsert knows it; `id` None: not written yet."""

    id: int | None
    name: str
    #: mail domain; None: public mail, unknown, or another account has it
    domain: str | None = None
    #: industry, employees, region
    values: dict[str, Any] = field(default_factory=dict)
    fields: dict[str, Any] = field(default_factory=dict)
    #: what an upsert changed, by field name
    changed: set[str] = field(default_factory=set)
    #: fields that a row of the same list has spoken for: the first row's word stands, so
    #: that two people who disagree about their company do not turn it back and forth
    spoken: set[str] = field(default_factory=set)

    def settle(self) -> None:
        """Forget what was changed: it is as good as written."""
        self.changed.clear()

    def take(self, values: Mapping[str, Any], fields: Mapping[str, Any], overwrite: bool) -> None:
        """Take in what a row says of the account: empty fields, or all with `overwrite`."""
        for known, said in ((self.values, values), (self.fields, fields)):
            fresh = {name: value for name, value in said.items() if name not in self.spoken}
            stale = {name: value for name, value in said.items() if name in self.spoken}
            fill(known, fresh, overwrite, self.changed)
            fill(known, stale, False, self.changed)
            self.spoken.update(said)


def fill(
    known: dict[str, Any], said: Mapping[str, Any], overwrite: bool, changed: set[str]
) -> None:
    """Write what is said over what is known: where that is empty, or always; note changes."""
    for name, value in said.items():
        old = known.get(name)
        if old == value or not (overwrite or old is None or old == ""):
            continue
        known[name] = value
        changed.add(name)


def looks_alike(one: str, other: str) -> bool:
    """Say whether two names differ in legal form, width, case or punctuation alone."""
    return one == other or _core(one) == _core(other)


def _core(name: str) -> str:
    text = _LEGAL_FORM.sub("", unicodedata.normalize("NFKC", name).casefold())
    return _NOT_LETTERS.sub("", text) or name


class Companies:
    """The accounts that the rows of one batch may mean."""

    def __init__(self, known: Iterable[Company] = ()) -> None:
        self._by_id: dict[int, Company] = {}
        self._by_domain: dict[str, Company] = {}
        self._by_name: dict[str, list[Company]] = {}
        self._all: list[Company] = []
        for company in known:
            self.add(company)

    def __iter__(self) -> Iterator[Company]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def add(self, company: Company) -> None:
        """Make an account known; one whose id is known already is left as it stands."""
        if company.id is not None:
            if company.id in self._by_id:
                return
            self._by_id[company.id] = company
        self._all.append(company)
        self._by_name.setdefault(company.name, []).append(company)
        if company.domain is not None:
            self._by_domain[company.domain] = company

    def with_id(self, account_id: int | None) -> Company | None:
        """Return the account with an id, if it is known."""
        return None if account_id is None else self._by_id.get(account_id)

    def find(self, name: str, domain: str | None) -> Company | None:
        """Return the account that a name and a mail domain mean, or None.

        The domain decides where the names agree or none is given. A namesake with another
        domain is another company (there are many 株式会社山田商事); without a domain on one
        side the name alone decides, unless several companies bear it.
        """
        owner = self._by_domain.get(domain) if domain else None
        if owner is not None and (not name or looks_alike(owner.name, name)):
            return owner
        namesakes = self._by_name.get(name, []) if name else []
        without_domain = next((one for one in namesakes if one.domain is None), None)
        if without_domain is not None or domain:
            return without_domain
        return namesakes[0] if len(namesakes) == 1 else None

    def find_or_found(self, name: str, domain: str | None) -> Company | None:
        """Return the account meant, a new one where there is none; None without any name.

        A name is needed: an account called by its domain would stand so at the head of a
        letter. A known account without a domain takes this one, if no other has it.
        """
        company = self.find(name, domain)
        free = domain if domain and domain not in self._by_domain else None
        if company is None:
            if not name:
                return None
            company = Company(None, name, free)
            self.add(company)
        elif company.domain is None and free is not None:
            company.domain = free
            company.changed.add("domain")
            self._by_domain[free] = company
        return company
