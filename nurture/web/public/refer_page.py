"""A referrer's own page: signed link, no account, no cookie; GET shows, POST acts once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, abort, request

from nurture.db.engine import read
from nurture.domain.golden_ticket import MOST_OPEN, Standing, written
from nurture.domain.referral import State
from nurture.domain.referral_program import Offer, Program
from nurture.domain.referrer_view import ShownAs, offers_for
from nurture.emails.tokens import Purpose, Token
from nurture.errors import NurtureError
from nurture.services import refer_choices, refer_intake, refer_links
from nurture.services.compose import text_in
from nurture.services.refer_desk import Desk, Gift, Story, Stub, desk_of_contact, gifts, stories, stubs
from nurture.services.refer_kit import face_of, kit_of, perk_of, texts_of
from nurture.services.refer_letter import Written, letter_about, vouching
from nurture.services.runtime import Runtime
from nurture.services.tickets import make_ticket, offers_on_tickets
from nurture.web.languages import language, translate
from nurture.web.public import refer_frame
from nurture.web.public.reader_pages import token_of
from nurture.web.public.refer_forms import LARGEST_FORM, Filled, Gate, of_the_referrer
from nurture.web.public.refer_frame import date_text, days_in, face_of_owner, frame, rules_in, sorry
from nurture.web.public.refer_words import how_told, name_of, stage_label, why_told

#: forms that one network may send in ten minutes
_MOST_FORMS, _SECONDS = 60, 600


def make_refer_page(runtime: Runtime) -> Blueprint:
    """Return the page that a referrer reaches from our mails, and its forms."""
    pages = Blueprint("refer", __name__, url_prefix="/r")
    gate = Gate(_MOST_FORMS, _SECONDS)

    def desk_of(text: str) -> Desk:
        token = token_of(runtime, text, Purpose.REFERRER)
        with read(runtime.engine) as connection:
            desk = desk_of_contact(
                runtime, connection, token.contact_id, request.args.get("program", "")
            )
        if desk is None:
            abort(404)
        refer_frame.speak_to(desk.locale)
        if not refer_links.is_fresh(token, runtime.clock.now()):
            abort(_old(runtime, text, desk))
        return desk

    def acting(text: str) -> Desk:
        request.max_content_length = LARGEST_FORM
        desk = desk_of(text)
        if not gate.lets(request.remote_addr or ""):
            abort(429)
        return desk

    @pages.get("/<text>")
    def show(text: str) -> Response:
        return _page(runtime, text, desk_of(text))

    @pages.post("/<text>/introduce")
    def introduce(text: str) -> Response:
        desk = acting(text)
        program = desk.program
        if program is None:
            abort(404)
        filled = of_the_referrer(request.form, program.write_for_consent)
        if filled.faults:
            return _page(runtime, text, desk, status=422, said=filled)
        vouched = vouching(language()) if filled.vouch else ""
        done = refer_intake.bring(
            runtime, desk, program, filled.name, filled.company, filled.why, filled.email,
            vouched, language(),
        )  # fmt: skip
        if done is None:
            return sorry(
                desk.policy,
                translate("That is a lot for one day"),
                translate("Please go on tomorrow, or write to us: we are glad to help."),
                429,
            )
        letter = letter_about(runtime, desk, program, done.id, language())
        return _letter(text, desk, program, letter, fresh=True, asked_by_us=bool(vouched))

    @pages.get("/<text>/letter/<int:referral_id>")
    def letter(text: str, referral_id: int) -> Response:
        desk = desk_of(text)
        if desk.program is None:
            abort(404)
        found = letter_about(runtime, desk, desk.program, referral_id, language())
        return _letter(text, desk, desk.program, found)

    @pages.post("/<text>/ticket")
    def ticket(text: str) -> Response:
        desk = acting(text)
        if desk.program is None:
            abort(404)
        seen = request.form.get("seen", "")
        try:
            code = make_ticket(
                runtime,
                desk.referrer.id,
                desk.program.name,
                request.form.get("offer", ""),
                int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 6 else -1,
            )
        except NurtureError:
            # Too many are open: the page says so.
            code = None
        if code is None:
            return _page(runtime, text, desk)
        address = refer_links.ticket_address(runtime, code)
        return _page(
            runtime, text, desk,
            done={
                "title": translate("Your ticket is ready"),
                "text": translate("Hand on its address, or print the page."),
                "link": address,
                "link_text": written(code),
            },
        )  # fmt: skip

    @pages.post("/<text>/name")
    def name(text: str) -> Response:
        desk = acting(text)
        wish = request.form.get("shown", "")
        if wish not in frozenset(ShownAs):
            return _page(runtime, text, desk, status=400)
        refer_choices.be_named(runtime, desk, ShownAs(wish))
        said = {"title": translate("Kept"), "text": translate("Those you refer see this name.")}
        return _page(runtime, text, desk_of(text), done=said)

    @pages.post("/<text>/stop")
    def stop(text: str) -> Response:
        desk = acting(text)
        said = _STOPS.get(request.form.get("do", ""))
        if said is None:
            return _page(runtime, text, desk, status=400)
        refer_choices.choose(runtime, desk, request.form["do"])
        title, more = said
        return _page(
            runtime, text, desk_of(text),
            done={"title": translate(title), "text": translate(more)},
        )  # fmt: skip

    @pages.post("/<text>/renew")
    def renew(text: str) -> Response:
        token = token_of(runtime, text, Purpose.REFERRER)
        request.max_content_length = LARGEST_FORM
        return _renew(runtime, token)

    return pages


#: what a choice at the end of the page is answered with; N_("…") for the catalogue
_STOPS = {
    "never": ("We do not ask you any more.", "Thank you for telling us. Nothing else changes."),
    "ask": ("Thank you. We may ask you again.", "Seldom, and never without a reason."),
    "silence": ("We do not write to you about your introductions any more.",
                "This page still tells you what becomes of them."),
    "updates": ("We write to you again when something happens.", ""),
}  # fmt: skip


def _texts_of_stops() -> None:
    """Name the texts of _STOPS for the catalogue; never called."""
    translate("We do not ask you any more.")
    translate("Thank you for telling us. Nothing else changes.")
    translate("Thank you. We may ask you again.")
    translate("Seldom, and never without a reason.")
    translate("We do not write to you about your introductions any more.")
    translate("This page still tells you what becomes of them.")
    translate("We write to you again when something happens.")


def _page(
    runtime: Runtime,
    text: str,
    desk: Desk,
    status: int = 200,
    said: Filled | None = None,
    **values: Any,
) -> Response:
    now = runtime.clock.now()
    with read(runtime.engine) as connection:
        told = stories(connection, desk, now)
        earned = gifts(connection, desk)
        drawer = stubs(connection, desk, now)
    day = days_in(desk.zone)
    program = desk.program
    values |= {
        "name": name_of(desk),
        "stories": {
            "live": [_story(one, text, day) for one in told if not _is_over(one)],
            "over": [_story(one, text, day) for one in told if _is_over(one)],
        },
        "gifts": [_gift(one, day) for one in earned],
        "program": program,
        "owner": face_of_owner(desk.owner),
        "said": said or Filled(),
        "faults": dict(said.faults) if said is not None else {},
        "asked_no_more": bool(desk.referrer.row.do_not_ask),
        "told_no_more": desk.referrer.row.updates_stopped_at is not None,
        "hours": refer_frame.hours_of(desk),
        "forms": _forms(text, desk),
        "others": [
            (f"/r/{text}?program={one.name}", text_in(one.title, language()))
            for one in desk.programs[1:]
        ],
        "rules": None,
        "offer": None,
        "kit": None,
    }
    if program is not None:
        values |= _program(runtime, desk, program, drawer, now.astimezone(desk.zone).date())
    return frame("page", desk.policy, status, here=_here(desk), **values)


def _program(
    runtime: Runtime, desk: Desk, program: Program, drawer: list[Stub], today: Any
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


def _forms(text: str, desk: Desk) -> dict[str, str]:
    program = f"&program={desk.program.name}" if desk.program is not None else ""
    return {
        name: f"/r/{text}/{name}?lang={language()}{program}"
        for name in ("introduce", "ticket", "name", "stop")
    }


def _here(desk: Desk) -> Any:
    program = request.args.get("program", "")
    own = desk.program is not None and desk.program.name == program
    return lambda lang: f"?lang={lang}" + (f"&program={program}" if own else "")


def _offer(one: Offer) -> dict[str, str]:
    return {"benefit": text_in(one.benefit, language()), "perk": perk_of(one, language())}


def _on_ticket(one: Offer) -> str:
    return perk_of(one, language()) or text_in(one.title, language())


def _story(one: Story, text: str, day: Any) -> dict[str, Any]:
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


def _is_over(one: Story) -> bool:
    """Say whether a referral goes under those that have ended: a won one is shown with pride."""
    return not one.open and one.state is not State.WON


def _gift(one: Gift, day: Any) -> dict[str, str]:
    return {
        "title": one.title,
        "recipient": one.recipient,
        "state": one.state,
        "due": day(one.due),
        "delivered": day(one.delivered),
    }


def _stub(one: Stub, runtime: Runtime, program: Program, day: Any) -> dict[str, str]:
    offer = program.offers.get(one.offer)
    return {
        "written": written(one.code),
        "perk": _on_ticket(offer) if offer is not None else "",
        "standing": str(one.standing),
        "until": day(one.expires),
        "used": day(one.redeemed),
        "address": refer_links.ticket_address(runtime, one.code),
    }


def _letter(
    text: str,
    desk: Desk,
    program: Program,
    found: Written | None,
    fresh: bool = False,
    asked_by_us: bool = False,
) -> Response:
    if found is None:
        abort(404)
    values: Mapping[str, Any] = {
        "letter": found.letter,
        "mailto": found.mailto,
        "short": found.short,
        "whom": found.whom,
        "days": round(program.timers.consent.total_seconds() / 86400),
        "fresh": fresh,
        "written_to": asked_by_us and found.writes,
        "back": f"/r/{text}?lang={language()}",
    }
    return frame("introduced", desk.policy, **values)


def _old(runtime: Runtime, text: str, desk: Desk) -> Response:
    del runtime
    return sorry(
        desk.policy,
        translate("This link has had its time"),
        translate("It leads to a page of yours, so it works for half a year only."),
        410,
        more=translate("We gladly send you a new one, to the address we know."),
        renew=f"/r/{text}/renew?lang={language()}",
    )


def _renew(runtime: Runtime, token: Token) -> Response:
    with read(runtime.engine) as connection:
        desk = desk_of_contact(runtime, connection, token.contact_id)
    if desk is None:
        abort(404)
    refer_frame.speak_to(desk.locale)
    if not refer_choices.send_link(runtime, desk):
        return sorry(
            desk.policy,
            translate("Please write to us"),
            translate("We cannot send the link by ourselves just now."),
            200,
            link=f"mailto:{desk.policy.legal.contact}",
            link_text=desk.policy.legal.contact,
        )
    return sorry(
        desk.policy,
        translate("A new link is on its way"),
        translate("It comes to the address we know, within a few minutes."),
        200,
    )
