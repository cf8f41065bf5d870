"""Which account is meant by a name, a domain or a number."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row

from nurture.db import results
from nurture.domain.account_match import looks_alike
from nurture.domain.addresses import domain_of
from nurture.domain.person_name import company_name
from nurture.errors import NotFoundError, NurtureError
from nurture.language import NOTHING, say

#: accounts that a message names
_NAMED = 5


@dataclass(frozen=True, slots=True)
class Meant:
    """What a text means: one account, none, or several."""

    accounts: Sequence[Row[Any]] = ()
    #: a name that was perhaps meant
    near: str = ""

    @property
    def one(self) -> Row[Any] | None:
        """The account, where it is one."""
        return self.accounts[0] if len(self.accounts) == 1 else None

    @property
    def shown(self) -> str:
        """The accounts in question: name, domain, number."""
        return ", ".join(described(row) for row in self.accounts[:_NAMED])


def described(row: Row[Any]) -> str:
    """Return an account so that it can be told from its namesakes."""
    return f"{row.name} ({row.domain}, {row.id})" if row.domain else f"{row.name} ({row.id})"


def look_up_accounts(connection: Connection, texts: Iterable[str]) -> Mapping[str, Meant]:
    """Return text → what it means, in a fixed number of queries.

    A number decides first, then a domain, then the name as it is written, then the name
    without legal form, width and case.
    """
    wanted = list(dict.fromkeys(text.strip() for text in texts))
    known = results.accounts_like(connection, [*wanted, *(_domain(text) for text in wanted)])
    found: dict[str, Meant] = {}
    for text in wanted:
        by_number = [row for row in known if text.isascii() and str(row.id) == text]
        by_domain = [row for row in known if row.domain and row.domain == _domain(text)]
        by_name = [row for row in known if row.name == text]
        if rows := by_number or by_domain or by_name:
            found[text] = Meant(rows)
    left = [text for text in wanted if text not in found]
    if left:
        everybody = results.account_names(connection)
        names = [row.name for row in everybody]
        for text in left:
            # ㈱ and (株) are written out, as an import of contacts does
            name = company_name(text)
            rows = [row for row in everybody if name and looks_alike(row.name, name)]
            near = [] if rows else difflib.get_close_matches(text, names, n=1, cutoff=0.5)
            found[text] = Meant(rows, near[0] if near else "")
    return found


def account_named(connection: Connection, text: str) -> Row[Any]:
    """Return the account that a text means; NotFoundError or NurtureError with a hint."""
    meant = look_up_accounts(connection, [text])[text.strip()]
    if meant.one is not None:
        return meant.one
    if not meant.accounts:
        hint = say("did you mean '{word}'?", word=meant.near) if meant.near else NOTHING
        raise NotFoundError(say("no account is called '{text}'", text=text), hint)
    raise NurtureError(
        say("several accounts are called '{text}'", text=text),
        say("give the domain or the number: {known}", known=meant.shown),
    )


def _domain(text: str) -> str:
    """Return a text as the domain of an account is kept, "" where it is none."""
    host = text.removeprefix("https://").removeprefix("http://").removeprefix("www.")
    host = host.partition("/")[0]
    return domain_of(f"a@{host}") if "." in host and " " not in host and "@" not in host else ""
