"""Workflows: the list, and one drawn with its figures."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, request

from nurture.diagrams.svg import svg
from nurture.services import listings
from nurture.services.diagram import live_drawings
from nurture.services.runtime import Runtime
from nurture.web.languages import language

#: a picture brings its own style sheet, and nothing else
_PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"


def make_workflows(runtime: Runtime) -> Blueprint:
    """Return the pages about workflows."""
    pages = Blueprint("workflows", __name__, url_prefix="/workflows")

    @pages.get("/")
    def index() -> str:
        return render_template("team/workflows.html", workflows=listings.workflows(runtime))

    @pages.get("/<name>")
    def show(name: str) -> str:
        report = listings.workflow(runtime, name)
        return render_template("team/workflow.html", report=report, workflow=report.workflow)

    @pages.get("/<name>/diagram.svg")
    def picture(name: str) -> Response:
        (drawing,) = live_drawings(runtime, language(), name, ways="ways" in request.args)
        found = make_response(svg(drawing))
        found.content_type = "image/svg+xml; charset=utf-8"
        found.headers["Content-Security-Policy"] = _PICTURE_POLICY
        return found

    return pages
