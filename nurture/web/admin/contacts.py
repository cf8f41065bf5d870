"""Contacts: the list, and one person's page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from nurture.db.timeline import Place
from nurture.domain.erasure_words import KINDS, fate_of
from nurture.language import in_language
from nurture.services import listings
from nurture.services.erasure import LeavingError, erase
from nurture.services.explain import PAGE, explain, timeline_before
from nurture.services.explanation import Explanation
from nurture.services.runtime import Runtime
from nurture.services.task_pages import team as members
from nurture.web.languages import language
from nurture.web.languages import translate as _

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
#: larger numbers are no ids
_LARGEST = 2**62


def make_contacts(runtime: Runtime) -> Blueprint:
    """Return the pages about contacts."""
    pages = Blueprint("contacts", __name__, url_prefix="/contacts")

    @pages.get("/")
    def index() -> str:
        wanted = {
            name: request.args.get(name, "")[:200]
            for name in ("query", "temperature", "lifecycle", "tag")
        }
        found, tags = listings.contacts(runtime, **wanted, before=number("before"))
        return render_template(
            "team/contacts.html",
            contacts=found[: listings.PAGE],
            more=found[listings.PAGE - 1].id if len(found) > listings.PAGE else None,
            tags=tags,
            wanted=wanted,
        )

    @pages.get("/<int:contact_id>")
    def show(contact_id: int) -> str:
        found = _person(runtime, contact_id)
        # Their own zone: "sent at nine" means nine where they are.
        g.zone = found.contact.zone
        before = place_of(request.args.get("before", ""))
        timeline = found.timeline
        if before is not None:
            timeline = timeline_before(runtime, contact_id, before, language())
        return render_template(
            "team/contact.html",
            why=found,
            timeline=timeline,
            older=name_of(timeline[-1].place) if len(timeline) == PAGE else None,
            continued=before is not None,
        )

    @pages.get("/<int:contact_id>/erase")
    def look(contact_id: int) -> str:
        return render_template(
            "team/erase.html",
            contact_id=contact_id,
            who=_person(runtime, contact_id).contact,
            found=erase(runtime, _id(contact_id), "team", "team", look_only=True),
            kinds=KINDS,
            fates={kind: fate_of(kind) for kind in KINDS},
            members=[one for one in members(runtime) if one.key],
        )

    @pages.post("/<int:contact_id>/erase")
    def forget(contact_id: int) -> Response:
        there = url_for("contacts.show", contact_id=contact_id)
        if request.form.get("sure") != "yes":
            flash(_("Nothing was erased: please confirm that it is this person."), "error")
            return redirect(url_for("contacts.look", contact_id=contact_id), 303)
        try:
            done = erase(
                runtime, _id(contact_id), request.form.get("by", "")[:64] or "team", "team"
            )
        except LeavingError as error:
            flash(in_language(error.message, language()), "error")
            flash(in_language(error.hint, language()), "error")
        else:
            said = _("They were erased before: nothing is held of them.")
            flash(said if done.already else _("Erased. No list brings them back."), "done")
        return redirect(there, 303)

    return pages


def _id(contact_id: int) -> int:
    if contact_id > _LARGEST:
        abort(404)
    return contact_id


def _person(runtime: Runtime, contact_id: int) -> Explanation:
    return explain(runtime, _id(contact_id), language())


def number(name: str) -> int | None:
    """Return a number of the query, None where there is none that could be an id."""
    value = request.args.get(name, type=int)
    return value if value is not None and 0 <= value < _LARGEST else None


def name_of(place: Place) -> str:
    """Return a place of the timeline as it stands in an address."""
    at, recorded_at = ((one - _EPOCH) // _MICROSECOND for one in (place.at, place.recorded_at))
    return f"{at}.{recorded_at}.{place.kind}.{place.id}"


def place_of(text: str) -> Place | None:
    """Return the place that an address names, None where it names none."""
    parts = text.split(".")
    if len(parts) != 4 or not all(part.isascii() and part.isdigit() for part in parts):
        return None
    if any(len(part) > 18 for part in parts):
        return None
    at, recorded_at, kind, key = map(int, parts)
    try:
        return Place(_EPOCH + at * _MICROSECOND, _EPOCH + recorded_at * _MICROSECOND, kind, key)
    except OverflowError:
        return None
