"""What people have to do."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from nurture.db.timeline import Place
from nurture.services import listings
from nurture.services.runtime import Runtime
from nurture.web.admin.contacts import name_of, place_of

_STATES = ("open", "done", "cancelled")


def make_tasks(runtime: Runtime) -> Blueprint:
    """Return the list of tasks."""
    pages = Blueprint("tasks", __name__, url_prefix="/tasks")

    @pages.get("/")
    def index() -> str:
        state = request.args.get("state", "open")
        state = state if state in _STATES else "open"
        place = place_of(request.args.get("after", ""))
        found = listings.tasks(runtime, state, (place.at, place.id) if place is not None else None)
        last = found[listings.PAGE - 1].row if len(found) > listings.PAGE else None
        return render_template(
            "team/tasks.html",
            tasks=found[: listings.PAGE],
            state=state,
            states=_STATES,
            more=name_of(Place(last.key, last.key, 0, last.id)) if last is not None else None,
        )

    return pages
