"""Seminars: the list, one with its figures, and reading in who came."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from nurture.domain.contact_row import Basis
from nurture.language import in_language
from nurture.services.attendance import Attendance, record_attendance
from nurture.services.attendance_list import AttendanceList, RefusedError, read_text, read_upload
from nurture.services.runtime import Runtime
from nurture.services.seminar_report import all_seminars, one_seminar
from nurture.web.languages import language, translate_number
from nurture.web.languages import translate as _

#: octets of a list; the largest export of a webinar is far below
LARGEST_LIST = 2_000_000

#: addresses that a message names; the rest is counted
_SHOWN = 10


def make_seminars(runtime: Runtime) -> Blueprint:
    """Return the pages about seminars."""
    pages = Blueprint("seminars", __name__, url_prefix="/seminars")

    @pages.get("/")
    def index() -> str:
        reports, unknown = all_seminars(runtime)
        return render_template("team/seminars.html", reports=reports, unknown=unknown)

    @pages.get("/<name>")
    def show(name: str) -> str:
        return render_template(
            "team/seminar.html", report=one_seminar(runtime, name), bases=list(Basis), pasted=""
        )

    @pages.post("/<name>/attendance")
    def attendance(name: str) -> AnyResponse | tuple[str, int]:
        try:
            people = _list()
            basis = request.form.get("basis", "")
            found = record_attendance(
                runtime,
                name,
                people.people.values(),
                "team",
                Basis(basis) if basis in list(Basis) else None,
                sure="sure" in request.form,
            )
        except RefusedError as error:
            flash(_refusal(error), "error")
            page = render_template(
                "team/seminar.html",
                report=one_seminar(runtime, name),
                bases=list(Basis),
                pasted=request.form.get("addresses", ""),
                unsure=error.code == "another",
            )
            return page, 422
        _tell(found, people)
        return redirect(url_for("seminars.show", name=name))

    return pages


def _list() -> AttendanceList:
    """Return the list that was sent: a file, else what was pasted."""
    upload = request.files.get("list")
    content = upload.read() if upload is not None else b""
    if content and upload is not None:
        return read_upload(content, upload.filename or "")
    return read_text(request.form.get("addresses", ""))


def _refusal(error: RefusedError) -> str:
    sentences = {
        "nobody": _("The list names nobody who came. Nothing was changed."),
        "workbook": _("This is an Excel workbook. Save it as CSV UTF-8 and choose that file."),
        "unreadable": _("The file cannot be read as text. Save it as CSV UTF-8 and try again."),
        "too_many": _("The list is too long for a seminar. Nothing was changed."),
        "cancelled": _("This seminar was cancelled. Nothing was changed."),
        "not_over": _("The seminar is not over yet. Read the list in when it has ended."),
        "another": _(
            "Nobody on this list had registered. Is it the list of another seminar? If it is "
            "right, tick the box and send it again. Nothing was changed."
        ),
    }
    return sentences.get(error.code) or in_language(error.message, language())


def _tell(found: Attendance, people: AttendanceList) -> None:
    flash(
        _("%(came)s came (%(new)s new), %(missed)s who had registered did not.")
        % {"came": found.came, "new": found.attended, "missed": found.missed}
    )
    counted = [
        (found.corrected, translate_number(
            "%(count)s had been missed by mistake and is put right.",
            "%(count)s had been missed by mistake and are put right.", found.corrected)),
        (found.no_longer, _("%(count)s stood on an earlier list and not on this one: nothing is "
                            "taken back.")),
        (people.nameless, _("%(count)s rows have no address and were passed over.")),
        (len(people.unreadable), _("%(count)s addresses cannot be read.")),
    ]  # fmt: skip
    for count, sentence in counted:
        if count:
            flash(sentence % {"count": count})
    for addresses, sentence in (
        (found.introduced, _("New contacts: %(who)s")),
        (found.without_consent, _("No consent on record, so nothing is sent to: %(who)s")),
        (found.own, _("Our own people, left out: %(who)s")),
    ):
        if addresses:
            more = "" if len(addresses) <= _SHOWN else f" … (+{len(addresses) - _SHOWN})"
            flash(sentence % {"who": ", ".join(addresses[:_SHOWN]) + more})
