"""The loop as its people live it: they answer surveys, are asked, introduce, agree or do not.

Everything goes through the pages that their mails lead to, by real HTTP, and one way through
a mail with our address in its copy, by real SMTP.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from urllib.parse import urldefrag, urljoin, urlsplit

from nurture.demo import agents
from nurture.demo.browser import Answer, Web
from nurture.demo.customers import Customers
from nurture.demo.dice import Dice
from nurture.demo.forms import Form, form_with
from nurture.demo.hours import Hours
from nurture.demo.introduced import Circle, HandedOn, Stranger
from nurture.demo.letter import Letter
from nurture.demo.postbox import Postbox
from nurture.demo.readers import Person
from nurture.errors import NurtureError

#: what becomes of somebody who was given a link: the rest lets it lie
_AGREES, _DECLINES = 0.78, 0.1

#: who presses a button twice, and who is named by two people
_TWICE, _KNOWN = 0.1, 0.08

_WHY = {
    "ja": "月末の書き写しでお困りと伺いました。",
    "en": "They copy figures all day at month end.",
}

#: answers of a page whose form was read well: taken, or said before
_TAKEN = (200, 201, 409, 410)


class Again:
    """Somebody answers a survey once more."""

    def __init__(self, at: datetime, url: str, person: Person, score: int) -> None:
        self.at, self.url, self.person, self.score = at, url, person, score


class Introductions:
    """Lets customers and those they know act on mails and pages."""

    def __init__(
        self,
        web: Web,
        postbox: Postbox,
        dice: Dice,
        hours: Hours,
        customers: Customers,
        circle: Circle,
    ) -> None:
        self._web, self._postbox = web, postbox
        self._dice, self._hours = dice, hours
        self._customers, self._circle = customers, circle
        #: how often somebody was asked what: (address, "survey" or "ask")
        self._asked: Counter[tuple[str, str]] = Counter()
        #: how many have introduced somebody: each takes the next way
        self._referrers = 0
        #: ways by which somebody has come
        self._tried: set[str] = set()

    # -- surveys ---------------------------------------------------------------------------

    def answers(self, letter: Letter, person: Person, now: datetime) -> Iterator[Again]:
        """Answer the survey of a mail, or let it lie."""
        self._asked[person.address, "survey"] += 1
        times = self._asked[person.address, "survey"]
        opinion = self._customers.opinion(person.address, person.locale, times)
        if opinion is None:
            return
        url = self._reach(letter.scores[opinion.score], person)
        self._say(url, person, opinion.score, opinion.reasons, opinion.comment)
        if opinion.again is not None:
            at = self._hours.nth(now, 8)
            again = letter.scores.get(opinion.again)
            if again is not None:
                yield Again(at, again, person, opinion.again)

    def answers_again(self, plan: Again) -> None:
        """Change one's mind."""
        self._say(self._reach(plan.url, plan.person), plan.person, plan.score, 0, "")

    def _say(self, url: str, person: Person, score: int, reasons: int, comment: str) -> None:
        form = form_with(self._open(url, person).body, "score")
        if form is None:
            return
        ticked = form.choices.get("driver", ())[:reasons]
        fields: dict[str, str | tuple[str, ...]] = {"score": str(score), "driver": ticked}
        if comment:
            fields["comment"] = comment
        self._send(url, form, fields, person)

    # -- being asked -----------------------------------------------------------------------

    def reacts(self, letter: Letter, person: Person, now: datetime) -> Iterator[HandedOn]:
        """Do what somebody does who is asked to introduce someone."""
        self._asked[person.address, "ask"] += 1
        times = self._asked[person.address, "ask"]
        reaction = self._customers.reaction(person.address, times)
        if reaction == "silent":
            return
        if reaction != "refers":
            declined = letter.declines.get(reaction)
            if declined is not None:
                self._decline(self._reach(declined, person), reaction, person)
            return
        url = self._reach(letter.referring, person)
        self._referrers += 1
        for way in self._customers.ways(person.address, times, self._referrers):
            known = self._dice.happens(_KNOWN, "known", person.address, times, way)
            stranger = self._circle.somebody(twice=known)
            if stranger is None:
                return
            handed = self._hands_on(url, way, stranger, person, now)
            if handed is not None:
                yield handed

    def _decline(self, url: str, reason: str, person: Person) -> None:
        form = form_with(self._open(url, person).body, "answer")
        if form is not None:
            self._send(url, form, {"answer": reason}, person)

    def _hands_on(
        self, url: str, way: str, stranger: Stranger, person: Person, now: datetime
    ) -> HandedOn | None:
        """Take from one's page what is handed on by a way; None where the page has it not."""
        page = self._open(url, person)
        at = self._hours.nth(now, 2 + self._dice.about("looks", stranger.email).randrange(8))
        found = ""
        match way:
            case "introduce":
                if form := form_with(page.body, "why"):
                    why = _WHY.get(person.locale, _WHY["en"])
                    said = {"name": stranger.name, "company": stranger.company, "why": why}
                    found = self._first(self._send(url, form, said, person), "y")
            case "ticket":
                if form := form_with(page.body, "seen"):
                    found = self._first(self._send(url, form, {}, person), "g")
            case "download":
                found = self._first(page, "d")
            case "cc":
                if address := self._copied_to(page):
                    self._postbox.introduce(person.address, stranger, address, now)
                    return None
            case _:
                found = self._first(page, "i")
        return HandedOn(at, stranger, way, found, person.office) if found else None

    def _first(self, page: Answer, place: str) -> str:
        """Return the first address of a place (`/i/…`) that a page shows, empty for none."""
        text = page.body.decode("utf-8", "replace")
        found = re.search(rf"{re.escape(self._web.base)}/{place}/[\w/-]+", text)
        return found[0] if found else ""

    def _copied_to(self, page: Answer) -> str:
        """Return the address that one's page offers for copies."""
        text = page.body.decode("utf-8", "replace")
        found = re.search(r"intro\+[\w.-]+@[\w.-]+\w", text)
        return found[0] if found else ""

    # -- those who were introduced ---------------------------------------------------------

    def looks(self, plan: HandedOn) -> bool:
        """Look at what was handed on; return whether somebody is with us now."""
        stranger, office = plan.stranger, plan.stranger.email.rpartition("@")[2]
        rng = self._dice.about("was given", stranger.email, plan.way)
        chance = rng.random()
        if plan.way not in self._tried:
            chance = 0.0  # each way is seen to work at least once
            self._tried.add(plan.way)
        if chance >= _AGREES + _DECLINES:
            return False
        page = self._web.open(plan.url, agents.BROWSERS[0], office)
        if plan.way == "download":
            self._web.open(f"{plan.url}/open", agents.BROWSERS[0], office)
        form = form_with(page.body, "company")
        if page.status != 200 or form is None:
            return False
        if chance >= _AGREES:
            if plan.way == "introduce":
                self._submit(plan.url, form.action, [("do", "decline")], office)
            return False
        said = {
            "name": stranger.name,
            "company": stranger.company,
            "email": stranger.email,
        }
        # Asked by name, one presses a button; on what was handed on, one ticks a box.
        pressed = plan.way == "introduce"
        said |= {} if pressed else {"agree": "yes"}
        fields = form.filled(said, ("do", "agree") if pressed else None)
        for _ in range(1 + (rng.random() < _TWICE)):
            self._submit(plan.url, form.action, fields, office)
        return True

    # -- pages -----------------------------------------------------------------------------

    def _reach(self, url: str, person: Person) -> str:
        """Follow a counted link to the page of ours behind it."""
        if urlsplit(url).path.startswith("/c/"):
            return self._web.look(url, person.temperament.agent, person.office) or url
        return url

    def _open(self, url: str, person: Person) -> Answer:
        answer = self._web.open(url, person.temperament.agent, person.office)
        if answer.status >= 500 or answer.status == 404:
            raise NurtureError(f"{url} answered {answer.status}")
        return answer

    def _send(
        self,
        url: str,
        form: Form,
        said: Mapping[str, str | tuple[str, ...]],
        person: Person,
    ) -> Answer:
        return self._submit(url, form.action, form.filled(said), person.office)

    def _submit(self, url: str, action: str, fields: list[tuple[str, str]], office: str) -> Answer:
        where = urldefrag(urljoin(url, action)).url
        path = where.removeprefix(self._web.base)
        answer = self._web.submit(path, fields, agents.BROWSERS[0], office)
        if answer.status not in _TAKEN and not 300 <= answer.status < 400:
            raise NurtureError(f"the form at {urlsplit(url).path[:3]}… answered {answer.status}")
        return answer
