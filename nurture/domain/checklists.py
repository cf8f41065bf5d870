"""Readiness: three checklists of the founding documents, answered from files and data.

001 names six items (row 87), 002 seven (row 153), 000 four conditions of success (row 62).
Each item says yes or no, what was found, and what to do where it is no.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from nurture.language import Said, say

#: a routine that was not seen for so long is none: a month and a quarter, with some grace
REPORTED_WITHIN = timedelta(days=45)
ASKED_NPS_WITHIN = timedelta(days=120)
REVIEWED_WITHIN = timedelta(days=40)
#: first contact and report as documents 001 and 002 want them
CONTACT_WITHIN = timedelta(hours=24)
REPORT_WITHIN = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class Setup:
    """What files and data say of the programme; a default is what an empty house says."""

    now: datetime
    #: names of programme files
    programs: Sequence[str] = ()
    #: those of them that say industry and problem of whom they want
    with_ideal: Sequence[str] = ()
    #: … offers, each with a benefit, and something for both sides in at least one
    with_benefit: Sequence[str] = ()
    both_sides: Sequence[str] = ()
    #: … payment, exclusions, privacy and reports
    with_rules: Sequence[str] = ()
    #: … text to hand on by mail, chat and SNS; words to say aloud
    with_mail_text: Sequence[str] = ()
    with_sns_text: Sequence[str] = ()
    with_script: Sequence[str] = ()
    #: … a timing that is switched on
    with_timing: Sequence[str] = ()
    #: … who takes a referral in hand, and contact and report within a day and two
    with_handler: Sequence[str] = ()
    contact_in_time: Sequence[str] = ()
    report_in_time: Sequence[str] = ()
    #: … cash that nobody cleared
    uncleared_cash: Sequence[str] = ()
    #: surveys on file, journeys that ask and that report to referrers, templates of asks
    surveys: int = 0
    asking: Sequence[str] = ()
    reporting: Sequence[str] = ()
    #: journeys with a task to write a card
    thanking: Sequence[str] = ()
    #: newest result told, newest NPS asked
    result_at: datetime | None = None
    nps_at: datetime | None = None
    #: people who may be asked now by their newest answer (7 and more)
    candidates: int = 0
    #: asks of the last year, and those of them to people whose newest answer was below 7
    asks: int = 0
    asks_of_detractors: int = 0
    #: open referrals, without an owner, with a promise that is over
    open_referrals: int = 0
    without_owner: int = 0
    late: int = 0
    #: referrals of the period, its first contacts that were due, and those made in time
    referrals: int = 0
    contacts_due: int = 0
    contacts_kept: int = 0
    #: the monthly report: whether it goes, and who looks at it
    report_goes: bool = False
    owner: str = ""
    reviewed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """A line of a checklist."""

    title: Said
    #: None: nothing has happened yet by which one could say (n/a)
    yes: bool | None
    #: what was found
    found: Said
    #: what to do; empty where it is done
    to_do: Said | None = None


@dataclass(frozen=True, slots=True)
class Checklist:
    """A checklist, and how far it is."""

    key: str
    title: Said
    items: Sequence[Item]

    @property
    def done(self) -> int:
        """How many items are yes."""
        return sum(one.yes is True for one in self.items)

    @property
    def of(self) -> int:
        """How many items can be answered at all."""
        return sum(one.yes is not None for one in self.items)


def checklists(setup: Setup) -> list[Checklist]:
    """Return all three."""
    return [
        Checklist("conditions", say("Four conditions of success"), _conditions(setup)),
        Checklist("start", say("Six items to begin with"), _six(setup)),
        Checklist("operation", say("Seven items of operation"), _seven(setup)),
    ]


def _six(one: Setup) -> list[Item]:
    """Row 87: report and NPS, candidates, templated ask, programme, progress, dashboard."""
    return [
        _routine(one),
        _item(
            say("A list of candidates, and when to ask them"),
            one.candidates,
            say(
                "{number} people answered 7 or more; timings: {timings}",
                number=one.candidates,
                timings=_names(one.with_timing),
            ),
            say("Ask the NPS question each quarter"),
            (one.with_timing, say("Switch `timings` on in the programme's file")),
        ),
        _item(
            say("The ask is a template"),
            one.asking,
            say("Journeys that ask: {names}", names=_names(one.asking)),
            say("Put `ask_referral` into a journey"),
        ),
        _item(
            say("The programme is written down"),
            one.with_rules,
            say("Programmes with their rules: {names}", names=_names(one.with_rules)),
            say("Write a `referral_program:` file with its rules"),
        ),
        _progress(one),
        _dashboard(one),
    ]


def _seven(one: Setup) -> list[Item]:
    """Row 153: ideal customer, flow, templates, 24 hours, reports, legal, KPI and owner."""
    return [
        _ideal(one),
        _item(
            say("The flow is written down and in the CRM"),
            one.with_handler,
            say(
                "{number} open referrals, {without} of them without an owner",
                number=one.open_referrals,
                without=one.without_owner,
            ),
            say("Say `handled_by` in the programme's file"),
            (not one.without_owner, say("Give each open referral an owner")),
            known=bool(one.open_referrals or one.referrals),
        ),
        _item(
            say("Words to say aloud, to mail, and to post"),
            bool(one.with_mail_text and one.with_sns_text and one.with_script),
            say(
                "By mail: {mail}; on social media: {sns}; aloud: {script}",
                mail=_names(one.with_mail_text),
                sns=_names(one.with_sns_text),
                script=_names(one.with_script),
            ),
            say("Fill in `kit` of the programme's file, and say in a task how to ask aloud"),
        ),
        _item(
            say("The first contact within 24 hours"),
            one.contact_in_time,
            say(
                "{kept} of {due} in time; promises that are over: {late}",
                kept=one.contacts_kept,
                due=one.contacts_due,
                late=one.late,
            ),
            say("Set `timers.contact` to 24h in the programme's file"),
            (one.contacts_kept == one.contacts_due, _see_to_late()),
            known=one.contacts_due > 0,
        ),
        _reports(one),
        _legal(one),
        _dashboard(one, owner=True),
    ]


def _conditions(one: Setup) -> list[Item]:
    """Row 62: right targets, mutual benefit, follow-up and thanks, continuous measurement."""
    return [
        _item(
            say("The right people are asked for the right people"),
            one.with_ideal,
            say(
                "Ideal customer: {names}; asks of dissatisfied people: {number} of {asks}",
                names=_names(one.with_ideal),
                number=one.asks_of_detractors,
                asks=one.asks,
            ),
            say("Say `wanted.industries` and `wanted.problem` in the programme's file"),
            (
                not one.asks_of_detractors,
                say("Ask by `ask_referral` alone: its guards leave dissatisfied people in peace"),
            ),
        ),
        _item(
            say("Both sides gain"),
            bool(one.with_benefit and one.both_sides),
            say("Programmes with something for both sides: {names}", names=_names(one.both_sides)),
            say("Give an offer a `benefit`, and something for the referred person (`referred`)"),
        ),
        _reports(one),
        _item(
            say("It is measured again and again"),
            one.report_goes,
            _reviewed(one),
            say("Set `kpis.report_at` and `kpis.owner` in the policy"),
            (_lately(one.reviewed_at, one.now, REVIEWED_WITHIN), _look()),
        ),
    ]


def _routine(one: Setup) -> Item:
    return _item(
        say("Results are reported and NPS is asked as a routine"),
        _lately(one.result_at, one.now, REPORTED_WITHIN),
        say(
            "Newest report: {result}; newest NPS question: {nps}; surveys on file: {surveys}",
            result=_ago(one.result_at, one.now),
            nps=_ago(one.nps_at, one.now),
            surveys=one.surveys,
        ),
        say("Report results to customers each month"),
        (
            _lately(one.nps_at, one.now, ASKED_NPS_WITHIN),
            say("Ask the NPS question each quarter"),
        ),
    )


def _ideal(one: Setup) -> Item:
    lacking = [name for name in one.programs if name not in one.with_ideal]
    return _item(
        say("The ideal customer is clear"),
        bool(one.with_ideal) and not lacking,
        say("Programmes that name industry and problem: {names}", names=_names(one.with_ideal)),
        say("Say `wanted.industries` and `wanted.problem` in the programme's file"),
    )


def _progress(one: Setup) -> Item:
    return _item(
        say("Progress and thanks reach the referrer"),
        one.reporting,
        say(
            "Journeys that report: {reports}; with a card to write: {cards}",
            reports=_names(one.reporting),
            cards=_names(one.thanking),
        ),
        say("Start a journey at `referral.introduced` that reports to the referrer"),
        (one.thanking, say("Put a task of kind `card` into a journey, for after a win")),
    )


def _reports(one: Setup) -> Item:
    return _item(
        say("Reports and thanks go by themselves, with reminders"),
        one.reporting,
        say(
            "Journeys that report: {reports}; promises that are over: {late}",
            reports=_names(one.reporting),
            late=one.late,
        ),
        say("Start a journey at `referral.introduced` that reports to the referrer"),
        (one.thanking, say("Put a task of kind `card` into a journey, for after a win")),
        (one.report_in_time, say("Set `timers.report` to 48h in the programme's file")),
        (not one.late, _see_to_late()),
    )


def _see_to_late() -> Said:
    return say("See to those who wait longer than promised: `nurture referrals`")


def _legal(one: Setup) -> Item:
    return _item(
        say("Rewards were looked at by law"),
        one.with_rules,
        say("Cash that nobody cleared: {names}", names=_names(one.uncleared_cash)),
        say("Write a `referral_program:` file with its rules"),
        (
            not one.uncleared_cash,
            say("Let a lawyer clear cash (`rewards.legal_approved`), or give something else"),
        ),
    )


def _dashboard(one: Setup, owner: bool = False) -> Item:
    title = say("A dashboard of KPIs")
    if owner:
        title = say("KPIs with an owner, looked at each month")
    yes = one.report_goes and (bool(one.owner) or not owner)
    return _item(
        title,
        yes,
        _reviewed(one),
        say("Set `kpis.report_at` and `kpis.owner` in the policy"),
        (not owner or _lately(one.reviewed_at, one.now, REVIEWED_WITHIN), _look()),
    )


def _look() -> Said:
    return say("Look at the figures and close the monthly review task")


def _reviewed(one: Setup) -> Said:
    if not one.report_goes:
        return say("No monthly report goes out")
    return say(
        "The report goes to the team each month; owner: {owner}; last review: {at}",
        owner=one.owner or say("nobody"),
        at=_ago(one.reviewed_at, one.now),
    )


def _item(
    title: Said,
    yes: object,
    found: Said,
    to_do: Said,
    *rest: tuple[object, Said],
    known: bool = True,
) -> Item:
    """Return an item that is yes where all hold; else what to do about the first that does not.

    `known`: something has happened by which one can say; else all that holds is n/a.
    """
    missing = [what for holds, what in ((yes, to_do), *rest) if not holds]
    if missing:
        return Item(title, False, found, missing[0])
    return Item(title, True if known else None, found)


def _names(names: Sequence[str]) -> object:
    return list(names) if names else say("none")


def _lately(at: datetime | None, now: datetime, within: timedelta) -> bool:
    return at is not None and now - at <= within


def _ago(at: datetime | None, now: datetime) -> Said:
    if at is None:
        return say("never")
    days = max(0, (now - at).days)
    return say("today") if not days else say("{days} days ago", days=days)
