"""Mails that ask a question: where their ask is written down, and that it is void."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from sqlalchemy import Connection, Table, update

from nurture.db.among import among
from nurture.db.tables import referral_ask, survey_invitation
from nurture.domain.purpose import Purpose

#: purpose of a mail → table whose row was made with it, under the same key
ASKS: Mapping[str, Table] = MappingProxyType(
    {Purpose.SURVEY: survey_invitation, Purpose.REFERRAL: referral_ask}
)

_VOID = {
    purpose: update(table).where(among(table.c.dedupe_key, "keys")).values(void=True)
    for purpose, table in ASKS.items()
}


def void(connection: Connection, mails: Iterable[tuple[str, str]]) -> None:
    """Write down that these mails, (purpose, key), were dropped or failed: nobody was asked.

    No query where none of them asks anything.
    """
    keys: dict[str, list[str]] = {}
    for purpose, key in mails:
        if purpose in _VOID:
            keys.setdefault(purpose, []).append(key)
    for purpose, some in keys.items():
        connection.execute(_VOID[Purpose(purpose)], {"keys": some})
