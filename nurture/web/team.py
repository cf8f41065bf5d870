"""The application for the team: status, mailbox, contacts, workflows, tasks.

It has no login yet, so it is served at 127.0.0.1 on a port of its own and answers only to
names of this machine; a name that somebody else's DNS points here is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from flask import Flask, Response, g, redirect, render_template, request, url_for
from flask_wtf import CSRFProtect
from werkzeug.wrappers import Response as AnyResponse

from nurture.errors import NotFoundError
from nurture.language import LANGUAGES
from nurture.providers.mailbox_store import MailboxStore
from nurture.services.runtime import Runtime
from nurture.web import errors
from nurture.web.admin.accounts import make_accounts
from nurture.web.admin.asks import make_asks
from nurture.web.admin.contacts import make_contacts
from nurture.web.admin.formats import furnish
from nurture.web.admin.kpis import make_kpis
from nurture.web.admin.mailbox import make_mailbox
from nurture.web.admin.mailings import make_mailings
from nurture.web.admin.nps import make_nps
from nurture.web.admin.referrals import make_referrals
from nurture.web.admin.releases import make_releases
from nurture.web.admin.rewards import make_rewards
from nurture.web.admin.seminars import LARGEST_LIST, make_seminars
from nurture.web.admin.stages import make_stages
from nurture.web.admin.status import make_status
from nurture.web.admin.tasks import make_tasks
from nurture.web.admin.today import make_today
from nurture.web.admin.workflows import make_workflows
from nurture.web.languages import asked_for, known, speak
from nurture.web.protection import protect
from nurture.web.typed import TypedRequest

#: names under which this machine may be asked
OUR_NAMES = ("127.0.0.1", "localhost", "[::1]")

_COOKIE = "nurture_language"
_YEAR_SECONDS = 365 * 24 * 3600


def make_team(
    runtime: Runtime,
    mailbox: MailboxStore,
    secret: str | bytes,
    names: Sequence[str] = OUR_NAMES,
    running: Callable[[], Mapping[str, int]] | None = None,
) -> Flask:
    """Return the team's application.

    `secret` signs sessions; `names` are the host names it answers to; `running` tells how
    many processes of each kind are at work, for the status page.
    """
    app = Flask("nurture.web.admin", static_folder="../static", template_folder="templates")
    app.request_class = TypedRequest
    app.config.update(
        SECRET_KEY=secret,
        TRUSTED_HOSTS=list(names),
        SESSION_COOKIE_NAME="nurture_team",
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=LARGEST_LIST,
        MAX_FORM_MEMORY_SIZE=LARGEST_LIST,
        # A page left open over lunch still works.
        WTF_CSRF_TIME_LIMIT=None,
    )
    # No redirect from //: its address would be the visitor's, line breaks and all.
    app.url_map.merge_slashes = False
    CSRFProtect(app)
    speak(app)
    furnish(app, runtime)
    protect(app)
    errors.answer_errors(app, "team/error.html")
    _choose_language(app)

    @app.errorhandler(NotFoundError)
    def missing(error: NotFoundError) -> tuple[str, int]:
        return render_template("team/error.html", status=404), 404

    app.register_blueprint(make_today(runtime))
    app.register_blueprint(make_status(runtime, running))
    app.register_blueprint(make_mailbox(mailbox))
    app.register_blueprint(make_contacts(runtime))
    app.register_blueprint(make_accounts(runtime))
    app.register_blueprint(make_workflows(runtime))
    app.register_blueprint(make_releases(runtime))
    app.register_blueprint(make_asks(runtime))
    app.register_blueprint(make_rewards(runtime))
    app.register_blueprint(make_referrals(runtime))
    app.register_blueprint(make_stages(runtime))
    app.register_blueprint(make_kpis(runtime))
    app.register_blueprint(make_nps(runtime))
    app.register_blueprint(make_mailings(runtime))
    app.register_blueprint(make_seminars(runtime))
    app.register_blueprint(make_tasks(runtime))

    @app.get("/")
    def home() -> AnyResponse:
        return redirect(url_for("today.show"))

    return app


def _choose_language(app: Flask) -> None:
    @app.before_request
    def choose() -> None:
        wanted = known(request.args.get("lang"))
        g.language = wanted or known(request.cookies.get(_COOKIE)) or asked_for()

    @app.after_request
    def remember(response: Response) -> Response:
        wanted = known(request.args.get("lang"))
        if wanted in LANGUAGES:
            response.set_cookie(
                _COOKIE, wanted, max_age=_YEAR_SECONDS, samesite="Lax", httponly=True
            )
        return response
