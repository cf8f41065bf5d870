"""`refer` in mails: the addresses that referrers get and hand on; looked up as a mail is written.

Nothing of it is kept with the message: an address of a referrer's own page opens it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row

from nurture.db import golden_tickets
from nurture.db.engine import read
from nurture.domain.golden_ticket import Standing, standing
from nurture.domain.referral_program import Program
from nurture.domain.referrer_view import offers_for, programs_for
from nurture.emails.compile import CompiledTemplate
from nurture.services import refer_links
from nurture.services.ask_mail import text_in
from nurture.services.refer_desk import desk_of_contact
from nurture.services.releases import LiveRelease
from nurture.services.runtime import Runtime

#: the root that templates read
ROOT = "refer"
_CUSTOMER = "customer"


def refer_values(
    runtime: Runtime, release: LiveRelease, compiled: CompiledTemplate, message: Row[Any]
) -> dict[str, Any]:
    """Return `refer` for a mail whose template reads it, else nothing; asks SQL only then.

    `page`, `link` and `ticket` (one that is open) are there for those who refer; for everybody
    `rules`, and in a sentence what customers gain (`benefit`) and how often they hear
    (`reports`). Without a programme there is no `refer`.
    """
    if not any(reference.path[0] == ROOT for reference in compiled.references):
        return {}
    found: dict[str, Any] = {}
    now = runtime.clock.now()
    with read(runtime.engine) as connection:
        contact_id = message.contact_id
        desk = desk_of_contact(runtime, connection, contact_id) if contact_id else None
        if desk is not None:
            found["page"] = refer_links.page_of(runtime, desk.referrer.id, now)
            found["link"] = refer_links.link_of(runtime, desk.code)
            for row in golden_tickets.of_referrer(connection, desk.referrer.ids):
                worth = standing(row.redeemed_at, row.withdrawn_at, row.expires_at, now)
                if worth is Standing.OPEN:
                    found["ticket"] = refer_links.ticket_address(runtime, row.code)
                    break
    program = desk.program if desk is not None else None
    program = program or _public(release.definitions.programs)
    if program is not None:
        found["rules"] = refer_links.rules_of(runtime, program.name)
        found["benefit"] = _benefit(program, compiled.locale)
        found["reports"] = text_in(program.rules.reports, compiled.locale)
    return {ROOT: found} if found else {}


def _public(programs: Mapping[str, Program]) -> Program | None:
    """Return the programme of customers, which those see who refer nobody yet."""
    found = programs_for(programs, _CUSTOMER) or list(programs.values())
    return found[0] if found else None


def _benefit(program: Program, locale: str) -> str:
    """Return what a customer gains who refers: the public sentence, else the first offer's."""
    said = text_in(program.benefits.get(_CUSTOMER, {}), locale)
    offers = offers_for(program, _CUSTOMER) or list(program.offers.values())
    return said or (text_in(offers[0].benefit, locale) if offers else "")


def sample_refer(website: str, programs: Mapping[str, Program], locale: str) -> dict[str, str]:
    """Return `refer` for mails to nobody: previews and the gallery."""
    place = website.rstrip("/") or "https://www.example"
    found = {name: f"{place}/sample/{name}" for name in ("page", "link", "ticket", "rules")}
    program = _public(programs)
    if program is not None:
        found["benefit"] = _benefit(program, locale)
        found["reports"] = text_in(program.rules.reports, locale)
    return found
