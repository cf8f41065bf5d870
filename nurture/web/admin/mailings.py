"""Broadcasts: what is to come, what goes out, what came of it; dry run and switches."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from nurture.domain import glossary
from nurture.errors import NurtureError
from nurture.services import mailing_control, mailing_reports, sentences
from nurture.services.dry_run import DryRun, Group, Outcome, dry_run
from nurture.services.mailing_reports import MailingReport
from nurture.services.runtime import Runtime
from nurture.web.languages import language, translate, translate_number

#: these sentences name no moment
_UTC = ZoneInfo("UTC")


def make_mailings(runtime: Runtime) -> Blueprint:
    """Return the pages about broadcasts and the mailings of seminars."""
    pages = Blueprint("mailings", __name__, url_prefix="/mailings")

    @pages.get("/")
    def index() -> str:
        return render_template("team/mailings.html", found=mailing_reports.listed(runtime))

    @pages.get("/<path:name>")
    def show(name: str) -> str:
        report = mailing_reports.report(runtime, name)
        look = _look(runtime, report) if "look" in request.args else None
        return render_template(
            "team/mailing.html",
            report=report,
            line=report.line,
            why=_why,
            look=look,
            outcomes=Outcome,
            sentence=lambda group: _sentence(report, group),
        )

    @pages.post("/pause")
    def pause() -> Response:
        return _back(lambda name, why: mailing_control.pause(runtime, name, why), _paused)

    @pages.post("/resume")
    def resume() -> Response:
        return _back(lambda name, _: mailing_control.resume(runtime, name).waiting, _resumed)

    @pages.post("/cancel")
    def cancel() -> Response:
        return _back(lambda name, why: mailing_control.cancel(runtime, name, why), _cancelled)

    return pages


def _look(runtime: Runtime, report: MailingReport) -> DryRun | None:
    """Return the dry run of a mailing that is not over, by the live release."""
    written = report.line.mailing
    if written is None or report.line.phase in ("done", "sending", "cancelled"):
        return None
    return dry_run(runtime, mailing_reports.definitions_of(runtime), written)


def _why(code: str) -> str:
    """Return why mails wait or were given up, in words for all of them at once."""
    if code in glossary.HELD_BACK:
        return glossary.word(glossary.HELD_BACK, code, language())
    return sentences.reason(code, {}, language(), _UTC, {})


def _sentence(report: MailingReport, group: Group) -> str:
    titles = {report.line.name: report.line.title}
    return sentences.reason(group.reason, group.detail, language(), _UTC, titles)


def _paused(_: object) -> str:
    return translate("Paused.")


def _resumed(waiting: object) -> str:
    number = waiting if isinstance(waiting, int) else 0
    return translate_number(
        "It goes on; %(num)s mail was held back.",
        "It goes on; %(num)s mails were held back.",
        number,
    ) % {"num": number}


def _cancelled(dropped: object) -> str:
    number = dropped if isinstance(dropped, int) else 0
    return translate_number(
        "Cancelled; %(num)s mail is dropped.",
        "Cancelled; %(num)s mails are dropped.",
        number,
    ) % {"num": number}


def _back(act: Callable[[str, str], object], said: Callable[[object], str]) -> Response:
    """Turn a switch of the mailing that the form names, and go back to its page."""
    name = request.form.get("name", "")
    why = request.form.get("reason", "").strip()[:500]
    try:
        flash(said(act(name, why)), "done")
    except NurtureError as error:
        flash(str(error), "error")
    return redirect(url_for("mailings.show", name=name) if name else url_for("mailings.index"), 303)
