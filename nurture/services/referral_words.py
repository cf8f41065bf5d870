"""Why a referral moved, in words: codes of ours, attributions, and what people wrote."""

from __future__ import annotations

from nurture.domain.glossary import word
from nurture.domain.loop_words import REFERRAL_REASONS, WAYS

_RULES = {
    "first": ("最初の接点", "oldest touch"),
    "last": ("最新の接点", "newest touch"),
    "only": ("ほかの接点なし", "nobody else's touch"),
}
_OTHERS = {
    "reopened": ("再開", "Opened again"),
    "by_deal": ("商談の記録による", "By its deal"),
}


def reason_text(reason: str | None, locale: str) -> str:
    """Return a stored reason as people read it: `attributed/first/introduce/2026-05-12` too."""
    if not reason:
        return ""
    language = "ja" if locale.startswith("ja") else "en"
    parts = reason.split("/")
    if parts[0] == "attributed" and len(parts) == 4:
        rule = word(_RULES, parts[1], language)
        way = word(WAYS, parts[2], language)
        if language == "ja":
            return f"{parts[3]} の{way}による（{rule}）"
        return f"credited to {way.lower()} of {parts[3]} ({rule})"
    if reason in REFERRAL_REASONS:
        return word(REFERRAL_REASONS, reason, language)
    return word(_OTHERS, reason, language) if reason in _OTHERS else reason
