"""Rewards: what is owed and overdue, one with its ledger, and what people do with them."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from nurture.domain.referral import RewardState
from nurture.errors import NotFoundError, NurtureError
from nurture.language import in_language
from nurture.services import referrers, reward_desk
from nurture.services.reward_books import reason_text
from nurture.services.runtime import Runtime
from nurture.services.task_mails import amount_text
from nurture.services.task_pages import team
from nurture.web.admin.contacts import number
from nurture.web.languages import language
from nurture.web.languages import translate as _

#: what the tabs show: open ones by default
_TABS = {
    "open": (RewardState.DUE, RewardState.EARNED, RewardState.PENDING),
    **{str(one): (one,) for one in RewardState},
}
_OVER = (str(RewardState.DELIVERED), str(RewardState.REVERSED))
#: larger numbers are no ids
_LARGEST = 2**62


def make_rewards(runtime: Runtime) -> Blueprint:
    """Return the pages about rewards."""
    pages = Blueprint("rewards", __name__, url_prefix="/rewards")

    @pages.app_template_filter("reward_reason")
    def said(reason: str | None) -> str:
        return reason_text(reason, language())

    @pages.app_template_filter("money")
    def money(amount: float | None, currency: str | None) -> str:
        return amount_text(amount, currency, language()) if currency else ""

    @pages.get("/")
    def index() -> str:
        tab = request.args.get("state", "open")
        tab = tab if tab in _TABS else "open"
        ref = request.args.get("referral", "")[:24].strip().upper()
        wanted = tuple(RewardState) if ref and "state" not in request.args else _TABS[tab]
        found = reward_desk.overview(runtime, wanted, ref=ref)
        more = None
        if tab in _OVER and not ref:
            # What is over waits for nobody: newest first, page by page.
            lines, more = reward_desk.page(runtime, _TABS[tab], before=number("before"))
            found = replace(found, lines=lines)
        return render_template(
            "team/rewards.html", found=found, tab=tab, tabs=list(_TABS), ref=ref, more=more
        )

    @pages.get("/referrers")
    def scorecard() -> str:
        kind = request.args.get("kind", "")
        kind = kind if kind in referrers.TAGS else ""
        found = referrers.cards(runtime, kind)
        return render_template("team/referrers.html", cards=found, kind=kind, kinds=referrers.TAGS)

    @pages.get("/<int:reward_id>")
    def show(reward_id: int) -> str:
        if reward_id > _LARGEST:
            raise NotFoundError("")
        sheet = reward_desk.sheet(runtime, reward_id)
        members = [one for one in team(runtime) if one.key]
        return render_template("team/reward.html", sheet=sheet, line=sheet.line, members=members)

    @pages.post("/<int:reward_id>/<any(deliver, hold, release, reverse):action>")
    def act(reward_id: int, action: str) -> Response:
        by = request.form.get("by", "")[:320] or "team"
        reason = request.form.get("reason", "")
        try:
            if reward_id > _LARGEST:
                raise NotFoundError("")
            done = _act(action, reward_id, by, reason)
        except NotFoundError:
            raise
        except NurtureError as error:
            flash(in_language(error.message, language()), "error")
        else:
            flash(_("Recorded.") if done else _("It was so already: nothing changed."), "done")
        back = request.form.get("back", "")
        if back == "list":
            return redirect(url_for("rewards.index"), 303)
        return redirect(url_for("rewards.show", reward_id=reward_id), 303)

    def _act(action: str, reward_id: int, by: str, reason: str) -> bool:
        if action == "deliver":
            return reward_desk.deliver(runtime, reward_id, by)
        if action == "release":
            return reward_desk.release(runtime, reward_id, by, reason)
        if action == "hold":
            return reward_desk.hold(runtime, reward_id, by, reason)
        return reward_desk.reverse(runtime, reward_id, by, reason)

    return pages
