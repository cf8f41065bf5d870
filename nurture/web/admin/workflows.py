"""Workflows: the list, and one drawn with its figures."""

from __future__ import annotations

from flask import Blueprint, render_template

from nurture.services import listings
from nurture.services.runtime import Runtime


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

    return pages
