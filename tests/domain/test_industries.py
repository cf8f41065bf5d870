"""Industries as lists write them, and the sectors that law watches."""

from __future__ import annotations

import pytest

from nurture.domain.industries import industry_code, sectors_of

WATCHED = ("medical", "finance")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("医療", "medical"),
        ("医療業", "medical"),
        ("Ｍedical", "medical"),
        ("Health care", "medical"),
        ("金融・保険業", "finance"),
        ("製造業", "manufacturing"),
        ("Financial services", "finance"),
        ("情報通信業", "it"),
        ("ＩＴ業界", "it"),
        ("manufacturing", "manufacturing"),
        # words that only look alike keep their own
        ("医療機器", "医療機器"),
        ("hospitality", "hospitality"),
        ("", ""),
    ],
)
def test_a_list_may_call_an_industry_what_it_likes(text: str, code: str) -> None:
    assert industry_code(text) == code


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("medical", {"medical"}),
        ("医療・福祉", {"medical"}),
        ("総合病院", {"medical"}),
        ("医療機器の製造", {"medical"}),
        ("Medical devices", {"medical"}),
        ("地方銀行", {"finance"}),
        ("生命保険代理店", {"finance"}),
        ("Insurance brokerage", {"finance"}),
        ("製造業", set()),
        ("Embankment construction", set()),
        ("hospitality", set()),
        ("", set()),
    ],
)
def test_what_may_be_of_a_watched_sector_is_taken_for_it(text: str, found: set[str]) -> None:
    assert sectors_of(text, WATCHED) == found


def test_a_sector_of_ones_own_is_watched_by_its_word() -> None:
    assert sectors_of("公営競技", ["公営競技"]) == {"公営競技"}
    assert sectors_of("公営住宅", ["公営競技"]) == set()
