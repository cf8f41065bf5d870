"""Asks: whom to ask now and how, one person with what to say, and what worked."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from nurture.db import ask_results, asks
from nurture.db.engine import read
from nurture.db.survivors import same
from nurture.domain.playbook import playbook, reasons
from nurture.domain.referral import AskAnswer
from nurture.errors import NotFoundError, NurtureError
from nurture.language import in_language
from nurture.services import ask_list, asking, sentences
from nurture.services.ask_answers import OFFERED
from nurture.services.ask_list import Candidate
from nurture.services.ask_mail import text_in
from nurture.services.runtime import Runtime
from nurture.services.task_pages import team
from nurture.web.languages import language
from nurture.web.languages import translate as _

#: people of a list on one page
_SHOWN = 50
#: larger numbers are no ids
_LARGEST = 2**62


def make_asks(runtime: Runtime) -> Blueprint:
    """Return the pages about asks."""
    pages = Blueprint("asks", __name__, url_prefix="/asks")

    @pages.app_template_filter("refused")
    def refused(one: Candidate) -> str:
        if one.refusal is None:
            return ""
        zone = g.get("zone", ZoneInfo("UTC"))
        return sentences.reason(one.refusal.reason, one.refusal.detail, language(), zone, {})

    @pages.app_template_filter("because")
    def because(one: Candidate) -> list[str]:
        return [in_language(why, language()) for why in ask_list.because(one)]

    @pages.app_template_filter("said")
    def said(text: str) -> str:
        return in_language(text, language())

    @pages.get("/")
    def index() -> str:
        try:
            found = ask_list.board(runtime, request.args.get("program", "")[:100])
        except NurtureError as error:
            # Nothing is published yet, or no programme: said where it can be read.
            flash(in_language(error.message, language()), "error")
            if error.hint:
                flash(in_language(error.hint, language()), "error")
            return render_template("team/asks.html", found=None)
        results = ask_list.results(runtime)
        return render_template(
            "team/asks.html",
            found=found,
            shown=_SHOWN,
            tallies=playbook(results) if results else {},
            answers=reasons(results),
            whys=ask_list.whys(runtime),
            names=_names(runtime),
        )

    @pages.get("/<int:contact_id>")
    def person(contact_id: int) -> str:
        return _person(runtime, contact_id)

    @pages.post("/<int:contact_id>/ask")
    def ask(contact_id: int) -> Response | tuple[str, int]:
        form = request.form
        it = asking.Personal(
            _id(contact_id),
            form.get("reason", "")[:300],
            form.get("by", "")[:320] or "team",
            form.get("channel", "mail"),
            form.get("named", "")[:300],
            form.get("offer", "")[:100],
        )
        try:
            asking.ask_one(runtime, it)
        except asking.RefusedError as error:
            zone = g.get("zone", ZoneInfo("UTC"))
            detail = error.refusal.detail
            why = sentences.reason(error.refusal.reason, detail, language(), zone, {})
            flash(why, "error")
            return _person(runtime, contact_id), 409
        except NotFoundError:
            raise
        except NurtureError as error:
            flash(f"{in_language(error.message, language())}", "error")
            if error.hint:
                flash(in_language(error.hint, language()), "error")
            return _person(runtime, contact_id), 422
        by_mail = it.channel == "mail"
        flash(_("The mail is on its way.") if by_mail else _("Recorded."), "done")
        return redirect(url_for("asks.person", contact_id=contact_id), 303)

    @pages.post("/<int:contact_id>/answer")
    def answer(contact_id: int) -> Response:
        given = request.form.get("answer", "")
        if given not in OFFERED:
            raise NotFoundError("")
        by = request.form.get("by", "")[:320] or "team"
        try:
            done = asking.note_answer(runtime, _id(contact_id), AskAnswer(given), by)
        except NotFoundError:
            raise
        except NurtureError as error:
            flash(in_language(error.message, language()), "error")
        else:
            flash(_("Recorded.") if done else _("It was so already: nothing changed."), "done")
        return redirect(url_for("asks.person", contact_id=contact_id), 303)

    @pages.post("/<int:contact_id>/describe")
    def describe(contact_id: int) -> Response:
        form = request.form
        reach = form.get("reach", "")
        asking.describe(
            runtime,
            _id(contact_id),
            form.get("kind") or None,
            int(reach) if reach in ("0", "1", "2", "3") else None,
            form.get("motive") or None,
            True if form.get("ask_again") else None,
        )
        flash(_("Recorded."), "done")
        return redirect(url_for("asks.person", contact_id=contact_id), 303)

    return pages


def _person(runtime: Runtime, contact_id: int) -> str:
    one = ask_list.candidate(runtime, _id(contact_id))
    with read(runtime.engine) as connection:
        program = ask_list.program_of(runtime.releases.live(connection), "")
        who = same(connection, [one.row.id])
        past = ask_results.own_asks(connection, who.ids)
        referrer = asks.referrers(connection, who).get(one.row.id)
    reason, named = request.form.get("reason", ""), request.form.get("named", "")
    return render_template(
        "team/ask.html",
        one=one,
        program=program,
        words=ask_list.words_for(runtime, one, program, reason, named),
        past=past,
        referrer=referrer,
        members=[member for member in team(runtime) if member.key],
        offers=[
            (key, text_in(offer.title, language()))
            for key, offer in program.offers.items()
            if not offer.kinds or one.kind in offer.kinds
        ],
        names=_names(runtime),
        offered=[str(answer) for answer in OFFERED],
        reason=reason,
        named=named,
    )


def _names(runtime: Runtime) -> dict[str, str]:
    """Return what offers and programmes are called."""
    with read(runtime.engine) as connection:
        programs = runtime.releases.live(connection).definitions.programs
    found = {name: text_in(one.title, language()) for name, one in programs.items()}
    for one in programs.values():
        found |= {key: text_in(offer.title, language()) for key, offer in one.offers.items()}
    return found


def _id(number: int) -> int:
    if number > _LARGEST:
        raise NotFoundError("")
    return number
