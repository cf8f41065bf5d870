"""What a referrer's page shows, in words: their referrals, thanks and tickets, and the kit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from nurture.domain.golden_ticket import MOST_OPEN, Standing, written
from nurture.domain.referral import State
from nurture.domain.referral_program import Offer, Program
from nurture.domain.referrer_view import ShownAs, offers_for
from nurture.services import refer_links
from nurture.services.compose import text_in
from nurture.services.refer_desk import Desk, Gift, Story, Stub
from nurture.services.refer_kit import face_of, kit_of, perk_of, texts_of
from nurture.services.refer_letter import vouching
from nurture.services.runtime import Runtime
from nurture.services.tickets import offers_on_tickets
from nurture.web.languages import language, translate
from nurture.web.public.refer_frame import date_text, days_in, rules_in
from nurture.web.public.refer_words import how_told, stage_label, why_told

#: writes a moment as a day
Days = Callable[[datetime | None], str]


def of_program(
    runtime: Runtime, desk: Desk, program: Program, drawer: list[Stub], today: date
) -> dict[str, Any]:
    """Return what a page shows of a programme."""
    link = refer_links.link_of(runtime, desk.code)
    kit = kit_of(desk.release, program, language(), today)
    day = days_in(desk.zone)
    ticket_offers = offers_on_tickets(program, desk.kind)
    offers = offers_for(program, desk.kind)
    still_open = sum(one.standing is Standing.OPEN for one in drawer)
    items = [one for one in (kit.case, *kit.items) if one is not None]
    return {
        "rules": rules_in(program),
        "rules_page": refer_links.rules_of(runtime, program.name) + f"?lang={language()}",
        "kit": kit,
        "updated": date_text(kit.updated),
        "face": face_of(program, language()),
        "link": link,
        "copy_address": refer_links.copy_address(runtime, desk.code),
        "texts": texts_of(program, desk.policy, language(), link),
        "downloads": {
            one.key: refer_links.download_of(runtime, desk.code, one.key) for one in items
        },
        "names": _names(desk),
        "wish": str(desk.wish),
        "may_write": program.write_for_consent,
        "vouching": vouching(language()),
        "offer": _offer(offers[0]) if offers else None,
        "tickets_given": program.ticket_for is not None and bool(ticket_offers),
        "ticket_offers": [(one.key, _on_ticket(one)) for one in ticket_offers],
        "may_make": still_open < MOST_OPEN,
        "most_open": MOST_OPEN,
        "stubs": [_stub(one, runtime, program, day) for one in drawer],
    }


def _names(desk: Desk) -> list[tuple[str, str]]:
    named = {
        str(wish): desk.named(language(), wish) for wish in ShownAs if wish is not ShownAs.NOBODY
    }
    found = [(wish, name) for wish, name in named.items() if name]
    return [*found, (str(ShownAs.NOBODY), translate("Without my name"))]


def _offer(one: Offer) -> dict[str, str]:
    return {"benefit": text_in(one.benefit, language()), "perk": perk_of(one, language())}


def _on_ticket(one: Offer) -> str:
    return perk_of(one, language()) or text_in(one.title, language())


def of_story(one: Story, text: str, day: Days) -> dict[str, Any]:
    """Return a referral in words; `text` is the token of the page that shows it."""
    on_its_way = one.open and one.state is not State.AWAITING_CONSENT
    waits = one.state is State.AWAITING_CONSENT and one.way == "introduce"
    again = f"/r/{text}/letter/{one.referral_id}?lang={language()}"
    return {
        "ref": one.ref,
        "name": one.name,
        "company": one.company,
        "state": str(one.state),
        "label": stage_label(one.state, language()),
        "on_its_way": on_its_way,
        "reached": {str(stage) for stage in one.reached},
        "how": how_told(one.contacted_by, language()),
        "day": day(one.at),
        "since": day(one.since),
        "why": why_told(one.reason, language()),
        "result": one.result,
        "again": again if waits else "",
    }


def is_over(one: Story) -> bool:
    """Say whether a referral goes under those that have ended: a won one is shown with pride."""
    return not one.open and one.state is not State.WON


def of_gift(one: Gift, day: Days) -> dict[str, str]:
    """Return a reward in words."""
    return {
        "title": one.title,
        "recipient": one.recipient,
        "state": one.state,
        "due": day(one.due),
        "delivered": day(one.delivered),
    }


def _stub(one: Stub, runtime: Runtime, program: Program, day: Days) -> dict[str, str]:
    offer = program.offers.get(one.offer)
    return {
        "written": written(one.code),
        "perk": _on_ticket(offer) if offer is not None else "",
        "standing": str(one.standing),
        "until": day(one.expires),
        "used": day(one.redeemed),
        "address": refer_links.ticket_address(runtime, one.code),
    }
