"""Metrics of accounts, their values, and the reports made of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, or_, select, update

from nurture.db.among import among
from nurture.db.engine import is_sqlite
from nurture.db.tables import (
    account,
    account_metric,
    account_metric_value,
    contact,
    results_report,
    team_member,
)
from nurture.db.upsert import insert_new
from nurture.domain.results import Direction, Metric


def accounts_like(connection: Connection, texts: Iterable[str]) -> list[Row[Any]]:
    """Return accounts (id, name, domain) whose number, domain or name is one of `texts`."""
    wanted = {text.strip() for text in texts if text.strip()}
    numbers = {int(text) for text in wanted if text.isascii() and text.isdigit() and len(text) < 19}
    domains = {text.casefold() for text in wanted}
    found: dict[int, Row[Any]] = {}
    columns = (account.c.id, account.c.name, account.c.domain)
    for some in _parts(sorted(wanted)):
        where = or_(
            account.c.name.in_(some),
            account.c.domain.in_([one.casefold() for one in some if one.casefold() in domains]),
            account.c.id.in_([int(one) for one in some if one in map(str, numbers)]),
        )
        for row in connection.execute(select(*columns).where(where)):
            found[row.id] = row  # type: ignore[assignment]
    return [found[one] for one in sorted(found)]


def account_names(connection: Connection) -> list[Row[Any]]:
    """Return (id, name, domain) of every account: to find one whose name is written otherwise."""
    columns = (account.c.id, account.c.name, account.c.domain)
    return list(connection.execute(select(*columns).order_by(account.c.id)))


def account_row(connection: Connection, account_id: int) -> Row[Any] | None:
    """Return an account."""
    return connection.execute(select(account).where(account.c.id == account_id)).first()


def hold_accounts(connection: Connection, account_ids: Sequence[int]) -> None:
    """Hold accounts until the commit, so that two imports do not make one metric twice."""
    if account_ids and not is_sqlite(connection):
        connection.execute(
            select(account.c.id)
            .where(account.c.id.in_(sorted(set(account_ids))))
            .order_by(account.c.id)
            .with_for_update()
        )


def metrics_of(
    connection: Connection, account_ids: Sequence[int]
) -> dict[int, list[tuple[int, Metric]]]:
    """Return account → its metrics with their ids, in the order in which they were made."""
    found: dict[int, list[tuple[int, Metric]]] = {one: [] for one in account_ids}
    rows = connection.execute(
        select(account_metric)
        .where(among(account_metric.c.account_id, "accounts"))
        .order_by(account_metric.c.id),
        {"accounts": list(account_ids)},
    ).all()
    values: dict[int, dict[date, float]] = {row.id: {} for row in rows}
    for one in connection.execute(
        select(account_metric_value)
        .where(among(account_metric_value.c.metric_id, "metrics"))
        .order_by(account_metric_value.c.month),
        {"metrics": list(values)},
    ):
        values[one.metric_id][one.month] = one.value
    for row in rows:
        metric = Metric(
            row.name, row.title, row.unit, Direction(row.direction), row.baseline, values[row.id]
        )
        found[row.account_id].append((row.id, metric))
    return found


def add_metric(connection: Connection, account_id: int, metric: Metric, now: datetime) -> int:
    """Insert a metric and return its id."""
    done = connection.execute(
        insert(account_metric)
        .values(
            account_id=account_id,
            name=metric.name,
            title=dict(metric.title),
            unit=metric.unit,
            direction=metric.direction.value,
            baseline=metric.baseline,
            created_at=now,
        )
        .returning(account_metric.c.id)
    )
    return int(done.scalar_one())


def change_metric(connection: Connection, metric_id: int, **values: Any) -> None:
    """Change a metric's title, unit or baseline."""
    connection.execute(
        update(account_metric).where(account_metric.c.id == metric_id).values(**values)
    )


def insert_values(
    connection: Connection, values: Mapping[tuple[int, date], float], told: Mapping[str, Any]
) -> None:
    """Insert figures by metric and month; `told`: source, recorded_at, recorded_by."""
    if values:
        rows = [
            {"metric_id": metric_id, "month": month, "value": value, **told}
            for (metric_id, month), value in values.items()
        ]
        connection.execute(insert(account_metric_value), rows)


def replace_values(
    connection: Connection, values: Mapping[tuple[int, date], float], told: Mapping[str, Any]
) -> None:
    """Replace figures that are there; the newest word of a month stands."""
    if not values:
        return
    table = account_metric_value
    query = (
        update(table)
        .where(table.c.metric_id == bindparam("of_metric"), table.c.month == bindparam("of_month"))
        .values(value=bindparam("new_value"), **told)
    )
    rows = [
        {"of_metric": metric_id, "of_month": month, "new_value": value}
        for (metric_id, month), value in values.items()
    ]
    connection.execute(query, rows)


def accounts_with_metrics(connection: Connection) -> list[int]:
    """Return the ids of accounts that have a metric."""
    query = select(account_metric.c.account_id).distinct().order_by(account_metric.c.account_id)
    return list(connection.execute(query).scalars())


def reports_of(connection: Connection, account_id: int) -> list[Row[Any]]:
    """Return an account's reports, the newest month first."""
    return list(
        connection.execute(
            select(results_report)
            .where(results_report.c.account_id == account_id)
            .order_by(results_report.c.month.desc())
        )
    )


def report(connection: Connection, report_id: int) -> Row[Any] | None:
    """Return a report."""
    return connection.execute(
        select(results_report).where(results_report.c.id == report_id)
    ).first()


def report_of(connection: Connection, account_id: int, month: date) -> Row[Any] | None:
    """Return an account's report of a month."""
    return connection.execute(
        select(results_report).where(
            results_report.c.account_id == account_id, results_report.c.month == month
        )
    ).first()


def newest_reports(connection: Connection) -> dict[int, date]:
    """Return account → the newest month that was reported to it."""
    newest = select(results_report.c.account_id, func.max(results_report.c.month)).group_by(
        results_report.c.account_id
    )
    return {row[0]: row[1] for row in connection.execute(newest)}


def add_report(connection: Connection, **values: Any) -> bool:
    """Insert a report unless there is one of that account and month; say whether it is new."""
    return bool(insert_new(connection, results_report, [values], "account_id", "month"))


def set_remark(connection: Connection, report_id: int, remark: str | None) -> None:
    """Write the owner's remark."""
    connection.execute(
        update(results_report).where(results_report.c.id == report_id).values(remark=remark)
    )


def customers_of(connection: Connection, account_ids: Sequence[int]) -> list[Row[Any]]:
    """Return the accounts' contacts who are customers and are here, by account and id.

    With the id and key of their owner.
    """
    return list(
        connection.execute(
            select(
                contact.c.id,
                contact.c.account_id,
                contact.c.email,
                contact.c.family_name,
                contact.c.given_name,
                contact.c.locale,
                contact.c.owner_id,
                team_member.c.key.label("owner_key"),
            )
            .select_from(contact)
            .outerjoin(team_member, contact.c.owner_id == team_member.c.id)
            .where(
                among(contact.c.account_id, "accounts"),
                contact.c.lifecycle == "customer",
                contact.c.erased.is_(False),
                contact.c.merged_into.is_(None),
                contact.c.email.is_not(None),
            )
            .order_by(contact.c.account_id, contact.c.id),
            {"accounts": list(account_ids)},
        )
    )


def reader(connection: Connection, contact_id: int) -> Row[Any] | None:
    """Return a contact who is here (account, locale, key of the owner), duplicates followed."""
    became = connection.execute(
        select(contact.c.merged_into).where(contact.c.id == contact_id)
    ).scalar()
    found: Row[Any] | None = connection.execute(
        select(
            contact.c.id,
            contact.c.account_id,
            contact.c.locale,
            team_member.c.key.label("owner_key"),
        )
        .select_from(contact)
        .outerjoin(team_member, contact.c.owner_id == team_member.c.id)
        .where(contact.c.id == (became or contact_id), contact.c.erased.is_(False))
    ).first()  # type: ignore[assignment]
    return found


def _parts(texts: Sequence[str], size: int = 300) -> Iterable[list[str]]:
    for start in range(0, len(texts), size):
        yield list(texts[start : start + size])
