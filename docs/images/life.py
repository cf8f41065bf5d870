"""Eight weeks in a fictional company, lived through in one process, for the guides' pictures.

The shipped workflows run over the example contacts at a clock that steps; readers and
salespeople are a few dice with a fixed seed, and one person's story is told by hand.
"""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Row

from nurture.db import tables
from nurture.db.engine import make_engine
from nurture.db.migrate import upgrade
from nurture.errors import NurtureError
from nurture.services.import_contacts import ImportOptions, import_contacts
from nurture.services.project import read_project
from nurture.services.task_actions import act
from tests.services.house import House, make_house

ROOT = Path(__file__).resolve().parents[2]
TOKYO = ZoneInfo("Asia/Tokyo")
FIRST_DAY = datetime(2026, 3, 30, 8, 40, tzinfo=TOKYO)
#: a Friday, the day after the seminar
TODAY = datetime(2026, 5, 22, 10, 40, tzinfo=TOKYO)
SEMINAR = "paper-and-excel-2026-05-21"
#: the lead of the pictures: a plant manager, with nakamura
LEAD = "kitagawa@kanaria-toso.example"

#: hours at which people look at their mail or at our site
_HOURS = (9, 11, 14, 16)
_PAGES = ("product", "product", "case", "pricing", "roi")


class Life:
    """The company, its readers and its salespeople."""

    def __init__(self, folder: Path, public_url: str) -> None:
        engine = make_engine(f"sqlite:///{folder / 'nurture.sqlite'}")
        upgrade(engine)
        made = make_house(engine)
        made.clock._now = FIRST_DAY  # the house of tests begins in May
        runtime = replace(made.runtime, public_url=public_url)
        self.house = House(
            engine, made.clock, runtime, made.provider, type(made.outbox)(runtime, made.provider)
        )
        self._dice = random.Random(186)
        self._seen = 0
        self._lead = 0

    def live(self) -> None:
        """Live from the first day to today's morning."""
        house = self.house
        files = read_project(ROOT)
        house.publish(files)
        options = ImportOptions()
        import_contacts(
            house.engine, house.clock, None, ROOT / "examples" / "contacts.csv", options
        )
        self._lead = int(self.contact(LEAD).id)
        day = FIRST_DAY
        while day.date() < TODAY.date():
            for hour in _HOURS:
                house.until(day.replace(hour=hour, minute=self._dice.randrange(5, 55)))
                self._readers()
                if day.weekday() < 5:
                    self._salespeople()
            if (TODAY - day).days == 2:
                self.house.happens(
                    self._lead,
                    "document.downloaded",
                    kind="whitepaper",
                    document="automation-guide",
                )
            day += timedelta(days=1)
        house.until(TODAY - timedelta(hours=1, minutes=20))
        self._story()
        house.until(TODAY)

    def contact(self, email: str) -> Row[object]:
        """Return a contact's row."""
        (row,) = self.house.rows(tables.contact, email=email)
        return row

    # -- readers -------------------------------------------------------------------------

    def _readers(self) -> None:
        """Let some of those who got a mail, and a few others, do something."""
        house, dice = self.house, self._dice
        for mail in house.rows(tables.message, state="sent"):
            if mail.id <= self._seen or mail.contact_id in (None, self._lead):
                continue
            self._seen = max(self._seen, mail.id)
            if dice.random() < 0.12:
                house.click(mail.id)
                self._goes_on(mail.contact_id)
            if mail.template == "seminar/invitation" and dice.random() < 0.35:
                house.happens(mail.contact_id, "seminar.registered", seminar=SEMINAR)
        everybody = [row.id for row in house.rows(tables.contact)]
        contact_id = dice.choice([one for one in everybody if one != self._lead])
        house.happens(
            contact_id, "document.downloaded", kind="whitepaper", document="automation-guide"
        )
        self._goes_on(contact_id)
        house.turn()

    def _goes_on(self, contact_id: int) -> None:
        house, dice = self.house, self._dice
        for page in dice.sample(_PAGES, dice.randrange(0, 3)):
            house.happens(contact_id, "page.viewed", page=page)
        if dice.random() < 0.06:
            form = dice.choice(["consultation", "roi", "quote"])
            house.happens(contact_id, "form.submitted", form=form)

    # -- salespeople ---------------------------------------------------------------------

    def _salespeople(self) -> None:
        """Let salespeople do a part of what they have to do."""
        dice = self._dice
        for task in self.house.rows(tables.task, state="open"):
            if dice.random() > 0.55:
                continue
            for action, answers in self._done_with(task):
                try:
                    act(self.house.runtime, task.id, action, answers, "nakamura", "team")
                except NurtureError:
                    break  # their day went another way
                self.house.turn()

        for deal in self.house.rows(tables.deal):
            if deal.stage not in ("meeting", "proposal") or dice.random() > 0.05:
                continue
            about = {
                "deal": deal.external_id or deal.id,
                "amount": dice.choice([120, 180, 240]) * 10_000,
            }
            won = dice.random() < 0.6
            if deal.stage == "meeting":
                self.house.happens(deal.contact_id, "deal.proposed", **about)
            elif won:
                self.house.happens(deal.contact_id, "deal.won", **about)
            else:
                said = {"deal": about["deal"], "reason": "competitor"}
                self.house.happens(deal.contact_id, "deal.lost", **said)
        self.house.turn()

    def _done_with(self, task: Row[object]) -> list[tuple[str, dict[str, str]]]:
        dice = self._dice
        soon = (self.house.clock.now() + timedelta(days=dice.randrange(2, 6))).date().isoformat()
        later = (self.house.clock.now() + timedelta(days=60)).date().isoformat()
        learnt = {"budget": "今期の予算で確保済み", "need": "月末の転記に3名で2日"}
        match task.kind:
            case "call":
                ways = [
                    [("accepted", {}), ("called", {"result": "qualified", **learnt})],
                    [("accepted", {}), ("called", {"result": "qualified", **learnt})],
                    [("accepted", {}), ("called", {"result": "qualified", **learnt})],
                    [("accepted", {}), ("called", {"result": "qualified", **learnt})],
                    [("called", {"result": "talked", "need": "受注の入力に毎日2時間"})],
                    [("called", {"result": "talked", "need": "棚卸しの照合に半日"})],
                    [("called", {"result": "no_answer"})],
                    [("returned", {"reason": "later", "revisit_at": later})],
                    [("returned", {"reason": dice.choice(["no_need", "no_fit", "no_budget"])})],
                ]
                return dice.choice(ways)  # type: ignore[return-value]
            case "meeting":
                return [("meeting_set", {"day": soon, "time": "14:00", "decider": "yes"})]
            case "record":
                said = {
                    "decider_met": "yes",
                    "requirements": "yes",
                    "next_step": "見積書を送付する",
                    "next_at": soon,
                }
                return [("met", said)]
            case "quote":
                return [("proposed", {"amount": "180万"})]
            case "escalation":
                return []
        return [("done", {"note": ""})]

    # -- the lead of the pictures --------------------------------------------------------

    def _story(self) -> None:
        """A plant manager compares, and asks to talk this morning."""
        house, contact_id = self.house, int(self.contact(LEAD).id)
        for page in ("case", "product"):
            house.happens(contact_id, "page.viewed", page=page)
            house.after(minutes=4)
        house.happens(contact_id, "form.submitted", form="consultation")
        house.after(minutes=2)
