"""A referral that nobody made, for previews and galleries of mails about referrals."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

_CALLED = datetime(2026, 5, 13, 10, 30, tzinfo=ZoneInfo("Asia/Tokyo"))

#: why it ended
_WHY = "reason"

_SAMPLES: Mapping[str, Mapping[str, Any]] = {
    "ja": {
        "ref": "R-7K2M9Q",
        "person": "株式会社青空 鈴木様",
        "name": "鈴木様",
        "company": "株式会社青空",
        "referrer": "株式会社碧海鋳造 田村真由美様",
        "state": "contacted",
        "stage": "ご連絡済み",
        "contacted": _CALLED,
        "contacted_by": "お電話",
        _WHY: "現在はご検討の時期ではないとのこと",
        "result": "日報の転記：月51時間 → 月9時間",
        "numbers": True,
        "contact_within": "24時間以内",
        "report_within": "48時間以内",
        "reports": "お預かりした当日、最初のご連絡の後、そして節目ごとにご報告します。",
        "privacy": "ご紹介先の個人情報は、ご紹介へのご連絡のためだけに使います。",
        "thanks": "活用研修（半日・オンライン）",
        "perk": "初期設定費用の20%割引",
        "open": [
            {"ref": "R-7K2M9Q", "person": "株式会社青空 鈴木様", "stage": "ご連絡済み"},
            {"ref": "R-4HX8TD", "person": "海風物流株式会社 ご担当者様", "stage": "面談"},
        ],
    },
    "en": {
        "ref": "R-7K2M9Q",
        "person": "Ichiro Suzuki of Aozora",
        "name": "Ichiro",
        "company": "Aozora",
        "referrer": "Grace Bennett of Tidewater Logistics Ltd",
        "state": "contacted",
        "stage": "Contacted",
        "contacted": _CALLED,
        "contacted_by": "Phone",
        _WHY: "the time is not right for them now",
        "result": "Copying reports: from 51 to 9 hours a month",
        "numbers": True,
        "contact_within": "within 24 hours",
        "report_within": "within 48 hours",
        "reports": "You hear on the same day, after the first contact, and at each milestone.",
        "privacy": "We use the data of those you introduce for this introduction only.",
        "thanks": "Advanced training, half a day, online",
        "perk": "20% off the set-up fee",
        "open": [
            {"ref": "R-7K2M9Q", "person": "Ichiro Suzuki of Aozora", "stage": "Contacted"},
            {"ref": "R-4HX8TD", "person": "your contact at Umikaze Logistics", "stage": "Meeting"},
        ],
    },
}


def sample(locale: str, url: str) -> dict[str, Any]:
    """Return `referral` as templates read it, made up; its links lead to pages under `url`."""
    found = _SAMPLES["ja" if locale.startswith("ja") else "en"]
    return {**found, "consent": f"{url}/consent"}
