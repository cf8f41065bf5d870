"""The day of the team: what needs a person, what goes out, what was held back."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from nurture.db import team
from nurture.db.engine import read
from nurture.errors import NurtureError
from nurture.services.runtime import Runtime
from nurture.services.today import today
from nurture.web.languages import language


def make_today(runtime: Runtime) -> Blueprint:
    """Return the page of the day, of all or of one member (`?for=KEY`)."""
    pages = Blueprint("today", __name__)

    @pages.get("/today")
    def show() -> str:
        wanted = request.args.get("for", "")
        try:
            day = today(runtime, language(), wanted)
        except NurtureError:
            # A name of somebody who left, or a slip in the address: the day of all.
            wanted, day = "", today(runtime, language())
        with read(runtime.engine) as connection:
            members = [(row.key, row.name) for row in team.members(connection) if row.key]
        return render_template("team/today.html", day=day, members=members, wanted=wanted)

    return pages
