"""Around a seminar: the receipt at once, thanks within a day, and no reproach to who missed it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nurture.domain.seminar_mail import reminder_of
from tests.content.shipped import pages, seminars
from tests.content.tracks import SHIPPED, TOKYO, Life, tokyo

ABOUT = {"seminar": "paper-and-excel-2026-05-21"}


@pytest.mark.parametrize(
    "attended",
    [
        "2026-05-22 18:00",  # a Friday evening
        "2026-12-28 17:30",  # the last minutes before the office closes for the new year
        "2026-05-03 23:30",  # in the night, in the middle of Golden Week
    ],
)
@pytest.mark.parametrize(
    "contact",
    [
        {"temperature": "cold"},
        {"temperature": "warm"},
        {"temperature": "hot", "lifecycle": "sql"},
        {"lifecycle": "customer"},
    ],
)
def test_thanks_come_within_a_day_whenever_and_whoever_came(
    attended: str, contact: dict[str, str]
) -> None:
    life = Life(tokyo(attended), contact)
    life.happens("seminar.attended", **ABOUT)
    life.days(2)
    (thanks,) = [one for one in life.sent if one.template == "seminar/thanks"]
    assert thanks.at - tokyo(attended) <= timedelta(hours=24)
    assert 8 <= thanks.at.astimezone(TOKYO).hour < 20  # and not in anybody's night


def test_who_came_is_thanked_once_however_often_it_is_told() -> None:
    life = Life(tokyo("2026-05-21 16:00"), {"temperature": "warm"})
    for _ in range(2):
        life.happens("seminar.attended", **ABOUT)
        life.days(1)
    assert [one.template for one in life.sent].count("seminar/thanks") == 1


def test_only_who_withdrew_and_comes_back_gets_a_second_receipt() -> None:
    life = Life(tokyo("2026-05-11 10:00"), {"temperature": "warm"})
    receipts = []
    for event, days in (
        ("seminar.registered", 0.003),  # five minutes later the button again
        ("seminar.registered", 7),  # and in the week after from another page
        ("seminar.registered", 1),
        ("seminar.withdrawn", 0.5),
        ("seminar.registered", 0),
    ):
        life.happens(event, **ABOUT)
        life.days(days)
        receipts.append([one.template for one in life.sent].count("seminar/receipt"))
    assert receipts == [1, 1, 1, 1, 2]
    life.happens("seminar.missed", **ABOUT)
    assert life.track("seminar-registration") is None


def test_every_shipped_seminar_reminds_on_a_working_day_and_offers_what_there_is() -> None:
    assert len(SHIPPED.seminars) >= 3
    for name, seminar in SHIPPED.seminars.items():
        reminder = SHIPPED.mailings[f"{name}/{reminder_of(seminar, TOKYO)}"]
        assert reminder.at.astimezone(TOKYO).weekday() < 5
        assert seminar.starts_at - reminder.at < timedelta(days=4)
        assert set(seminar.materials) <= set(SHIPPED.library.items)
        site = pages()
        assert {"/" + url.split("/", 3)[3] for url in (seminar.url, seminar.join)} <= set(site)
        # Forms tell of a seminar by the name in front of its date.
        told = site["/" + seminar.url.split("/", 3)[3]]["does"]["with"]["seminar"]
        assert name == f"{told}-{seminar.starts_at.astimezone(TOKYO).date()}"
    assert set(seminars()) == set(SHIPPED.seminars)
