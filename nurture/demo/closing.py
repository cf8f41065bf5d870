"""The end of a demo: tables, stories, and one command that anybody can try."""

from __future__ import annotations

import shlex

from rich.console import Console
from rich.table import Table
from rich.text import Text

from nurture.demo import report, stories
from nurture.demo.director import Director, Outcome
from nurture.demo.invitation import (
    PROMISE,
    Invitation,
    invite,
    program,
    relative,
    shown,
    try_it,
)
from nurture.demo.pages import signed_pages
from nurture.demo.progress import ZONE
from nurture.services.today import today

#: a run of so many days has to bring everything that the figures ask for
FULL = 60

_TRY = {
    "ja": "別の端末でお試しください。2秒以内にメールが届きます。"
    "2度目は、お送りしない理由が表示されます。",
    "en": "Try it in another terminal: a mail within two seconds. The second time it says why "
    "nothing is sent.",
}


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
    console.print(_today(director, language), soft_wrap=True, highlight=False)
    if serve:
        console.print()
        console.print(_addresses(director, invitation, language))
        console.print(f"\n{_TRY[language]}\n")
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


def _addresses(director: Director, invitation: Invitation, language: str) -> Table:
    """Return where to look: pages of the team, and one page each of a salesperson and a reader."""
    settings, runtime = director.settings, director.house.runtime
    team = f"http://127.0.0.1:{settings.team_port}"
    pages = signed_pages(runtime, invitation.person.contact_id)
    rows = [
        ("Today", "今日", f"{team}/today"),
        ("Tasks", "タスク", f"{team}/tasks/"),
        ("A task, as its mail leads to it", "タスクの画面（メールのリンク）", pages.task),
        ("Hot leads", "ホットリード", f"{team}/contacts/?temperature=hot"),
        (invitation.person.email, "", f"{team}/contacts/{invitation.person.contact_id}"),
        ("Broadcasts", "一斉配信", f"{team}/mailings/"),
        ("Seminars", "セミナー", f"{team}/seminars/"),
        ("Stages and figures", "ステージと指標", f"{team}/stages/"),
        ("A reader's preferences", "配信設定（読者の画面）", pages.preferences),
        ("Mailbox", "メールボックス", f"{team}/mailbox/"),
    ]
    table = Table.grid(padding=(0, 2))
    for english, japanese, where in rows:
        if where:
            what = japanese if language == "ja" and japanese else english
            table.add_row(Text(what, style="dim"), Text(where, no_wrap=True, overflow="fold"))
    return table


def _today(director: Director, language: str) -> str:
    """Return in a line what waits for people this morning, as `nurture today` begins."""
    day = today(director.house.runtime, language)
    late, due, hot = day.counts["late"], day.counts["today"], len(day.hot)
    command = shlex.join([program(), "--var", relative(director.settings.var), "today"])
    if language == "ja":
        said = f"今朝は、期限超過のタスク{late}件、本日のタスク{due}件、ホットリード{hot}名。"
        return f"{said}一覧は {command}"
    return f"This morning: {late} tasks late, {due} due today, {hot} hot leads. All: {command}"
