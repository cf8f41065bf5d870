"""Splits in words: what is measured, when it is decided, how it stands."""

from __future__ import annotations

from datetime import timedelta

from nurture.domain.condition_words import span_text
from nurture.domain.event_words import name_of
from nurture.domain.experiment import State, Verdict
from nurture.domain.holdout import FEWEST_GOALS, FEWEST_PEOPLE, Lift, LiftState
from nurture.domain.winner import BY_MAIL, By, Measure, Otherwise, Winner

_BY = {
    By.CLICKED: ("本人によるクリック", "clicks by people"),
    By.REPLY: ("返信", "replies"),
    By.GOAL: ("シナリオの目標達成", "reaching the goal"),
}

_OTHERWISE = {
    Otherwise.BEST: ("その時点で最も良いもの", "the best so far"),
    Otherwise.FIRST: ("最初に書かれたもの", "the first one"),
    Otherwise.NONE: ("決定しない", "nobody"),
}


def certainty(sureness: float) -> str:
    """Return a certainty as a percentage; nothing is ever quite certain."""
    if sureness >= 0.9995:
        return "> 99.9 %"
    return f"{100 * sureness:.1f} %"


def measured(measure: Measure, locale: str) -> str:
    """Return what counts as success, and within which time."""
    japanese = locale.startswith("ja")
    if measure.by is By.EVENT:
        what = name_of(measure.event, locale)
        if measure.where:
            pairs = (f"{name}: {value}" for name, value in measure.where)
            what += f" ({', '.join(pairs)})"
    else:
        what = _BY[measure.by][0 if japanese else 1]
    span = span_text(measure.within, locale)
    if japanese:
        start = "最初のメールから" if measure.by in BY_MAIL else "振り分けから"
        return f"{what}（{start}{span}以内）"
    start = "their first mail" if measure.by in BY_MAIL else "the split"
    return f"{what} within {span} of {start}"


def ruled(rule: Winner | None, locale: str) -> str:
    """Return when a split is decided."""
    japanese = locale.startswith("ja")
    if rule is None:
        return (
            "自動では決定しません（winner なし）"
            if japanese
            else "not decided by itself: no winner"
        )
    confidence = f"{100 * rule.confidence:g} %"
    if japanese:
        said = f"各{rule.after:,}人の観察後、確からしさ {confidence} で決定"
        if rule.at_most is not None:
            then = _OTHERWISE[rule.otherwise][0]
            said += f"。{span_text(rule.at_most, locale)}を過ぎたら：{then}"
        return said
    said = f"from {rule.after:,} people each, at {confidence} confidence"
    if rule.at_most is not None:
        then = _OTHERWISE[rule.otherwise][1]
        said += f"; after {span_text(rule.at_most, locale)}: {then}"
    return said


def decided_by(rule: Winner | None, locale: str) -> str:
    """Return what decides a split, and when, on one line."""
    if rule is None:
        return "なし" if locale.startswith("ja") else "none"
    return f"{measured(rule.measure, locale)} · {ruled(rule, locale)}"


def standing(verdict: Verdict, rule: Winner | None, locale: str) -> str:
    """Return how an undecided split stands, in a sentence; empty for a decided one."""
    japanese = locale.startswith("ja")
    best, sure = verdict.best, certainty(verdict.sureness)
    wanted = f"{100 * rule.confidence:g} %" if rule is not None else ""
    match verdict.state:
        case State.COLLECTING:
            number = f"{verdict.needed:,}"
            if japanese:
                return f"判断できるまで、少なくともあと{number}人の観察が必要です。"
            whom = "person has" if verdict.needed == 1 else "people have"
            return f"At least {number} more {whom} to be observed before it can be decided."
        case State.SKEWED:
            if japanese:
                return (
                    "観察できた人数の比が share と大きく違うため、比較できません。どちらかの"
                    "メールだけが遅れたり止まったりしていないか確認してください。"
                )
            return (
                "The people observed are not in the proportion of the shares, so the rates cannot "
                "be compared. Look whether one variant's mails are held back or dropped."
            )
        case State.INCONCLUSIVE:
            if japanese:
                return "期限までに差を確認できませんでした。振り分けを続けています。"
            return "Its time is over without a clear difference. People go on being divided."
        case State.RUNNING | State.OPEN if not best or verdict.sureness <= 0:
            return "まだ差は見られません。" if japanese else "No variant is ahead yet."
        case State.RUNNING:
            if japanese:
                return f"{best} が優勢です（確からしさ {sure}、決定には {wanted} が必要）。"
            return f"{best} is ahead with {sure} confidence; {wanted} decides."
        case State.OPEN:
            if japanese:
                return f"{best} が優勢です（確からしさ {sure}）。"
            return f"{best} is ahead with {sure} confidence."
        case State.DECIDED:
            return ""


def held_out(share: int, within: timedelta, locale: str) -> str:
    """Return what a holdout measures."""
    span = span_text(within, locale)
    if locale.startswith("ja"):
        return f"開始するはずの人の{share}%には何も送らず、{span}以内の目標達成率を比べます"
    return f"{share} % get nothing; the goal is looked for in both groups for {span}"


def lifted(lift: Lift, locale: str) -> str:
    """Return what the two groups of a holdout say, in a sentence."""
    japanese = locale.startswith("ja")
    if lift.state is LiftState.EARLY or lift.lift is None:
        if lift.needed:
            if japanese:
                return f"まだ判断できません。観察の終わった人が各群{FEWEST_PEOPLE}人必要です。"
            return f"Too early: {FEWEST_PEOPLE} people of each group have to be observed first."
        if japanese:
            return f"まだ判断できません。目標達成が合わせて{FEWEST_GOALS}件必要です。"
        return f"Too early: {FEWEST_GOALS} have to reach the goal first, in both groups together."
    points = f"{100 * lift.lift:+.1f}"
    low, high = (f"{100 * end:+.1f}" for end in lift.interval)
    if lift.state is LiftState.UNCLEAR:
        if japanese:
            return f"差は {points} ポイント（{low} ～ {high}）で、効果があるとはまだ言えません。"
        return f"{points} points ({low} to {high}): no effect can be told from chance yet."
    if japanese:
        word = "上がっています" if lift.lift > 0 else "下がっています"
        return f"送った人の目標達成率は {points} ポイント（{low} ～ {high}）{word}。"
    word = "more" if lift.lift > 0 else "fewer"
    return f"{points} points ({low} to {high}): {word} of those treated reach the goal."
