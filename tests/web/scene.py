"""A small world for pages and tracking: a runtime at a frozen time, people, mails, tokens."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Row, insert, select

from nurture.clock import FrozenClock
from nurture.db.engine import read, write
from nurture.db.releases import store
from nurture.db.tables import (
    account,
    consent,
    contact,
    enrolment,
    event,
    event_evidence,
    identity,
    inbox,
    message,
)
from nurture.domain.addresses import canonical
from nurture.emails.tokens import Keyring, Purpose, Token
from nurture.services.releases import Releases
from nurture.services.runtime import Runtime
from tests.services.house import COMPILED

#: a Tuesday, 10:00 in Tokyo
NOON = datetime(2026, 5, 12, 1, 0, tzinfo=UTC)
#: the start of the hash of the template that all mails here are made of
TEMPLATE = bytes.fromhex("00112233445566aa")
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/148.0.0.0 Safari/537.36"
)


@dataclass
class Scene:
    """What a test acts on."""

    engine: Engine
    clock: FrozenClock
    runtime: Runtime
    state: Path
    rung: list[str] = field(default_factory=list)

    def add(self, table: Any, **values: Any) -> int:
        """Insert a row and return its id."""
        with write(self.engine) as connection:
            done = connection.execute(insert(table).values(**values).returning(table.c.id))
            return int(done.scalar_one())

    def rows(self, table: Any) -> list[Row[Any]]:
        """Return all rows of a table in the order of their first column."""
        with read(self.engine) as connection:
            return list(connection.execute(select(table).order_by(*table.primary_key.columns)))

    def person(self, email: str = "tanaka@sample.example", **values: Any) -> int:
        """Add a contact with an address."""
        now = self.clock.now()
        row = {"email": email, "created_at": now, "scored_at": now, "locale": "ja", **values}
        contact_id = self.add(contact, **row)
        self.add(identity, kind="email", value=canonical(email), contact_id=contact_id)
        return contact_id

    def agree(self, contact_id: int, *purposes: str) -> None:
        """Record consents as an import does."""
        now = self.clock.now()
        for purpose in purposes:
            self.add(
                consent,
                contact_id=contact_id,
                purpose=purpose,
                state="granted",
                basis="business_card",
                source="◯◯展2026",
                obtained_at=now,
                recorded_at=now,
                recorded_by="import",
            )

    def company(self, name: str = "株式会社見本製作所", **values: Any) -> int:
        """Add an account."""
        return self.add(account, name=name, created_at=self.clock.now(), **values)

    def mail(self, contact_id: int | None, **values: Any) -> int:
        """Add a mail, sent an hour ago unless `values` say otherwise."""
        now = self.clock.now()
        row = {
            "dedupe_key": f"test/{len(self.rows(message))}",
            "contact_id": contact_id,
            "recipient": "tanaka@sample.example",
            "purpose": "marketing",
            "template": "warm/hearing",
            "window": "business",
            "priority": 50,
            "state": "sent",
            "created_at": now - timedelta(hours=1),
            "recorded_at": now,
            "sent_at": now - timedelta(hours=1),
            **values,
        }
        return self.add(message, **row)

    def journey(self, contact_id: int, workflow: str = "warm-nurture", **values: Any) -> int:
        """Add an active enrolment."""
        row = {
            "contact_id": contact_id,
            "workflow": workflow,
            "release_id": self.release(),
            "state": "active",
            "step": "hearing",
            "due_at": self.clock.now(),
            "started_at": self.clock.now(),
            **values,
        }
        return self.add(enrolment, **row)

    def release(self) -> int:
        """Return the live release; publish the smallest one where there is none."""
        from nurture.db.releases import newest_id

        with write(self.engine) as connection:
            known = newest_id(connection)
            return known or store(connection, FILES, "test", self.clock.now())

    def token(self, purpose: Purpose, message_id: int, contact_id: int = 0) -> str:
        """Return a signed token."""
        return self.runtime.keyring.sign(Token(purpose, message_id, contact_id))

    def link(self, message_id: int, contact_id: int, number: int = 1) -> str:
        """Return the token of a link whose target the template knows."""
        token = Token(Purpose.CLICK, message_id, contact_id, number, TEMPLATE)
        return self.runtime.keyring.sign(token)

    def hits(self) -> list[dict[str, Any]]:
        """Return opens and clicks with their verdict and when they are to be looked at."""
        verdicts = {row.event_id: row for row in self.rows(event_evidence)}
        waiting = {row.event_id: row.available_at for row in self.rows(inbox)}
        return [
            {
                **row._mapping,
                "verdict": verdicts[row.id].verdict,
                "why": verdicts[row.id].reason,
                "available_at": waiting.get(row.id),
            }
            for row in self.rows(event)
            if row.type in ("email.opened", "email.clicked")
        ]


def make_scene(engine: Engine, state: Path) -> Scene:
    """Return an empty world at NOON."""
    rung: list[str] = []
    clock = FrozenClock(NOON)
    runtime = Runtime(
        engine=engine,
        clock=clock,
        releases=Releases(COMPILED),
        keyring=Keyring({1: b"0" * 32}, 1),
        hash_key=b"1" * 32,
        ring=rung.append,
        public_url="https://links.sample.example",
        mail_domain="sample.example",
    )
    return Scene(engine, clock, runtime, state, rung)


_FILES = {
    "workflows/policy.yaml": """
policy: default
locales: {default: ja, also: [en]}
senders:
  sato: {name: {ja: 佐藤花子, en: Hanako Sato}, email: sato@sample.example}
default_sender: sato
legal:
  company: {ja: 株式会社見本, en: "Sample, Inc."}
  address: {ja: 東京都千代田区1-1, en: "1-1 Chiyoda, Tokyo"}
  contact: privacy@sample.example
  website: https://www.sample.example/
  privacy: https://www.sample.example/privacy
service_templates: [receipt/*]
evidence: {hold: 10s, too_soon: 3s, agents: [OurOwnScanner]}
fields: {contact: {budget: text, seats: number}, account: {plan: text}}
""",
    "workflows/calendar.yaml": """
calendar: default
zone: Asia/Tokyo
holidays: JP
windows:
  business: {days: mon-fri, hours: ["09:00-12:00", "13:00-17:30"]}
""",
    "workflows/scoring.yaml": """
scoring: default
half_life: 30d
rules:
  - {id: click, event: email.clicked, points: 7}
temperature:
  warm: {enter: 20, leave: 15}
  hot: {enter: 50, leave: 40}
""",
    "workflows/warm-nurture.yaml": """
workflow: warm-nurture
title: ウォームリード育成
purpose: marketing
trigger: [{temperature: warm}]
steps:
  - id: hearing
    send: warm/hearing
  - id: answer
    wait_for: [{form: hearing}, {reply: hearing}]
    within: 7d
    then:
      - task: {for: owner, title: ご返信への対応, due: 1 business day}
      - end: answered
    otherwise:
      - id: reminder
        send: warm/reminder
  - id: trade
    branch:
      - if: {industry: manufacturing}
        steps: [{id: case-factory, send: warm/case-factory}]
      - if: {industry: [medical, care]}
        steps: [{id: case-care, send: warm/case-care}, {wait: 2d}]
      - else:
        steps: [{wait: 7d}]
  - wait_until: {weekday: tuesday, at: "10:00"}
  - id: webinar
    send: warm/webinar
""",
    "workflows/receipts.yaml": """
workflow: receipts
title: 受付のご連絡
purpose: service
trigger: [{form: contact}]
steps:
  - id: receipt
    send: receipt/thanks
""",
    **{
        f"templates/email/{name}.ja.md": "---\nsubject: 件名\n---\n{{ contact | addressee }}\n"
        for name in (
            *("warm/hearing", "warm/reminder", "warm/case-factory", "warm/case-care"),
            *("warm/webinar", "receipt/thanks"),
        )
    },
}
FILES = {path: text.encode() for path, text in _FILES.items()}
