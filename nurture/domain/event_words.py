"""Events in words: a noun for each kind, and what of its properties is worth reading."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from nurture.domain.event_codes import CODES
from nurture.domain.glossary import STAGES, TEMPERATURES, word
from nurture.domain.loop_words import LOOP_EVENTS
from nurture.domain.preference_words import story
from nurture.domain.seminar import OVER, REGISTERED

#: type → (Japanese, English, properties that say more, the first that is there)
EVENTS: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "email.opened": ("メール開封", "Mail opened", ()),
    "email.clicked": ("リンクのクリック", "Link clicked", ("target",)),
    "email.replied": ("返信", "Reply", ("subject",)),
    "email.bounced": ("不達", "Bounce", ("answer",)),
    "email.complained": ("迷惑メール報告", "Complaint", ()),
    "form.submitted": ("フォーム送信", "Form submitted", ("form",)),
    "document.downloaded": ("資料ダウンロード", "Document downloaded", ("document", "kind")),
    "page.viewed": ("ページ閲覧", "Page viewed", ("page", "url")),
    "seminar.registered": ("セミナー申し込み", "Seminar registration", ("seminar",)),
    "seminar.withdrawn": (
        "セミナー申し込みの取り消し",
        "Seminar registration withdrawn",
        ("seminar",),
    ),
    "seminar.attended": ("セミナー参加", "Seminar attended", ("seminar",)),
    "seminar.missed": ("セミナー欠席", "Seminar missed", ("seminar",)),
    "signal.observed": ("外部の変化", "Signal observed", ("kind", "note")),
    "trial.started": ("トライアル開始", "Trial started", ("product",)),
    "call.logged": ("電話の記録", "Call logged", ("result",)),
    "lead.accepted": ("営業の引き受け", "Lead accepted", ("by",)),
    "lead.returned": ("営業からの差し戻し", "Lead returned", ("reason",)),
    "deal.opened": ("商談開始", "Deal opened", ("product", "amount")),
    "deal.advanced": ("商談の進行", "Deal advanced", ("stage",)),
    "deal.meeting_set": ("商談日の決定", "Meeting set", ("at",)),
    "deal.met": ("商談の実施", "Meeting held", ("next_step",)),
    "deal.proposed": ("提案", "Proposal", ("product", "amount")),
    "deal.reopened": ("商談の再開", "Deal reopened", ()),
    "deal.updated": ("商談の更新", "Deal updated", ("note",)),
    "deal.stale": ("商談記録の遅れ", "Deal without news", ("deal",)),
    "pack.requested": ("稟議資料の送付依頼", "Approval pack requested", ()),
    "deal.won": ("受注", "Deal won", ("product", "amount")),
    "deal.lost": ("失注", "Deal lost", ("reason",)),
    "contact.created": ("コンタクト登録", "Contact created", ("source",)),
    "contact.updated": ("コンタクト更新", "Contact updated", ("fields",)),
    "account.updated": ("企業情報の更新", "Account updated", ("fields",)),
    "contact.erased": ("個人データの消去", "Personal data erased", ()),
    "contact.readmitted": ("再登録の許可", "Allowed to come in again", ()),
    "contact.unsubscribed": ("配信停止", "Unsubscribed", ()),
    "contact.resubscribed": ("配信再開", "Subscribed again", ()),
    "contact.preferences_changed": ("配信設定の変更", "Preferences changed", ()),
    "temperature.changed": ("温度感の変化", "Temperature changed", ()),
    "lifecycle.changed": ("リードステージの変化", "Lifecycle changed", ()),
    "lifecycle.assigned": ("リードステージの指定", "Lifecycle assigned", ("stage",)),
    "score.adjusted": ("スコアの調整", "Score adjusted", ("reason",)),
    "webhook.answered": ("連携先からの応答", "Webhook answered", ("endpoint",)),
    "webhook.failed": ("連携先の呼び出し失敗", "Webhook failed", ("endpoint", "status")),
    "workflow.requested": ("シナリオ開始の要求", "Workflow requested", ("workflow",)),
    "segment.entered": ("セグメントに該当", "Segment entered", ("segment",)),
    "segment.left": ("セグメントから外れる", "Segment left", ("segment",)),
    "task.completed": ("タスク完了", "Task completed", ("title",)),
    "task.overdue": ("タスクの期限超過", "Task overdue", ()),
    "owner.changed": ("担当者の変更", "Owner changed", ("to",)),
    "revisit.due": ("再訪の時期", "Time to come back", ("reason",)),
    "evidence.revised": ("クリック判定の変更", "Evidence revised", ()),
    **LOOP_EVENTS,
}

#: what in an address is a key to somebody's own page, and nothing to read
_KEY = re.compile(r"(?<=/)[A-Za-z0-9_-]{32,}(?![^/?#])")

MOVES = {"temperature.changed": TEMPERATURES, "lifecycle.changed": STAGES}


def name_of(event_type: str, locale: str) -> str:
    """Return the noun for an event type; one of a company's own is shown as it is."""
    found = EVENTS.get(event_type)
    if found is None:
        return event_type
    return found[0] if locale.startswith("ja") else found[1]


def more_of(event_type: str, properties: Mapping[str, Any], locale: str) -> str:
    """Return what else is worth reading of an event, empty where there is nothing."""
    if event_type in MOVES:
        old, new = (
            word(MOVES[event_type], str(properties.get(side) or ""), locale)
            for side in ("from", "to")
        )
        return f"{old} → {new}" if old else new
    if event_type == REGISTERED and properties.get(OVER):
        late = "終了後のお申し込み" if locale.startswith("ja") else "when it was over"
        about = properties.get("seminar")
        return f"{about}（{late}）" if locale.startswith("ja") else f"{about} ({late})"
    if event_type == "contact.preferences_changed":
        return story(properties, locale)
    known = EVENTS.get(event_type)
    names = known[2] if known is not None else sorted(properties)[:3]
    for name in names:
        value = properties.get(name)
        if value in (None, "", []):
            continue
        text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        text = word(CODES.get((event_type, name), {}), text, locale)
        if name in ("target", "url"):
            text = _KEY.sub("…", text)
        return text if known is not None else f"{name}: {text}"
    return ""
