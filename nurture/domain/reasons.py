"""Why: every stored reason is a code, and here is its sentence in both languages."""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from typing import Any

#: code → (Japanese, English); {blanks} come from the stored detail
SENTENCES: Mapping[str, tuple[str, str]] = {
    # may this mail go?
    "no_address": ("宛先のメールアドレスがありません", "there is no address to send to"),
    "enrolment_over": (
        "シナリオがすでに終了しているため送りません",
        "the journey it belongs to is over",
    ),
    "suppressed": (
        "送信停止リストにあるアドレスです",
        "the address is on the suppression list",
    ),
    "not_a_service_template": (
        "「{template}」は service 用に許可されたテンプレートではありません",
        "template {template} is not one the policy allows for service mails",
    ),
    "unsubscribed": ("配信停止のお申し出があります({purpose})", "they opted out of {purpose}"),
    "no_consent": (
        "送信の根拠となる同意記録がありません({purpose})",
        "there is no consent on record for {purpose}",
    ),
    "expired": (
        "期限までに送れなかったため取りやめました",
        "it was held back past its expiry, so it was dropped",
    ),
    "not_on_allowlist": (
        "SENDING=allowlist の許可リストにない宛先です",
        "SENDING=allowlist and the address is not on the list",
    ),
    "sending_off": ("SENDING=off のため送信しません", "SENDING=off"),
    "paused_everything": ("全体の配信が一時停止中です", "everything is paused"),
    "paused_workflow": (
        "シナリオ「{workflow}」が一時停止中です",
        "workflow {workflow} is paused",
    ),
    "paused_sender": ("差出人「{sender}」が一時停止中です", "sender {sender} is paused"),
    "account_hold": (
        "企業が保留中です({why})",
        "the account is on hold: {why}",
    ),
    "unknown_window": (
        "カレンダーに時間帯「{window}」がありません",
        "the calendar has no window {window}",
    ),
    "window_never_opens": ("時間帯「{window}」が開きません", "window {window} never opens"),
    "window": ("配信時間帯「{window}」を待っています", "waits for the window {window}"),
    "cap": (
        "上限「{cap}」({days:g}日に{mails}通)に達しています",
        "cap {cap} is reached ({mails} mails in {days:g} days)",
    ),
    "does_not_render": (
        "本文を作れませんでした:{why}",
        "the mail could not be rendered: {why}",
    ),
    "no_addressee": (
        "宛名を作れません(氏名も会社名もありません)",
        "there is neither a name nor a company to address",
    ),
    "no_template": (
        "テンプレート「{template}」がありません",
        "template {template} does not exist",
    ),
    "too_many_tries": (
        "{tries}回試しましたが受け取られませんでした",
        "given up after {tries} tries",
    ),
    "rejected": ("受信側に拒否されました:{answer}", "the server refused it: {answer}"),
    "try_later": (
        "受信側から後で送るよう求められました:{answer}",
        "the server asked to try later: {answer}",
    ),
    "not_sent": (
        "接続が切れたため送り直します:{answer}",
        "the connection failed before the mail was handed over: {answer}",
    ),
    "in_doubt": (
        "送信の直後に接続が切れ、届いたか不明です",
        "the connection broke after the mail was handed over; it may have arrived",
    ),
    "accepted": ("送信しました", "sent"),
    "replied": ("返信があったため取りやめました", "they replied, so it was dropped"),
    "evidence_revised": (
        "きっかけのクリックが機械によるものと分かったため取りやめました",
        "the click that led here was made by a machine",
    ),
    "withdrawn_by_hand": ("担当者が取りやめました", "withdrawn by a person"),
    # journeys
    "enrolled": ("シナリオ「{workflow}」を開始しました", "enrolled in {workflow}"),
    "enrolled_at_publish": (
        "公開時に条件に合っていたため、シナリオ「{workflow}」を開始しました",
        "enrolled in {workflow}, since they matched when it was published",
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
    "unsubscribed_all": (
        "配信停止のお申し出により終了しました",
        "ended because they unsubscribed",
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
    "task_done": ("タスク {task} が完了しました", "task {task} was completed"),
    "handed_off": ("営業に引き継ぎました", "handed to sales"),
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
