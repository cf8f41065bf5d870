"""What we promise about time, as letters and pages say it: 24時間以内（土日祝日を除く）."""

from __future__ import annotations

from datetime import timedelta

from nurture.domain.condition_words import deadline_text


def within(span: timedelta, days: str, locale: str) -> str:
    """Return within what time something is promised.

    `days` is one of `referral_program.COUNTED`: what does not run by the clock says so.
    """
    said = deadline_text(span, locale)
    if locale.startswith("ja"):
        return f"{said}以内（土日祝日を除く）" if days == "business" else f"{said}以内"
    aside = " (weekends and holidays aside)" if days == "business" else ""
    return f"within {said}{aside}"
