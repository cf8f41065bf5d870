"""What the referral pages share: the frame, the languages, the policy for scripts, small words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from flask import Response, g, make_response, render_template, request

from nurture.domain.policy import Policy, Sender
from nurture.domain.promise_words import within
from nurture.domain.referral_program import Program, Timers
from nurture.services.compose import text_in
from nurture.services.sentences import day as day_of
from nurture.web.languages import asked_for, known, language, translate
from nurture.web.protection import POLICY

#: one small file of our own that copies texts; nothing inline, nothing of anybody else
WITH_SCRIPT = f"{POLICY}; script-src 'self'"

_DAYS = {"ja": "y年M月d日", "en": "d MMM y"}


def speak_to(locale: str = "") -> None:
    """Choose the page's language: asked for by link, else the person's, else the browser's."""
    g.language = known(request.args.get("lang")) or known(locale) or asked_for()


def frame(template: str, policy: Policy | None, status: int = 200, **values: Any) -> Response:
    """Return a page in our frame; `policy` says who we are."""
    legal = policy.legal if policy is not None else None
    said = {
        "company": text_in(legal.company, language()) if legal is not None else "",
        "address": text_in(legal.address, language()) if legal is not None else "",
        "contact": legal.contact if legal is not None else "",
        "privacy": policy.privacy_url if policy is not None else "",
        "here": lambda lang: f"?lang={lang}",
        **values,
    }
    page = make_response(render_template(f"public/refer/{template}.html", **said), status)
    page.headers["Content-Security-Policy"] = WITH_SCRIPT
    return page


def sorry(policy: Policy | None, heading: str, text: str, status: int, **more: Any) -> Response:
    """Return a page that says kindly why there is nothing to do here."""
    return frame("sorry", policy, status, heading=heading, text=text, **more)


def days_in(zone: ZoneInfo) -> Callable[[datetime | None], str]:
    """Return how moments are written as days of a zone, in the page's language."""
    return lambda at: day_of(at, language(), zone)


def date_text(day: date | None) -> str:
    """Return a day of a calendar in the page's language, empty for none."""
    if day is None:
        return ""
    return str(format_date(day, _DAYS[language()], locale=language()))


def face_of_owner(owner: Sender) -> dict[str, str]:
    """Return who takes care of a referral, as a page introduces them: no photo, a letter."""
    name = text_in(owner.name, language())
    return {
        "name": name,
        "initial": name.strip()[:1].upper(),
        "title": text_in(owner.title, language()),
        "email": owner.email,
        "phone": owner.phone,
        "dial": "".join(one for one in owner.phone if one.isdigit() or one == "+"),
        "profile": text_in(owner.profile, language()),
    }


def rules_in(program: Program) -> dict[str, str]:
    """Return a programme's rules in the page's language."""
    rules = program.rules
    return {
        "payment": text_in(rules.payment, language()),
        "exclusions": text_in(rules.exclusions, language()),
        "privacy": text_in(rules.privacy, language()),
        "reports": text_in(rules.reports, language()),
        "version": rules.version,
    }


def soon_of(program: Program | None) -> str:
    """Return within what time a referred person hears from us: 24時間以内."""
    timers = program.timers if program is not None else Timers()
    return within(timers.contact, timers.days, language())


def agreement(company: str, version: str, sent_by: str) -> str:
    """Return what a referred person agrees to: shown beside the box, and kept as it stands."""
    who = sent_by or translate("who introduced me")
    return translate(
        "I agree that %(company)s uses what I have written here to answer me and to agree on a "
        "talk, and that %(who)s hears how far it has come (contact, talk, proposal, contract), "
        "but nothing of what we talk about. (Rules, version %(version)s)"
    ) % {"company": company, "who": who, "version": version}
