"""The company's people at their desks: task mails and their forms, the morning mail, deals."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from nurture.db.demo_people import deal_of, mails_to_the_team, task_of_mail
from nurture.db.engine import read
from nurture.demo import agents
from nurture.demo.browser import Answer
from nurture.demo.dice import Dice
from nurture.demo.forms import form_with
from nurture.demo.hours import Hours
from nurture.demo.letter import read_letter
from nurture.demo.salespeople import News, Press, Salespeople
from nurture.demo.site import Deed
from nurture.demo.visitors import Visit
from nurture.demo.world import World
from nurture.domain.referral import Reason, State
from nurture.emails.identifiers import parse_message_id
from nurture.errors import NurtureError
from nurture.providers.mailbox_store import StoredMail
from nurture.services import referral_desk
from nurture.services.deal_desk import act_on_deal
from nurture.services.digest import TEMPLATE as MORNING
from nurture.services.task_mails import TEMPLATE as TASK

#: share of task mails whose links a scanner of our own opens first, of forms that are sent
#: twice, and of morning mails of which a link is followed
_SCANNED, _TWICE, _LOOKS = 0.06, 0.06, 0.25

#: where our own people reach the web from
_NETWORK = "head office"


@dataclass(frozen=True, slots=True)
class Errand:
    """Somebody of ours takes a mail up."""

    at: datetime
    number: int
    message_id: int
    template: str


OfficePlan: TypeAlias = Errand | News | Visit


class Office:
    """Everybody who works for the company, but for the marketer."""

    def __init__(
        self, world: World, dice: Dice, hours: Hours, outside: Collection[str] = ()
    ) -> None:
        self._world, self._dice, self._hours = world, dice, hours
        self._sales = Salespeople(dice, hours, outside)

    def receives(self, mails: Sequence[StoredMail], now: datetime) -> Iterator[Errand]:
        """Take mails to our own people; yield what will be done with them."""
        domain = self._world.runtime.mail_domain
        ours = {parse_message_id(mail.message_id, domain): mail for mail in mails}
        ids = [number for number in ours if number is not None]
        if not ids:
            return
        with read(self._world.runtime.engine) as connection:
            known = mails_to_the_team(connection, ids)
            tasks = {one: task_of_mail(connection, one) for one in known}
        for number, (template, what) in sorted(known.items()):
            mail, task = ours[number], tasks[number]
            if template == MORNING:
                yield Errand(self._hours.nth(now, 1), mail.number, number, template)
            elif template == TASK and task is not None:
                if self._dice.happens(_SCANNED, "scans", task.email, task.kind, task.created_at):
                    self._scan(mail)
                at = self._sales.takes_up(task, what or "made", now)
                if at is not None:
                    yield Errand(at, mail.number, number, template)

    def _scan(self, mail: StoredMail) -> None:
        """Open every link, as mail security does; none of it records anything."""
        for url in read_letter(mail, self._world.web.base).buttons.values():
            self._world.web.look(url, agents.SCANNERS[0], "scanners of a cloud")

    def does(self, errand: Errand, now: datetime) -> tuple[list[OfficePlan], list[Deed]]:
        """Act on a mail; return what is planned because of it, and what the CRM reports now."""
        mail = self._world.mailbox.get(errand.number)
        if mail is None:
            return [], []
        letter = read_letter(mail, self._world.web.base)
        if errand.template == MORNING:
            looks = self._dice.happens(_LOOKS, "morning", mail.rcpt_to, self._hours.day_of(now))
            if looks and letter.task_pages:
                self._open(letter.task_pages[0])
            return [], []
        with read(self._world.runtime.engine) as connection:
            task = task_of_mail(connection, errand.message_id)
        if task is None:
            # Somebody was faster; the page says so.
            if letter.task_pages:
                self._open(letter.task_pages[-1])
            return [], []
        press = self._sales.presses(task, tuple(letter.buttons), now)
        if press is None or not self._press(letter.buttons[press.action], press, task.email):
            return [], []
        plans: list[OfficePlan] = []
        deeds: list[Deed] = []
        for one in self._sales.goes_on(task, press, now):
            if isinstance(one, Visit) and one.at <= now:
                deeds.append(one.deed)
            else:
                plans.append(one)
        return plans, deeds

    def _press(self, url: str, press: Press, about: str) -> bool:
        """Open a button's form and send it; False where the page offers it no more."""
        form = form_with(self._open(url).body, "revision")
        if form is None:
            return False
        fields = form.filled(press.answers)
        twice = self._dice.happens(_TWICE, "twice", about, press.action)
        for _ in range(1 + twice):
            answer = self._world.web.submit(form.action, fields, agents.BROWSERS[0], _NETWORK)
            if answer.status not in (200, 409):
                raise NurtureError(f"a task's form ({press.action}) answered {answer.status}")
        return True

    def _open(self, url: str) -> Answer:
        return self._world.web.open(url, agents.BROWSERS[0], _NETWORK)

    def tells(self, news: News, now: datetime) -> Deed | None:
        """Tell of a deal as `nurture deal` does; return what the CRM reports in its place."""
        runtime = self._world.runtime
        if news.what == "decline":
            answer = referral_desk.Answer(reason=Reason.NOT_ICP)
            referral_desk.move(runtime, news.referral, State.DECLINED, "demo", answer)
            return None
        with read(runtime.engine) as connection:
            deal = deal_of(connection, news.email)
        if deal is None:
            return None
        if news.what == "met":
            answers = self._sales.after_meeting(news.email, news.locale, now)
            act_on_deal(runtime, deal.name, "met", answers, None, "demo")
            return None
        end = self._sales.ends(news.email, news.locale, now)
        if end.action == "won" and self._dice.happens(0.5, "by the CRM", deal.name):
            amount = float(end.answers["amount"].replace(",", ""))
            given = {"deal": deal.name, "amount": amount, "currency": "JPY"}
            return Deed("deal.won", news.email, given)
        act_on_deal(runtime, deal.name, end.action, end.answers, None, "demo")
        return None
