"""How things stand, and the switches: pause, resume, hold, let go."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from nurture.errors import NurtureError
from nurture.services import control
from nurture.services.overview import overview
from nurture.services.runtime import Runtime
from nurture.web.languages import language, translate, translate_number


def make_status(runtime: Runtime, running: Callable[[], Mapping[str, int]] | None) -> Blueprint:
    """Return the status page and its switches."""
    pages = Blueprint("status", __name__)

    @pages.get("/status")
    def show() -> str:
        now = overview(runtime, language())
        return render_template(
            "team/status.html", status=now, running=running() if running is not None else {}
        )

    @pages.post("/pause")
    def pause() -> Response:
        kind, name = _target()
        reason = request.form.get("reason", "").strip()[:500]
        return _back(lambda: control.pause(runtime, kind, name, reason), translate("Paused."))

    @pages.post("/resume")
    def resume() -> Response:
        kind, name = _target()
        discard = "discard" in request.form

        def act() -> str:
            found = control.resume(runtime, kind, name, discard)
            if discard:
                dropped = found.waiting + found.expired
                return translate_number(
                    "Resumed; %(num)s mail was dropped.",
                    "Resumed; %(num)s mails were dropped.",
                    dropped,
                ) % {"num": dropped}
            return translate_number(
                "Resumed; %(num)s mail goes out.",
                "Resumed; %(num)s mails go out.",
                found.waiting,
            ) % {"num": found.waiting}

        return _back(act, "")

    @pages.post("/unhold")
    def unhold() -> Response:
        account = request.form.get("account", "")
        return _back(lambda: control.unhold(runtime, account), translate("The hold is lifted."))

    return pages


def _target() -> tuple[str, str]:
    kind, _, name = request.form.get("what", control.EVERYTHING).partition("/")
    return kind, name


def _back(act: Callable[[], object], done: str) -> Response:
    """Do something and go back to the status page with what became of it."""
    try:
        said = act()
    except NurtureError as error:
        flash(str(error), "error")
    else:
        flash(said if isinstance(said, str) and not done else done, "done")
    return redirect(url_for("status.show"), 303)
