"""`nurture init`: a new project, ready to be checked and tested."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from nurture.cli.speaking import speaks, tell, told
from nurture.errors import Problem
from nurture.language import say, say_number
from nurture.services.new_project import (
    LOOP,
    AnswersError,
    Identity,
    holidays_of,
    look_for_room,
    make_project,
    project_files,
)

#: what stands in for what was not said, by language of the project; to be replaced by hand
_STAND_INS = {
    "ja": {"company": "株式会社サンプル", "address": "〒000-0000 ご住所", "name": "山田太郎"},
    "en": {"company": "Example Inc", "address": "Street, City, Country", "name": "Alex Smith"},
}
_EMAIL = "hello@our-company.example"
_ZONE = "Asia/Tokyo"
_POLICY = "workflows/policy.yaml"
#: what `--with loop` needs of a policy
_NEEDED = ("service_templates:", "kpis:", "results:")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option("--company", help="The company's legal name; stands in every mail.")
@click.option("--address", help="Its postal address; the law wants it in every mail.")
@click.option("--name", help="Who writes the mails: the first sender.")
@click.option("--email", help="The sender's address, one that somebody reads.")
@click.option("--zone", help=f"Time zone of the company, e.g. {_ZONE}.")
@click.option("--holidays", help="Country of the public holidays: JP, US, US-CA … (by the zone).")
@click.option(
    "--with",
    "parts",
    type=click.Choice([LOOP]),
    multiple=True,
    help="What it should hold besides: `loop` is results, an NPS survey and a referral programme.",
)
@click.option("--force", is_flag=True, help="Add to a folder that is not empty; replaces nothing.")
@speaks
def init(
    folder: Path,
    company: str | None,
    address: str | None,
    name: str | None,
    email: str | None,
    zone: str | None,
    holidays: str | None,
    parts: tuple[str, ...],
    force: bool,
    locale: str,
) -> None:
    """Make a new project in DIR: a journey, its letters, scenarios, rules and a pipeline.

    It passes `nurture check --strict` and `nurture test` at once. On a terminal, what the
    options do not say is asked for. --locale is the language of the project, too: its letters
    are in Japanese and English, its titles, notes and README in this one.

    DIR must be missing or empty (but for .git). With --force only files that are missing are
    added. Nothing is left behind where anything fails.
    """
    look_for_room(folder, force)  # before anybody answers questions for nothing
    instead = _STAND_INS[locale]
    place = _answer(zone, say("Time zone"), _ZONE)
    who = Identity(
        company=_answer(company, say("Company"), instead["company"]),
        address=_answer(address, say("Postal address"), instead["address"]),
        name=_answer(name, say("Who writes the mails"), instead["name"]),
        email=_answer(email, say("Their email address"), _EMAIL),
        zone=place,
        holidays=holidays_of(place) if holidays is None else holidays.strip(),
        locale=locale,
    )
    try:
        files = project_files(who, LOOP in parts)
    except AnswersError as error:
        lines = [f"{option}: {_said(one)}" for option, one in error.refused.items()]
        raise click.UsageError("\n".join(lines)) from None
    kept = make_project(folder, files, force)
    count = len(files) - len(kept)
    tell(
        say_number(
            "{number} file written to {folder}",
            "{number} files written to {folder}",
            count,
            folder=folder,
        )
    )
    for path in kept:
        tell(say("  {path} was there already and stays as it is", path=path))
    here = Path(os.path.normpath(folder))
    tell(say("Next:"))
    for line in ([] if here == Path() else [f"cd {here}"]) + ["nurture check", "nurture preview"]:
        click.echo(f"  {line}")
    tell(say("README.md says what each file is."))
    if LOOP in parts and _POLICY in kept:
        tell(say("{file} was yours already; what was added needs these lines in it:", file=_POLICY))
        for line in files[_POLICY].splitlines():
            if line.startswith(_NEEDED):
                click.echo(f"  {line}")
    if LOOP in parts:
        tell(
            say(
                "workflows/referral-program.yaml is a sample: write whom you want to meet and what "
                "you give back before you ask anybody."
            )
        )
    if who.email == _EMAIL or {who.company, who.address, who.name} & set(instead.values()):
        tell(
            say(
                "Company, address or sender are stand-ins still: say who you are in "
                "workflows/policy.yaml before you publish."
            )
        )


def on_a_terminal() -> bool:
    """Return whether somebody is there to be asked."""
    return sys.stdin.isatty()


def _answer(given: str | None, question: str, otherwise: str) -> str:
    """Return what an option says; without it what is answered on a terminal, or a stand-in."""
    if given is not None:
        return given.strip()
    if not on_a_terminal():
        return otherwise
    return str(click.prompt(told(question), default=otherwise)).strip()


def _said(problem: Problem) -> str:
    hint = f"\n  → {told(problem.hint)}" if problem.hint else ""
    return told(problem.message) + hint
