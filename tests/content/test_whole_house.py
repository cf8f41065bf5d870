"""The shipped tracks in the house itself, on SQLite: what only the services can get wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from nurture.db import tables
from nurture.db.engine import make_engine, write
from nurture.db.events import NewEvent, record
from nurture.db.tables import metadata
from nurture.services.project import read_project
from tests.content.shipped import ROOT
from tests.services.house import House, make_house


@dataclass
class Seven:
    """Seven months of three people, lived once for all tests of this file."""

    house: House
    silent: int
    lost: int
    customer: int

    def sent(self, person: int) -> list[tuple[int, str]]:
        """Return (days since the start, template) of the journeys' mails to somebody."""
        rows = [
            one
            for one in self.house.rows(tables.message, contact_id=person)
            if one.state == "sent" and one.enrolment_id is not None
        ]
        first = self.house.contact(person).created_at
        return [((one.sent_at - first).days, one.template) for one in rows if one.sent_at]


@pytest.fixture(scope="module")
def seven(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seven]:
    """Return what became of somebody silent, a lost deal, and a customer without consent."""
    path: Path = tmp_path_factory.mktemp("house") / "house.sqlite"
    engine = make_engine(f"sqlite:///{path}")
    metadata.create_all(engine)
    house = make_house(engine)
    files = read_project(ROOT)
    # A morning mail to each of the team on 150 days is another test's.
    policy = files["workflows/policy.yaml"]
    files["workflows/policy.yaml"] = policy.replace(b'digest_at: "08:30"', b"")
    house.publish(files)
    found = Seven(
        house,
        silent=_imported(house, "tanaka@shizuka.example"),
        lost=_imported(house, "sato@minami.example", lifecycle="sql"),
        customer=_imported(house, "mori@kita.example", consent=()),
    )
    house.turn()
    house.happens(found.lost, "deal.opened", deal="D-1", amount=100)
    house.happens(found.customer, "deal.won", deal="D-2")
    house.turn()
    house.happens(found.lost, "deal.lost", deal="D-1", reason="予算", revisit_at="2026-07-07")
    house.after(days=212)
    yield found
    engine.dispose()


def _imported(
    house: House, email: str, consent: tuple[str, ...] = ("marketing",), **values: str
) -> int:
    """Add somebody as an import does."""
    person = house.person(email, consent, **values)
    now = house.clock.now()
    with write(house.engine) as connection:
        record(connection, [NewEvent("contact.created", person, now, "import", {})], now)
    return person


def test_half_a_year_of_silence_is_noticed_by_itself_and_ends_with_one_question(
    seven: Seven,
) -> None:
    told = [template for _, template in seven.sent(seven.silent)]
    assert told.count("reactivation/ask") == 1
    assert told[-1] == "reactivation/ask"
    assert seven.sent(seven.silent)[-1][0] >= 180
    tracks = seven.house.enrolments(contact_id=seven.silent)
    assert {name: (state, outcome) for name, state, outcome in tracks} == {
        "cold-nurture": ("ended", "stopped"),
        "cold-webinars": ("ended", "stopped"),
        "re-activation": ("active", None),
    }


def test_after_a_lost_deal_the_owner_comes_back_on_the_agreed_day_and_nobody_before(
    seven: Seven,
) -> None:
    told = seven.sent(seven.lost)
    # 12 May to 7 July are 56 days; the quiet letters begin after two months.
    assert [(day, name) for day, name in told if day <= 60] == [
        (1, "lost/thanks"),
        (55, "lost/revisit"),
    ]
    assert told[2][1].startswith("cold/")
    titles = [one.title for one in seven.house.rows(tables.task, contact_id=seven.lost)]
    assert sum("お約束の時期" in title for title in titles) == 1


def test_a_customer_who_turned_marketing_off_is_welcomed_and_hears_of_no_programme(
    seven: Seven,
) -> None:
    assert [template for _, template in seven.sent(seven.customer)] == [
        "onboarding/welcome",
        "onboarding/first-week",
        "onboarding/check-in",
        "onboarding/first-results",
        # of the contract, no advertising: the first business day of the next quarter
        "onboarding/quarterly-review",
    ]
