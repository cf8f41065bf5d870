"""Once a month somebody looks through the offers, with what each brought beside it."""

from __future__ import annotations

from datetime import datetime
from email import message_from_bytes
from email.policy import default
from typing import Any
from zoneinfo import ZoneInfo

from nurture.db import tables
from nurture.services.kpi_readiness import readiness
from nurture.services.offer_reviews import ask_for_reviews
from nurture.services.task_actions import act
from nurture.services.task_pages import sheet_of_task
from tests.content.shipped import release
from tests.services.asking import asked, files
from tests.services.house import House, make_house
from tests.services.project import as_bytes

_KEYS = {"kind": "review"}


def _at(day: int, hour: int, month: int) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=ZoneInfo("Asia/Tokyo"))


def _reviews(house: House) -> list[str]:
    rows = house.rows(tables.task, **_KEYS)
    return [one.dedupe_key for one in rows if one.dedupe_key.startswith("offer-review/")]


def test_offers_are_looked_through_each_month_until_somebody_has(house: House) -> None:
    house.publish(files())
    person = house.person()
    ask = asked(house, person, 3, answer="not_now")
    asked(house, person, 2)
    house.add(
        tables.referral, ref="R-1", program="default", referrer_id=person, channel="customer",
        way="form", state="won", ask_id=ask, offer="thanks",
        created_at=house.clock.now(), updated_at=house.clock.now(),
    )  # fmt: skip
    assert ask_for_reviews(house.runtime) == 0
    house.until(_at(1, 10, 6))
    (task,) = house.rows(tables.task, **_KEYS)
    assert task.dedupe_key == "offer-review/default/2026-06"
    assert task.title == "「ご紹介」の特典とコミュニティの見直し：1か月以上そのままの特典1件"
    assert (task.contact_id, task.due_at) == (None, _at(6, 9, 6))
    # the same moment again makes no second one
    assert ask_for_reviews(house.runtime) == 0
    values = sheet_of_task(house.runtime, task.id, "ja").values
    (offer, *_) = values["points"]
    assert "まだ一度も見直していません" in offer["text"]
    assert "お願い2件、お返事1件、ご紹介1件、ご成約1件" in offer["text"]
    english = sheet_of_task(house.runtime, task.id, "en").values["points"]
    assert "introductions 1, won 1" in english[0]["text"]
    house.until(_at(20, 10, 6))
    act(house.runtime, task.id, "done", {}, "sato", "team")
    # ten days later all of it is fresh; a month after that it is not
    house.until(_at(2, 10, 7))
    assert _reviews(house) == ["offer-review/default/2026-06"]
    assert [one.days for one in readiness(house.runtime).aged if one.offer] == [12]
    house.until(_at(4, 10, 8))
    assert _reviews(house)[1:] == ["offer-review/default/2026-08"]


def test_a_house_without_a_programme_is_asked_nothing(house: House) -> None:
    made = files()
    house.publish(made)
    made.pop("workflows/referral-program.yaml")
    made.pop("workflows/ask.yaml")
    house.publish(made, yes=0)
    house.until(_at(2, 10, 7))
    assert _reviews(house) == []


def test_the_shipped_house_tells_its_marketer_by_mail_what_to_look_at(engine: Any) -> None:
    house = make_house(engine)
    house.clock.move_to(_at(31, 12, 5))
    house.publish(as_bytes(release()))
    house.until(_at(1, 12, 6))
    assert _reviews(house) == ["offer-review/default/2026-06"]
    mails: list[Any] = [
        message_from_bytes(one.data, policy=default)
        for one in house.provider.accepted
        if one.recipient == "mori@nurture.example"
    ]
    (mail,) = [one for one in mails if "特典とコミュニティ" in str(one["subject"])]
    text = mail.get_body(("plain",)).get_content()
    assert "・活用研修：まだ一度も見直していません。この特典でのお願いはまだありません" in text
    assert "・コミュニティ：直近30日の勉強会・催しへのご参加は0名" in text
