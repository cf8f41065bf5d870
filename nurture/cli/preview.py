"""`nurture preview`: every mail in the browser as it is written, as files, or sent to oneself."""

from __future__ import annotations

import socket
import sys
import threading
import webbrowser
from pathlib import Path
from urllib.parse import urlencode

import click
from watchfiles import watch
from werkzeug.serving import WSGIRequestHandler, make_server

from nurture.app import make_bench, provider_of
from nurture.cli.context import settings_of
from nurture.cli.speaking import language, spoken_in, told
from nurture.errors import NurtureError
from nurture.language import LANGUAGES, say, say_number
from nurture.services.made_up import READERS
from nurture.services.preview import USUAL, Reader, Studio
from nurture.services.preview_mail import PreviewMail
from nurture.services.preview_subjects import Subject
from nurture.services.project import FOLDERS
from nurture.services.test_mail import checked_recipient, send_test
from nurture.settings import Settings

#: where the preview is served, at 127.0.0.1 only
PORT = 8090
#: milliseconds for which a burst of saves is waited for, and between looks
_DEBOUNCE, _STEP = 60, 20


@click.command()
@click.argument("template", required=False)
@click.option("--workflow", metavar="NAME", help="A mail of this workflow, named by --step.")
@click.option("--step", metavar="ID", help="The step whose mail it is; alone: its first mail.")
@click.option("--broadcast", metavar="NAME", help="The mail of a broadcast or seminar.")
@click.option("--contact", metavar="EMAIL", default="", help="For this contact of the database.")
@click.option("--reader", type=click.Choice(list(READERS)), default=USUAL, help="For one made up.")
@click.option("--locale", metavar="ja|en", help="Language of the mail, and of what is said.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write HTML, text and .eml to this folder; all templates where none is named.",
)
@click.option("--to", metavar="ADDRESS", help="Send one test to this address, marked as a test.")
@click.option("--port", type=click.IntRange(1, 65535), default=PORT, show_default=True)
@click.option("--open/--no-open", "opens", default=None, help="Open the browser (default: yes).")
@click.pass_context
def preview(
    ctx: click.Context,
    template: str | None,
    workflow: str | None,
    step: str | None,
    broadcast: str | None,
    contact: str,
    reader: str,
    locale: str | None,
    out: Path | None,
    to: str | None,
    port: int,
    opens: bool | None,
) -> None:
    """Look at TEMPLATE, or at every mail, as its readers see it; each save shows at once.

    Without a database readers are made up; with one, any contact can be chosen. Nothing is
    written and nothing is counted. A test sent by --to has a way out that works and changes
    nothing.
    """
    spoken_in(ctx, locale if locale in LANGUAGES else None)
    settings = settings_of(ctx)
    bench = make_bench(settings, lasting_links=to is not None)
    if contact and not bench.has_database:
        why = bench.why_not or told(say("there is none yet: run `nurture migrate`"))
        raise NurtureError(say("--contact needs the database: {why}", why=why))
    studio = Studio(bench.runtime, settings.project, bench.has_database)
    shown = _asked_for(studio, template, workflow, step, broadcast)
    who = Reader(reader, contact)
    wanted = locale or studio.snapshot.definitions.policy.default_locale
    if to is not None:
        _send(settings, studio, shown, who, wanted, to)
    elif out is not None:
        _write(studio, shown, who, locale, out)
    else:
        query = {"show": shown.key if shown else "", "contact": contact, "locale": locale or ""}
        query["reader"] = reader if reader != USUAL else ""
        asked = urlencode({name: value for name, value in query.items() if value})
        _serve(settings, studio, port, f"/?{asked}" if asked else "/", locale or "", opens)


def _asked_for(
    studio: Studio,
    template: str | None,
    workflow: str | None,
    step: str | None,
    broadcast: str | None,
) -> Subject | None:
    """Return the mail that is named, None where none is; raises where it is not there."""
    if sum(one is not None for one in (template, workflow, broadcast)) > 1 or (
        step is not None and workflow is None
    ):
        raise click.UsageError(
            told(say("name a TEMPLATE, a --workflow with its --step, or a --broadcast"))
        )
    if template is not None:
        return studio.subject(f"template:{_template_name(template)}")
    if broadcast is not None:
        return studio.subject(f"mailing:{broadcast}")
    if workflow is None:
        return None
    if step is not None:
        return studio.subject(f"step:{workflow}:{step}")
    mails = (one for one in studio.snapshot.subjects if one.workflow == workflow)
    return next(mails, None) or studio.subject(f"step:{workflow}:")


def _template_name(written: str) -> str:
    """Return a template's name, also of one that was named as a file."""
    name = written.removeprefix("templates/email/")
    if name.endswith((".md", ".mjml", ".txt")):
        name = name.rpartition(".")[0]
        last = name.rpartition("/")[2]
        if "." in last:
            name = name.rpartition(".")[0]
    return name


def _send(
    settings: Settings,
    studio: Studio,
    shown: Subject | None,
    who: Reader,
    locale: str,
    to: str,
) -> None:
    if shown is None:
        raise click.UsageError(told(say("--to sends one mail: name it")))
    # Before anything is rendered: who must not get mails from here hears it first.
    checked_recipient(studio.runtime, to)
    mail = studio.mail(shown, who, locale)
    subject = send_test(studio.runtime, provider_of(settings), mail, to)
    click.echo(told(say("A test was sent to {address}: {subject}", address=to, subject=subject)))
    if settings.smtp_url is None:
        place = f"http://127.0.0.1:{settings.team_port}/mailbox"
        click.echo(told(say("It lies in the local mailbox: {place}", place=place)))


def _write(
    studio: Studio, shown: Subject | None, who: Reader, locale: str | None, out: Path
) -> None:
    policy = studio.snapshot.definitions.policy
    subjects = [shown] if shown else [s for s in studio.snapshot.subjects if not s.in_journey]
    out.mkdir(parents=True, exist_ok=True)
    written, failed = 0, 0
    for one in subjects:
        for wanted in (locale,) if locale else policy.locales:
            mail = studio.mail(one, who, wanted)
            if not mail.data:
                failed += 1
                _say_why(one, wanted, mail)
                continue
            stem = f"{one.key.partition(':')[2].replace('/', '-').replace(':', '-')}.{wanted}"
            (out / f"{stem}.html").write_text(mail.page, encoding="utf-8")
            (out / f"{stem}.txt").write_text(f"{mail.subject}\n\n{mail.text}", encoding="utf-8")
            (out / f"{stem}.eml").write_bytes(mail.data)
            written += 1
            if shown and mail.missing:
                missing = say("missing for this reader: {names}", names=list(mail.missing))
                click.echo(f"{stem}: {told(missing)}", err=True)
    click.echo(
        told(
            say_number(
                "{number} mail written to {folder}, each as .html, .txt and .eml",
                "{number} mails written to {folder}, each as .html, .txt and .eml",
                written,
                folder=out,
            )
        )
    )
    if failed:
        raise SystemExit(1)


def _say_why(one: Subject, locale: str, mail: PreviewMail) -> None:
    for problem in mail.problems:
        click.echo(problem.in_language(language()), err=True)
    if mail.error:
        click.echo(f"{one.key} ({locale}): {told(mail.error)}", err=True)


def _serve(
    settings: Settings, studio: Studio, port: int, start: str, spoken: str, opens: bool | None
) -> None:
    # Only those who serve pages wait for Flask to load.
    from nurture.web.preview import make_preview

    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise NurtureError(
                say("port {port} is taken", port=port), say("choose another by --port")
            )
    app = make_preview(studio, spoken)
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=_Quiet)
    stop = threading.Event()
    watcher = threading.Thread(
        target=watch_files, args=(studio, settings.project, stop), name="watch", daemon=True
    )
    watcher.start()
    address = f"http://127.0.0.1:{port}{start}"
    click.echo(told(say("Preview {address}", address=address)))
    click.echo(told(say("Every save shows at once. Ctrl-C ends it.")))
    if opens if opens is not None else sys.stdout.isatty():
        webbrowser.open(address)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        stop.set()
        server.server_close()


def watch_files(studio: Studio, project: Path, stop: threading.Event) -> None:
    """Read the project again after every save, until told to stop."""
    folders = [folder for top in FOLDERS if (folder := project / top).is_dir()]
    for _ in watch(*folders, debounce=_DEBOUNCE, step=_STEP, stop_event=stop):
        try:
            studio.refresh()
        except NurtureError as error:
            # A folder that is being moved is there again in a moment.
            click.echo(error.message, err=True)


class _Quiet(WSGIRequestHandler):
    """Says nothing of requests: one marketer, one machine."""

    def log(self, type: str, message: str, *args: object) -> None:
        """Leave requests out; errors are logged by the application."""
