"""The outline of a case study, from the real figures of a won referral; and as a library item."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from nurture.db import case_facts
from nurture.db import results as figures
from nurture.db.engine import read
from nurture.domain import glossary
from nurture.domain.case_outline import (
    FIELDS,
    NEEDED,
    CaseFacts,
    Outline,
    in_brackets,
    outline,
)
from nurture.domain.definitions import Definitions
from nurture.domain.glossary import word
from nurture.domain.referral import State
from nurture.domain.results import Line, lines_of
from nurture.errors import NotFoundError, NurtureError
from nurture.language import in_language, language_of, say
from nurture.services.ask_mail import text_in
from nurture.services.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Draft:
    """A case as far as it is known, and who has agreed to it."""

    ref: str
    outline: Outline
    referrer_at: datetime | None
    referred_at: datetime | None
    figures_agreed: bool
    #: the item for library.yaml, with what is to be asked as comments
    item: str

    @property
    def agreed(self) -> bool:
        """Whether both sides have: before that nothing of it leaves the house."""
        return self.referrer_at is not None and self.referred_at is not None


def draft(runtime: Runtime, ref: str, locale: str) -> Draft:
    """Return the outline of a won referral's case in a language.

    The company is named once both sides have agreed; figures stand there once the customer
    agreed to the case, or that figures are told. Raises NotFoundError, NurtureError where the
    referral is not won.
    """
    with read(runtime.engine) as connection:
        row = case_facts.case_row(connection, ref)
        if row is None:
            raise NotFoundError(
                say("there is no referral '{ref}'", ref=ref[:40]),
                say("`nurture referrals list` shows them"),
            )
        if State(row.state) is not State.WON:
            raise NurtureError(
                say("referral {ref} is not won: there is no case to tell yet", ref=row.ref)
            )
        definitions = runtime.releases.live(connection).definitions
        lines = _newest(connection, row.account_id)
    told = bool(row.numbers_agreed) or row.case_referred_at is not None
    made = {
        one: outline(_facts(row, definitions, lines, told, one), one)
        for one in {locale, *definitions.policy.locales}
    }
    item = _item(row, {one: made[one] for one in definitions.policy.locales})
    return Draft(row.ref, made[locale], row.case_referrer_at, row.case_referred_at, told, item)


def as_text(found: Draft, locale: str) -> str:
    """Return a draft as text to copy: who agreed, the parts, and PASONA's six steps."""
    said = (
        say("Both sides have agreed.")
        if found.agreed
        else say("Not to leave the house yet: both sides have to agree first.")
    )
    lines = [in_language(said, locale)]
    if not found.figures_agreed:
        lines.append(in_language(say("Figures stand here once the customer agreed."), locale))
    if found.outline.company:
        lines.append(found.outline.company)
    lines += ["", f"■ {in_language(say('What is known'), locale)}"]
    for part in found.outline.fields:
        colon = "：" if language_of(locale) == "ja" else ": "
        lines.append(f"- {part.name}{colon}{part.text or in_brackets(part.question, locale)}")
    lines += ["", f"■ {in_language(say('The text, in the order of PASONA'), locale)}"]
    for number, part in enumerate(found.outline.sections, 1):
        lines += ["", f"{number}. {part.name}", part.text]
    return "\n".join(lines)


def _newest(connection: Connection, account_id: int | None) -> Sequence[Line]:
    """Return an account's figures of the newest month that has any."""
    if account_id is None:
        return ()
    known = [one for _, one in figures.metrics_of(connection, [account_id])[account_id]]
    months = [month for one in known for month in one.values]
    return lines_of(known, max(months)) if months else ()


def _facts(
    row: Row[Any], definitions: Definitions, lines: Sequence[Line], told: bool, locale: str
) -> CaseFacts:
    program = definitions.programs.get(row.program)
    gone = row.erased is None or bool(row.erased)
    facts = CaseFacts(
        industry=word(glossary.INDUSTRIES, row.industry, locale) if row.industry else "",
        employees=row.employees,
        buyer="" if gone else " ".join(one for one in (row.department, row.job) if one),
        lines=tuple(lines),
        result=row.result or "",
        asked=row.ask_reason or "",
        company=row.account_name or row.company or "",
        agreed=row.case_referrer_at is not None and row.case_referred_at is not None,
        figures_agreed=told,
    )
    if program is None:
        return facts
    offer = program.offers.get(row.offer or "")
    kit = program.kit
    return CaseFacts(
        **{name: getattr(facts, name) for name in _OWN},
        problem=text_in(program.wanted.problem, locale),
        people=text_in(program.wanted.people, locale),
        size=text_in(program.wanted.size, locale),
        does=text_in(kit.does, locale),
        functions=kit.functions.get(locale) or kit.functions.get("") or (),
        benefit=text_in(offer.referred.title, locale) if offer and offer.referred else "",
    )


#: what does not come from the programme
_OWN = (
    "industry", "employees", "buyer", "lines", "result", "asked", "company", "agreed",
    "figures_agreed",
)  # fmt: skip


def _item(row: Row[Any], made: Mapping[str, Outline]) -> str:
    """Return a case as an item of library.yaml; what nobody knows yet is a comment."""
    found = {
        name: {locale: part for locale, one in made.items() for part in [_part(one, name)]}
        for name in FIELDS
    }
    results = {locale: one.text for locale, one in found["result"].items()}
    lines = [
        f"- item: case-{row.ref.lower()}",
        "  kind: case",
        f"  title: {_texts(results)}" if all(results.values()) else "  # title: {…}",
    ]
    if row.industry:
        lines.append(f"  industry: [{json.dumps(row.industry, ensure_ascii=False)}]")
    lines.append("  story:")
    for name, parts in found.items():
        if all(part.text for part in parts.values()):
            texts = {locale: part.text for locale, part in parts.items()}
            lines.append(f"    {name}: {_texts(texts)}")
        else:
            question = next(part.question for part in parts.values() if not part.text)
            needed = " *" if name in NEEDED else ""
            lines.append(f"    # {name}:{needed} {question}")
    lines += ["  template: library/case-story", "  # url: https://…"]
    return "\n".join(lines) + "\n"


def _part(one: Outline, name: str) -> Any:
    return next(part for part in one.fields if part.key == name)


def _texts(texts: Mapping[str, str]) -> str:
    # A string of JSON is one of YAML, whatever it holds.
    if len(texts) == 1:
        return json.dumps(next(iter(texts.values())), ensure_ascii=False)
    inner = ", ".join(f"{k}: {json.dumps(v, ensure_ascii=False)}" for k, v in texts.items())
    return "{" + inner + "}"
