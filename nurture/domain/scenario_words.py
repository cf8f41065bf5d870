"""What a scenario expected and what came instead, as sentences in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from nurture.domain.ask_reasons import ASK_SENTENCES
from nurture.domain.mail_reasons import MAIL_SENTENCES

#: reasons for which a mail is held back for a while (codes of nurture.domain.reasons)
HELD = frozenset(
    {"account_hold", "cap", "paused_everything", "paused_sender", "paused_workflow"}
    | {"reader_pause", "reader_rhythm", "sending_off", "unknown_window", "window"}
    | {"window_never_opens", "try_later", "review", "quiet_hours", "spread", "best_hour"}
)

#: reasons for which a mail is dropped or fails
DROPPED = frozenset(
    {"does_not_render", "enrolment_over", "expired", "file_gone", "no_addressee", "no_address"}
    | {"no_consent", "no_item", "no_template", "not_a_service_template", "not_registered"}
    | {"registered_already", "replied", "seminar_cancelled", "seminar_full", "seminar_gone"}
    | {"seminar_moved", "seminar_over", "suppressed", "task_over", "told_already", "topic_off"}
    | {"unsubscribed", "mailing_cancelled", "evidence_revised", "withdrawn_by_hand"}
    | {"withheld", "introduction_over", "answered_already", "rejected", "seminar_changed_again"}
    | {"step_withdrawn"}
    # what guards find when the mail is about to leave
    | {*ASK_SENTENCES}
    | {code for code in MAIL_SENTENCES if code.startswith("survey_")}
)

Texts = Mapping[str, tuple[str, str]]

#: what was expected: kind of expectation → a sentence with blanks, ja and en
EXPECTED: Texts = MappingProxyType(
    {
        "sent": ("メール {mail} が送信される", "mail {mail} is sent"),
        "not_sent": ("メール {mail} が送信されない", "mail {mail} is not sent"),
        "held": ("メール {mail} が保留される", "mail {mail} is held back"),
        "dropped": ("メール {mail} が取りやめになる", "mail {mail} is dropped"),
        "task": ("タスク{task}が作られる", "a task{task} is made"),
        "no_task": ("タスク{task}が作られない", "no task{task} is made"),
        "enrolled": ("シナリオ {workflow} が始まる", "workflow {workflow} begins"),
        "not_enrolled": ("シナリオ {workflow} が始まらない", "workflow {workflow} does not begin"),
        "waits": ("シナリオ {workflow} {step}で待っている", "they wait in {workflow}{step}"),
        "exits": ("シナリオ {workflow} を{outcome}抜ける", "they leave {workflow}{outcome}"),
        "temperature": ("温度感が {words} になる", "the temperature is {words}"),
        "lifecycle": ("リードステージが {words} になる", "the lifecycle is {words}"),
        "score": ("スコアが {words} になる", "the score is {words}"),
        "owner": ("担当者が {words} になる", "the owner is {words}"),
        "holds": ("条件に当てはまる：{words}", "this holds: {words}"),
        "holds_not": ("条件に当てはまらない：{words}", "this does not hold: {words}"),
    }
)

#: what an expectation says besides: key → a phrase
ALONG: Texts = MappingProxyType(
    {
        "within": ("{0} 以内", "within {0}"),
        "exactly_at": ("{0} ちょうど", "at {0}"),
        "not_before": ("{0} 以降", "not before {0}"),
        "between": ("{0} から {1} の間", "between {0} and {1}"),
        "hours": ("{0} から {1} の時間帯", "between {0} and {1} o'clock"),
        "times": ("{0} 回", "{0} times"),
        "at_least": ("{0} 回以上", "{0} times or more"),
        "at_most": ("{0} 回まで", "at most {0} times"),
        "subject": ("件名に「{0}」", 'with "{0}" in its subject'),
        "text": ("本文に「{0}」", 'saying "{0}"'),
        "not_subject": ("件名に「{0}」がない", 'without "{0}" in its subject'),
        "not_text": ("本文に「{0}」がない", 'not saying "{0}"'),
        "from": ("差出人は {0}", "from {0}"),
        "attached": ("{0} を添付", "with {0}"),
        "reason": ("理由は {0}", "because of {0}"),
        "until": ("{0} まで", "until {0}"),
        "due": ("期限は {0}", "due {0}"),
    }
)

#: what came instead: code of nurture.domain.scenario_match.Miss → a sentence with blanks
MISSES: Texts = MappingProxyType(
    {
        # mails
        "never_made": (
            "そのメールは作られていません。送信されたのは {others} です",
            "no such mail was made; what went out is {others}",
        ),
        "never_made_nor_any": (
            "そのメールは作られていません。ほかのメールも送信されていません",
            "no such mail was made, nor did any other go out",
        ),
        "not_gone": (
            "メールはありますが、送信されていません（{state}）",
            "the mail is there and has not gone out ({state})",
        ),
        "too_late": (
            "{at} に送信されました。期限 {last} を {late} 過ぎています",
            "it went out at {at}, {late} after {last}",
        ),
        "too_early": (
            "{at} に送信されました。{first} より前です",
            "it went out at {at}, before {first}",
        ),
        "before_anchor": (
            "{at} に、直前のできごと（{first}）より前に送信されました",
            "it went out at {at}, before the last thing happened ({first})",
        ),
        "other_moment": (
            "{wanted} ではなく {at} に送信されました",
            "it went out at {at}, not at {wanted}",
        ),
        "outside_hours": (
            "{at} に送信されました。時間帯の外です",
            "it went out at {at}, outside these hours",
        ),
        "times": ("{found} 回送信されました{moments}", "it went out {found} times{moments}"),
        "subject_lacks": (
            "件名は「{found}」で、「{wanted}」が含まれていません",
            'its subject is "{found}", without "{wanted}"',
        ),
        "subject_holds": (
            "件名は「{found}」で、「{wanted}」が含まれています",
            'its subject is "{found}", with "{wanted}"',
        ),
        "text_lacks": (
            "本文に「{wanted}」がありません。本文：\n{found}",
            'its text does not say "{wanted}". It says:\n{found}',
        ),
        "text_holds": (
            "本文に「{wanted}」があります。本文：\n{found}",
            'its text says "{wanted}". It says:\n{found}',
        ),
        "not_readable": (
            "現時点では文面を作成できません（差し込む値がありません）",
            "the letter cannot be written as things stand: a value is missing",
        ),
        "other_sender": ("差出人は {found} です", "it came from {found}"),
        "other_file": ("添付は {found} です", "it carried {found}"),
        "no_file": ("添付がありません", "it carried nothing"),
        "was_sent": (
            "{template} が {at} に送信されました（{workflow}）",
            "{template} went out at {at} ({workflow})",
        ),
        "not_held": ("保留されていません（{state}）", "it was not held back ({state})"),
        "held_for_other": ("別の理由で保留されました（{found}）", "it was held back for {found}"),
        "not_dropped": ("取りやめになっていません（{state}）", "it was not dropped ({state})"),
        "dropped_for_other": (
            "別の理由で取りやめになりました（{found}）",
            "it was dropped for {found}",
        ),
        # tasks
        "no_task": ("タスクは作られていません", "no task was made"),
        "no_such_task": (
            "そのようなタスクはありません。あるのは {tasks}",
            "there is no such task; there is {tasks}",
        ),
        "task_there": ("{at} に {tasks} が作られました", "{tasks} was made at {at}"),
        "task_times": ("{found} 件作られました：{tasks}", "{found} were made: {tasks}"),
        "task_kind": ("「{task}」の種類は {found} です", '"{task}" is of kind {found}'),
        "task_title": ("タスク名は「{found}」です", 'its title is "{found}"'),
        "task_assignee": ("「{task}」の担当は {found} です", '"{task}" is for {found}'),
        "task_due": (
            "「{task}」の期限は {found} です（{wanted} のはず）",
            '"{task}" is due {found}, not {wanted}',
        ),
        "task_too_late": (
            "「{task}」は {at} に作られ、{last} を {late} 過ぎています",
            '"{task}" was made at {at}, {late} after {last}',
        ),
        "task_too_early": (
            "「{task}」は {first} より前の {at} に作られました",
            '"{task}" was made at {at}, before {first}',
        ),
        "task_before_anchor": (
            "「{task}」は直前のできごと（{first}）より前の {at} に作られました",
            '"{task}" was made at {at}, before the last thing happened ({first})',
        ),
        "task_other_moment": (
            "「{task}」は {wanted} ではなく {at} に作られました",
            '"{task}" was made at {at}, not at {wanted}',
        ),
        "task_outside_hours": (
            "「{task}」は時間帯の外の {at} に作られました",
            '"{task}" was made at {at}, outside these hours',
        ),
        # journeys
        "not_enrolled": ("このシナリオは始まっていません", "it has not begun"),
        "enrolled_as_given": (
            "はじめ（given）から参加しているため、新たには始まっていません",
            "they were in it from the start (`given`), so it has not begun anew",
        ),
        "was_enrolled": ("{at} に始まりました", "it began at {at}"),
        "enrolled_times": ("{found} 回始まりました", "it began {found} times"),
        "enrolled_too_late": (
            "{at} に始まり、{last} を {late} 過ぎています",
            "it began at {at}, {late} after {last}",
        ),
        "enrolled_too_early": (
            "{first} より前の {at} に始まりました",
            "it began at {at}, before {first}",
        ),
        "enrolled_before_anchor": (
            "直前のできごと（{first}）より前の {at} に始まりました",
            "it began at {at}, before the last thing happened ({first})",
        ),
        "enrolled_other_moment": (
            "{wanted} ではなく {at} に始まりました",
            "it began at {at}, not at {wanted}",
        ),
        "enrolled_outside_hours": (
            "時間帯の外の {at} に始まりました",
            "it began at {at}, outside these hours",
        ),
        "stands_elsewhere": (
            "ステップ「{step}」にいます{until}",
            "they stand at '{step}'{until}",
        ),
        "waits_until_other": ("待つのは {until} までです", "they wait until {until}"),
        "has_ended": (
            "{at} に「{outcome}」で終了しています",
            "it ended as {outcome} at {at}",
        ),
        "still_under_way": (
            "まだ途中で、ステップ「{step}」にいます{until}",
            "it is still under way, at '{step}'{until}",
        ),
        "other_outcome": (
            "{at} に「{outcome}」で終了しました",
            "it ended as {outcome} at {at}",
        ),
        "ended_too_late": (
            "{at} に終了し、{last} を {late} 過ぎています",
            "it ended at {at}, {late} after {last}",
        ),
        "ended_too_early": (
            "{first} より前の {at} に終了しました",
            "it ended at {at}, before {first}",
        ),
        "ended_before_anchor": (
            "直前のできごと（{first}）より前の {at} に終了しました",
            "it ended at {at}, before the last thing happened ({first})",
        ),
        "ended_other_moment": (
            "{wanted} ではなく {at} に終了しました",
            "it ended at {at}, not at {wanted}",
        ),
        "ended_outside_hours": (
            "時間帯の外の {at} に終了しました",
            "it ended at {at}, outside these hours",
        ),
        # states
        "temperature_is": (
            "温度感は {found} です（スコア {score:.1f}）",
            "it is {found} (score {score:.1f})",
        ),
        "lifecycle_is": (
            "リードステージは {found} です（スコア {score:.1f}）",
            "it is {found} (score {score:.1f})",
        ),
        "score_is": ("スコアは {found:.1f} です", "it is {found:.1f}"),
        "owner_is": ("担当者は {found} です", "it is {found}"),
        "does_not_hold": ("当てはまりません", "it does not"),
        "parts_do_not_hold": ("次の部分が当てはまりません：{parts}", "this part does not: {parts}"),
        "does_hold": ("当てはまります", "it does"),
        # the run itself
        "failed": ("テストシナリオを実行できません：{why}", "the scenario cannot run: {why}"),
    }
)


def words(texts: Texts, key: str, locale: str) -> str:
    """Return a text in Japanese (`ja`) or English (anything else); the key where there is none."""
    found = texts.get(key)
    if found is None:
        return key
    return found[0] if locale.startswith("ja") else found[1]
