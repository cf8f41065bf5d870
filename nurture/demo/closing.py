"""The end of a demo: tables, stories, and one command that anybody can try."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from nurture.demo import report, stories
from nurture.demo.director import Director, Outcome
from nurture.demo.invitation import PROMISE, Invitation, invite, shown, try_it
from nurture.demo.progress import ZONE

#: a run of so many days has to bring everything that the figures ask for
FULL = 60


def close(
    director: Director, outcome: Outcome, console: Console, language: str, serve: bool
) -> int:
    """Report, let business time run, then serve until Ctrl-C or try the command by itself.

    Returns the exit code: 0 where the circle closed, and, tried, closed in time.
    """
    runtime = director.house.runtime
    console.print()
    report.show(console, outcome.figures, director.days >= FULL)
    stories.tell(console, runtime, language)
    cpu = sorted(outcome.cpu_seconds.items(), key=lambda one: -one[1])
    console.print(
        f"\n{director.days} days in [bold]{outcome.seconds:.0f} s[/bold] [dim]"
        f"({outcome.moments:,} moments of business time; "
        f"{sum(outcome.cpu_seconds.values()):.0f} s of CPU: "
        f"{', '.join(f'{name} {seconds:.0f}' for name, seconds in cpu)})[/dim]"
    )
    ten = director.wake_up()
    invitation = invite(runtime, director.settings)
    figures = outcome.figures
    # A few days do not bring everything; a full run has to.
    whole = not figures.missing or director.days < FULL
    code = 0 if whole and not figures.inconsistencies else 1
    console.print(
        f"Now it is {ten.astimezone(ZONE):%A %Y-%m-%d %H:%M} in Tokyo, and business time runs at "
        "real pace.\n"
    )
    if serve:
        console.print(_addresses(director, invitation))
        console.print("\nTry it in another terminal: an event in, a mail within two seconds.\n")
    # Never wrapped or framed, so that it can be copied.
    console.print(
        Text(f"  {shown(invitation, director.settings.var)}", style="bold"), soft_wrap=True
    )
    if serve:
        console.print("\n[dim]Ctrl-C stops everything.[/dim]")
        director.serve()
        return code
    mailbox = director.house.mailbox()
    try:
        seconds = try_it(invitation, runtime, mailbox, director.settings)
    finally:
        mailbox.close()
    console.print(f"\nTried: {seconds:.2f} s from the event to the mail in the mailbox.")
    if seconds > PROMISE:
        console.print(f"[yellow]That is longer than the {PROMISE:.0f} s promised.[/yellow]")
        return 1
    return code


def _addresses(director: Director, invitation: Invitation) -> Table:
    settings = director.settings
    team = f"http://127.0.0.1:{settings.team_port}"
    table = Table.grid(padding=(0, 2))
    for what, where in (
        ("Team pages", f"{team}/"),
        (f"  {invitation.person.email}", f"{team}/contacts/{invitation.person.contact_id}"),
        ("  mailbox", f"{team}/mailbox"),
        ("Public pages", settings.public_url),
    ):
        table.add_row(Text(what, style="dim"), where)
    return table
