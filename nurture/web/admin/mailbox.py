"""The local mailbox: what came in by SMTP, as its readers would see it."""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint, Response, abort, make_response, render_template, request

from nurture.providers.mailbox_store import MailboxStore, StoredMail
from nurture.web.admin.contacts import number
from nurture.web.admin.mail_parts import in_new_windows, read_attachment, read_mail

#: mails of one page
PAGE = 50

#: a mail's HTML stands in a frame of its own: no scripts, no forms, nothing from outside (a
#: picture would count as an open); a link may open a window, so that it can be tried
_FRAME_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
    "style-src 'unsafe-inline'; img-src data:; base-uri 'self'; frame-ancestors 'self'"
)
_PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "frame-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_WHOSE = {"people": False, "us": True}


def make_mailbox(store: MailboxStore) -> Blueprint:
    """Return the pages of the mailbox."""
    pages = Blueprint("mailbox", __name__, url_prefix="/mailbox")

    def mail_of(key: int) -> StoredMail:
        mail = store.get(key) if key < 2**62 else None
        if mail is None:
            abort(404)
        return mail

    @pages.get("/")
    def index() -> str:
        query = request.args.get("query", "")[:200].replace("\0", "")
        whose = request.args.get("whose", "")
        found = store.page(number("before"), PAGE + 1, query, _WHOSE.get(whose))
        return render_template(
            "team/mailbox.html",
            mails=found[:PAGE],
            more=found[PAGE - 1].number if len(found) > PAGE else None,
            query=query,
            whose=whose if whose in _WHOSE else "",
        )

    @pages.get("/<int:key>")
    def show(key: int) -> Response:
        mail = mail_of(key)
        page = make_response(
            render_template("team/mail.html", mail=mail, parts_of=read_mail(mail.raw))
        )
        page.headers["Content-Security-Policy"] = _PAGE_POLICY
        return page

    @pages.get("/<int:key>/html")
    def html(key: int) -> Response:
        body = read_mail(mail_of(key).raw).html
        page = make_response(in_new_windows(body))
        page.headers["Content-Security-Policy"] = _FRAME_POLICY
        page.headers["X-Frame-Options"] = "SAMEORIGIN"
        # A click from here looks like one from a mail program, without our address.
        page.headers["Cross-Origin-Opener-Policy"] = "unsafe-none"
        return page

    @pages.get("/<int:key>/raw")
    def raw(key: int) -> Response:
        page = make_response(mail_of(key).raw)
        page.content_type = "text/plain; charset=utf-8"
        return page

    @pages.get("/<int:key>/files/<int:place>")
    def file(key: int, place: int) -> Response:
        found = read_attachment(mail_of(key).raw, place)
        if found is None:
            abort(404)
        name, content = found
        # Whatever it is, it is saved and never shown as a page of ours.
        page = make_response(content)
        page.content_type = "application/octet-stream"
        shown = quote("".join(c if c.isprintable() else " " for c in name)[:200], safe="")
        page.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{shown}"
        return page

    return pages
