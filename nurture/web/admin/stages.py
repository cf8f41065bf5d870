"""What each stage means to marketing and sales, and how leads come through them."""

from __future__ import annotations

from flask import Blueprint, render_template

from nurture.domain.condition_words import alternatives
from nurture.domain.kpi import UNDER_WAY_FOR
from nurture.errors import NurtureError
from nurture.services.runtime import Runtime
from nurture.services.stages import Stages, stages


def make_stages(runtime: Runtime) -> Blueprint:
    """Return the page of stages."""
    pages = Blueprint("stages", __name__, url_prefix="/stages")

    @pages.get("/")
    def index() -> str:
        found: Stages | None = None
        try:
            found = stages(runtime)
        except NurtureError:
            # Nothing is published yet: the page says what to do.
            found = None
        return render_template(
            "team/stages.html",
            found=found,
            alternatives=alternatives,
            under_way_for=UNDER_WAY_FOR,
        )

    return pages
