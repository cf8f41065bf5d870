"""Introductions: who is to be contacted, how each stands, and moving one with a reason."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from nurture.db.contact_facts import full_name
from nurture.db.engine import read
from nurture.domain.deal_news import read_moment
from nurture.domain.referral import CLOSED, CONTACTED_BY, State
from nurture.errors import NotFoundError, NurtureError
from nurture.language import in_language
from nurture.services import referral_cases, referral_desk
from nurture.services.case_drafts import as_text, draft
from nurture.services.compose import text_in
from nurture.services.house import house_at
from nurture.services.referral_desk import OPEN, Answer, Line
from nurture.services.referral_mail import person_line
from nurture.services.referral_outlook import Outlook, outlook, reopened
from nurture.services.referral_words import reason_text
from nurture.services.runtime import Runtime
from nurture.services.task_pages import team
from nurture.web.languages import language
from nurture.web.languages import translate as _

#: what the tabs show: open ones by default
_TABS = {
    "open": OPEN,
    **{str(one): (one,) for one in State},
}

#: reasons that a form offers; others are the engine's, or words
_OFFERED = ("timing", "requirements", "not_icp", "budget", "competitor", "no_contact", "other")


def make_referrals(runtime: Runtime) -> Blueprint:
    """Return the pages about introductions."""
    pages = Blueprint("referrals", __name__, url_prefix="/referrals")

    @pages.app_template_filter("referral_why")
    def why(reason: str | None) -> str:
        return reason_text(reason, language())

    @pages.app_template_filter("whom")
    def whom(line: Line) -> str:
        return person_line(line.row.name, line.row.company, language())

    @pages.app_template_filter("giver")
    def giver(line: Line) -> str:
        row = line.row
        locale = row.giver_locale or "ja"
        return full_name(row.giver_family, row.giver_given, locale) or row.giver_email or "—"

    @pages.get("/")
    def index() -> str:
        tab = request.args.get("state", "open")
        tab = tab if tab in _TABS else "open"
        lines, counts = referral_desk.overview(runtime, _TABS[tab])
        more = None
        if set(_TABS[tab]) <= CLOSED:
            # What is over waits for nobody: newest first, page by page.
            before = request.args.get("before", "")[:24]
            lines, more = referral_desk.page(runtime, _TABS[tab], before)
        return render_template(
            "team/referrals.html", lines=lines, counts=counts, tab=tab, tabs=list(_TABS), more=more
        )

    @pages.get("/<ref>")
    def show(ref: str) -> str:
        sheet = referral_desk.sheet(runtime, ref[:24])
        members = [one for one in team(runtime) if one.key]
        return render_template(
            "team/referral.html",
            sheet=sheet,
            line=sheet.line,
            row=sheet.line.row,
            members=members,
            ways=CONTACTED_BY,
            reasons=_OFFERED,
            promised=_promised(sheet.line),
        )

    def _promised(line: Line) -> tuple[str, str]:
        """Return the programme and the offer in words; their keys where the file is gone."""
        row = line.row
        with read(runtime.engine) as connection:
            published = runtime.releases.published(connection)
            release = runtime.releases.live(connection) if published else None
        program = release.definitions.programs.get(row.program) if release is not None else None
        offer = program.offers.get(row.offer or "") if program is not None else None
        return (
            text_in(program.title, language()) if program is not None else row.program,
            text_in(offer.title, language()) if offer is not None else row.offer or "",
        )

    @pages.post("/<ref>")
    def move(ref: str) -> str | Response:
        form = request.form
        by = form.get("by", "")[:320] or "team"
        if not form.get("sure"):
            found = outlook(runtime, ref[:24], form.get("to", "")[:32])
            if found.unusual:
                return _ask_first(ref[:24], found)
        try:
            done = referral_desk.move(
                runtime,
                ref[:24],
                form.get("to", "")[:32],
                by,
                Answer(
                    reason=(form.get("words", "").strip() or form.get("reason", ""))[:500],
                    contacted_by=form.get("how", "") if form.get("to") == State.CONTACTED else "",
                    result=form.get("result", "")[:500],
                    consent=(form.get("consent") or form.get("reason", ""))[:2000],
                    email=form.get("email", "")[:320],
                    happened=_when(form.get("at", "")),
                ),
            )
        except NotFoundError:
            raise
        except NurtureError as error:
            flash(in_language(error.message, language()), "error")
        else:
            flash(_("Recorded.") if done else _("It was so already: nothing changed."), "done")
            for one in reopened(runtime, ref[:24]) if done and form.get("to") == "reopen" else ():
                flash(in_language(one, language()), "done")
        return redirect(url_for("referrals.show", ref=ref), 303)

    def _ask_first(ref: str, found: Outlook) -> str:
        """Say what the move leads to, with what was typed kept for the second press."""
        kept = {name: value for name, value in request.form.items() if name != "csrf_token"}
        line = referral_desk.sheet(runtime, ref).line
        return render_template("team/referral_sure.html", line=line, found=found, kept=kept)

    @pages.get("/<ref>/case")
    def outline(ref: str) -> str | Response:
        try:
            found = draft(runtime, ref[:24], language())
        except NotFoundError:
            raise
        except NurtureError as error:
            flash(in_language(error.message, language()), "error")
            return redirect(url_for("referrals.show", ref=ref), 303)
        return render_template("team/case.html", found=found, text=as_text(found, language()))

    @pages.post("/<ref>/case")
    def case(ref: str) -> Response:
        by = request.form.get("by", "")[:320] or "team"
        try:
            done = referral_cases.agree(runtime, ref[:24], request.form.get("side", ""), by)
        except NotFoundError:
            raise
        except NurtureError as error:
            flash(in_language(error.message, language()), "error")
        else:
            flash(_("Recorded.") if done else _("It was so already: nothing changed."), "done")
        return redirect(url_for("referrals.show", ref=ref), 303)

    def _when(text: str) -> datetime | None:
        if not text.strip():
            return None
        with read(runtime.engine) as connection:
            zone = house_at(runtime, connection).zone
        return read_moment(text, zone)

    return pages
