"""The report of a month: a snapshot of an account's figures, and who hears of it.

It tells by events. `results.reported` says that something became better, and opens the time in
which an introduction may be asked for; where nothing did, `results.reviewed` brings the same
mail with an honest sentence, and opens nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row

from nurture.db import results as rows
from nurture.db import team
from nurture.db.engine import write
from nurture.db.events import NewEvent, record
from nurture.domain import result_words as words
from nurture.domain.newest_result import REPORTED, REVIEWED
from nurture.domain.results import (
    Line,
    Measure,
    Metric,
    as_json,
    from_json,
    headline,
    lines_of,
    without_figure,
)
from nurture.domain.task_timers import next_day
from nurture.errors import NurtureError
from nurture.language import Said, in_language, say
from nurture.services.account_lookup import account_named
from nurture.services.releases import LiveRelease
from nurture.services.runtime import DECIDE, Runtime
from nurture.services.task_book import write_tasks

#: by which the events of reports are told apart from a CRM's
SOURCE = "results"
#: the kind of the owner's task about a report, or about figures that are missing
TASK = "results"
#: business days until figures that are missing should be there
_MISSING_DUE = 3
_LONGEST_REMARK = 1000


@dataclass(frozen=True, slots=True)
class Reported:
    """A report, and who hears of it."""

    id: int
    account: str
    month: date
    lines: Sequence[Line]
    #: False: it was there before, and stands as it was
    new: bool
    #: contacts who get it
    readers: Sequence[Row[Any]]
    #: of those, who hear of it by this call
    told: int
    #: metrics that had no figure of the month
    missing: Sequence[Metric] = ()

    @property
    def improved(self) -> bool:
        """Whether something became better."""
        return headline(self.lines) is not None


@dataclass(frozen=True, slots=True)
class NoReport:
    """Why there is no report, and what to do."""

    why: Said
    hint: Said


def report_results(
    runtime: Runtime,
    account: str,
    month: date,
    by: str,
    remark: str | None = None,
    satisfied: bool | None = None,
) -> Reported:
    """Make the report of a month and tell the account's customers, each once.

    Called again it changes nothing but the remark, and tells who has become a customer since.
    `satisfied` is what the customer said of it, where they did. Raises NurtureError where
    the month has no figures or the account no customer.
    """
    with write(runtime.engine) as connection:
        now = runtime.clock.now()
        if not runtime.releases.published(connection):
            raise NurtureError(say("nothing is published yet"), say("run `nurture publish`"))
        release = runtime.releases.live(connection)
        found = account_named(connection, account)
        rows.hold_accounts(connection, [found.id])
        made = make_report(connection, release, found, month, by, now, remark, satisfied)
        if isinstance(made, NoReport):
            raise NurtureError(made.why, made.hint)
    runtime.ring(DECIDE)
    return made


def make_report(
    connection: Connection,
    release: LiveRelease,
    account: Row[Any],
    month: date,
    by: str,
    now: datetime,
    remark: str | None = None,
    satisfied: bool | None = None,
) -> Reported | NoReport:
    """Make a report inside the caller's transaction; return why there is none in its place."""
    metrics = [metric for _, metric in rows.metrics_of(connection, [account.id])[account.id]]
    lines = lines_of(metrics, month)
    standing = rows.report_of(connection, account.id, month)
    if standing is None and not lines:
        shown = f"{month:%Y-%m}"
        why = say("{account} has no figures of {month}", account=account.name, month=shown)
        hint = say("bring them in: `nurture results import`, or the page of the account")
        return NoReport(why, hint)
    readers = rows.customers_of(connection, [account.id])
    if not readers:
        why = say("nobody at {account} is a customer", account=account.name)
        return NoReport(why, say("reports go to contacts whose stage is customer"))
    remark = " ".join(remark.split())[:_LONGEST_REMARK] if remark is not None else None
    new = standing is None and rows.add_report(
        connection,
        account_id=account.id,
        month=month,
        lines=[as_json(line) for line in lines],
        created_at=now,
        created_by=by,
        remark=remark or None,
    )
    row = rows.report_of(connection, account.id, month)
    assert row is not None, "written just now"
    if not new and remark is not None:
        rows.set_remark(connection, row.id, remark or None)
    kept = [from_json(line) for line in row.lines]
    told = record(
        connection,
        [
            _event(reader, account, row.id, month, kept, satisfied, now, release)
            for reader in readers
        ],
        now,
    )
    if new:
        _ask_for_a_remark(connection, release, account, row.id, month, kept, readers, now)
    missing = without_figure(metrics, month)
    count = sum(1 for one in told if one is not None)
    return Reported(row.id, account.name, month, kept, new, readers, count, missing)


def _event(
    reader: Row[Any],
    account: Row[Any],
    report_id: int,
    month: date,
    lines: Sequence[Line],
    satisfied: bool | None,
    now: datetime,
    release: LiveRelease,
) -> NewEvent:
    locale = reader.locale or release.definitions.policy.default_locale
    best = headline(lines)
    properties: dict[str, Any] = {
        "report": report_id,
        "account": account.name,
        "month": f"{month:%Y-%m}",
        "result": words.summary(lines, locale),
    }
    if best is not None:
        properties["metric"] = words.title(best, locale)
        properties["moved"] = words.moved(best, locale)
        if best.measure is Measure.PERCENT:
            properties["change_percent"] = round(best.change, 1)
    if satisfied is not None:
        properties["satisfied"] = satisfied
    kind = REPORTED if best is not None else REVIEWED
    return NewEvent(kind, reader.id, now, SOURCE, properties, key=f"{report_id}/{reader.id}")


def _ask_for_a_remark(
    connection: Connection,
    release: LiveRelease,
    account: Row[Any],
    report_id: int,
    month: date,
    lines: Sequence[Line],
    readers: Sequence[Row[Any]],
    now: datetime,
) -> None:
    """Tell the owner that the report goes out, with the line for a chat."""
    locale = release.definitions.policy.default_locale
    title = say(
        "{account}: add a remark to the report of {month}. For a chat: {short}",
        account=account.name,
        month=words.month_text(month, locale),
        short=words.short_message(lines, month, locale),
    )
    due = next_day(release.definitions.calendar, now)
    _task(connection, release, account, f"results/{report_id}", title, due, readers, now)


def ask_for_figures(
    connection: Connection,
    release: LiveRelease,
    account: Row[Any],
    month: date,
    missing: Sequence[Metric],
    readers: Sequence[Row[Any]],
    now: datetime,
) -> bool:
    """Give the owner a task to bring in the figures of a month; False: there is one already."""
    locale = release.definitions.policy.default_locale
    names = [
        metric.title.get(locale) or next(iter(metric.title.values()), metric.name)
        for metric in missing
    ]
    title = say(
        "{account}: bring in the figures of {month} ({metrics}); the report goes out by itself",
        account=account.name,
        month=words.month_text(month, locale),
        metrics=names,
    )
    due = next_day(release.definitions.calendar, now, _MISSING_DUE)
    key = f"results/{account.id}/{month:%Y-%m}/missing"
    return _task(connection, release, account, key, title, due, readers, now)


def _task(
    connection: Connection,
    release: LiveRelease,
    account: Row[Any],
    key: str,
    title: Said,
    due_at: datetime,
    readers: Sequence[Row[Any]],
    now: datetime,
) -> bool:
    """Give a task to the owner of the first reader who has one that is here."""
    policy = release.definitions.policy
    colleagues = team.colleagues(connection)
    owners = (colleagues.with_id(reader.owner_id) for reader in readers)
    who = next((one for one in owners if one is not None and one.active), None)
    who = who or colleagues.with_key(policy.default_sender)
    about = next((r for r in readers if who is not None and r.owner_id == who.id), readers[0])
    row = {
        "dedupe_key": key,
        "contact_id": about.id,
        "account_id": account.id,
        "enrolment_id": None,
        "kind": TASK,
        "title": in_language(title, policy.default_locale)[:400],
        "assignee": "owner",
        "assignee_id": who.id if who is not None else None,
        "due_at": due_at,
        "created_at": now,
        "deal_id": None,
    }
    return bool(write_tasks(connection, release, [row], now))
