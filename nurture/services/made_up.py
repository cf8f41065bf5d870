"""Readers whom nobody knows, to look at mails with: rows as the database would hold them.

They go through the same code as real ones, so what is seen is what would be sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

from sqlalchemy import Row

from nurture.db.acquaintance import Granted, LastLetter
from nurture.db.tables import account, contact, message
from nurture.domain.contact_row import Basis
from nurture.domain.policy import Policy
from nurture.services.acquaintance import Known

#: fields of a reader that a form may fill, in the order it shows them
FIELDS = (
    *("family_name", "given_name", "honorific", "company", "department", "title"),
    *("industry", "role", "email"),
)

_PEOPLE: Mapping[str, Mapping[str, str]] = {
    "ja": {
        "family_name": "田村",
        "given_name": "真由美",
        "company": "株式会社碧海鋳造",
        "department": "生産管理部",
        "title": "課長",
        "industry": "manufacturing",
        "role": "decision-maker",
    },
    "en": {
        "family_name": "Bennett",
        "given_name": "Grace",
        "honorific": "Ms",
        "company": "Tidewater Logistics Ltd",
        "department": "Operations",
        "title": "Head of Operations",
        "industry": "logistics",
        "role": "decision-maker",
    },
}
_LONG: Mapping[str, Mapping[str, str]] = {
    "ja": {
        "family_name": "勅使河原小路",
        "given_name": "龍之介左衛門",
        "company": "一般社団法人日本精密機械部品製造業生産性向上支援連絡協議会",
        "department": "東日本統括本部製造技術革新推進部第三業務改善グループ",
        "title": "執行役員副本部長兼グループマネージャー",
        "industry": "manufacturing",
        "role": "decision-maker",
    },
    "en": {
        "family_name": "Featherstonehaugh-Cholmondeley",
        "given_name": "Maximiliana Theodora",
        "honorific": "Dr",
        "company": "Northumberland & Tyneside Precision Manufacturing Cooperative Holdings plc",
        "department": "Continuous Improvement and Operational Excellence",
        "title": "Deputy Regional Director for Manufacturing Systems Integration",
        "industry": "manufacturing",
        "role": "decision-maker",
    },
}
_FAIR = {"ja": "ものづくり改善展2026", "en": "the Care Tech Forum"}

#: reader → what it is called, in Japanese and English
READERS: Mapping[str, tuple[str, str]] = {
    "later": ("いつもの読者", "A usual reader"),
    "first": ("初めてのメール", "A first mail"),
    "new-owner": ("担当者の交代後", "After a new owner"),
    "hardly-known": ("姓とアドレスのみ", "Surname and address only"),
    "long": ("とても長い名前", "Very long names"),
    "own": ("自分で入力", "Values of your own"),
}


@dataclass(frozen=True, slots=True)
class MadeUp:
    """Somebody to write to."""

    person: Row[Any]
    known: Known


def made_up(
    reader: str, locale: str, policy: Policy, now: datetime, own: Mapping[str, str] | None = None
) -> MadeUp:
    """Return a reader of READERS in a language; `own` are the values of the reader `own`."""
    language = "ja" if locale.startswith("ja") else "en"
    values: Mapping[str, str] = dict(_PEOPLE[language])
    if reader == "long":
        values = _LONG[language]
    elif reader == "own":
        values = {name: value for name, value in (own or {}).items() if value}
    elif reader == "hardly-known":
        values = {"family_name": values["family_name"]}
    person = _person(values, locale, policy, now)
    card = Granted(Basis.BUSINESS_CARD, _FAIR[language], now - timedelta(days=60))
    grants = {} if reader == "hardly-known" else {"marketing": card}
    if reader == "first" or reader == "hardly-known":
        return MadeUp(person, Known(grants, written_to=False))
    last = _last_letter(policy, person, now) if reader == "new-owner" else None
    return MadeUp(person, Known(grants, written_to=True, last_letter=last))


def made_up_mail(**values: Any) -> Row[Any]:
    """Return a message as one that is about to be written, for nobody that exists."""
    empty = dict.fromkeys(column.name for column in message.columns)
    basic: dict[str, Any] = {
        **{"id": 0, "values": {}, "attach": [], "purpose": "marketing"},
        **{"enrolment_state": None, "enrolment_trigger": {}, "enrolment_memory": {}},
    }
    return _row({**empty, **basic, **values})


def in_locale(person: Row[Any], locale: str) -> Row[Any]:
    """Return somebody as if their language were another."""
    return _row({**person._asdict(), "locale": locale})


def _person(values: Mapping[str, str], locale: str, policy: Policy, now: datetime) -> Row[Any]:
    given = dict(values)
    own = {name: given.pop(name) for name in ("honorific",) if name in given}
    company, industry = given.pop("company", None), given.pop("industry", None)
    owner = _owner(policy)
    columns = dict.fromkeys(column.name for column in contact.columns)
    columns |= dict.fromkeys(f"account_{column.name}" for column in account.columns)
    basic = {
        **{"id": 0, "email": "reader@sample.example", "locale": locale, "fields": own},
        **{"account_fields": {}, "account_hold_reason": None, "account_name": company},
        **{"account_industry": industry, "engagement": 24.0, "fit": 0.0, "scored_at": now},
        **{"created_at": now, "first_touch_at": now, "temperature": "warm"},
        **{"lifecycle": "lead", "tracking": True, "erased": False},
        **{"owner_key": owner, "owner_active": True},
        "owner_email": policy.senders[owner].email if owner in policy.senders else None,
    }
    return _row({**columns, **basic, **given})


def _owner(policy: Policy) -> str:
    """Return the key of somebody who writes as an owner: a salesperson, else the default."""
    return next(
        (one.key for one in policy.senders.values() if one.role == "sales"), policy.default_sender
    )


def _last_letter(policy: Policy, person: Row[Any], now: datetime) -> LastLetter | None:
    """Return a letter of another owner before this one, where the policy has two."""
    before = next(
        (
            one
            for one in policy.senders.values()
            if one.email != person.owner_email and one.role != "marketing"
        ),
        None,
    )
    return LastLetter(before.email, "") if before is not None else None


class _Stored(SimpleNamespace):
    """What a row of a query is to its readers: names, and all of them as a mapping."""

    def _asdict(self) -> dict[str, Any]:
        return dict(vars(self))


def _row(values: Mapping[str, Any]) -> Row[Any]:
    return cast("Row[Any]", _Stored(**values))
