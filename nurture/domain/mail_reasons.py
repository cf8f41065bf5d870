"""Why a mail went, waits or will never go: codes and their sentences in both languages."""

from __future__ import annotations

from collections.abc import Mapping

#: code → (Japanese, English); {blanks} come from the stored detail
MAIL_SENTENCES: Mapping[str, tuple[str, str]] = {
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
        "「{workflow}」の配信を一時停止中です",
        "{workflow} is paused",
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
    "quiet_hours": (
        "配信を控える時間帯のため待っています",
        "waits until the quiet hours are over",
    ),
    "spread": (
        "一斉に送らないよう、時間をずらして送ります",
        "the mails of this batch are spread over time",
    ),
    "best_hour": (
        "よく読まれる時間帯（{hour}、{opens}通の開封から）を待っています",
        "waits for their best hour, {hour}, learnt from {opens} {opens:open|opens}",
    ),
    "cap": (
        "上限「{cap}」({days:g}日に{mails}通)に達しています",
        "cap {cap} is reached ({mails} {mails:mail|mails} in {days:g} {days:day|days})",
    ),
    "topic_off": (
        "「{title}」の配信を希望されていません(配信設定)",
        "they turned off {title} in their preferences",
    ),
    "reader_pause": (
        "ご本人の希望により配信を休止しています",
        "they asked for a pause in their preferences",
    ),
    "reader_rhythm": (
        "配信設定の頻度({days:g}日に1通まで)に達しています",
        "they asked for at most one mail in {days:g} {days:day|days}",
    ),
    "seminar_gone": (
        "セミナーの定義ファイルがなくなったため取りやめました",
        "no file writes its seminar down any more",
    ),
    "seminar_cancelled": (
        "セミナー「{seminar}」は中止になりました",
        "seminar {seminar} does not take place",
    ),
    "seminar_moved": (
        "セミナー「{seminar}」の開催日が変わりました",
        "seminar {seminar} takes place on another day",
    ),
    "seminar_over": (
        "セミナー「{seminar}」は始まっているか終わりました",
        "seminar {seminar} has begun or is over",
    ),
    "seminar_full": (
        "セミナー「{seminar}」は満席です（定員{seats}名）",
        "all {seats} seats of seminar {seminar} are taken",
    ),
    "seminar_changed_again": (
        "セミナー「{seminar}」の内容がさらに変わったため取りやめました",
        "seminar {seminar} has changed again since",
    ),
    "registered_already": (
        "セミナー「{seminar}」にすでにお申し込み済みです",
        "they have registered for seminar {seminar}",
    ),
    "not_registered": (
        "セミナー「{seminar}」のお申し込みがないか、取り消されています",
        "they are not registered for seminar {seminar} any more",
    ),
    "told_already": (
        "セミナー「{seminar}」の現在の内容はすでにお知らせ済みです",
        "they know already how seminar {seminar} takes place",
    ),
    # questions of which guards are asked first
    "survey_gone": (
        "アンケート「{survey}」の定義ファイルがなくなったため、お願いしません",
        "not asked: no file writes survey {survey} down any more",
    ),
    "survey_loop_open": (
        "前回のご回答でいただいたご不満への対応が終わっていないため、アンケートはお願いしません",
        "not asked: what made them unhappy is not resolved yet",
    ),
    "survey_contact_limit": (
        "直近365日にアンケートをすでに{asked}回お願いしているため、{until} まではお願いしません",
        "not asked: they were asked {asked} times within 365 days; again from {until}",
    ),
    "survey_too_soon": (
        "前回のアンケートから{days:g}日たっていないため、{until} まではお願いしません",
        "not asked: less than {days:g} days since the last survey; again from {until}",
    ),
    "survey_account_limit": (
        "この企業では直近365日にアンケートをすでに{rounds}回実施しているため、"
        "{until} まではお願いしません",
        "not asked: their company had {rounds} rounds within 365 days; again from {until}",
    ),
    "answered_already": (
        "すでにご回答をいただいているため送りません",
        "they have answered already",
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
        "given up after {tries} {tries:try|tries}",
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
    "task_over": (
        "タスクがすでに完了しているため取りやめました",
        "the task it tells of is closed already",
    ),
}
