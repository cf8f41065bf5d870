"""The application for the world: tracking, unsubscribe, preferences, and the API."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from nurture.services.agents import public_list
from nurture.services.link_targets import LINKS, LinkBook
from nurture.services.runtime import Runtime
from nurture.services.spool import SPOOL, Spool
from nurture.services.tracking import Recorder
from nurture.web import errors
from nurture.web.api import make_api
from nurture.web.languages import speak
from nurture.web.protection import protect
from nurture.web.public.ask_answers import make_ask_answers
from nurture.web.public.choices import make_choices
from nurture.web.public.consent import make_consent
from nurture.web.public.demonstration import demonstrate
from nurture.web.public.landing import make_landing
from nurture.web.public.preferences import make_preferences
from nurture.web.public.refer_page import make_refer_page
from nurture.web.public.results import make_results
from nurture.web.public.rules import make_rules
from nurture.web.public.surveys import make_surveys
from nurture.web.public.tasks import make_tasks
from nurture.web.public.tracking import TrackingPaths

#: largest body that is read, bytes
LARGEST_BODY = 1_000_000


def make_public(runtime: Runtime, state: Path, proxies: int = 0) -> Flask:
    """Return the public application.

    `state` is the folder of the local spool and the file of link targets; `proxies` says
    how many proxies of ours stand in front and add `X-Forwarded-For` (0: none, and that
    header is not believed).
    """
    app = Flask("nurture.web.public", static_folder="../static", template_folder="templates")
    app.config.update(MAX_CONTENT_LENGTH=LARGEST_BODY, MAX_FORM_MEMORY_SIZE=100_000)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    # No redirect from //: its address would be the visitor's, line breaks and all.
    app.url_map.merge_slashes = False
    speak(app)
    protect(app)
    errors.answer_errors(app, "public/error.html")
    spool = Spool(state / SPOOL)
    for pages in (make_choices(runtime, spool), make_preferences(runtime, spool)):
        demonstrate(pages, runtime)
        app.register_blueprint(pages)
    app.register_blueprint(make_ask_answers(runtime))
    app.register_blueprint(make_tasks(runtime))
    for make in (make_refer_page, make_landing, make_rules, make_consent, make_surveys):
        app.register_blueprint(make(runtime))
    app.register_blueprint(make_results(runtime))
    app.register_blueprint(make_api(runtime))
    app.wsgi_app = TrackingPaths(  # type: ignore[method-assign]
        app.wsgi_app,
        runtime.keyring,
        Recorder(runtime, spool, public_list()),
        LinkBook(runtime, runtime.links_file or state / LINKS),
        home=runtime.public_url,
    )
    if proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies
        )
    return app
