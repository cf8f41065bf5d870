"""A reader's results report as a PDF: GET shows it and writes nothing."""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint, Response, abort, make_response

from nurture.emails.tokens import Purpose
from nurture.services.result_mail import report_page
from nurture.services.runtime import Runtime
from nurture.web.public.reader_pages import token_of


def make_results(runtime: Runtime) -> Blueprint:
    """Return the page that a results report links to."""
    pages = Blueprint("results", __name__, url_prefix="/m")

    @pages.get("/<token>")
    def show(token: str) -> Response:
        found = token_of(runtime, token, Purpose.RESULTS)
        page = report_page(runtime, found.message_id, found.contact_id)
        if page is None:
            # Gone, or its reader is with somebody else now: the same as what never was.
            abort(404)
        return pdf_answer(*page)

    return pages


def pdf_answer(name: str, content: bytes) -> Response:
    """Return a PDF to be read in the browser, kept by nobody in between."""
    answer = make_response(content)
    answer.content_type = "application/pdf"
    answer.headers["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(name, safe='')}"
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
