"""The words of forecasts, on the terminal and on the page, in both languages."""

from __future__ import annotations

import re

from nurture.domain.glossary import Words
from nurture.language.said import SLOT, fitting

#: headings and labels: code → (Japanese, English)
LABELS: Words = {
    "title": ("配信シミュレーション", "Simulation"),
    "nothing_sent": (
        "実際の送信・書き込みはありません",
        "nothing was sent and nothing was written",
    ),
    "period": ("期間", "Period"),
    "contacts": ("対象者", "Contacts"),
    "audience": ("反応の前提", "Audience"),
    "seed": ("シード", "Seed"),
    "mails": ("メール", "Mails"),
    "per_contact": ("1人あたり{n}通", "{n} per contact"),
    "team_mails": ("社内通知", "to the team"),
    "opened": ("開封", "Opened"),
    "clicked": ("クリック", "Clicked"),
    "replied": ("返信", "Replies"),
    "left": ("配信停止", "Unsubscribed"),
    "bounced": ("不達", "Bounced"),
    "complained": ("迷惑メール報告", "Complaints"),
    "mails_per_day": ("1日ごとの配信数", "Mails per day"),
    "by_temperature": ("受信者の温度感別", "by the temperature of who gets them"),
    "people": ("温度感の推移", "Temperature over time"),
    "people_note": (
        "ウォームとホットの人数（各日の終わり）。ほかはコールドです。",
        "Warm and hot contacts at the end of each day; everybody else is cold.",
    ),
    "moves": ("温度感の移動", "Moves"),
    "steps": ("ステップ別", "By step"),
    "workflow": ("シナリオ", "Workflow"),
    "step": ("ステップ", "Step"),
    "sent": ("送信", "Sent"),
    "waiting": ("待機中", "Waiting"),
    "dropped": ("取りやめ", "Dropped"),
    "delay": ("平均待ち時間", "Waits"),
    "held": ("送信を待たせたもの", "What held mails back"),
    "held_note": (
        "配信時間帯・上限・優先度のために、送信が決まってから待ったメールです。",
        "Mails that waited for windows, caps and more important mails once they were decided.",
    ),
    "reason": ("理由", "Reason"),
    "average": ("平均", "Average"),
    "longest": ("最長", "Longest"),
    "total": ("合計", "In all"),
    "then_dropped": ("うち取りやめ", "Dropped then"),
    "nothing_held": ("待たされたメールはありません", "No mail was held back"),
    "beaten": ("優先度で先に送られたもの", "Who went first"),
    "beaten_note": (
        "上限の枠が1つしかなく、優先度の高いシナリオが先に送りました。",
        "A cap had room for one, and the workflow of higher priority took it.",
    ),
    "first": ("先に送信", "Went first"),
    "waited": ("待機", "Waited"),
    "why_dropped": ("取りやめの理由", "Why mails were dropped"),
    "crowd": (
        "7日間に{n}通を超えて届く人",
        "Who would get more than {n} {n:mail|mails} in seven days",
    ),
    "nobody_crowded": (
        "7日間に{n}通を超えて届く人はいません",
        "Nobody would get more than {n} {n:mail|mails} in seven days",
    ),
    "and_more": ("ほか {n}名", "and {n} more"),
    "since": ("開始日", "From"),
    "workflows": ("シナリオ別", "By workflow"),
    "before": ("開始時", "At the start"),
    "entered": ("開始", "Entered"),
    "under_way": ("進行中", "Under way"),
    "outcomes": ("終了", "Ended"),
    "idle": ("だれも始めなかったシナリオ", "Workflows that nobody began"),
    "idle_note": (
        "この対象者と期間では始まりません。反応の前提（--audience）でも変わります。",
        "Nobody of this audience begins these in these days; --audience may change that.",
    ),
    "idle_refused": (
        "{n}名が対象外：{reason}",
        "{n} {n:person was|people were} not taken: {reason}",
    ),
    "idle_other": (
        "「{name}」は{n}回ありましたが、開始条件に合うものはありません",
        "“{name}” happened {n} {n:time|times}, never as the trigger asks",
    ),
    "idle_did_not": ("「{name}」がありませんでした", "“{name}” did not happen"),
    "idle_never": (
        "「{name}」は反応の前提にありません（arrivals に追加できます）",
        "“{name}” is not in the audience: nobody does it (add it to its arrivals)",
    ),
    "idle_temperature": ("「{name}」になった人がいません", "nobody became {name}"),
    "idle_nobody_new": (
        "「{name}」になった人はいますが、始まりませんでした",
        "people became {name}, but nobody began",
    ),
    "idle_segment": (
        "セグメント「{name}」に新しく入った人がいません",
        "nobody entered segment {name}",
    ),
    "idle_not_due": ("期間中に起動日時がありません", "its schedule does not fire in these days"),
    "idle_matched_nobody": (
        "起動日時に条件に合う人がいませんでした",
        "nobody matched when its schedule fired",
    ),
    "idle_no_trigger": (
        "トリガーがなく、始めるシナリオ（{name}）からも開始されませんでした",
        "has no trigger, and {name} did not start it",
    ),
    "idle_alone": ("トリガーがありません", "has no trigger"),
    "stages": ("リードステージ", "Stages"),
    "reached": ("到達", "Reached"),
    "at_end": ("終了時", "At the end"),
    "tasks": ("タスク", "Tasks"),
    "made": ("作成", "Made"),
    "still_open": ("未完了", "Still open"),
    "deeds": ("行動", "What people did"),
    "assumptions": ("反応の前提", "What was supposed"),
    "open": ("開封率", "Open"),
    "click": ("クリック率", "Click"),
    "reply": ("返信率", "Reply"),
    "convert": ("クリック後の行動率", "Convert (of clicks)"),
    "unsubscribe": ("配信停止率", "Unsubscribe"),
    "bounce": ("不達率", "Bounce"),
    "complaint": ("迷惑メール報告率", "Complaint"),
    "learnt_from": ("学習に使った通数", "Learnt from"),
    "timeline": ("{who} のタイムライン", "Timeline of {who}"),
    "when": ("日時", "When"),
    "what": ("内容", "What"),
    "nobody": ("なし", "none"),
    "days": ("{n}日間", "{n} {n:day|days}"),
    "hours": ("{n}時間", "{n} h"),
    "in_days": ("{n}日", "{n} d"),
    "thanks": ("完了", "done"),
}


class Speech:
    """Labels in one language."""

    def __init__(self, locale: str) -> None:
        self.locale = "ja" if locale.startswith("ja") else "en"

    def __call__(self, code: str, **values: object) -> str:
        """Return a label with its blanks filled in."""
        text = LABELS[code][0 if self.locale == "ja" else 1]

        def blank(slot: re.Match[str]) -> str:
            value, form = values[slot[1]], slot[2] or ""
            if "|" in form:
                return fitting(form, value)
            return f"{value:,}" if isinstance(value, int) else str(value)

        return SLOT.sub(blank, text)

    def span(self, hours: float) -> str:
        """Return a length of time as people say it: hours up to two days, then days."""
        if hours < 48:
            return self("hours", n=f"{hours:.1f}" if hours < 10 else f"{hours:.0f}")
        return self("in_days", n=f"{hours / 24:.1f}")

    def word(self, words: Words, code: str) -> str:
        """Return a code of the glossary, itself where it has no word."""
        found: tuple[str, str] | None = words.get(code)
        return found[0 if self.locale == "ja" else 1] if found is not None else code


def share(part: int, whole: int) -> str:
    """Return a share in percent, a dash where there is nothing to divide."""
    if not whole:
        return "–"
    percent = part / whole * 100
    return f"{percent:.1f}%" if percent < 10 else f"{percent:.0f}%"
