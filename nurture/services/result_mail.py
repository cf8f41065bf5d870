"""Mails that tell of results: which figures, for whom, and the page that goes with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row

from nurture.db import results as rows
from nurture.db.engine import read
from nurture.domain.definitions import Definitions
from nurture.domain.library import RESULTS_FILE
from nurture.domain.policy import Sender
from nurture.domain.results import Direction, Metric, from_json, lines_of, months_before
from nurture.domain.steps import Send
from nurture.domain.workflow import Workflow
from nurture.emails.attachments import Attachment, StoredFile, encode, file_name
from nurture.emails.compile import CompiledTemplate
from nurture.emails.tokens import Purpose as TokenPurpose
from nurture.emails.tokens import Token
from nurture.language import in_language, language_of, say
from nurture.services.places import locale_of
from nurture.services.releases import LiveRelease
from nurture.services.results_told import Told, made_on, paper, period, result_values
from nurture.services.runtime import Runtime

#: months that a mail without a report of its own looks back for figures
_LOOK_BACK = 3
#: events of this kind bring a report with them
_EVENTS = "results."


@dataclass(frozen=True, slots=True)
class ResultMail:
    """What a mail says of results, and the file that goes with it."""

    values: dict[str, Any]
    #: as MIME parts
    files: tuple[bytes, ...] = ()
    #: their names and octets
    names: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class _Found:
    told: Told
    report_id: int
    made_at: datetime


def result_templates(definitions: Definitions) -> frozenset[str]:
    """Return the templates that only reports of results send: `result` is sure to be there."""
    sure: set[str] = set()
    unsure = {one.template for one in definitions.mailings.values()}
    for workflow in definitions.workflows.values():
        sent = {one.template for one in workflow.graph.steps.values() if isinstance(one, Send)}
        if _only_reports(workflow):
            sure |= sent
        else:
            unsure |= sent
    return frozenset(sure - unsure)


def _only_reports(workflow: Workflow) -> bool:
    if workflow.state_triggers or workflow.schedules or not workflow.event_triggers:
        return False
    return all(one.match.event.startswith(_EVENTS) for one in workflow.event_triggers)


def result_mail(
    runtime: Runtime,
    release: LiveRelease,
    message: Row[Any],
    person: Row[Any] | None,
    compiled: CompiledTemplate,
    sender: Sender,
    now: datetime,
) -> ResultMail | None:
    """Return what a mail reads as `result`; None where it reads none or there is none.

    A journey that a report began tells of that report. Others tell of the account's newest
    figures of the last three months. A report of another account is nobody's business here.
    """
    attached = RESULTS_FILE in message.attach
    if person is None or person.account_id is None or not (attached or _reads(compiled)):
        return None
    zone = ZoneInfo(release.definitions.calendar.zone)
    with read(runtime.engine) as connection:
        found = _report_of(connection, message, person) or _newest(connection, person, now, zone)
    if found is None:
        return None
    locale = compiled.locale
    link = ""
    if found.report_id:
        link = report_link(runtime, found.report_id, message.contact_id or 0)
    values = result_values(found.told, locale, link)
    return _with_page(release, found.told, found.made_at, values, attached, locale, sender)


def sample_result_mail(
    release: LiveRelease,
    message: Row[Any],
    compiled: CompiledTemplate,
    sender: Sender,
    now: datetime,
) -> ResultMail | None:
    """Return the same with results that nobody had, to look at mails with."""
    attached = RESULTS_FILE in message.attach
    if not attached and not _reads(compiled):
        return None
    told = sample_result(compiled.locale, now.date())
    values = result_values(told, compiled.locale, release.definitions.policy.legal.website)
    return _with_page(release, told, now, values, attached, compiled.locale, sender)


def _reads(compiled: CompiledTemplate) -> bool:
    return any(reference.path[0] == "result" for reference in compiled.references)


def _with_page(
    release: LiveRelease,
    told: Told,
    made_at: datetime,
    values: dict[str, Any],
    attached: bool,
    locale: str,
    sender: Sender,
) -> ResultMail:
    if not attached:
        return ResultMail(values)
    title, content = _page_of(release, told, made_at, locale, sender)
    name = file_name(title, "results.pdf")
    part = encode(Attachment(name, StoredFile.of(content)))
    return ResultMail(values, (part,), ((name, len(content)),))


def report_link(runtime: Runtime, report_id: int, contact_id: int) -> str:
    """Return the address at which a reader finds the one page."""
    token = runtime.keyring.sign(Token(TokenPurpose.RESULTS, report_id, contact_id))
    return f"{runtime.public_url}/m/{token}"


def paper_name(told: Told, locale: str) -> str:
    """Return the name of the one page's file, without its ending."""
    said = say("Results {period} {account}", period=period(told, locale), account=told.account)
    return in_language(said, locale)


def told_by(row: Row[Any], account: str) -> Told:
    """Return a kept report as it is told."""
    return Told(account, row.month, [from_json(line) for line in row.lines], row.remark or "")


def report_page(runtime: Runtime, report_id: int, contact_id: int) -> tuple[str, bytes] | None:
    """Return the name and the PDF of a reader's report; None where it is not theirs any more."""
    with read(runtime.engine) as connection:
        row = rows.report(connection, report_id)
        reader = rows.reader(connection, contact_id)
        if row is None or reader is None or reader.account_id != row.account_id:
            return None
        account = rows.account_row(connection, row.account_id)
        release = runtime.releases.live(connection)
    assert account is not None, "a report has its account"
    who = _answers(release, reader.owner_key)
    locale = locale_of(reader, release.definitions.policy)
    name, content = _page_of(release, told_by(row, account.name), row.created_at, locale, who)
    return f"{name}.pdf", content


def team_page(runtime: Runtime, report_id: int, locale: str) -> tuple[str, bytes] | None:
    """Return the name and the PDF of a report for our own people."""
    with read(runtime.engine) as connection:
        row = rows.report(connection, report_id)
        if row is None:
            return None
        account = rows.account_row(connection, row.account_id)
        owners = rows.customers_of(connection, [row.account_id])
        release = runtime.releases.live(connection)
    assert account is not None, "a report has its account"
    who = _answers(release, owners[0].owner_key if owners else None)
    name, content = _page_of(release, told_by(row, account.name), row.created_at, locale, who)
    return f"{name}.pdf", content


def _page_of(
    release: LiveRelease, told: Told, made_at: datetime, locale: str, sender: Sender
) -> tuple[str, bytes]:
    """Return the name of the page's file without its ending, and the PDF."""
    policy = release.definitions.policy
    zone = ZoneInfo(release.definitions.calendar.zone)
    company = policy.legal.company.get(locale) or next(iter(policy.legal.company.values()), "")
    content = paper(told, locale, company, _sender(sender, locale), made_on(made_at, zone))
    return paper_name(told, locale), content


def _answers(release: LiveRelease, owner: str | None) -> Sender:
    """Return who answers questions: the owner, else the default sender."""
    policy = release.definitions.policy
    return policy.senders.get(owner or "") or policy.senders[policy.default_sender]


def _sender(sender: Sender, locale: str) -> dict[str, str]:
    name = sender.name.get(locale) or next(iter(sender.name.values()), "")
    return {"name": name, "email": sender.email, "phone": sender.phone}


def _report_of(connection: Connection, message: Row[Any], person: Row[Any]) -> _Found | None:
    trigger = message.enrolment_trigger
    number = trigger.get("report") if isinstance(trigger, Mapping) else None
    if not isinstance(number, int) or isinstance(number, bool):
        return None
    row = rows.report(connection, number)
    if row is None or row.account_id != person.account_id:
        return None
    return _Found(told_by(row, person.account_name), row.id, row.created_at)


def _newest(
    connection: Connection, person: Row[Any], now: datetime, zone: ZoneInfo
) -> _Found | None:
    found = rows.metrics_of(connection, [person.account_id])[person.account_id]
    metrics = [metric for _, metric in found]
    today = now.astimezone(zone).date().replace(day=1)
    since = months_before(today, _LOOK_BACK)
    for back in range(_LOOK_BACK + 1):
        month: date = months_before(today, back)
        lines = lines_of(metrics, month)
        if not lines:
            continue
        report = rows.report_of(connection, person.account_id, month)
        told = Told(person.account_name, month, lines, since=min(since, month))
        return _Found(told, report.id if report is not None else 0, now)
    return None


def sample_result(locale: str, today: date) -> Told:
    """Return results that nobody had, to look at mails with."""
    month = months_before(today, 1)
    months = [months_before(month, back) for back in reversed(range(6))]
    hours = dict(zip(months, (118.0, 110.0, 96.0, 84.0, 76.0, 69.5), strict=True))
    answers = dict(zip(months, (410.0, 420.0, 432.0, 446.0, 455.0, 472.0), strict=True))
    metrics = [
        Metric("hours", {"ja": "転記の時間", "en": "Retyping time"}, _HOURS[language_of(locale)],
               Direction.DOWN, 120, hours),
        Metric("answers", {"ja": "一日に処理できる件数", "en": "Cases handled a day"},
               {"ja": "件", "en": ""}[language_of(locale)], Direction.UP, 400, answers),
    ]  # fmt: skip
    account = {"ja": "株式会社碧海鋳造", "en": "Tidewater Logistics Ltd"}[language_of(locale)]
    return Told(account, month, lines_of(metrics, month), _REMARK[language_of(locale)])


_HOURS = {"ja": "時間/月", "en": "hours"}
_REMARK = {
    "ja": "入力画面を一つにまとめたことが効いています。来月は差し戻しの理由を見直しましょう。",
    "en": "Putting the two input screens together made the difference. Next month let us look at "
    "why forms are sent back.",
}
