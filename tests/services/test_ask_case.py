"""An ask shows a case of the reader's own trade, else the kit's; never one nobody can read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest

from nurture.domain.library import Item
from nurture.services.ask_mail import case_told
from tests.services.rewarding import PROGRAM

TODAY = date(2026, 5, 12)


def _item(key: str, *industries: str, **more: object) -> Item:
    made = Item(
        key,
        "case",
        {"ja": f"{key}の事例", "en": f"The case of {key}"},
        industries=frozenset(industries),
        url={"": f"https://www.sample.example/{key}"},
    )
    return replace(made, **more)  # type: ignore[arg-type]


ITEMS: Mapping[str, Item] = {
    one.key: one
    for one in (
        _item("plant", "manufacturing"),
        _item("ward", "medical"),
        _item("old", "care", valid_until=date(2026, 5, 11)),
        _item("pdf", "retail", url={}, file={"": "workflows/files/a.pdf"}),
        _item("all"),
    )
}


@pytest.mark.parametrize(
    ("industry", "kit", "told"),
    [
        ("medical", "plant", "ward"),
        ("manufacturing", "ward", "plant"),
        # nobody wrote one of their trade, or it has expired, or is no page: the kit's
        ("logistics", "ward", "ward"),
        ("care", "plant", "plant"),
        ("retail", "plant", "plant"),
        # nobody's trade is guessed
        ("", "plant", "plant"),
        ("", "", None),
        ("", "pdf", None),
        ("logistics", "gone", None),
    ],
)
def test_a_case_of_their_own_trade_goes_with_an_ask(
    industry: str, kit: str, told: str | None
) -> None:
    program = replace(PROGRAM, kit=replace(PROGRAM.kit, case=kit))
    found = case_told(ITEMS, program, industry, "en", TODAY)
    if told is None:
        assert found == {}
    else:
        assert found == {
            "case": f"The case of {told}",
            "case_url": f"https://www.sample.example/{told}",
        }
