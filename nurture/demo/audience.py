"""The audience: a process that reads the local mailbox and lives with what it finds there.

It keeps a row among the participants of the stepped clock (`nurture.db.business_time`): the
number of the newest mail it has seen and when it wants to act next, so that business time
waits for it. It acts over real HTTP and SMTP, and never sleeps on business time.
"""

from __future__ import annotations

import heapq
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import count
from typing import TypeAlias

from nurture.clock import machine_sleep
from nurture.db.business_time import announce
from nurture.db.demo_people import people
from nurture.db.engine import read, write
from nurture.db.stirring import Stirring
from nurture.demo import agents
from nurture.demo.customers import Customers
from nurture.demo.dice import Dice
from nurture.demo.forms import form_with
from nurture.demo.hours import Hours
from nurture.demo.introduced import Circle, HandedOn
from nurture.demo.introductions import Again, Introductions
from nurture.demo.letter import Letter, read_letter
from nurture.demo.machines import at_the_desk, on_arrival
from nurture.demo.marketer import Duty, GuestList, Marketer
from nurture.demo.measures import Measured, Measures
from nurture.demo.office import Errand, Office, OfficePlan
from nurture.demo.readers import Person, Reader, Reading, person_of
from nurture.demo.salespeople import News
from nurture.demo.season import Moment, Publication
from nurture.demo.seminars import Seminars
from nurture.demo.site import Deed
from nurture.demo.visitors import Visit, is_customer, spontaneous
from nurture.demo.wishes import Wish, answers
from nurture.demo.world import World
from nurture.errors import NotFoundError, NurtureError
from nurture.providers.mailbox_store import StoredMail

#: how the audience is called among the participants of the clock
NAME = "audience"

#: machine seconds between two looks at the clock and the mailbox
_LOOK = 0.002
#: people who act at the same time
_HANDS = 8
#: share of customers who read a question or a request that they would have left unread
_TAKES_TIME = 0.6
#: mails taken at once
_BATCH = 200


@dataclass(frozen=True, slots=True)
class Scan:
    """A scanner that looks at a mail when people are at their desks."""

    at: datetime
    number: int


Plan: TypeAlias = Reading | Scan | OfficePlan | Duty | Again | HandedOn | Measured


class Audience:
    """Everybody, with what they plan to do."""

    def __init__(self, world: World, seed: int, days: int) -> None:
        self._world = world
        self._dice = Dice(seed)
        self._now = world.runtime.clock.now()
        with read(world.runtime.engine) as connection:
            calendar = world.runtime.releases.live(connection).definitions.calendar
            known = people(connection)
        self._hours = Hours(calendar)
        self._seminars = Seminars(self._dice)
        circle = Circle.read(world.project / "examples" / "introductions.yaml")
        self._office = Office(world, self._dice, self._hours, circle.outside)
        self._marketer = Marketer(
            world.runtime, world.project, self._seminars, world.web, world.diary
        )
        self._readers: dict[str, Reader] = {}
        self._agenda: list[tuple[datetime, int, Plan]] = []
        self._number = count()
        self._seen = 0
        # The clock and the mailbox's number are in SQL: nothing is new before it stirs.
        self._stirring = Stirring(world.runtime.engine)
        self._requests = count()
        self._hands = ThreadPoolExecutor(_HANDS, thread_name_prefix="audience")
        self._until = days
        bought = [
            row.email.lower() for row in known if is_customer(self._dice, row.email, row.basis)
        ]
        self._customers = Customers(self._dice, self._hours, sorted(bought))
        self._introductions = Introductions(
            world.web,
            world.postbox,
            self._dice,
            self._hours,
            self._customers,
            circle,
        )
        self._measures = Measures(world.runtime, world.project, world.diary, self._dice)
        for row in known:
            self._welcome(row.email, row.locale)
        for address in self._customers.addresses:
            self._plan(self._customers.life(address, self._now, days))
        self._plan(self._measures.plans(self._hours, self._now, days))
        self._plan(self._marketer.plans(self._hours, self._now))

    def announce(self) -> None:
        """Write down what has been seen and when somebody wants to act next."""
        next_at = self._agenda[0][0] if self._agenda else None
        with write(self._world.runtime.engine) as connection:
            announce(connection, NAME, False, self._seen, next_at)

    def step(self) -> bool:
        """Take new mails and do what is due; return whether there was anything."""
        if not self._stirring.stirred():
            return False
        self._now = self._world.runtime.clock.now()
        mails = self._world.mailbox.since(self._seen, _BATCH)
        due = self._due()
        if not mails and not due:
            return False
        if mails:
            self._receive(mails)
        if due:
            self._act(due)
        self.announce()
        return True

    def close(self) -> None:
        """Let the clock go on without the audience."""
        self._hands.shutdown()
        self._stirring.close()
        with write(self._world.runtime.engine) as connection:
            announce(connection, NAME, False, None, None)

    def _welcome(self, email: str, locale: str) -> None:
        first = self._hours.day_of(self._now)
        days = self._until
        person = person_of(self._dice, email, locale, first, days)
        if person.address in self._readers:
            return
        self._readers[person.address] = Reader(person)
        self._plan(spontaneous(self._dice, self._hours, self._world.site, person, self._now, days))

    def _plan(self, plans: Iterable[Plan]) -> None:
        for plan in plans:
            heapq.heappush(self._agenda, (plan.at, next(self._number), plan))

    def _due(self) -> list[Plan]:
        due = []
        while self._agenda and self._agenda[0][0] <= self._now:
            due.append(heapq.heappop(self._agenda)[2])
        return due

    # arriving mails

    def _receive(self, mails: Sequence[StoredMail]) -> None:
        self._seen = mails[-1].number
        jobs: list[Callable[[], None]] = []
        self._plan(self._office.receives([mail for mail in mails if mail.is_ours], self._now))
        for mail in mails:
            reader = self._readers.get(mail.rcpt_to.lower())
            if mail.is_ours or reader is None:
                continue
            person = reader.person
            reading = reader.receives(self._dice, self._hours, mail.number, mail.subject, self._now)
            if reading is None and person.address in self._customers.addresses:
                reading = self._takes_time(mail, reader)
            if reading is not None:
                self._plan([reading])
            if person.gateway is not None or person.temperament.prefetches:
                jobs.append(partial(self._scan, mail, person))
                self._plan([Scan(self._hours.nth(self._now, 1), mail.number)])
            if reader.answers_away(self._hours.day_of(self._now)):
                jobs.append(partial(self._say_away, mail, person))
        for done in [self._hands.submit(job) for job in jobs]:
            done.result()

    def _takes_time(self, mail: StoredMail, reader: Reader) -> Reading | None:
        """Read what one's own contact asks, also where one reads little else."""
        letter = read_letter(mail, self._world.web.base)
        address = reader.person.address
        rng = self._dice.about("takes time", mail.subject, address)
        if reader.left or not (letter.scores or letter.declines) or rng.random() >= _TAKES_TIME:
            return None
        return Reading(self._hours.nth(self._now, rng.randint(1, 9)), mail.number, address)

    def _scan(self, mail: StoredMail, person: Person) -> None:
        web = self._world.web
        for hit in on_arrival(self._dice, person, read_letter(mail, web.base)):
            web.look(hit.url, hit.agent, hit.network, hit.method)

    def _say_away(self, mail: StoredMail, person: Person) -> None:
        letter = read_letter(mail, self._world.web.base)
        self._world.postbox.say_away(letter, person.locale, self._now)

    # what is due

    def _act(self, due: Sequence[Plan]) -> None:
        readings = [plan for plan in due if isinstance(plan, Reading)]
        scans = [plan for plan in due if isinstance(plan, Scan)]
        for done in [self._hands.submit(self._scan_later, scan) for scan in scans]:
            done.result()
        deeds: list[Deed] = []
        for read_one in [self._hands.submit(self._read, reading) for reading in readings]:
            deeds += read_one.result()
        for plan in due:
            match plan:
                case Visit():
                    deeds += self._visit(plan)
                case Errand():
                    plans, told = self._office.does(plan, self._now)
                    self._plan(plans)
                    deeds += told
                case News():
                    if (said := self._office.tells(plan, self._now)) is not None:
                        deeds.append(said)
                case Again():
                    self._introductions.answers_again(plan)
                case HandedOn():
                    if self._introductions.looks(plan):
                        self._welcome(plan.stranger.email, plan.stranger.locale)
                case Measured():
                    self._measures.does(plan)
                case Publication() | Moment() | GuestList():
                    self._plan(self._marketer.does(plan, self._hours))
        self._report(deeds)

    def _read(self, reading: Reading) -> list[Deed]:
        """Do with a mail what its reader planned; return what they did on the site."""
        mail = self._world.mailbox.get(reading.number)
        if mail is None:
            raise NotFoundError(f"mail {reading.number} has gone from the mailbox")
        person = self._readers[reading.address].person
        letter = read_letter(mail, self._world.web.base)
        habits, web, office = person.temperament, self._world.web, person.office
        if reading.opens and not habits.prefetches:
            for url in letter.pixels:
                agent = agents.IMAGE_PROXY if habits.proxied else habits.agent
                web.look(url, agent, "image proxies" if habits.proxied else office)
        if reading.wishes is not None and letter.preferences:
            self._choose(letter.preferences, reading.wishes, person)
        if reading.leaves and letter.one_click:
            if reading.by_page and letter.leave_page:
                web.look(letter.leave_page, habits.agent, office)
            web.unsubscribe(letter.one_click, habits.agent, office)
        rng = self._dice.about("acts", person.address, letter.subject, self._now)
        if letter.scores:
            self._plan(self._introductions.answers(letter, person, self._now))
            return []
        if letter.declines:
            self._plan(self._introductions.reacts(letter, person, self._now))
            return []
        if reading.replies:
            self._world.postbox.reply(letter, person.locale, self._now, rng.randrange(9))
        if not (reading.clicks and letter.links):
            return []
        # It is nearly always the first link that the letter is about.
        url = letter.links[0] if rng.random() < 0.75 else rng.choice(letter.links)
        return self._follow(web.look(url, habits.agent, office), person, letter)

    def _choose(self, url: str, wish: Wish, person: Person) -> None:
        """Change something in the preference centre."""
        web, agent = self._world.web, person.temperament.agent
        form = form_with(web.open(url, agent, person.office).body, "rhythm")
        changed = answers(wish, form) if form is not None else None
        if form is None or changed is None:
            return
        fields = form.filled(changed, ("do", "save"))
        answer = web.submit(form.action, fields, agent, person.office)
        if answer.status != 200:
            raise NurtureError(f"the preference centre answered {answer.status}")

    def _follow(self, target: str, person: Person, letter: Letter) -> list[Deed]:
        """Walk over the company's site from where a link leads: never over the wire."""
        site = self._world.site
        path = site.page_at(target)
        if path is None:
            return []
        rng = self._dice.about("walks", person.address, letter.subject, path, self._now)
        return list(site.visit(path, person.address, person.locale, person.temperament, rng))

    def _scan_later(self, scan: Scan) -> None:
        mail = self._world.mailbox.get(scan.number)
        if mail is None:
            return
        person = self._readers[mail.rcpt_to.lower()].person
        for hit in at_the_desk(person, read_letter(mail, self._world.web.base)):
            self._world.web.look(hit.url, hit.agent, hit.network, hit.method)

    def _visit(self, visit: Visit) -> list[Deed]:
        deeds = [visit.deed]
        if visit.path:
            person = self._readers[visit.deed.email].person
            rng = self._dice.about("strolls", person.address, visit.path, visit.at)
            walk = list(
                self._world.site.visit(
                    visit.path, person.address, person.locale, person.temperament, rng
                )
            )
            # What can be done there is done already.
            deeds += [one for one in walk if one.type != visit.deed.type]
        return deeds

    # what the site and the CRM report

    def _report(self, deeds: Sequence[Deed]) -> None:
        named = (self._named(deed) for deed in deeds)
        ready = [deed for deed in named if deed is not None]
        if ready:
            self._world.web.report(ready, f"audience/{next(self._requests)}")

    def _named(self, deed: Deed) -> Deed | None:
        """Give a registration its session, as the site does.

        None where the site has no session to offer, or had the registration before.
        """
        given = dict(deed.properties)
        if deed.type == "seminar.registered":
            session = self._seminars.next_session(str(given.get("seminar", "")), self._now)
            if session is None or not self._seminars.register(session, deed.email):
                return None
            given["seminar"] = session.name
        return Deed(deed.type, deed.email, given, deed.occurred_at)


def run(world: World, seed: int, days: int, stop: threading.Event) -> None:
    """Live until `stop` is set. Raises NurtureError where a page or the mailbox fails it."""
    audience = Audience(world, seed, days)
    audience.announce()
    try:
        while not stop.is_set():
            if not audience.step():
                machine_sleep(_LOOK)
    finally:
        audience.close()
