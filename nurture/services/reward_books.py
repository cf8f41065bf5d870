"""The ledger for the books: one line per entry, apart from contracts, safe to open in Excel."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import datetime
from typing import TextIO
from zoneinfo import ZoneInfo

from sqlalchemy import Row

from nurture.db import rewards as rows
from nurture.db.contact_facts import full_name
from nurture.db.engine import read
from nurture.domain import loop_words
from nurture.domain.cell_values import harmless
from nurture.domain.glossary import word
from nurture.services.house import house_at
from nurture.services.runtime import Runtime

#: columns of the export: Japanese, English
_COLUMNS = (
    ("明細番号", "entry"),
    ("日時", "at"),
    ("特典番号", "reward"),
    ("紹介番号", "referral"),
    ("制度", "programme"),
    ("対象", "side"),
    ("会社", "company"),
    ("氏名", "name"),
    ("メールアドレス", "email"),
    ("種類", "kind"),
    ("内容", "title"),
    ("寄付先", "recipient"),
    ("変更前", "from"),
    ("変更後", "to"),
    ("金額", "amount"),
    ("通貨", "currency"),
    ("理由", "reason"),
    ("記録者", "by"),
)

_AMOUNT = [en for _, en in _COLUMNS].index("amount")


def export(runtime: Runtime, file: TextIO, locale: str, since: datetime | None = None) -> int:
    """Write the ledger as CSV, oldest entry first; return how many entries.

    Amounts carry their sign: a reversal takes out what its earning brought in, so that a
    column's sum by currency is what stands. Cells that a spreadsheet would run as a formula
    get an apostrophe. `since`: entries from that moment on.
    """
    with read(runtime.engine) as connection:
        found = rows.books(connection, since)
        zone = house_at(runtime, connection).zone
    writer = csv.writer(file)
    writer.writerow([ja if locale.startswith("ja") else en for ja, en in _COLUMNS])
    for row in found:
        cells = _cells(row, locale, zone)
        # A number with a sign is no formula, and has to be added up.
        writer.writerow(
            [cell if at == _AMOUNT else harmless(cell) for at, cell in enumerate(cells)]
        )
    return len(found)


def _cells(row: Row[tuple[object, ...]], locale: str, zone: ZoneInfo) -> Sequence[str]:
    known = row._mapping
    name = full_name(known["family_name"], known["given_name"], known["locale"] or "ja") or ""

    def state(code: str | None) -> str:
        return word(loop_words.REWARD_STATES, code, locale)

    return (
        str(known["id"]),
        known["at"].astimezone(zone).strftime("%Y-%m-%d %H:%M"),
        str(known["reward_id"]),
        known["ref"],
        known["program"],
        word(loop_words.REWARD_SIDES, known["side"], locale),
        known["account_name"] or "",
        name,
        known["email"] or "",
        word(loop_words.REWARD_KINDS, known["kind"], locale),
        known["title"],
        known["recipient"] or "",
        state(known["from_state"]),
        state(known["to_state"]),
        _figure(known["amount"]),
        known["currency"] or "",
        reason_text(known["reason"], locale),
        known["by"],
    )


def _figure(amount: float | None) -> str:
    """Return a number that spreadsheets read as one; "-5000" is a number, no formula."""
    if amount is None:
        return ""
    return f"{amount:.0f}" if float(amount).is_integer() else f"{amount:.2f}"


def reason_text(reason: str | None, locale: str) -> str:
    """Return why a reward is held, released or reversed, in words."""
    if not reason:
        return ""
    head, _, rest = reason.partition(": ")
    if head in _SAID:
        said = _SAID[head][0 if locale.startswith("ja") else 1]
        inner = word(loop_words.REWARD_REASONS, rest, locale) if rest else ""
        return f"{said}: {inner}" if inner else said
    return word(loop_words.REWARD_REASONS, reason, locale)


#: how entries of the ledger begin that move no state
_SAID = {
    "released": ("保留・待機を解除", "released"),
    "held": ("保留", "held"),
    "over": ("保留の理由が解消", "no longer held"),
}
