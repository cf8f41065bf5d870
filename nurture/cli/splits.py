"""`nurture split`: what variants have shown, and letting one win by hand."""

from __future__ import annotations

import getpass

import click
from rich import box
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from nurture.cli.context import house_of
from nurture.cli.speaking import speaks, told
from nurture.domain import glossary
from nurture.domain.experiment import Arm, State
from nurture.domain.split_words import held_out, lifted, measured, ruled, standing
from nurture.language import say
from nurture.services import experiments, sentences
from nurture.services.holdout_results import HoldoutResult, holdout_results
from nurture.services.split_results import SplitResult, split_results

_COLOURS = {State.DECIDED: "green", State.SKEWED: "red", State.RUNNING: "cyan"}


@click.group()
def split() -> None:
    """Splits: what each variant has shown, who has won, and deciding by hand."""


@split.command("list")
@speaks
@click.pass_context
def list_(ctx: click.Context, locale: str) -> None:
    """List the splits of all workflows with how they stand."""
    found = split_results(house_of(ctx).runtime)
    if not found:
        click.echo(told(say("No workflow has a split.")))
        return
    page = _Page(locale)
    table = page.table("Workflow", "Split", "State", "People", "Since")
    for one in found:
        table.add_row(
            Text(one.workflow), Text(one.step), page.state(one), page.number(_people(one)),
            sentences.moment(one.started_at, locale, one.zone, year=True),
        )  # fmt: skip
    Console().print(table)


@split.command()
@click.argument("workflow")
@click.argument("step", required=False)
@speaks
@click.pass_context
def show(ctx: click.Context, workflow: str, step: str | None, locale: str) -> None:
    """Show what the variants of WORKFLOW's splits (or one STEP's) have shown, and its lift.

    Clicks and answers are people's: what machines did never counts. The confidence holds
    however often you look; the 95 % interval of a rate is that of one look.
    """
    console, page = Console(), _Page(locale)
    runtime = house_of(ctx).runtime
    found = [page.parts(one) for one in split_results(runtime, workflow, step)]
    if step is None:
        found += [page.holdout(one) for one in holdout_results(runtime, workflow)]
    for number, parts in enumerate(found):
        if number:
            console.print()
        for part in parts:
            console.print(part)


@split.command()
@click.argument("workflow")
@click.argument("step")
@click.argument("variant")
@click.option("--reason", required=True, help="Why: kept with the decision.")
@speaks
@click.pass_context
def decide(
    ctx: click.Context, workflow: str, step: str, variant: str, reason: str, locale: str
) -> None:
    """Let VARIANT win: all who come to the split from now on get it.

    People under way keep theirs.
    """
    runtime = house_of(ctx).runtime
    experiments.decide_by_hand(runtime, workflow, step, variant, reason, getpass.getuser())
    click.echo(
        told(
            say(
                "{workflow}/{step}: whoever comes from now on gets {variant}.",
                workflow=workflow,
                step=step,
                variant=variant,
            )
        )
    )


@split.command()
@click.argument("workflow")
@click.argument("step")
@click.option("--reason", required=True, help="Why: kept with the decision.")
@speaks
@click.pass_context
def reopen(ctx: click.Context, workflow: str, step: str, reason: str, locale: str) -> None:
    """Take a decision back: people are divided again, and counted on."""
    experiments.reopen(house_of(ctx).runtime, workflow, step, reason, getpass.getuser())
    click.echo(
        told(say("{workflow}/{step}: people are divided again.", workflow=workflow, step=step))
    )


#: headings: English → Japanese
_JAPANESE = {
    "Workflow": "シナリオ",
    "Split": "振り分け",
    "State": "状態",
    "People": "人数",
    "Since": "開始",
    "Variant": "パターン",
    "Sent": "送信",
    "Observed": "観察済み",
    "Did it": "達成",
    "Rate": "率",
    "95 %": "95%区間",
    "Clicked": "クリック",
    "Goal": "目標達成",
    "To the best": "最良との差",
    "By the best": "最良との比",
    "Group": "群",
    "Holdout": "シナリオの効果",
    "So far": "現時点の達成",
    "earlier": "以前の内容",
    "nobody yet": "まだ対象者なし",
}


def _people(one: SplitResult) -> int:
    return sum(arm.count.people for arm in one.verdict.arms) + one.beside


class _Page:
    """Splits on the terminal."""

    def __init__(self, locale: str) -> None:
        self._locale = locale
        self._japanese = locale == "ja"

    def _say(self, english: str) -> str:
        return _JAPANESE.get(english, english) if self._japanese else english

    def number(self, value: int) -> str:
        """Return a number with separators."""
        return f"{value:,}"

    def table(self, *columns: str) -> Table:
        """Return an empty table."""
        table = Table(box=box.SIMPLE_HEAD)
        for name in columns:
            left = name in ("Workflow", "Split", "Variant", "Group", "State", "Since")
            table.add_column(self._say(name), overflow="fold", justify="left" if left else "right")
        return table

    def state(self, one: SplitResult) -> Text:
        """Return the state as a word, with the winner."""
        word = glossary.word(glossary.EXPERIMENT_STATES, one.verdict.state, self._locale)
        if one.winner:
            word += f": {one.winner}"
        if not one.live:
            word += f" ({self._say('earlier')})"
        return Text(word, _COLOURS.get(one.verdict.state, ""))

    def parts(self, one: SplitResult) -> list[RenderableType]:
        """Return one split, from top to bottom."""
        head = Text.assemble((f"{one.title} / {one.step}", "bold"), "  ", self.state(one))
        since = sentences.moment(one.started_at, self._locale, one.zone, year=True)
        lines = [
            Text(measured(one.measure, self._locale)),
            Text(ruled(one.split.winner, self._locale), "dim"),
            Text(f"{self._say('Since')}: {since or self._say('nobody yet')}", "dim"),
        ]
        return [head, *lines, self._figures(one), *self._said(one)]

    def holdout(self, one: HoldoutResult) -> list[RenderableType]:
        """Return a workflow's lift, from top to bottom."""
        word = glossary.word(glossary.LIFT_STATES, one.lift.state, self._locale)
        if not one.live:
            word += f" ({self._say('earlier')})"
        head = Text.assemble((f"{one.title} / {self._say('Holdout')}", "bold"), f"  {word}")
        since = sentences.moment(one.started_at, self._locale, one.zone, year=True)
        table = self.table("Group", "People", "Observed", "Did it", "Rate", "95 %", "So far")
        lift = one.lift
        groups = (
            ("treated", lift.treated, lift.treated_rate, lift.treated_interval, one.so_far[0]),
            ("held_out", lift.held_out, lift.held_out_rate, lift.held_out_interval, one.so_far[1]),
        )
        for name, count, rate, (low, high), so_far in groups:
            table.add_row(
                glossary.word(glossary.GROUPS, name, self._locale),
                f"{count.people:,}", f"{count.observed:,}", f"{count.successes:,}",
                f"{100 * rate:.1f} %" if rate is not None else "–",
                f"{100 * low:.1f}-{100 * high:.1f} %" if rate is not None else "–",
                f"{so_far:,}",
            )  # fmt: skip
        return [
            head,
            Text(held_out(one.share, one.within, self._locale)),
            Text(f"{self._say('Since')}: {since or self._say('nobody yet')}", "dim"),
            table,
            Text(lifted(lift, self._locale)),
        ]

    def _figures(self, one: SplitResult) -> Table:
        table = self.table(
            "Variant", "People", "Sent", "Observed", "Did it", "Rate", "95 %", "To the best",
            "By the best", "Clicked", "Goal",
        )  # fmt: skip
        for arm in one.verdict.arms:
            count = arm.count
            style = "green" if arm.name in (one.winner, one.verdict.best) else ""
            table.add_row(
                Text(arm.name, style), f"{count.people:,}", f"{count.sent:,}",
                f"{count.observed:,}", f"{count.successes:,}", *self._rate(arm, bool(one.winner)),
                f"{count.clicked:,}", f"{count.goals:,}",
            )  # fmt: skip
        return table

    def _rate(self, arm: Arm, decided: bool) -> tuple[str, str, str, str]:
        if arm.rate is None:
            return "–", "–", "", ""
        low, high = arm.interval
        behind = f"{100 * arm.behind:+.1f} pt" if arm.behind is not None else ""
        ratio = ""
        if arm.ratio is not None and not decided:
            ratio = f"×{arm.ratio[0]:.2f}-{arm.ratio[1]:.2f}"
        return f"{100 * arm.rate:.1f} %", f"{100 * low:.1f}-{100 * high:.1f} %", behind, ratio

    def _said(self, one: SplitResult) -> list[Text]:
        said = []
        if text := standing(one.verdict, one.split.winner, self._locale):
            said.append(Text(text))
        for decision in one.decisions:
            at = sentences.moment(decision.at, self._locale, one.zone, year=True)
            said.append(Text(f"{at}  {one.why(decision, self._locale)}"))
        if one.changed:
            each = ", ".join(f"{name}: {a} → {b}" for name, (a, b) in one.changed.items())
            said.append(
                Text(
                    f"決定後の再判定により、同じ人々の達成数が変わりました（{each}）。"
                    if self._japanese
                    else f"Since the decision the same people are counted otherwise ({each}).",
                    "yellow",
                )
            )
        return said
