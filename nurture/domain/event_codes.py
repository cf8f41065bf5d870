"""Words for the codes that events carry: pages, forms, results, reasons, stages.

A company's own codes have no words here and are shown as they are.
"""

from __future__ import annotations

from collections.abc import Mapping

from nurture.domain.glossary import RETURNS, Words
from nurture.domain.loop_words import ASK_ANSWERS, WHY_NOT
from nurture.domain.task_words import CALL_RESULTS, DEAL_STAGES, LOSS_REASONS

PAGES: Words = {
    "pricing": ("料金", "Pricing"),
    "product": ("製品", "Product"),
    "case": ("導入事例", "Cases"),
    "roi": ("費用対効果の試算", "ROI calculator"),
    "rollout": ("導入の流れ", "Rollout"),
}

FORMS: Words = {
    "quote": ("見積もりのご依頼", "Request for a quotation"),
    "consultation": ("ご相談", "Consultation"),
    "contact": ("お問い合わせ", "Inquiry"),
    "document": ("資料請求", "Request for documents"),
    "hearing": ("ヒアリング", "Questions"),
    "roi": ("費用対効果の試算", "ROI calculation"),
    "seminar": ("セミナー申し込み", "Seminar registration"),
    "seminar-survey": ("セミナーのアンケート", "Seminar survey"),
    "trial": ("トライアルのお申し込み", "Trial"),
}

#: (event type, property) → the words of its codes
CODES: Mapping[tuple[str, str], Words] = {
    ("page.viewed", "page"): PAGES,
    ("form.submitted", "form"): FORMS,
    ("call.logged", "result"): CALL_RESULTS,
    ("lead.returned", "reason"): RETURNS,
    ("deal.lost", "reason"): LOSS_REASONS,
    ("deal.advanced", "stage"): DEAL_STAGES,
    ("referral.ask_answered", "answer"): ASK_ANSWERS,
    ("referral.ask_reasoned", "why"): WHY_NOT,
}

#: properties of events; others are shown as they are written
PROPERTIES: Words = {
    "kind": ("種類", "kind"),
    "document": ("資料", "document"),
    "title": ("タイトル", "title"),
    "form": ("フォーム", "form"),
    "seminar": ("セミナー", "seminar"),
    "from": ("変更前", "before"),
    "to": ("変更後", "after"),
    "page": ("ページ", "page"),
    "url": ("URL", "URL"),
    "reason": ("理由", "reason"),
    "stage": ("ステージ", "stage"),
    "segment": ("セグメント", "segment"),
    "source": ("情報源", "source"),
    "schedule": ("定期起動", "schedule"),
    "at": ("日時", "at"),
    "score": ("スコア", "score"),
    "product": ("製品", "product"),
    "amount": ("金額", "amount"),
    "company": ("会社", "company"),
    "result": ("結果", "result"),
    "note": ("メモ", "note"),
    "by": ("記録者", "by"),
    "workflow": ("シナリオ", "workflow"),
    "task": ("タスク", "task"),
    "deal": ("商談", "deal"),
    "fields": ("項目", "fields"),
}
