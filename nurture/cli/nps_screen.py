"""The NPS report on a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rich.console import Group as Together
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from nurture.domain.glossary import word
from nurture.domain.library import in_locale
from nurture.domain.loop_waiting import Waiting
from nurture.domain.loop_words import ASK_ANSWERS, BANDS, CORNERS, LOOP_STATES, READER_ROLES
from nurture.domain.nps import Group, Nps, is_below
from nurture.services.nps_report import Report

#: rows of a table on a terminal
_MOST = 10


def screen(found: Report, locale: str) -> RenderableType:
    """Return the report, the most important first."""
    ja = locale == "ja"
    title = in_locale(found.survey.title, locale) or found.survey.name
    parts: list[RenderableType] = [Text(str(title), "bold"), _today(found, locale)]
    parts.append(_groups("回ごと" if ja else "By round", found.rounds.items(), locale))
    roles = [(word(READER_ROLES, name or "none", locale), one) for name, one in found.roles.items()]
    parts.append(_groups("役割ごと（直近365日）" if ja else "By role (365 days)", roles, locale))
    parts.append(_drivers(found, locale))
    parts.append(loops_table(found, locale))
    parts.append(_plane(found, locale))
    parts.append(_gaps(found, locale))
    parts.append(_rare(found, locale))
    parts.append(_silent(found, locale))
    parts.append(_promoters(found, locale))
    parts.append(_scores(found, locale))
    return Together(*(piece for part in parts for piece in (part, Text())))


def value(one: Nps) -> str:
    """Return an NPS as it is written: +20, −35, n/a."""
    return "n/a" if one.value is None else f"{one.value:+.0f}".replace("-", "−")


def rate(one: Group) -> str:
    """Return a response rate: 31/250 (12.4%)."""
    return f"{one.nps.answers}/{one.asked} ({one.rate:.1%})" if one.rate is not None else "n/a"


def _today(found: Report, locale: str) -> Table:
    ja = locale == "ja"
    grid = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    today, expected = found.today, found.survey.expected_response
    label = "現在のNPS（最新の回答）" if ja else "NPS today (newest answers)"
    bands = "  ".join(
        f"{word(BANDS, name, locale)} {count}"
        for name, count in (
            ("promoter", today.promoters),
            ("passive", today.passives),
            ("detractor", today.detractors),
        )
    )
    grid.add_row(label, Text(value(today), "bold"), bands)
    label = "回答率（直近365日）" if ja else "Response rate (365 days)"
    low = is_below(found.year.rate, found.target)
    beside = f"一般の目安 {expected:.1%}" if ja else f"elsewhere: {expected:.1%}"
    if found.target is not None:
        beside += f"・自社の目標 {found.target:.1%}" if ja else f"; you aim at {found.target:.1%}"
    beside = f"（{beside}）" if ja else f"({beside})"
    grid.add_row(label, Text(rate(found.year), "bold red" if low else "bold"), beside)
    return grid


def _table(title: str, heads: Sequence[str]) -> Table:
    table = Table(
        title=Text(title, "bold", no_wrap=True), title_justify="left", box=None,
        padding=(0, 2, 0, 0),
    )  # fmt: skip
    for number, head in enumerate(heads):
        table.add_column(head, justify="left" if number == 0 else "right", header_style="dim")
    return table


def _groups(title: str, rows: object, locale: str) -> RenderableType:
    ja = locale == "ja"
    heads = (
        " | NPS | 回答 | 推奨者 | 中立者 | 批判者"
        if ja
        else " | NPS | answers | promoters | passives | detractors"
    ).split(" | ")
    table = _table(title, heads)
    pairs: list[tuple[str, Group]] = list(rows)  # type: ignore[call-overload]
    for name, one in pairs:
        of = one.nps
        table.add_row(
            name, value(of), rate(one), str(of.promoters), str(of.passives), str(of.detractors)
        )
    return table if pairs else _none(title, locale)


def _none(title: str, locale: str) -> Text:
    nothing = "まだありません" if locale == "ja" else "nothing yet"
    return Text.assemble((f"{title}  ", "bold"), (nothing, "dim"))


def _drivers(found: Report, locale: str) -> RenderableType:
    ja = locale == "ja"
    title = "理由ごと（直近365日）" if ja else "By driver (365 days)"
    table = _table(title, ("", "NPS", "選んだ人" if ja else "people"))
    names = {one.key: in_locale(one.title, locale) or one.key for one in found.survey.drivers}
    for key, one in found.drivers.items():
        table.add_row(str(names.get(key, key)), value(one), str(one.answers))
    return table if found.drivers else _none(title, locale)


def loops_table(found: Report, locale: str) -> RenderableType:
    """Return unhappy answers that are followed up."""
    ja = locale == "ja"
    title = "対応中のご不満" if ja else "Followed up"
    if not found.loops:
        return _none(title, locale)
    heads = (
        "番号 | 状態 | 点 | お客様 | 担当 | 開始"
        if ja
        else "number | state | score | who | owner | since"
    ).split(" | ")
    table = _table(title, heads)
    for row in found.loops:
        who = f"{found.name(row.contact_id, locale)} {found.company(row.contact_id)}".strip()
        table.add_row(
            str(row.id), word(LOOP_STATES, row.state, locale), str(row.score), who,
            row.owner or "—", _since(row.opened_at, found.waits[row.id], ja),
        )  # fmt: skip
    return table


def _since(opened_at: datetime, wait: Waiting, ja: bool) -> Text:
    """Return since when somebody waits: 2026-06-01 (3営業日・期限超過)."""
    said = f"{wait.days}営業日" if ja else f"{wait.days} business days"
    if wait.overdue:
        said += "・期限超過" if ja else ", overdue"
    return Text(f"{opened_at:%Y-%m-%d} ({said})", "red" if wait.overdue else "")


def _plane(found: Report, locale: str) -> RenderableType:
    ja = locale == "ja"
    title = "売上×NPS" if ja else "Revenue × NPS"
    if not found.plane.placed:
        return _none(title, locale)
    table = _table(title, ("", "", "NPS", found.currency))
    for one in found.plane.placed[:_MOST]:
        table.add_row(
            one.account.name, word(CORNERS, one.corner.value, locale), value(one.nps),
            f"{one.account.revenue or 0:,.0f}",
        )  # fmt: skip
    return table


def _gaps(found: Report, locale: str) -> RenderableType:
    ja = locale == "ja"
    rule = found.survey.coverage
    size = f"{rule.currency} {rule.revenue:,.0f}"
    title = (
        f"対象人数の不足（年{size}以上は{rule.contacts}名）"
        if ja
        else f"People missing ({rule.contacts} of accounts of {size} a year)"
    )
    if found.gaps_unknown:
        why = f"policy の kpis.rates に {rule.currency} の換算率がないため、判定できません"
        said = why if ja else f"unknown: kpis.rates of the policy has no {rule.currency}"
        return Text.assemble((f"{title}  ", "bold"), (said, "dim"))
    if not found.gaps:
        return _none(title, locale)
    heads = (
        " | お願い済み | 不足 | いない役割 | 次にお願いする方"
        if ja
        else " | asked | missing | roles missing | ask next"
    ).split(" | ")
    table = _table(title, heads)
    for gap in found.gaps[:_MOST]:
        roles = "、".join(word(READER_ROLES, role, locale) for role in gap.roles)
        following = ", ".join(found.name(who, locale) for who in gap.next[:3])
        table.add_row(gap.account.name, str(gap.asked), str(gap.missing), roles or "—",
                      following or "—")  # fmt: skip
    return table


def _rare(found: Report, locale: str) -> RenderableType:
    ja = locale == "ja"
    title = "年1回以下の企業" if ja else "Asked once a year or less"
    if not found.rare:
        return _none(title, locale)
    table = _table(title, ("", "回数" if ja else "rounds"))
    for account, rounds in found.rare[:_MOST]:
        table.add_row(account.name, str(rounds))
    return table


def _silent(found: Report, locale: str) -> RenderableType:
    ja = locale == "ja"
    title = "一度もご回答のない方" if ja else "Never answered"
    if not found.silent:
        return _none(title, locale)
    table = _table(title, ("", "お願い" if ja else "asks", "最終" if ja else "last"))
    for one in found.silent[:_MOST]:
        who = f"{found.name(one.contact_id, locale)} {found.company(one.contact_id)}".strip()
        table.add_row(who, str(one.asks), f"{one.last_asked:%Y-%m-%d}")
    return table


def _promoters(found: Report, locale: str) -> RenderableType:
    ja = locale == "ja"
    title = "推奨者とご紹介" if ja else "Promoters and referrals"
    if not found.promoters:
        return _none(title, locale)
    heads = (
        " | 点 | 候補 | お願い | お返事 | ご紹介 | 受注"
        if ja
        else " | score | candidate | asks | answer | referrals | won"
    ).split(" | ")
    table = _table(title, heads)
    for one in found.promoters[:_MOST]:
        who = f"{found.name(one.contact_id, locale)} {found.company(one.contact_id)}".strip()
        table.add_row(
            who, str(one.score), "○" if one.candidate else "—", str(one.asks),
            word(ASK_ANSWERS, one.said, locale) if one.said else "—", str(one.referrals),
            str(one.won),
        )  # fmt: skip
    return table


def _scores(found: Report, locale: str) -> RenderableType:
    ja = locale == "ja"
    title = "点数とご紹介" if ja else "Referrals by score"
    lines = [one for one in found.scores if one.people]
    if not lines:
        return _none(title, locale)
    heads = (
        " | 人数 | 紹介した方 | ご紹介 | 1人あたり"
        if ja
        else " | people | referrers | referrals | each"
    ).split(" | ")
    table = _table(title, heads)
    for one in lines:
        each = f"{one.each:.2f}" if one.each is not None else "n/a"
        table.add_row(str(one.score), str(one.people), str(one.referrers), str(one.referrals), each)
    return table
