"""The end of a demo: tables, stories, and one command that anybody can try."""

from __future__ import annotations

from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from nurture.demo import report, stories
from nurture.demo.director import Director, Outcome
from nurture.demo.invitation import PROMISE, Invitation, invite, shown, try_it
from nurture.demo.progress import ZONE


def close(
    director: Director, outcome: Outcome, console: Console, language: str, serve: bool
) -> int:
    """Report, let business time run, then serve until Ctrl-C or try the command by itself.

    Returns the exit code: 0 where the circle closed, and, tried, closed in time.
    """
    runtime = director.house.runtime
    console.print()
    report.show(console, outcome.figures)
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
    code = 0 if outcome.figures.closed else 1
    if serve:
        console.print(_addresses(director, invitation, f"{ten.astimezone(ZONE):%Y-%m-%d %H:%M}"))
        director.serve()
        return code
    command = shown(invitation, director.settings.var)
    console.print(f"Business time runs from {ten.astimezone(ZONE):%a %Y-%m-%d %H:%M}.")
    console.print(Text(f"$ {command}"))
    mailbox = director.house.mailbox()
    try:
        seconds = try_it(invitation, runtime, mailbox, director.settings)
    finally:
        mailbox.close()
    console.print(
        f"The event was in, and the mail in the mailbox [bold]{seconds:.2f} s[/bold] later."
    )
    if seconds > PROMISE:
        console.print(f"[yellow]That is longer than the {PROMISE:.0f} s promised.[/yellow]")
        return 1
    return code


def _addresses(director: Director, invitation: Invitation, now: str) -> Panel:
    settings = director.settings
    team = f"http://127.0.0.1:{settings.team_port}"
    text = Text()
    for what, where in (
        ("Team pages", f"{team}/"),
        ("Contact", f"{team}/contacts/{invitation.person.contact_id}"),
        ("Mailbox", f"{team}/mailbox"),
        ("Public pages", settings.public_url),
    ):
        text.append(f"{what:14}", style="dim")
        text.append(f"{where}\n")
    text.append(f"\nIt is {now} in Tokyo, and business time runs at real pace.\n")
    text.append("Try it in another terminal: an event in, a mail within two seconds.\n\n")
    text.append(f"  {shown(invitation, settings.var)}\n\n", style="bold")
    text.append("Ctrl-C stops everything.", style="dim")
    return Panel(text, title="The house is running", title_align="left", padding=(1, 2))
