"""The words that pages, commands and reports use for what the tables hold, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

Words = Mapping[str, tuple[str, str]]

TEMPERATURES: Words = {
    "cold": ("コールド", "Cold"),
    "warm": ("ウォーム", "Warm"),
    "hot": ("ホット", "Hot"),
}

STAGES: Words = {
    "prospect": ("見込み先", "Prospect"),
    "lead": ("リード", "Lead"),
    "mql": ("MQL", "MQL"),
    "tql": ("TQL", "TQL"),
    "sal": ("SAL", "SAL"),
    "sql": ("SQL", "SQL"),
    "customer": ("顧客", "Customer"),
    "lost": ("失注", "Lost"),
}

PURPOSES: Words = {
    "marketing": ("マーケティング", "Marketing"),
    "survey": ("アンケート", "Survey"),
    "referral": ("ご紹介", "Referral"),
    "service": ("事務連絡", "Service"),
}

MESSAGE_STATES: Words = {
    "queued": ("送信待ち", "Queued"),
    "claimed": ("送信準備中", "About to go"),
    "sending": ("送信中", "Sending"),
    "sent": ("送信済み", "Sent"),
    "delivered": ("到達", "Delivered"),
    "deferred": ("保留中", "Held back"),
    "failed": ("送信失敗", "Failed"),
    "cancelled": ("取りやめ", "Dropped"),
    "bounced": ("不達", "Bounced"),
    "complained": ("迷惑メール報告", "Complaint"),
    "in_doubt": ("送信結果不明", "In doubt"),
}

VERDICTS: Words = {
    "human": ("本人", "A person"),
    "machine": ("機械", "A machine"),
    "prefetch": ("先読み", "Loaded ahead"),
    "unknown": ("判別中・不明", "Unknown"),
}

#: why an open or click was judged as it was
VERDICT_REASONS: Words = {
    "agent": ("既知の自動プログラム", "a known robot"),
    "head": ("HEAD リクエスト", "a HEAD request"),
    "too_soon": ("送信直後", "too soon after sending"),
    "hidden_link": ("見えないリンクを開いた", "followed the hidden link"),
    "burst": ("短時間に多数のリンクを開いた", "many links within seconds"),
    "sweep": ("同じネットワークから多数の宛先分を開いた", "one network, many recipients"),
    "image_proxy": ("画像プロキシ", "an image proxy"),
    "privacy_proxy": ("プライバシー保護の先読み", "a privacy proxy"),
    "no_agent": ("ブラウザ名なし", "no user agent"),
    "on_hold": ("判定待ち", "on hold"),
    "held": ("保留時間を経過", "the hold is over"),
    "no_sign_of_a_machine": ("機械の兆候なし", "no sign of a machine"),
}

#: how journeys end; names that a workflow gives itself are shown as they are
OUTCOMES: Words = {
    "converted": ("目標達成", "Converted"),
    "completed": ("完了", "Completed"),
    "exited": ("離脱", "Left"),
    "unsubscribed": ("配信停止", "Unsubscribed"),
    "stopped": ("停止", "Stopped"),
    "revised": ("取り消し", "Taken back"),
    "looped": ("繰り返しのため停止", "Stopped: went in circles"),
    "lost": ("ステップ消失", "Step is gone"),
}

CONSENT_STATES: Words = {
    "granted": ("同意あり", "Granted"),
    "withdrawn": ("停止のお申し出", "Withdrawn"),
}

BASES: Words = {
    "opt_in": ("オプトイン", "Opt-in"),
    "business_card": ("名刺交換", "Business card"),
    "business_relationship": ("取引関係", "Business relationship"),
    "published_address": ("公開アドレス", "Published address"),
}

TASK_STATES: Words = {
    "open": ("未完了", "Open"),
    "done": ("完了", "Done"),
    "cancelled": ("取りやめ", "Cancelled"),
}

TASK_KINDS: Words = {
    "call": ("電話", "Call"),
    "reply": ("返信", "Reply"),
    "quote": ("見積もり", "Quote"),
    "card": ("お礼状", "Card"),
    "follow-up": ("フォロー", "Follow-up"),
    "todo": ("作業", "To do"),
}

#: whom a task is for, where it names no person
ROLES: Words = {
    "owner": ("担当者", "Owner"),
    "sales": ("営業", "Sales"),
    "inside-sales": ("インサイドセールス", "Inside sales"),
    "marketing": ("マーケティング", "Marketing"),
}

#: decisions, as a short word before their sentence
DECISIONS: Words = {
    "enrolled": ("開始", "Enrolled"),
    "not_enrolled": ("開始せず", "Not enrolled"),
    "walked": ("進行", "Walked"),
    "ended": ("終了", "Ended"),
    "deferred": ("保留", "Held back"),
    "dropped": ("取りやめ", "Dropped"),
    "sent": ("送信", "Sent"),
    "failed": ("失敗", "Failed"),
    "bounced": ("不達", "Bounced"),
    "in_doubt": ("結果不明", "In doubt"),
    "moved": ("変化", "Moved"),
    "handed_off": ("引き継ぎ", "Handed off"),
    "task_done": ("タスク完了", "Task done"),
}

INDUSTRIES: Words = {
    "manufacturing": ("製造", "Manufacturing"),
    "medical": ("医療", "Medical"),
    "care": ("介護", "Care"),
    "logistics": ("物流", "Logistics"),
    "retail": ("小売", "Retail"),
    "construction": ("建設", "Construction"),
    "finance": ("金融", "Finance"),
    "it": ("IT", "IT"),
    "education": ("教育", "Education"),
    "services": ("サービス", "Services"),
}

#: fields of contacts and accounts
FIELDS: Words = {
    "score": ("スコア", "score"),
    "temperature": ("温度感", "temperature"),
    "lifecycle": ("リードステージ", "lifecycle"),
    "name": ("氏名", "name"),
    "company": ("会社", "company"),
    "department": ("部署", "department"),
    "title": ("役職", "title"),
    "role": ("役割", "role"),
    "phone": ("電話番号", "phone"),
    "locale": ("言語", "language"),
    "zone": ("タイムゾーン", "time zone"),
    "source": ("取得元", "source"),
    "owner": ("担当者", "owner"),
    "industry": ("業種", "industry"),
    "employees": ("従業員数", "employees"),
    "domain": ("ドメイン", "domain"),
    "region": ("地域", "region"),
    "customer": ("顧客", "customer"),
    "first_touch": ("初回接点", "first contact"),
    "budget": ("予算", "budget"),
    "authority": ("決裁", "authority"),
    "need": ("必要性", "need"),
    "timeline": ("時期", "timeline"),
}

#: fields whose values are codes
CODED: Mapping[str, Words] = {
    "temperature": TEMPERATURES,
    "lifecycle": STAGES,
    "industry": INDUSTRIES,
}


def word(words: Words, code: str | None, locale: str) -> str:
    """Return the word for a code in Japanese (`ja`) or English; unknown codes as they are."""
    if code is None:
        return ""
    found = words.get(code)
    return code if found is None else found[0 if locale.startswith("ja") else 1]
