"""A house with customers whose figures move: the shipped report in a small project."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from nurture.db import tables
from nurture.db.engine import write
from nurture.domain.metric_row import MetricRow
from nurture.domain.results import Direction
from nurture.services.metrics import Taken, take_metrics
from tests.services.desk import FILES as DESK
from tests.services.house import House
from tests.services.project import POLICY, project

_ROOT = Path(__file__).parents[2]

#: last month of a house that begins on 12 May 2026
APRIL = date(2026, 4, 1)

FILES = project(
    policy=POLICY.replace("locales: {default: ja}", "locales: {default: ja, also: [en]}").replace(
        "receipt/*]", "receipt/*, results/*]"
    )
    + 'results: {report: {every: month, day: third business day, at: "09:00"}}\n'
)
FILES |= {path: text for path, text in DESK.items() if "/team/" in path or "/layouts/" in path}
FILES |= {
    path: (_ROOT / path).read_bytes()
    for path in (
        "workflows/results-report.yaml",
        *(f"templates/email/results/report.{locale}.md" for locale in ("ja", "en")),
        *(
            f"templates/email/layouts/{name}"
            for name in (
                *("service.mjml", "service.txt", "service.opening.md", "head.mjml"),
                *("service-footer.mjml", "service-footer.txt"),
            )
        ),
    )
}


class Customers:
    """Two people at a customer's, and what moves there."""

    def __init__(self, house: House, **files: bytes) -> None:
        self.files = FILES | files
        house.publish(self.files)
        self.house = house
        self.account = house.company("青空工業株式会社", domain="aozora.example")
        self.owner = {row.key: row.id for row in house.rows(tables.team_member)}["mori"]
        self.tanaka = self.person("tanaka@aozora.example")
        self.ono = self.person("ono@aozora.example", family_name="Ono", locale="en")

    def person(self, email: str, **values: Any) -> int:
        """Add a customer of the account."""
        row = {
            "account_id": self.account,
            "owner_id": self.owner,
            "lifecycle": "customer",
            **values,
        }
        return self.house.person(email, (), **row)

    def take(self, *rows: MetricRow) -> Taken:
        """Bring metrics in as the API does."""
        house = self.house
        with write(house.engine) as connection:
            return take_metrics(connection, rows, "api", "crm", house.clock.now())

    def hours(self, *values: float, last: date = APRIL, **more: Any) -> Taken:
        """Bring in hours of retyping, the last of them of a month."""
        months = [date(last.year, last.month - back, 1) for back in reversed(range(len(values)))]
        said: dict[str, Any] = {
            "title": {"ja": "転記の時間", "en": "Retyping time"},
            "unit": "時間",
            "direction": Direction.DOWN,
            "baseline": 120.0,
            **more,
        }
        found = dict(zip(months, values, strict=True))
        return self.take(MetricRow("青空工業", "hours", values=found, **said))
