"""Steps as short texts, for pages, diagrams and reports: what a step does, in both languages."""

from __future__ import annotations

import enum
import re
from collections.abc import Sequence
from dataclasses import dataclass

from nurture.domain.condition_words import condition_text, duration_text, match_text
from nurture.domain.conditions import ALWAYS
from nurture.domain.glossary import ITEMS, MATCHES, OUTCOMES, ROLES, STAGES, TEMPERATURES, word
from nurture.domain.loop_words import TIMINGS
from nurture.domain.schedule_words import in_words
from nurture.domain.step_tree import Arm, ArmKind
from nurture.domain.steps import (
    Branch,
    End,
    Goto,
    Notify,
    ReferralQuestion,
    Score,
    Send,
    Set,
    SetLifecycle,
    Split,
    StartWorkflow,
    Step,
    StopWorkflow,
    SurveyQuestion,
    Task,
    Wait,
    WaitFor,
    WaitUntil,
    Webhook,
)
from nurture.domain.workflow import Exit, Workflow

#: ids that the compiler makes: kind and ordinal, after the block they stand in
_MADE_UP = re.compile(r"(^|/)[a-z_]+-\d+$")

_WEEKDAYS = (
    ("月曜日", "Monday"),
    ("火曜日", "Tuesday"),
    ("水曜日", "Wednesday"),
    ("木曜日", "Thursday"),
    ("金曜日", "Friday"),
    ("土曜日", "Saturday"),
    ("日曜日", "Sunday"),
)


class Family(enum.StrEnum):
    """What a step is for, which its colour and its shape say."""

    #: a mail to the reader
    MAIL = "mail"
    #: time passes, or something has to happen
    TIME = "time"
    #: the way parts
    CHOICE = "choice"
    #: a person of our team does something or hears of it
    TEAM = "team"
    #: a value, a score, another workflow: nobody notices at once
    RECORD = "record"
    #: the journey goes back or is over
    FLOW = "flow"


@dataclass(frozen=True, slots=True)
class StepText:
    """A step in words."""

    family: Family
    #: what kind of step it is: メール送信, Wait
    title: str
    #: what it does, in a few words; may be empty
    what: str = ""
    #: particulars, each short
    notes: tuple[str, ...] = ()
    #: the name its author gave it; empty where the compiler made one up
    name: str = ""


def step_text(step: Step, locale: str) -> StepText:
    """Return a step as a person reads it."""
    said = _said(step, locale, locale.startswith("ja"))
    return StepText(said.family, said.title, said.what, said.notes, own_name(step))


def own_name(step: Step) -> str:
    """Return the name that a workflow's author gave a step, empty for one made up."""
    made_up = _MADE_UP.search(step.id) or step.id == getattr(step, "template", None)
    return "" if made_up else step.id


def arm_text(arm: Arm, locale: str) -> str:
    """Return what leads into an arm: スコア ≥ 40, 反応がなかった場合, Variant numbers (50)."""
    ja = locale.startswith("ja")
    match arm.kind:
        case ArmKind.CASE if arm.condition is not None:
            return condition_text(arm.condition, locale)
        case ArmKind.THEN:
            return "反応があった場合" if ja else "When it comes"
        case ArmKind.OTHERWISE:
            return "反応がなかった場合" if ja else "When it does not come"
        case ArmKind.VARIANT:
            share = f"（割合 {arm.share}）" if ja else f" (share {arm.share})"
            return f"{'パターン' if ja else 'Variant'} {arm.variant}{share}"
    return "いずれでもない場合" if ja else "Else"


def trigger_texts(workflow: Workflow, locale: str) -> list[str]:
    """Return what starts a workflow, one text each; empty: another workflow starts it."""
    ja = locale.startswith("ja")
    found = [match_text(one.match, locale) for one in workflow.event_triggers]
    for one in workflow.state_triggers:
        if one.kind == "temperature":
            name = word(TEMPERATURES, one.value, locale)
            found.append(f"温度感が{name}になる" if ja else f"Temperature becomes {name}")
        else:
            found.append(
                f"セグメント「{one.value}」に該当する" if ja else f"Enters segment {one.value}"
            )
    for timed in workflow.schedules:
        when = in_words(timed.schedule, locale)
        if timed.condition != ALWAYS:
            when += (
                f"（{condition_text(timed.condition, locale)}）"
                if ja
                else (f" ({condition_text(timed.condition, locale)})")
            )
        found.append(when)
    return found


def exit_text(one: Exit, locale: str) -> str:
    """Return what ends a journey early, whatever it waits for."""
    if one.match is not None:
        return match_text(one.match, locale)
    return condition_text(one.condition, locale)


def _said(step: Step, locale: str, ja: bool) -> StepText:
    match step:
        case Send(question=ReferralQuestion(program, offer, timing)):
            what, notes = _send(step, locale, ja)
            title = "ご紹介のお願い" if ja else "Asks for an introduction"
            occasion = word(TIMINGS, timing, locale)
            about = (occasion, offer or program)
            return StepText(Family.MAIL, title, " / ".join(about), (what, *notes))
        case Send(question=SurveyQuestion(survey)):
            what, notes = _send(step, locale, ja)
            title = "アンケート" if ja else "Survey"
            return StepText(Family.MAIL, title, survey, (what, *notes))
        case Send():
            return StepText(Family.MAIL, "メール送信" if ja else "Send", *_send(step, locale, ja))
        case Wait():
            return StepText(
                Family.TIME, "待機" if ja else "Wait", duration_text(step.duration, locale)
            )
        case WaitUntil():
            title = "待機（日時指定）" if ja else "Wait until"
            return StepText(Family.TIME, title, until_text(step, locale))
        case WaitFor():
            events = [match_text(match, locale) for match in step.events]
            span = duration_text(step.within, locale)
            limit = f"最長{span}" if ja else f"at most {span}"
            title = "反応待ち" if ja else "Wait for"
            return StepText(
                Family.TIME, title, (" または " if ja else " or ").join(events), (limit,)
            )
        case Branch():
            return StepText(Family.CHOICE, "分岐" if ja else "Branch")
        case Split():
            return StepText(Family.CHOICE, "パターン分け" if ja else "Split")
        case Set():
            changes = [f"{name} = {value}" for name, value in step.fields]
            changes += [f"+{tag}" for tag in step.add_tags]
            changes += [f"−{tag}" for tag in step.remove_tags]
            return StepText(Family.RECORD, "項目の変更" if ja else "Set", ", ".join(changes))
        case Score():
            points = f"{'−' if step.points < 0 else '+'}{abs(step.points):g}"
            return StepText(Family.RECORD, "スコア" if ja else "Score", points, _some(step.reason))
        case SetLifecycle():
            stage = word(STAGES, step.stage, locale)
            title = "リードステージ" if ja else "Lifecycle"
            return StepText(Family.RECORD, title, stage, _some(step.reason))
        case StartWorkflow():
            return StepText(
                Family.RECORD, "シナリオ開始" if ja else "Start workflow", step.workflow
            )
        case StopWorkflow():
            return StepText(Family.RECORD, "シナリオ停止" if ja else "Stop workflow", step.workflow)
        case Task():
            span = duration_text(step.due, locale)
            due = f"{span}以内" if ja else f"within {span}"
            if step.promised:
                due = "お約束の期限まで" if ja else "as promised"
            notes = (f"{word(ROLES, step.assignee, locale)} · {due}",)
            return StepText(Family.TEAM, "タスク" if ja else "Task", step.title, notes)
        case Notify():
            to = f"#{step.chat}" if step.chat else word(ROLES, step.to, locale)
            return StepText(Family.TEAM, "社内通知" if ja else "Tell the team", step.text, (to,))
        case Webhook():
            span = duration_text(step.within, locale)
            limit = f"最長{span}" if ja else f"at most {span}"
            title = "外部システムの呼び出し" if ja else "Call a webhook"
            return StepText(Family.RECORD, title, step.endpoint, (limit,))
        case Goto():
            often = f"最大{step.at_most}回" if ja else f"at most {_times(step.at_most)}"
            return StepText(Family.FLOW, "戻る" if ja else "Back to", step.target, (often,))
        case End():
            return StepText(
                Family.FLOW, "終了" if ja else "End", word(OUTCOMES, step.outcome, locale)
            )
    return StepText(Family.RECORD, type(step).__name__)


def _send(step: Send, locale: str, ja: bool) -> tuple[str, tuple[str, ...]]:
    notes: list[str] = []
    what = step.template
    if step.pick is not None:
        kind = word(ITEMS, step.pick.kind, locale)
        what = f"ライブラリから選ぶ{kind}" if ja else f"the best {kind} of the library"
        if step.pick.match:
            by = " · ".join(word(MATCHES, one, locale) for one in step.pick.match)
            notes.append(f"{by}で選ぶ" if ja else f"by {by}")
        if instead := step.pick.otherwise or step.template:
            notes.append(f"なければ {instead}" if ja else f"else {instead}")
    if subject := dict(step.subjects).get("ja" if ja else "en") or step.subject:
        notes.append(f"「{subject}」" if ja else f"“{subject}”")
    if step.attach:
        notes.append("PDFを添付" if ja else "with a PDF")
    if step.window is not None:
        notes.append(f"時間帯：{step.window}" if ja else f"Window: {step.window}")
    return what, tuple(notes)


def until_text(step: WaitUntil, locale: str) -> str:
    """Return the moment that a step waits for: 火曜日 10:00, deal.renews_on − 30 days."""
    parts: list[str] = []
    if step.field is not None:
        parts.append(".".join(step.field))
        if step.offset.days or step.offset.business_days or step.offset.elapsed:
            parts.append(f"{'−' if step.before else '+'} {duration_text(step.offset, locale)}")
    elif step.on is not None:
        parts.append(step.on.isoformat())
    elif step.weekday is not None:
        parts.append(_WEEKDAYS[step.weekday][0 if locale.startswith("ja") else 1])
    if step.at is not None:
        parts.append(f"{step.at:%H:%M}")
    return " ".join(parts)


def joined(texts: Sequence[str], locale: str) -> str:
    """Return alternatives as one text."""
    return (" または " if locale.startswith("ja") else " or ").join(texts)


def _some(text: str) -> tuple[str, ...]:
    return (text,) if text else ()


def _times(number: int) -> str:
    return "1 time" if number == 1 else f"{number} times"
