"""The value `ask` of templates: what an ask for an introduction says, and how to answer it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row

from nurture.db import ask_mails
from nurture.db.engine import read
from nurture.domain.library import Item, Pick, best, in_locale
from nurture.domain.purpose import Purpose
from nurture.domain.reader import Reader
from nurture.domain.referral import AskAnswer
from nurture.domain.referral_program import Offer, Program, Texts
from nurture.domain.results import rounded
from nurture.emails.tokens import Purpose as TokenPurpose
from nurture.emails.tokens import Token
from nurture.services import refer_links
from nurture.services.releases import LiveRelease
from nurture.services.runtime import Runtime

#: kind of the library's items that tell what somebody did
_CASE = "case"

#: field of `ask` → the answer that its link chooses
ANSWERS: Mapping[str, AskAnswer] = {
    "nobody": AskAnswer.NOBODY_IN_MIND,
    "not_now": AskAnswer.NOT_NOW,
    "policy": AskAnswer.COMPANY_POLICY,
    "never": AskAnswer.NEVER,
}


def values(
    runtime: Runtime, release: LiveRelease, message: Row[Any], locale: str
) -> dict[str, Any]:
    """Return `{"ask": …}` for a mail that asks; nothing for any other."""
    if message.purpose != Purpose.REFERRAL or not message.contact_id:
        return {}
    with read(runtime.engine) as connection:
        row = ask_mails.ask_of_mail(connection, message.dedupe_key)
        program = release.definitions.programs.get(row.program) if row is not None else None
        if row is None or program is None:
            return {}
        told = result_told(connection, row.contact_id, row.account_id, locale)
    definitions = release.definitions
    today = runtime.clock.now().astimezone(ZoneInfo(definitions.calendar.zone)).date()
    case = case_told(definitions.library.items, program, row.industry or "", locale, today)
    return {"ask": {**ask_values(runtime, program, row, told, locale), **case}}


def ask_values(
    runtime: Runtime, program: Program, row: Row[Any], result: Mapping[str, str], locale: str
) -> dict[str, Any]:
    """Return the fields of `ask` for an ask (a row of `ask_mails.ask_of_mail`)."""
    answer = f"{runtime.public_url}/a/{_token(runtime, TokenPurpose.ASK, row.id, row.contact_id)}"
    link = f"{runtime.public_url}/i/{row.code}" if row.code else ""
    return {
        **program_values(program, program.offers.get(row.offer), locale, link),
        **result,
        "timing": row.timing,
        "mode": row.mode,
        "named": row.named or "",
        "reason": row.reason or "",
        "motive": row.motive or "",
        "page": refer_links.page_of(runtime, row.contact_id, runtime.clock.now()),
        "rules": f"{runtime.public_url}/rules/{program.name}",
        "link": link,
        "answer": answer,
        **{name: f"{answer}?as={said}" for name, said in ANSWERS.items()},
    }


def program_values(program: Program, offer: Offer | None, locale: str, link: str) -> dict[str, str]:
    """Return what a programme says of itself, in a language, with a personal link."""
    wanted, kit = program.wanted, program.kit
    referred = offer.referred if offer is not None else None
    return {
        "people": text_in(wanted.people, locale),
        "problem": text_in(wanted.problem, locale),
        "size": text_in(wanted.size, locale),
        "persona": text_in(wanted.persona, locale),
        "offer": text_in(offer.title, locale) if offer is not None else "",
        "benefit": text_in(offer.benefit, locale) if offer is not None else "",
        "referred": text_in(referred.title, locale) if referred is not None else "",
        "reports": text_in(program.rules.reports, locale),
        "payment": text_in(program.rules.payment, locale),
        "pitch": text_in(kit.pitch, locale),
        "outcome": text_in(kit.outcome, locale),
        "chat": text_in(kit.chat, locale).replace("{link}", link),
    }


def case_told(
    items: Mapping[str, Item], program: Program, industry: str, locale: str, today: date
) -> dict[str, str]:
    """Return a case of the reader's own trade to show with an ask: title and address.

    Without one of their trade the kit's own; nothing where there is none to read.
    """
    own = {key: one for key, one in items.items() if industry in one.industries and one.url}
    pick = Pick(_CASE, ("industry",), program.kit.case)
    item = best({**own, **_named(items, program.kit.case)}, pick, Reader(industry), locale, today)
    found = item.item
    address = str(in_locale(found.url, locale) or "") if found is not None else ""
    if found is None or not address:
        return {}
    return {"case": str(in_locale(found.title, locale) or ""), "case_url": address}


def _named(items: Mapping[str, Item], key: str) -> dict[str, Item]:
    return {key: items[key]} if key in items else {}


def result_told(
    connection: Connection, contact_id: int, account_id: int | None, locale: str
) -> dict[str, str]:
    """Return the newest result that a contact heard of: headline, metric, change."""
    row = ask_mails.newest_result(connection, contact_id)
    if row is None:
        return {"result": "", "metric": "", "change": ""}
    told = row.properties
    metric = told.get("metric")
    name = metric if isinstance(metric, str) else ""
    titles = ask_mails.metric_titles(connection, account_id, name) if account_id and name else {}
    # A name such as invoice_hours is for files, not for readers.
    metric = text_in(titles, locale) or ("" if name.isascii() and "_" in name else name)
    change = told.get("change_percent")
    return {
        "result": _said(told.get("result"), locale),
        "metric": metric,
        "change": _change(change, locale) if isinstance(change, int | float) else "",
    }


def _change(percent: float, locale: str) -> str:
    """Return a change as the report's headline writes it, not 42.4% beside its 42%."""
    size = rounded(percent)
    if locale == "ja":
        return f"{size}%{'削減' if percent < 0 else '向上'}"
    return f"{size}% {'less' if percent < 0 else 'more'}"


def _said(value: object, locale: str) -> str:
    """Return a headline, which may be given by locale."""
    if isinstance(value, Mapping):
        return text_in({str(key): str(text) for key, text in value.items()}, locale)
    return value if isinstance(value, str) else ""


def text_in(texts: Texts, locale: str) -> str:
    """Return a text in a locale, else in any that there is."""
    return texts.get(locale) or texts.get("") or next(iter(texts.values()), "")


def _token(runtime: Runtime, purpose: TokenPurpose, number: int, contact_id: int) -> str:
    return runtime.keyring.sign(Token(purpose, number, contact_id))
