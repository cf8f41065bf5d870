"""Words that lists use for the few values some fields may hold, in both languages."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping

from nurture.domain.cell_values import compatible
from nurture.domain.contact_row import PURPOSES, Basis
from nurture.domain.glossary import STAGES as STAGE_TITLES
from nurture.domain.lifecycle import Stage

#: what lists say for each basis, as `word_of` writes it
_BASIS_WORDS = {
    Basis.OPT_IN: "opt_in optin オプトイン 同意 許諾 購読 メルマガ登録",
    Basis.BUSINESS_CARD: "business_card businesscard card 名刺 名刺交換",
    Basis.BUSINESS_RELATIONSHIP: "business_relationship businessrelationship relationship"
    " 取引関係 取引先 取引 既存取引 取引あり",
    Basis.PUBLISHED_ADDRESS: "published_address publishedaddress published 公開アドレス"
    " アドレス公開 公表アドレス 公開",
}
BASES: Mapping[str, Basis] = {
    word: basis for basis, words in _BASIS_WORDS.items() for word in words.split()
}

PURPOSE_WORDS: Mapping[str, str] = {
    **{purpose: purpose for purpose in PURPOSES},
    "マーケティング": "marketing",
    "案内": "marketing",
    "広告宣伝": "marketing",
    "アンケート": "survey",
    "調査": "survey",
    "紹介": "referral",
    "ご紹介": "referral",
}
ROLES: Mapping[str, str] = {
    **{role: role for role in ("decision-maker", "user", "it")},
    "decision_maker": "decision-maker",
    "決裁者": "decision-maker",
    "意思決定者": "decision-maker",
    "利用者": "user",
    "現場": "user",
    "ユーザー": "user",
    "情報システム": "it",
    "情シス": "it",
}
#: what lists and common tools say for each stage besides its key and its titles
_STAGE_WORDS = {
    Stage.PROSPECT: "見込み 見込み客 見込客 潜在顧客 subscriber",
    Stage.LEAD: "見込み顧客 見込顧客 リード客",
    Stage.MQL: "marketing_qualified_lead marketingqualifiedlead",
    Stage.TQL: "teleprospecting_qualified_lead",
    Stage.SAL: "sales_accepted_lead salesacceptedlead",
    Stage.SQL: "sales_qualified_lead salesqualifiedlead 商談 商談中 opportunity",
    Stage.CUSTOMER: "既存顧客 お客様 契約中 契約済み 受注 customers client existing_customer",
    Stage.LOST: "失注客 closed_lost",
}

#: word of a list → stage; `stage_of` asks it
_STAGES: Mapping[str, Stage] = {
    **{word: stage for stage, words in _STAGE_WORDS.items() for word in words.split()},
    **{title.lower(): Stage(key) for key, titles in STAGE_TITLES.items() for title in titles},
    **{str(stage): stage for stage in Stage},
}
LANGUAGES: Mapping[str, str] = {
    "日本語": "ja", "japanese": "ja", "jp": "ja", "ja-jp": "ja",
    "英語": "en", "english": "en",
}  # fmt: skip


def word_of(text: str) -> str:
    """Return a word of a list as the tables here spell it."""
    return re.sub(r"[\s\-]+", "_", compatible(text).lower())


def stage_of(text: str) -> Stage | None:
    """Return the stage that a word of a list means, None where it means none."""
    return _STAGES.get(word_of(text))


def stage_near(text: str) -> str:
    """Return the word for a stage that a mistaken one looks like, "" where none does."""
    near = difflib.get_close_matches(word_of(text), _STAGES, n=1, cutoff=0.6)
    return near[0] if near else ""
