"""NPS: how customers stand, whom else to ask, and unhappy answers followed up."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from nurture.charts.figures import Better, Chart, Mark
from nurture.charts.pictures import page_svg
from nurture.domain.library import in_locale
from nurture.domain.nps import Group, Nps, is_below
from nurture.errors import NotFoundError, NurtureError
from nurture.language import in_language, say
from nurture.services.nps_report import Report, report
from nurture.services.runtime import Runtime
from nurture.services.survey_loops import LONGEST_NOTE, move
from nurture.services.task_pages import team
from nurture.web.languages import language
from nurture.web.languages import translate as _

#: larger numbers are no ids
_LARGEST = 2**62


def make_nps(runtime: Runtime) -> Blueprint:
    """Return the pages about NPS."""
    pages = Blueprint("nps", __name__, url_prefix="/nps")
    pages.add_app_template_filter(_value, "nps")

    @pages.get("/")
    def index() -> str:
        survey = request.args.get("survey", "")[:100]
        found: Report | None
        try:
            found = report(runtime, survey or None)
        except NotFoundError as error:
            if survey:
                raise
            why = in_language(error.message, language())
            return render_template("team/nps.html", found=None, why=why)
        titles = {one.key: _text(one.title) or one.key for one in found.survey.drivers}
        members = [one for one in team(runtime) if one.key]
        return render_template(
            "team/nps.html",
            found=found,
            title=_text(found.survey.title) or found.survey.name,
            drivers=titles,
            charts=_charts(found),
            members=members,
            longest=LONGEST_NOTE,
            below_target=is_below(found.year.rate, found.target),
        )

    @pages.post("/loops/<int:loop_id>/<any(contacted, resolved, closed):state>")
    def act(loop_id: int, state: str) -> Response:
        by = request.form.get("by", "")[:320] or "team"
        note = request.form.get("note", "")
        if loop_id > _LARGEST:
            raise NotFoundError("")
        try:
            moved = move(runtime, loop_id, state, by, note)
        except NotFoundError:
            raise
        except NurtureError as error:
            flash(in_language(error.message, language()), "error")
        else:
            done = _("It was so already: nothing changed.") if moved.already else _("Recorded.")
            flash(done, "done")
        return redirect(url_for("nps.index", _anchor="loops"), 303)

    return pages


def _text(texts: object) -> str:
    return str(in_locale(texts, language()) or "")  # type: ignore[arg-type]


def _value(one: Nps) -> str:
    """Return an NPS as it is written: +20, −35, n/a."""
    return "n/a" if one.value is None else f"{one.value:+.0f}".replace("-", "−")


def _whole(one: Nps) -> float | None:
    return float(round(one.value)) if one.value is not None else None


def _charts(found: Report) -> list[Markup]:
    """Return the trend of NPS and of the response rate, where there is more than one round."""
    if len(found.rounds) < 2:
        return []
    locale = language()

    def rate(one: Group) -> float | None:
        return round(100 * one.rate, 1) if one.rate is not None else None

    nps = Chart(
        title=in_language(say("NPS by round"), locale),
        labels=list(found.rounds),
        values=[_whole(one.nps) for one in found.rounds.values()],
        better=Better.UP,
        locale=locale,
    )
    label = in_language(say("elsewhere"), locale)
    response = Chart(
        title=in_language(say("Response rate by round"), locale),
        labels=list(found.rounds),
        values=[rate(one) for one in found.rounds.values()],
        unit="%",
        mark=Mark(round(100 * found.survey.expected_response, 1), label),
        better=Better.UP,
        locale=locale,
    )
    # Made of our own numbers and words, which the pen escapes.
    return [Markup(page_svg(nps)), Markup(page_svg(response))]
