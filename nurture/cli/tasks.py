"""`nurture task`: what people have to do, and what they did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import click
from rich.console import Console

from nurture.cli.context import house_of
from nurture.cli.speaking import speaks, tell
from nurture.cli.task_screens import task_parts, tasks_table
from nurture.db.engine import read
from nurture.domain import glossary, task_words
from nurture.domain.glossary import word
from nurture.domain.task_actions import ACTIONS, TICK
from nurture.errors import NotFoundError, NurtureError
from nurture.language import say
from nurture.language.hints import did_you_mean
from nurture.services.house import house_at
from nurture.services.runtime import Runtime
from nurture.services.task_actions import AnswersError, act
from nurture.services.task_lists import task_page
from nurture.services.task_mails import send_again
from nurture.services.task_pages import Sheet, sheet_of_task
from nurture.services.team import id_of_member

#: most rows of a list
_MOST = 200

#: what became of an answer → sentence that waits for its {what} and {by}
_ENDS = {
    "recorded": say("Recorded: {what} ({by})."),
    "already": say("Recorded already: {what} ({by}). Nothing was recorded twice."),
    "closed": say("The task is closed already: {what} ({by}). Nothing was recorded."),
    "differs": say("Recorded with other answers before: {what} ({by}). Nothing was recorded now."),
}


@click.group()
def task() -> None:
    """Show what people have to do, and record what they did."""


@task.command("list")
@click.option("--for", "member", default="", metavar="KEY", help="One person: a sender key.")
@click.option("--kind", default="", help="One kind: call, reply, quote …")
@click.option("--all", "everything", is_flag=True, help="Those that are done as well.")
@speaks
@click.pass_context
def list_(ctx: click.Context, member: str, kind: str, everything: bool, locale: str) -> None:
    """List open tasks, the most urgent first."""
    runtime, language = house_of(ctx).runtime, locale
    whose = id_of_member(runtime, member) if member else None
    with read(runtime.engine) as connection:
        zone = house_at(runtime, connection).zone
    console = Console()
    for state in ("open", "done", "cancelled") if everything else ("open",):
        found = task_page(runtime, language, state, whose, kind, limit=_MOST)
        heading = word(glossary.TASK_STATES, state, language)
        if not found.rows:
            console.print(f"{heading}: 0")
            continue
        table = tasks_table(found.rows, state, zone, language)
        table.title = f"{heading}: {len(found.rows)}{'+' if found.more else ''}"
        console.print(table)


@task.command()
@click.argument("task_id", type=click.IntRange(1, 2**62), metavar="ID")
@speaks
@click.pass_context
def show(ctx: click.Context, task_id: int, locale: str) -> None:
    """Show the task ID: who, why, until when, and what can be recorded."""
    language = locale
    sheet = _sheet(house_of(ctx).runtime, task_id, language)
    console = Console()
    for part in task_parts(sheet, language):
        console.print(part)


@task.command(context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
@click.argument("task_id", type=click.IntRange(1, 2**62), metavar="ID")
@click.argument("action", type=click.Choice(list(ACTIONS)))
@click.option("--by", help="Who did it: a sender key. Default: who has the task.")
@click.option("--further", is_flag=True, help="Though it was recorded with other answers before.")
@speaks
@click.pass_context
def do(
    ctx: click.Context, task_id: int, action: str, by: str | None, further: bool,
    locale: str,
) -> None:  # fmt: skip
    """Record what was done with the task ID: ACTION, and its answers as `--FIELD VALUE`.

    For example: nurture task do 7 called --result qualified --budget "this term".
    `nurture task show 7` says what each action needs.
    """
    language = locale
    answers = parse_answers(action, ctx.args)
    runtime = house_of(ctx).runtime
    who = by or _sheet(runtime, task_id, language).member
    try:
        done = act(runtime, task_id, action, answers, who, "cli", further=further)
    except AnswersError as error:
        raise faults_said(error, language) from None
    what = word(task_words.ACTIONS, done.action, language) or word(
        glossary.TASK_OUTCOMES, done.action, language
    )
    tell(_ENDS[done.status].but(what=what, by=done.by))
    if done.adds:
        tell(say("Say --further to record this as well."))
    if done.status == "recorded" and not done.over:
        tell(say("The task is still open."))


@task.command()
@click.argument("task_id", type=click.IntRange(1, 2**62), metavar="ID")
@click.pass_context
def mail(ctx: click.Context, task_id: int) -> None:
    """Send the mail of the task ID once more to whoever has it."""
    tell(say("Going out to {whom}.", whom=send_again(house_of(ctx).runtime, task_id)))


def parse_answers(action: str, words: Sequence[str]) -> Mapping[str, str]:
    """Return `--field value`, `--field=value` and bare ticks as answers by field.

    Raises NurtureError for a field that the action does not ask, or one without a value.
    """
    fields = {one.name: one for one in ACTIONS[action].fields}
    answers: dict[str, str] = {}
    left = list(words)
    while left:
        said = left.pop(0)
        name, equals, value = said.removeprefix("--").partition("=")
        name = name.replace("-", "_")
        if not said.startswith("--") or name not in fields:
            known = [f"--{one.replace('_', '-')}" for one in fields]
            hint = did_you_mean(name, list(fields)) or (
                say("it asks {known}", known=known) if known else say("it asks nothing")
            )
            raise NurtureError(
                say("{action} does not ask for '{word}'", action=action, word=said), hint
            )
        if not equals and (not left or left[0].startswith("--")):
            if fields[name].kind != TICK:
                raise NurtureError(
                    say("{word} has no value", word=said), say("write {word} VALUE", word=said)
                )
            value = "yes"
        elif not equals:
            value = left.pop(0)
        answers[name] = value
    return answers


def faults_said(error: AnswersError, locale: str) -> NurtureError:
    """Return what is wrong with answers, in a language, a line for each."""
    fields = {one.name: one for one in ACTIONS[error.action].fields}
    lines = []
    for name, code in error.faults.items():
        choices = fields[name].choices
        known = f" ({', '.join(choices)})" if choices else ""
        fault = word(task_words.FAULTS, code, locale)
        asked = word(task_words.ASKED, fields[name].words, locale)
        lines.append(f"--{name.replace('_', '-')} ({asked}): {fault}{known}")
    return NurtureError("\n".join(lines))


def _sheet(runtime: Runtime, task_id: int, locale: str) -> Sheet:
    sheet = sheet_of_task(runtime, task_id, locale)
    if sheet.portrait is None:
        raise NotFoundError(
            say("there is no task {task_id}", task_id=task_id),
            say("`nurture task list` shows them"),
        )
    return sheet
