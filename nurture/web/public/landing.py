"""What a referrer hands on: their personal link, a golden ticket, an item of the library.

GET writes nothing, but that an item was opened. No cookie ties who looks to who sent them:
the form they send carries the referrer's code, and nothing is known of those who send none.
"""

from __future__ import annotations

import io
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import segno
from flask import Blueprint, Response, abort, make_response, redirect, request, send_file

from nurture.db.engine import read
from nurture.domain.golden_ticket import Standing, written
from nurture.domain.referral import Way
from nurture.domain.referral_program import Program
from nurture.domain.referrer_view import offers_for
from nurture.services import refer_intake, refer_links
from nurture.services.agents import LONGEST_AGENT, public_list
from nurture.services.compose import text_in
from nurture.services.refer_desk import Desk, desk_of_code
from nurture.services.refer_intake import Came, Person
from nurture.services.refer_kit import Kit, Shown, kit_of, perk_of, shown
from nurture.services.runtime import Runtime
from nurture.services.tickets import Ticket, ticket_of
from nurture.web.languages import language, translate
from nurture.web.public import refer_frame
from nurture.web.public.redirects import location
from nurture.web.public.refer_forms import LARGEST_FORM, Filled, Gate, of_the_referred
from nurture.web.public.refer_frame import agreement, days_in, face_of_owner, frame, rules_in, sorry

#: forms that one network may send in ten minutes: a company behind one address has a few
_MOST_FORMS, _SECONDS = 20, 600


def make_landing(runtime: Runtime) -> Blueprint:
    """Return the pages that referrers hand on."""
    pages = Blueprint("landing", __name__)
    gate = Gate(_MOST_FORMS, _SECONDS)
    machines = public_list()

    def desk_of(code: str) -> tuple[Desk, Program]:
        with read(runtime.engine) as connection:
            desk = desk_of_code(runtime, connection, code, request.args.get("program", ""))
        if desk is None or desk.program is None:
            abort(404)
        refer_frame.speak_to()
        return desk, desk.program

    def person(desk: Desk, program: Program, filled: Filled) -> Person:
        return Person(
            filled.name, filled.company, filled.email, filled.message, language(),
            _agreement(desk, program),
        )  # fmt: skip

    def read_form() -> Filled:
        request.max_content_length = LARGEST_FORM
        return of_the_referred(request.form)

    def may_pass() -> None:
        if not gate.lets(request.remote_addr or ""):
            abort(429)

    # -- the personal link ---------------------------------------------------------------

    @pages.get("/i/<code>")
    def link(code: str) -> Response:
        desk, program = desk_of(code)
        return _landing(runtime, desk, program, f"/i/{desk.code}")

    @pages.post("/i/<code>")
    def accept(code: str) -> Response:
        desk, program = desk_of(code)
        filled = read_form()
        if filled.trapped:
            return _thanks(desk)
        if filled.faults:
            return _landing(runtime, desk, program, f"/i/{desk.code}", filled)
        may_pass()
        came = refer_intake.accept(
            runtime, desk, program, Way.FORWARD, "", person(desk, program, filled)
        )
        return _thanks(desk) if came is not Came.TOO_MANY else _full(desk)

    # -- an item of the library ----------------------------------------------------------

    def item_of(code: str, key: str) -> tuple[Desk, Program, Shown]:
        desk, program = desk_of(code)
        found = desk.release.definitions.library.items.get(key)
        if found is None or key not in (program.kit.case, *program.kit.items):
            abort(404)
        item = shown(desk.release, found, language(), _today(runtime, desk))
        if item is None:
            abort(404)
        return desk, program, item

    @pages.get("/d/<code>/<key>")
    def item(code: str, key: str) -> Response:
        desk, program, found = item_of(code, key)
        return _landing(runtime, desk, program, f"/d/{desk.code}/{key}", item=found)

    @pages.get("/d/<code>/<key>/open")
    def open_item(code: str, key: str) -> Response:
        desk, _, found = item_of(code, key)
        agent = request.user_agent.string[:LONGEST_AGENT]
        if request.method == "GET" and not machines.knows(agent):
            refer_intake.taken(runtime, desk, key)
        if found.file:
            return send_file(
                io.BytesIO(desk.release.files[found.file].content),
                "application/pdf",
                download_name=f"{found.title}.pdf",
            )
        target = location(found.url)
        if target is None:
            abort(404)
        return make_response(redirect(target))

    @pages.post("/d/<code>/<key>")
    def accept_item(code: str, key: str) -> Response:
        desk, program, found = item_of(code, key)
        filled = read_form()
        if filled.trapped:
            return _thanks(desk)
        if filled.faults:
            return _landing(runtime, desk, program, f"/d/{desk.code}/{key}", filled, found)
        may_pass()
        came = refer_intake.accept(
            runtime, desk, program, Way.DOWNLOAD, key, person(desk, program, filled)
        )
        return _thanks(desk) if came is not Came.TOO_MANY else _full(desk)

    # -- a golden ticket -----------------------------------------------------------------

    def find_ticket(code: str) -> Ticket:
        with read(runtime.engine) as connection:
            found = ticket_of(runtime, connection, code, runtime.clock.now())
        if found is None:
            abort(404)
        refer_frame.speak_to()
        return found

    @pages.get("/g/<code>")
    def ticket(code: str) -> Response:
        found = find_ticket(code)
        if not refer_intake.is_open(found):
            return _closed(runtime, found)
        return _ticket(runtime, found)

    @pages.post("/g/<code>")
    def redeem(code: str) -> Response:
        found = find_ticket(code)
        filled = read_form()
        if filled.trapped:
            return _thanks(found.desk, found)
        if found.standing in (Standing.EXPIRED, Standing.WITHDRAWN):
            return _closed(runtime, found)
        if filled.faults:
            return _ticket(runtime, found, filled)
        may_pass()
        who = person(found.desk, found.program, filled)
        if refer_intake.redeem(runtime, found, who) is Came.NOT_OPEN:
            return _closed(runtime, find_ticket(code))
        return _thanks(found.desk, found)

    return pages


def _landing(
    runtime: Runtime,
    desk: Desk,
    program: Program,
    action: str,
    filled: Filled | None = None,
    item: Shown | None = None,
) -> Response:
    kit = kit_of(desk.release, program, language(), _today(runtime, desk))
    offers = offers_for(program, desk.kind)
    to = f"?lang={language()}&program={program.name}"
    return frame(
        "landing",
        desk.policy,
        422 if filled is not None else 200,
        here=lambda lang: f"?lang={lang}&program={program.name}",
        action=action + to,
        offered=item,
        open=f"{action}/open{to}" if item is not None else "",
        case_open=_open_of(desk, kit, to),
        perk=perk_of(offers[0], language()) if offers else "",
        **_shared(runtime, desk, program, kit, filled),
    )


def _open_of(desk: Desk, kit: Kit, to: str) -> str:
    return f"/d/{desk.code}/{kit.case.key}/open{to}" if kit.case is not None else ""


def _shared(
    runtime: Runtime, desk: Desk, program: Program, kit: Kit, filled: Filled | None
) -> dict[str, Any]:
    return {
        "kit": kit,
        "sent_by": desk.named(language()),
        "owner": face_of_owner(desk.owner),
        "soon": refer_frame.soon_of(desk.program),
        "rules": rules_in(program),
        "rules_page": refer_links.rules_of(runtime, program.name) + f"?lang={language()}",
        "said": filled or Filled(),
        "faults": dict(filled.faults) if filled is not None else {},
        "agreement": _agreement(desk, program),
    }


def _agreement(desk: Desk, program: Program) -> str:
    company = text_in(desk.policy.legal.company, language())
    return agreement(company, program.rules.version, desk.named(language()))


def _ticket(runtime: Runtime, found: Ticket, filled: Filled | None = None) -> Response:
    desk, program = found.desk, found.program
    kit = kit_of(desk.release, program, language(), _today(runtime, desk))
    address = refer_links.ticket_address(runtime, found.code)
    # Error correction M survives a fold in the paper.
    picture = segno.make(address, error="m").svg_data_uri(dark="#3a2b08", light="#fff", border=2)
    return frame(
        "ticket",
        desk.policy,
        422 if filled is not None else 200,
        action=f"/g/{found.code}?lang={language()}",
        perk=perk_of(found.offer, language()),
        until=days_in(desk.zone)(found.expires),
        code=written(found.code),
        qr=picture,
        address_shown=address,
        **_shared(runtime, desk, program, kit, filled),
    )


def _closed(runtime: Runtime, found: Ticket) -> Response:
    """Return the kind page of a ticket that opens nothing any more."""
    who = found.desk.named(language()) or translate("whoever gave it to you")
    link = refer_links.link_of(runtime, found.desk.code) + f"?lang={language()}"
    more: dict[str, Any] = {"link": link, "link_text": translate("Talk for 15 minutes")}
    day = days_in(found.desk.zone)(found.expires)
    match found.standing:
        case Standing.REDEEMED:
            heading = translate("This invitation has been used")
            text = translate("Each one is good once. If it was you: we have it, and write to you.")
        case Standing.EXPIRED:
            heading = translate("This invitation has run out")
            text = translate("It was good until %(day)s. %(who)s can make you another.") % {
                "day": day, "who": who,
            }  # fmt: skip
        case _:
            heading = translate("This invitation has been taken back")
            text = translate("Please ask %(who)s.") % {"who": who}
    more["more"] = translate("A talk is possible without it, of course.")
    return sorry(found.desk.policy, heading, text, 410, **more)


def _full(desk: Desk) -> Response:
    return sorry(
        desk.policy,
        translate("We could not take this in just now"),
        translate("Very many forms have come by this link today. Please write to us instead."),
        429,
        link=f"mailto:{desk.policy.legal.contact}",
        link_text=desk.policy.legal.contact,
    )


def _thanks(desk: Desk, ticket: Ticket | None = None) -> Response:
    return frame(
        "thanks",
        desk.policy,
        owner=face_of_owner(desk.owner),
        soon=refer_frame.soon_of(desk.program),
        sent_by=desk.named(language()),
        perk=perk_of(ticket.offer, language()) if ticket is not None else "",
    )


def _today(runtime: Runtime, desk: Desk) -> date:
    return runtime.clock.now().astimezone(ZoneInfo(desk.release.definitions.calendar.zone)).date()
