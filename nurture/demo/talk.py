"""What salespeople hear and write down: results of calls, reasons, amounts, in two languages."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from nurture.demo.temperament import Mood

#: how a first conversation goes, by mood
CALLS: Mapping[Mood, Mapping[str, float]] = {
    Mood.KEEN: {"qualified": 0.75, "later": 0.13, "talked": 0.07, "no_answer": 0.05},
    Mood.CURIOUS: {"qualified": 0.55, "later": 0.25, "talked": 0.10, "no_answer": 0.10},
    Mood.BUSY: {"qualified": 0.20, "later": 0.30, "talked": 0.15, "no_answer": 0.35},
    Mood.SILENT: {"later": 0.3, "no_answer": 0.7},
    Mood.ANNOYED: {"not_now": 0.6, "no_answer": 0.4},
}

_BANT: Mapping[str, Mapping[str, Sequence[str]]] = {
    "ja": {
        "budget": ("今期の予算で確保済み", "来期の予算に計上予定", "300万円まで部門で決裁可"),
        "authority": ("社長が最終決裁", "部長決裁", "情報システム部門と共同で決裁"),
        "need": ("月末の転記に3名で2日", "紙の日報の集計が負担", "拠点ごとに様式が違う"),
        "timeline": ("3か月以内に導入", "半年以内に試行", "来期の初めから"),
    },
    "en": {
        "budget": ("approved this term", "planned for next year", "up to 30,000 at team level"),
        "authority": ("the president decides", "head of operations", "together with IT"),
        "need": ("three people copy for two days a month", "paper reports", "one form per site"),
        "timeline": ("within three months", "a trial within half a year", "next fiscal year"),
    },
}
#: what those say who ask us to come back
_NEXT_TERM = {
    "ja": {"budget": "来期の予算に計上予定", "timeline": "来期の初めから"},
    "en": {"budget": "planned for next year", "timeline": "next fiscal year"},
}
_RETURNED = {
    "no_budget": ("今期の予算が決まっており、来期に改めてご検討", "no budget left this term"),
    "later": ("組織変更が落ち着いてからご検討", "after their reorganisation"),
    "no_need": ("情報収集が目的で、課題はまだ具体的でない", "was only looking around"),
    "no_fit": ("ご要望の範囲が弊社のサービスと異なる", "outside our service"),
}
_LOST = {
    "later": ("ご検討の時期を見直し", "not the right time"),
    "no_budget": ("今期の予算を見送り", "budget postponed"),
    "competitor": ("他社の製品に決定", "chose another product"),
    "no_decision": ("現行の運用を継続", "stays with what they have"),
}
_NOTES = {
    "ja": ("お電話で確認のうえ、メールでご返信済み", "ご要望を伺い、資料をお送りしました"),
    "en": ("checked by phone, then answered by mail", "sent what they had asked for"),
}
_CARD = ("お礼状を投函しました", "card posted")
_INTRODUCED = ("ご紹介先の担当の方とお話しできました", "spoke with whom they introduced")
_ATTENDEES = ("ご決裁者、現場の責任者様", "the decider and the head of operations")
_STEP = ("お見積書と導入工程表をお送りする", "send the quotation and the rollout plan")


def learnt(rng: random.Random, result: str, locale: str) -> dict[str, str]:
    """Return what a call found out: budget, authority, need, timeline; nothing from some."""
    if result not in ("qualified", "later"):
        return {}
    texts = _BANT.get(locale, _BANT["en"])
    found = {name: rng.choice(choices) for name, choices in texts.items()}
    return found | _NEXT_TERM.get(locale, _NEXT_TERM["en"]) if result == "later" else found


def amount(rng: random.Random) -> str:
    """Return an amount as one writes it into a form."""
    return f"{rng.randint(6, 60) * 100_000:,}"


def returned(reason: str, locale: str) -> str:
    """Return the note of a lead that goes back to marketing."""
    return _either(_RETURNED[reason], locale)


def lost(reason: str, locale: str) -> str:
    """Return the note of a deal that was lost."""
    return _either(_LOST[reason], locale)


def done(rng: random.Random, kind: str, locale: str) -> str:
    """Return the note of a task that was done."""
    return _either(_CARD, locale) if kind == "card" else rng.choice(_NOTES.get(locale, ("done",)))


def introduced(locale: str) -> str:
    """Return the note of a first call with somebody who was introduced."""
    return _either(_INTRODUCED, locale)


def attendees(locale: str) -> str:
    """Return who comes to a first meeting."""
    return _either(_ATTENDEES, locale)


def next_step(locale: str) -> str:
    """Return what was agreed at a meeting."""
    return _either(_STEP, locale)


def _either(texts: tuple[str, str], locale: str) -> str:
    return texts[0] if locale == "ja" else texts[1]
