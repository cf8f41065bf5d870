"""Introductions: who is to be contacted, how each stands, and moving one with a reason."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from nurture.domain.referral import CLOSED, CONTACTED_BY, State
from nurture.errors import NotFoundError, NurtureError
from nurture.language import in_language
from nurture.services import referral_desk
from nurture.services.referral_desk import OPEN, Answer
from nurture.services.runtime import Runtime
from nurture.services.task_pages import team
from nurture.web.languages import language
from nurture.web.languages import translate as _

#: what the tabs show: open ones by default
_TABS = {
    "open": OPEN,
    **{str(one): (one,) for one in State},
}


def make_referrals(runtime: Runtime) -> Blueprint:
    """Return the pages about introductions."""
    pages = Blueprint("referrals", __name__, url_prefix="/referrals")

    @pages.get("/")
    def index() -> str:
        tab = request.args.get("state", "open")
        tab = tab if tab in _TABS else "open"
        lines, counts = referral_desk.overview(runtime, _TABS[tab])
        return render_template(
            "team/referrals.html", lines=lines, counts=counts, tab=tab, tabs=list(_TABS)
        )

    @pages.get("/<ref>")
    def show(ref: str) -> str:
        sheet = referral_desk.sheet(runtime, ref[:24])
        members = [one for one in team(runtime) if one.key]
        return render_template(
            "team/referral.html",
            sheet=sheet,
            line=sheet.line,
            members=members,
            ways=CONTACTED_BY,
            closed=CLOSED,
        )

    @pages.post("/<ref>")
    def move(ref: str) -> Response:
        form = request.form
        by = form.get("by", "")[:320] or "team"
        try:
            done = referral_desk.move(
                runtime,
                ref[:24],
                form.get("to", "")[:32],
                by,
                Answer(
                    reason=form.get("reason", "")[:500],
                    contacted_by=form.get("how", "") if form.get("to") == State.CONTACTED else "",
                    result=form.get("result", "")[:500],
                    consent=form.get("reason", "")[:500],
                ),
            )
        except NotFoundError:
            raise
        except NurtureError as error:
            flash(in_language(error.message, language()), "error")
        else:
            flash(_("Recorded.") if done else _("It was so already: nothing changed."), "done")
        return redirect(url_for("referrals.show", ref=ref), 303)

    return pages
