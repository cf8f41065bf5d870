"""Why: every stored reason is a code, and here is its sentence in both languages."""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from typing import Any

from nurture.domain.ask_reasons import ASK_SENTENCES
from nurture.domain.loop_words import LOOP_SENTENCES
from nurture.domain.mail_reasons import MAIL_SENTENCES
from nurture.language.said import fitting

#: code → (Japanese, English); {blanks} come from the stored detail
SENTENCES: Mapping[str, tuple[str, str]] = {
    **MAIL_SENTENCES,
    **ASK_SENTENCES,
    **LOOP_SENTENCES,
    # calls of other systems
    "webhook_answered": (
        "連携先「{endpoint}」が応答しました",
        "endpoint {endpoint} answered",
    ),
    "webhook_again": (
        "連携先「{endpoint}」に届かなかったため、後で再試行します({why})",
        "endpoint {endpoint} did not take the call, it is tried again: {why}",
    ),
    "webhook_refused": (
        "連携先「{endpoint}」に断られました({why})",
        "endpoint {endpoint} refused the call: {why}",
    ),
    "webhook_failed": (
        "連携先「{endpoint}」に{tries}回試しましたが届きませんでした({why})",
        "endpoint {endpoint} did not take the call after {tries} {tries:try|tries}: {why}",
    ),
    "webhook_dropped": (
        "連携先「{endpoint}」は呼び出しませんでした({why})",
        "endpoint {endpoint} was not called: {why}",
    ),
    # what was picked from the library
    "item_matches": (
        "ライブラリから「{title}」を選びました(一致:{matched})",
        'picked "{title}" from the library, the best match by {matched}',
    ),
    "item_for_all": (
        "ライブラリから「{title}」を選びました(より近いものはありません)",
        'picked "{title}" from the library; nothing there is closer',
    ),
    "item_otherwise": (
        "合うものがライブラリにないため、代わりに「{title}」を選びました",
        'the library has nothing that suits them, so "{title}" goes out instead',
    ),
    "template_instead": (
        "合うものがライブラリにないため、代わりにテンプレート「{template}」を送ります",
        "the library has nothing that suits them, so template {template} goes out instead",
    ),
    "no_item": (
        "合うもの({kind})がライブラリになく、代わりの指定もないため送れません",
        "the library has no {kind} that suits them, and nothing is named to go out instead",
    ),
    "file_gone": (
        "添付ファイル「{file}」がどのリリースにもないため送れません",
        "no release has the attachment {file}, so the mail cannot go out",
    ),
    "mailing_cancelled": (
        "「{workflow}」を取りやめたため送りません({why})",
        "{workflow} was cancelled: {why}",
    ),
    "withdrawn_by_hand": ("担当者が取りやめました", "withdrawn by a person"),
    # journeys
    "enrolled": ("シナリオ「{workflow}」を開始しました", "enrolled in {workflow}"),
    "enrolled_at_publish": (
        "公開時に条件に合っていたため、シナリオ「{workflow}」を開始しました",
        "enrolled in {workflow}, since they matched when it was published",
    ),
    "enrolled_by_schedule": (
        "定期起動（{title}）により、シナリオ「{workflow}」を開始しました",
        "enrolled in {workflow} by its schedule: {title}",
    ),
    # forecasts: why a mail would go
    "turn_comes": ("順番が来たため", "its turn comes"),
    "mailing_begins": ("配信日時になったため", "the mailing begins"),
    "ended_at_publish": (
        "「{workflow}」の新しい版の公開にともない終了しました",
        "a new version of {workflow} was published, and everybody under way left",
    ),
    "step_withdrawn": (
        "新しい版の公開でステップ「{step}」がなくなったため送りません",
        "step {step} is not in the new version that was published",
    ),
    "crossed": (
        "「{workflow}」の新しい版のステップ「{new}」に移りました(前の版では「{old}」)",
        "went over to step {new} of the new version of {workflow} (it was {old})",
    ),
    "crossed_on": (
        "「{workflow}」の新しい版にステップ「{old}」がないため、「{new}」へ進みました",
        "the new version of {workflow} has no step {old}: goes on at {new}",
    ),
    "already_enrolled": (
        "すでに「{workflow}」の途中です",
        "already under way in {workflow}",
    ),
    "only_if": (
        "「{workflow}」の開始条件(only_if)に合いません",
        "does not meet only_if of {workflow}",
    ),
    "reentry": (
        "「{workflow}」にはまだ再度入れません",
        "may not enter {workflow} again yet",
    ),
    "no_subject": (
        "「{workflow}」の per に当たる値がイベントにありません",
        "the event lacks the field that {workflow} is per",
    ),
    "unknown_workflow": (
        "シナリオ「{workflow}」は公開されていません",
        "workflow {workflow} is not published",
    ),
    "walked": ("先へ進みました", "walked on"),
    "holds_for_mail": (
        "メール「{template}」の送信結果を待っています",
        "waits for the fate of mail {template}",
    ),
    "holds_for_answer": (
        "連携先「{endpoint}」の応答を待っています({until} まで)",
        "waits for endpoint {endpoint} to answer, until {until} at most",
    ),
    "waits": ("{until} まで待ちます", "waits until {until}"),
    "waits_for": (
        "{events} を {until} まで待ちます",
        "waits for {events} until {until}",
    ),
    "awaits_event": (
        "自分が出したイベントの取り込みを待っています",
        "waits until the event it emitted is taken in",
    ),
    "completed": ("最後まで進みました", "reached the end"),
    "ended": ("「{outcome}」で終了しました", "ended as {outcome}"),
    "goal": ("目標に達したため終了しました", "reached the goal"),
    "exit": ("離脱条件に当てはまったため終了しました", "met an exit condition"),
    "stopped": (
        "「{by}」によって終了しました",
        "stopped by {by}",
    ),
    "looped": ("同じところを回り続けたため止めました", "went in circles and was stopped"),
    "step_is_gone": ("現在のステップがなくなりました", "the step it stood at is gone"),
    "erased": (
        "ご本人の個人データを消去したため取りやめました",
        "their personal data was erased",
    ),
    "unsubscribed_all": (
        "配信停止のお申し出により終了しました",
        "ended because they unsubscribed",
    ),
    # splits and holdouts
    "held_out": (
        "「{workflow}」の効果を測るため、何も送らない対照群（{share}%）に入っています",
        "is held out from {workflow} ({share} % of people are), so that its effect can be measured",
    ),
    "split_share": (
        "「{step}」で {variant} に割り当てました（全体の{share}%）",
        "was given variant {variant} of {step} ({share} % of people get it)",
    ),
    "split_kept": (
        "「{step}」では前回と同じ {variant} を続けます",
        "keeps variant {variant} of {step}, as before",
    ),
    "split_winner": (
        "「{step}」は {variant} に決まったため、{variant} になりました",
        "gets {variant}, which has won {step}",
    ),
    "split_sure": (
        "{variant} が最も良いと判断できたため決定しました（確からしさ {sureness}）",
        "{variant} is the best with {sureness} confidence",
    ),
    "split_time_over_best": (
        "期限になったため、成績が最も良い {variant} に決定しました（確からしさ {sureness}）",
        "the time was over: {variant} was ahead ({sureness} confidence)",
    ),
    "split_time_over_first": (
        "期限になったため、最初に書かれた {variant} に決定しました（確からしさ {sureness}）",
        "the time was over: {variant}, the first one, stays ({sureness} confidence)",
    ),
    "split_by_hand": (
        "{by} が {variant} に決定しました：{note}",
        "{by} decided for {variant}: {note}",
    ),
    "split_reopened": (
        "{by} が振り分けを再開しました：{note}",
        "{by} reopened it: {note}",
    ),
    # scores, temperature, lifecycle
    "warmer": (
        "温度感が {old} から {new} に上がりました(スコア {score:.0f})",
        "temperature rose from {old} to {new} (score {score:.0f})",
    ),
    "cooler": (
        "温度感が {old} から {new} に下がりました(スコア {score:.0f})",
        "temperature fell from {old} to {new} (score {score:.0f})",
    ),
    "stage": (
        "リードステージが {old} から {new} になりました{why}",
        "lifecycle moved from {old} to {new}{why}",
    ),
    "returned": (
        "営業から差し戻され、{old} から {new} に戻りました（{cause}）{note}。{until} までは、"
        "意向を示す行動がない限り再び引き継ぎません",
        "sales gave the lead back: {cause}{note}; from {old} it is a {new} again, and until "
        "{until} it is not handed off unless it shows intent",
    ),
    "not_returned": (
        "差し戻しの記録を受けましたが、ステージは {old} のままです",
        "sales said it gave the lead back, but it stands at {old} and stays there",
    ),
    "task_done": ("タスク {task} が完了しました", "task {task} was completed"),
    "task_closed": (
        "タスク {task} が完了しました({outcome})",
        "task {task} was completed: {outcome}",
    ),
    "task_reminded": (
        "タスク {task} の期限({until})を担当者に知らせました",
        "the assignee was reminded of task {task}, due {until}",
    ),
    "task_overdue": (
        "タスク {task} が期限({until})を過ぎたため、{to} に知らせました",
        "task {task}, due {until}, is late: {to} was told",
    ),
    "handed_off": ("営業に引き継ぎました", "handed to sales"),
    "handed_off_already": (
        "引き継ぎのタスクがすでにあるため、新しいタスクは作りません",
        "its hand-off is under way already: no second task",
    ),
    "owner_by_rule": (
        "担当ルールにより {owner} が担当になりました",
        "{owner} takes care of them, by the rules for owners",
    ),
    "owner_by_default": (
        "担当がいないため {owner} が担当になりました",
        "{owner} takes care of them, since nobody else does",
    ),
    "owner_changed": (
        "担当者が {from} から {to} に変わりました{why}。未完了のタスク {tasks} 件を引き継ぎました",
        "the owner is {to} now, no longer {from}{why}; {tasks} open {tasks:task|tasks} went along",
    ),
    "no_answer": (
        "電話がつながらなかったため({calls}回目)、{until} を期限に再架電します",
        "nobody answered (call {calls}); another call is due {until}",
    ),
    "no_answer_often": (
        "{calls}回電話してもつながらないため、再架電のタスクは作りません",
        "nobody answered {calls} {calls:call|calls}: no further call is asked for",
    ),
    "revisit_noted": ("{until} に改めて連絡する予定です", "we shall come back to them on {until}"),
    "revisit_unread": (
        "再訪日「{day}」が読み取れないか過去のため、登録しませんでした",
        "the day to come back, {day}, cannot be read or is past: not noted",
    ),
    "revisit_due": (
        "改めて連絡する時期になりました{why}",
        "it is time to come back to them{why}",
    ),
    "meeting_unread": (
        "商談日「{day}」を読み取れませんでした",
        "the date of the meeting, {day}, cannot be read",
    ),
    "stale_deal": (
        "{until} の商談の記録がないため、商談 {deal} の更新を担当者に依頼しました",
        "nobody wrote about the meeting of {until}: the owner was asked about deal {deal}",
    ),
    "reward_held": (
        "特典「{title}」を保留しました({why})",
        'held the reward "{title}": {why}',
    ),
    "reward_asked": (
        "お届け済みの特典「{title}」について、担当者に確認を依頼しました({why})",
        'the delivered reward "{title}" is earned no more ({why}): its owner was asked to talk',
    ),
    "reward_overdue": (
        "特典「{title}」のお約束の日({until})を過ぎました",
        'the promised day of the reward "{title}" has passed ({until})',
    ),
    "cannot_decide": (
        "処理できなかったため {until} にもう一度試します:{why}",
        "could not be handled and is tried again at {until}: {why}",
    ),
    "too_deep": (
        "連鎖が16段を超えたため処理しませんでした",
        "a chain of more than 16 events was cut off",
    ),
}


class _Sentence(string.Formatter):
    """Fills blanks by name only; what is missing or of another kind is shown as it is."""

    def get_field(self, field_name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        return kwargs.get(field_name, "?"), field_name

    def format_field(self, value: Any, format_spec: str) -> str:
        if "|" in format_spec:
            return fitting(format_spec, value)
        try:
            return str(format(value, format_spec))
        except (TypeError, ValueError):
            return str(value)


_FORMATTER = _Sentence()


def sentence(code: str, detail: Mapping[str, Any], locale: str) -> str:
    """Return the sentence of a reason in Japanese (`ja`) or English (anything else).

    A blank that the detail lacks shows as `?`; an unknown code is shown as it is.
    """
    texts = SENTENCES.get(code)
    if texts is None:
        return code
    japanese = locale.startswith("ja")
    comma = "、" if japanese else ", "
    filled = {
        key: comma.join(map(str, value)) if isinstance(value, list) else value
        for key, value in detail.items()
    }
    return _FORMATTER.vformat(texts[0] if japanese else texts[1], (), filled)
