"""The preview: every mail of a project in the browser, as its author writes it.

Served at 127.0.0.1 to one person, without a login; it answers only to names of this machine.
Nothing in it writes. Its one script is served by ourselves: it fits frames to their mails and
asks for the page again when a file was saved.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flask import Flask, Response, g, make_response, render_template, request

from nurture.emails.appearance import Look, as_seen
from nurture.errors import NotFoundError
from nurture.services.preview import Reader, Studio
from nurture.services.preview_mail import PreviewMail
from nurture.web import errors
from nurture.web.admin.mail_parts import in_new_windows
from nurture.web.languages import asked_for, known, language, speak
from nurture.web.preview.formats import furnish
from nurture.web.preview.page import Page, reader_of
from nurture.web.protection import protect
from nurture.web.team import OUR_NAMES
from nurture.web.typed import TypedRequest

_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; frame-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
#: the mail's own frame: no scripts, no forms. Pictures may load, since nobody's open is
#: measured here; of the same origin, so that the page can see how long the mail is
_FRAME_POLICY = (
    "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox; "
    "default-src 'none'; style-src 'unsafe-inline'; img-src https: http: data:; "
    "base-uri 'self'; frame-ancestors 'self'"
)
#: seconds after which a waiting browser hears that we are still there
_HEARTBEAT = 15.0


def make_preview(studio: Studio, spoken: str = "", names: Sequence[str] = OUR_NAMES) -> Flask:
    """Return the preview's application; `spoken` is the page's language, "": the browser's."""
    app = Flask("nurture.web.preview", static_folder="../static", template_folder="templates")
    app.request_class = TypedRequest
    app.config.update(TRUSTED_HOSTS=list(names))
    app.url_map.merge_slashes = False
    speak(app)
    furnish(app)
    protect(app, _PAGE_POLICY)
    errors.answer_errors(app, "preview/error.html")

    @app.before_request
    def choose() -> None:
        g.language = known(request.args.get("lang")) or known(spoken) or asked_for()

    @app.errorhandler(NotFoundError)
    def missing(error: NotFoundError) -> tuple[str, int]:
        return render_template("preview/error.html", status=404), 404

    def asked() -> PreviewMail:
        locale = request.args.get("locale", "")[:20]
        policy = studio.snapshot.definitions.policy
        wanted = locale if locale in policy.locales else policy.default_locale
        subject = studio.subject(request.args.get("show", ""))
        return studio.mail(subject, reader_of(request.args), wanted)

    @app.get("/")
    def show() -> str:
        return render_template("preview/page.html", page=Page(studio, request.args, language()))

    @app.get("/mail.html")
    def html() -> Response:
        look = request.args.get("look", "")
        seen = as_seen(asked().page, Look(look) if look in set(Look) else Look.LIGHT)
        page = make_response(in_new_windows(seen))
        page.headers["Content-Security-Policy"] = _FRAME_POLICY
        page.headers["X-Frame-Options"] = "SAMEORIGIN"
        page.headers["Cross-Origin-Opener-Policy"] = "unsafe-none"
        return page

    @app.get("/mail.eml")
    def eml() -> Response:
        page = make_response(asked().data)
        page.content_type = "message/rfc822"
        page.headers["Content-Disposition"] = 'attachment; filename="preview.eml"'
        return page

    @app.get("/events")
    def events() -> Response:
        since = request.args.get("since", "")
        version = int(since) if since.isascii() and since.isdigit() and len(since) < 19 else 0

        def stream() -> Iterator[str]:
            seen = version
            yield "retry: 500\n\n"
            while True:
                now = studio.wait(seen, _HEARTBEAT)
                yield f"event: changed\ndata: {now}\n\n" if now != seen else ": still here\n\n"
                seen = now

        return Response(stream(), content_type="text/event-stream")

    return app


__all__ = ["Reader", "make_preview"]
