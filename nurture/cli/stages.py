"""`nurture stages`: what each stage means to marketing and sales; `nurture stage`: set one."""

from __future__ import annotations

import getpass
from datetime import timedelta

import click
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from nurture.cli.context import house_of
from nurture.cli.speaking import speaks
from nurture.domain import glossary
from nurture.domain.condition_words import (
    alternatives,
    condition_text,
    deadline_text,
    span_text,
)
from nurture.domain.kpi import UNDER_WAY_FOR
from nurture.services import sentences
from nurture.services.stages import Stages, StageView, Way, assign
from nurture.services.stages import stages as load


@click.command()
@speaks
@click.pass_context
def stages(ctx: click.Context, locale: str) -> None:
    """Show what each stage means, who stands there, and how many MQLs become SQLs."""
    page = _Page(load(house_of(ctx).runtime), locale)
    console = Console()
    for part in (page.headline(), page.definitions(), page.figures()):
        console.print(part)


@click.command()
@click.argument("contact")
@click.argument("stage", metavar="STAGE", type=click.Choice(list(glossary.STAGES)))
@click.option("--reason", required=True, help="Why: shown in `nurture explain`.")
@click.pass_context
def stage(ctx: click.Context, contact: str, stage: str, reason: str) -> None:
    """Set the STAGE of CONTACT (an address) as a person decides.

    No rule undoes it: only what happens from now on leads the contact further.
    """
    old = assign(house_of(ctx).runtime, contact, stage, reason, getpass.getuser())
    click.echo(f"{contact}: {old} → {stage}.")


class _Page:
    """The stages, laid out."""

    def __init__(self, found: Stages, locale: str) -> None:
        self._found, self._locale = found, locale
        self._japanese = locale == "ja"

    def _say(self, japanese: str, english: str) -> str:
        return japanese if self._japanese else english

    def _stage(self, code: str) -> str:
        return glossary.word(glossary.STAGES, code, self._locale)

    def headline(self) -> Text:
        """Return which release defines the stages."""
        release = self._found.release
        title = self._say("リードステージの定義", "What the stages mean")
        if release is None:
            return Text(title, "bold")
        at = sentences.moment(release.published_at, self._locale, self._found.zone, year=True)
        since = self._say(f"リリース{release.id}（{at}）", f"release {release.id}, {at}")
        return Text.assemble((title, "bold"), f"  {since}")

    def definitions(self) -> Table:
        """Return each stage with its rules."""
        table = Table(show_lines=True)
        for japanese, english in (("ステージ", "Stage"), ("ここへ進む条件", "One comes here by")):
            table.add_column(self._say(japanese, english), overflow="fold")
        table.add_column(self._say("現在", "Now"), justify="right")
        for one in self._found.stages:
            table.add_row(self._stage(one.stage), self._ways(one), f"{one.contacts:,}")
        return table

    def _ways(self, one: StageView) -> Text:
        lines = [line for way in one.ways for line in self._way(way)]
        if one.handoff is not None:
            due = deadline_text(one.handoff.due, self._locale)
            rest = span_text(one.handoff.rest, self._locale)
            lines.append(
                self._say(
                    f"営業へ引き継ぎ：{one.handoff.title}（期限 {due}。差し戻し後 {rest} は休止）",
                    f"Handed to sales: {one.handoff.title} (due in {due}; "
                    f"rests {rest} after a return)",
                )
            )
        if not lines:
            lines = [self._say("登録時のステージ", "Where everybody begins")]
        return Text("\n".join(lines))

    def _way(self, way: Way) -> list[str]:
        names = self._say("・", ", ").join(self._stage(code) for code in way.come_from)
        start = self._say(f"{names} から", f"from {names}")
        if way.condition is None:
            return [f"{start}: {self._say('営業からの差し戻し', 'given back by sales')}"]
        parts = [condition_text(part, self._locale) for part in alternatives(way.condition)]
        if len(parts) == 1:
            return [f"{start}: {parts[0]}"]
        any_of = self._say("次のいずれか", "any of")
        return [f"{start}: {any_of}", *(f"  - {part}" for part in parts)]

    def figures(self) -> RenderableType:
        """Return the shared figures of the window."""
        found = self._found
        table = Table.grid(padding=(0, 2))
        table.add_row(
            Text(self._say(f"直近{found.days}日", f"Last {found.days} days"), "bold"), Text()
        )
        for name, value in (self._conversion(), self._calls(), self._median(), self._returns()):
            table.add_row(name, value)
        forecast = self._forecast()
        if forecast is not None:
            table.add_row(*forecast)
        return table

    def _conversion(self) -> tuple[str, Text]:
        one = self._found.conversion
        name = self._say("MQL→SQL 転換率", "MQL→SQL rate")
        target = f"{one.target:.0%}"
        waits = span_text(UNDER_WAY_FOR, self._locale)
        if one.rate is None:
            return name, Text(self._say(f"– （目標 {target}）", f"– (target {target})"))
        of = self._say(
            f"（{one.arrived}/{one.decided}件、目標 {target}、"
            f"{waits}未満の対応中 {one.under_way}件）",
            f" ({one.arrived} of {one.decided}, target {target}; "
            f"{one.under_way} under way for less than {waits})",
        )
        return name, Text.assemble((f"{one.rate:.0%}", "green" if one.on_target else "red"), of)

    def _calls(self) -> tuple[str, Text]:
        calls = self._found.calls
        name = self._say("期限内の初回電話", "First calls in time")
        if calls.share is None:
            return name, Text("–")
        of = self._say(
            f"（{calls.in_time}/{calls.counted}件）", f" ({calls.in_time} of {calls.counted})"
        )
        return name, Text(f"{calls.share:.0%}{of}")

    def _median(self) -> tuple[str, Text]:
        name = self._say("初回電話までの中央値", "Median until the first call")
        found: timedelta | None = self._found.calls.median
        return name, Text(span_text(found, self._locale) if found is not None else "–")

    def _returns(self) -> tuple[str, Text]:
        name = self._say("営業からの差し戻し", "Given back by sales")
        each = [
            f"{glossary.word(glossary.RETURNS, reason, self._locale)} {count}"
            for reason, count in self._found.returns.items()
        ]
        return name, Text(self._say("、", ", ").join(each) or "0")

    def _forecast(self) -> tuple[str, Text] | None:
        one = self._found.forecast
        if one is None:
            return None
        return self._say("年間の受注見込み", "Contracts a year"), Text(
            self._say(
                f"リード月{one.leads_per_month:.1f}件 × 受注率{one.rate:.0%} = "
                f"{one.per_year:.0f}件（{one.better_rate:.0%}なら{one.better_per_year:.0f}件）",
                f"{one.leads_per_month:.1f} leads a month × {one.rate:.0%} = {one.per_year:.0f} "
                f"({one.better_per_year:.0f} at {one.better_rate:.0%})",
            )
        )
