"""Where a referred person agrees or declines (`/y/`), and a referrer stops the news (`/x/`).

GET shows and writes nothing, whoever follows the link; POST acts, and the same form sent
twice acts once. No cookie, no tracking, nothing to sell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, g, request
from sqlalchemy import Connection, Row

from nurture.db import erasure_ends, referrers
from nurture.db import referrals as rows
from nurture.db.engine import read
from nurture.db.retrying import write_again
from nurture.domain.referral import CLOSED, Reason, State
from nurture.domain.referral_program import Program
from nurture.emails.tokens import Purpose
from nurture.errors import NurtureError
from nurture.services import refer_links, referral_mail, referrals
from nurture.services.compose import text_in
from nurture.services.refer_desk import Desk, desk_of_contact
from nurture.services.refer_kit import kit_of, perk_of
from nurture.services.referral_consent import by_deal
from nurture.services.runtime import DECIDE, Runtime
from nurture.web.languages import asked_for, known, language, translate
from nurture.web.public import refer_frame
from nurture.web.public.reader_pages import token_of, write_page
from nurture.web.public.refer_forms import LARGEST_FORM, Filled, Gate, of_the_referred
from nurture.web.public.refer_frame import (
    agreement,
    face_of_owner,
    frame,
    rules_in,
    soon_of,
    sorry,
)

#: forms that one network may send in ten minutes
_MOST_FORMS, _SECONDS = 30, 600


@dataclass(frozen=True, slots=True)
class _Asked:
    """A referral as the person it is about sees it."""

    row: Row[Any]
    desk: Desk
    program: Program | None
    #: 株式会社青空 田中花様
    referrer: str
    #: the person it is about was erased
    gone: bool = False


def make_consent(runtime: Runtime) -> Blueprint:
    """Return the pages of a referred person, and the stop of a referrer's news."""
    pages = Blueprint("consent", __name__)
    gate = Gate(_MOST_FORMS, _SECONDS)

    def asked(text: str) -> _Asked:
        token = token_of(runtime, text, Purpose.INTRODUCTION)
        with read(runtime.engine) as connection:
            row = rows.get(connection, token.message_id)
            if row is None or row.referrer_id != token.contact_id:
                abort(404)
            desk = desk_of_contact(runtime, connection, row.referrer_id)
            if desk is None:
                abort(404)
            refer_frame.speak_to(row.locale or "")
            program = desk.release.definitions.programs.get(row.program)
            name = referral_mail.referrer_line(connection, row.referrer_id, language())
            gone = erasure_ends.is_gone(connection, row.contact_id, row.address_hash)
        return _Asked(row, desk, program, name, gone)

    @pages.get("/y/<text>")
    def show(text: str) -> Response:
        found = asked(text)
        over = _over(found)
        return over if over is not None else _form(runtime, text, found)

    @pages.post("/y/<text>")
    def answer(text: str) -> Response:
        request.max_content_length = LARGEST_FORM
        found = asked(text)
        over = _over(found)
        if found.gone and "List-Unsubscribe" in request.form:
            # RFC 8058: a stop is always answered with a yes. There is nothing left to stop.
            return _declined(found)
        if over is not None:
            return over
        if not gate.lets(request.remote_addr or ""):
            abort(429)
        # RFC 8058: one click in a mail program declines; the signed address says whose it is.
        if request.form.get("do") == "decline" or "List-Unsubscribe" in request.form:
            # Who is in talks with us tells the one they talk with: nothing is erased here.
            return _thanks(found) if by_deal(found.row) else _decline(runtime, found)
        filled = of_the_referred(request.form)
        faults = {name: said for name, said in filled.faults.items() if name != "agree"}
        if filled.trapped or request.form.get("do") != "agree" or faults:
            return _form(runtime, text, found, filled, faults)
        return _agree(runtime, text, found, filled)

    # -- a referrer who wants to hear no more --------------------------------------------

    def referrer_of(text: str) -> Desk:
        token = token_of(runtime, text, Purpose.UPDATES_STOP)
        with read(runtime.engine) as connection:
            desk = desk_of_contact(runtime, connection, token.contact_id)
            gone = desk is None and erasure_ends.is_gone(connection, token.contact_id, None)
        if gone:
            # Nothing is left to stop, which is what was wanted.
            g.language = known(request.args.get("lang")) or asked_for()
            abort(write_page(runtime, "nobody", token))
        if desk is None:
            abort(404)
        refer_frame.speak_to(desk.locale)
        return desk

    def set_stop(desk: Desk, stop: bool) -> None:
        now = runtime.clock.now()

        def write(connection: Connection) -> None:
            whose = desk.referrer.row.contact_id
            referrers.stop_updates(connection, whose, now if stop else None)

        write_again(runtime.engine, write)

    @pages.get("/x/<text>")
    def ask_stop(text: str) -> Response:
        desk = referrer_of(text)
        return _stop(runtime, text, desk, desk.referrer.row.updates_stopped_at is not None)

    @pages.post("/x/<text>")
    def stop(text: str) -> Response:
        desk = referrer_of(text)
        set_stop(desk, True)
        return _stop(runtime, text, desk, True, just=True)

    @pages.post("/x/<text>/undo")
    def resume(text: str) -> Response:
        desk = referrer_of(text)
        set_stop(desk, False)
        return _stop(runtime, text, desk, False, just=True)

    return pages


def _over(found: _Asked) -> Response | None:
    """Return the page of what is decided already; None where it may be decided still."""
    state, policy = State(found.row.state), found.desk.policy
    if found.gone:
        return sorry(
            policy,
            translate("We hold nothing about you any more"),
            translate("Your name and your address are erased, so there is nothing to do here."),
            410,
            link=f"mailto:{policy.legal.contact}",
            link_text=policy.legal.contact,
        )
    if found.row.reason == Reason.REFUSED:
        return _declined(found)
    if by_deal(found.row):
        return None
    if found.row.contact_id is not None:
        return _thanks(found)
    if state in CLOSED and state is not State.EXPIRED:
        return sorry(
            policy,
            translate("This introduction is closed"),
            translate("There is nothing for you to do. Should you have a question, write to us."),
            410,
            link=f"mailto:{policy.legal.contact}",
            link_text=policy.legal.contact,
        )
    return None


def _form(
    runtime: Runtime,
    text: str,
    found: _Asked,
    filled: Filled | None = None,
    faults: dict[str, str] | None = None,
) -> Response:
    row, desk, program = found.row, found.desk, found.program
    said = filled or Filled(row.name or "", row.company or "", row.email or "")
    kit = None
    if program is not None:
        today = runtime.clock.now().astimezone(desk.zone).date()
        kit = kit_of(desk.release, program, language(), today)
    offer = program.offers.get(row.offer or "") if program is not None else None
    return frame(
        "agree",
        desk.policy,
        422 if faults else 200,
        action=f"/y/{text}?lang={language()}",
        referrer=found.referrer,
        why=row.why or "",
        kit=kit,
        perk=perk_of(offer, language()) if offer is not None else "",
        owner=face_of_owner(desk.owner),
        soon=soon_of(program),
        rules=rules_in(program) if program is not None else {},
        rules_page=refer_links.rules_of(runtime, program.name) + f"?lang={language()}"
        if program is not None
        else "",
        agreement=_agreement(found),
        said=said,
        faults=faults or {},
        marketing=_marketing(desk),
        numbers=_numbers(found),
        may_decline=not by_deal(row),
        ticked=request.form if filled is not None else {},
    )


def _agreement(found: _Asked) -> str:
    company = text_in(found.desk.policy.legal.company, language())
    version = found.program.rules.version if found.program is not None else "1"
    return agreement(company, version, found.referrer)


def _marketing(desk: Desk) -> str:
    company = text_in(desk.policy.legal.company, language())
    return translate("I would also like to get news and invitations from %(company)s by mail.") % {
        "company": company
    }


def _numbers(found: _Asked) -> str:
    return translate("If we come to work together, you may tell %(who)s the result in numbers.") % {
        "who": found.referrer
    }


def _agree(runtime: Runtime, text: str, found: _Asked, filled: Filled) -> Response:
    marketing = request.form.get("marketing") == "yes"
    numbers = request.form.get("numbers") == "yes"
    shown = [_agreement(found)]
    shown += [f"☑ {_marketing(found.desk)}"] if marketing else []
    shown += [f"☑ {_numbers(found)}"] if numbers else []

    def write(connection: Connection) -> None:
        referrals.agree(
            runtime,
            connection,
            found.row.id,
            runtime.clock.now(),
            "\n".join(shown),
            name=filled.name,
            company=filled.company,
            email=filled.email,
            marketing=marketing,
            numbers=numbers,
        )

    try:
        write_again(runtime.engine, write)
    except NurtureError as error:
        return _form(runtime, text, found, filled, {"email": error.in_language(language())})
    runtime.ring(DECIDE)
    return _thanks(found)


def _thanks(found: _Asked) -> Response:
    program, offer = found.program, None
    if program is not None:
        offer = program.offers.get(found.row.offer or "")
    return frame(
        "thanks",
        found.desk.policy,
        owner=face_of_owner(found.desk.owner),
        soon=soon_of(program),
        sent_by=found.referrer,
        perk=perk_of(offer, language()) if offer is not None else "",
    )


def _decline(runtime: Runtime, found: _Asked) -> Response:
    def write(connection: Connection) -> None:
        referrals.refuse(runtime, connection, found.row.id, runtime.clock.now())

    write_again(runtime.engine, write)
    runtime.ring(DECIDE)
    return _declined(found)


def _declined(found: _Asked) -> Response:
    return frame("declined", found.desk.policy, referrer=found.referrer)


def _stop(runtime: Runtime, text: str, desk: Desk, stopped: bool, just: bool = False) -> Response:
    to, now = f"?lang={language()}", runtime.clock.now()
    # Old mails go round: a link that stops for ever is no key to the page for ever.
    fresh = refer_links.is_fresh(token_of(runtime, text, Purpose.UPDATES_STOP), now)
    return frame(
        "updates",
        desk.policy,
        stopped=stopped,
        just=just,
        action=f"/x/{text}{to}",
        undo=f"/x/{text}/undo{to}",
        page=refer_links.page_of(runtime, desk.referrer.id, now) if fresh else "",
    )
