"""Releases: who published what and when, and which one is live."""

from __future__ import annotations

from flask import Blueprint, render_template

from nurture.services.history import history
from nurture.services.runtime import Runtime
from nurture.web.languages import language

#: releases of one page; older ones are shown by `nurture releases -n`
_NEWEST = 50


def make_releases(runtime: Runtime) -> Blueprint:
    """Return the page of what was published."""
    pages = Blueprint("releases", __name__, url_prefix="/releases")

    @pages.get("/")
    def index() -> str:
        found = history(runtime, _NEWEST)
        return render_template("team/releases.html", releases=found, spoken=language())

    return pages
