"""A referrer's own page: signed link, no account, no cookie; GET shows, POST acts once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, abort, request

from nurture.db import ask_answers, referrers
from nurture.db.engine import read
from nurture.domain.golden_ticket import written
from nurture.domain.referral_program import Program
from nurture.domain.referrer_view import ShownAs
from nurture.emails.tokens import Purpose, Token
from nurture.errors import NurtureError
from nurture.services import refer_choices, refer_intake, refer_links
from nurture.services.compose import text_in
from nurture.services.refer_desk import (
    Desk,
    desk_of_contact,
    gifts,
    stories,
    stubs,
)
from nurture.services.refer_letter import Written, letter_about, vouching
from nurture.services.result_mail import report_link
from nurture.services.runtime import Runtime
from nurture.services.tickets import make_ticket
from nurture.web.languages import language, translate
from nurture.web.public import refer_frame
from nurture.web.public.reader_pages import token_of
from nurture.web.public.refer_forms import LARGEST_FORM, Filled, Gate, of_the_referrer
from nurture.web.public.refer_frame import days_in, face_of_owner, frame, sorry
from nurture.web.public.refer_values import is_over, of_gift, of_program, of_story
from nurture.web.public.refer_words import name_of

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
            abort(_old(text, desk))
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
        letter = letter_about(runtime, desk, program, done.id, language(), filled.name)
        if letter is None:
            # They have agreed meanwhile: there is nothing left to send.
            said = {
                "title": translate("We have this introduction already"),
                "text": translate("Your page says how it stands."),
            }
            return _page(runtime, text, desk, done=said)
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
        report = referrers.newest_result(connection, desk.referrer.id)
        never = ask_answers.said_never(connection, desk.referrer.ids)
    day = days_in(desk.zone)
    program = desk.program
    values |= {
        "name": name_of(desk),
        "stories": {
            "live": [of_story(one, text, day) for one in told if not is_over(one)],
            "over": [of_story(one, text, day) for one in told if is_over(one)],
        },
        "gifts": [of_gift(one, day) for one in earned],
        "program": program,
        "owner": face_of_owner(desk.owner),
        "said": said or Filled(),
        "faults": dict(said.faults) if said is not None else {},
        "asked_no_more": never or bool(desk.referrer.row.do_not_ask),
        "told_no_more": desk.referrer.row.updates_stopped_at is not None,
        "soon": refer_frame.soon_of(desk.program),
        "forms": _forms(text, desk),
        "others": [
            (f"/r/{text}?program={one.name}", text_in(one.title, language()))
            for one in desk.programs[1:]
        ],
        "result": report_link(runtime, report, desk.referrer.id) if report else "",
        "rules": None,
        "offer": None,
        "kit": None,
    }
    if program is not None:
        values |= of_program(runtime, desk, program, drawer, now.astimezone(desk.zone).date())
    return frame("page", desk.policy, status, here=_here(desk), **values)


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
        "own_result": found.own_result,
        "written_to": asked_by_us and found.writes,
        "back": f"/r/{text}?lang={language()}",
    }
    return frame("introduced", desk.policy, **values)


def _old(text: str, desk: Desk) -> Response:
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
