"""Owners that a list names, before and after our own people are written down."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, insert, select

from nurture.clock import FrozenClock
from nurture.compiler import compile_files
from nurture.db import team
from nurture.db.contact_writes import members
from nurture.db.engine import read, write
from nurture.db.tables import team_member
from nurture.services.import_contacts import ImportOptions, ImportReport, import_contacts
from tests.services.project import project

CLOCK = FrozenClock(datetime(2026, 4, 1, 3, tzinfo=UTC))
DEFINITIONS = compile_files(project())


def bring(engine: Engine, path: Path, dry_run: bool) -> ImportReport:
    return import_contacts(engine, CLOCK, DEFINITIONS, path, ImportOptions(dry_run=dry_run))


def test_a_dry_run_before_the_first_publication_knows_the_senders_as_owners(
    engine: Engine, tmp_path: Path
) -> None:
    path = tmp_path / "list.csv"
    # by name, by address, and somebody who is nobody of ours
    rows = ("a@a.example,佐藤花子", "b@a.example,mori@sample.example", "c@a.example,誰か")
    path.write_text("\n".join(("メールアドレス,担当者", *rows, "")), encoding="utf-8")
    dry = bring(engine, path, dry_run=True)
    assert dry.remarks["unknown_owner"] == 1
    with read(engine) as connection:
        assert connection.execute(select(team_member)).all() == []
    with write(engine) as connection:
        team.sync(connection, DEFINITIONS.policy)
    wet = bring(engine, path, dry_run=False)
    assert dry == wet


def test_whom_a_sync_would_leave_active_is_whom_it_leaves_active(engine: Engine) -> None:
    standing: list[dict[str, Any]] = [
        # a sender under an older key and name, one who is no sender any more, a colleague
        {"key": "hanako", "name": "佐藤", "email": "sato@sample.example", "active": True},
        {"key": "gone", "name": "前任", "email": "gone@sample.example", "active": True},
        {"key": None, "name": "同僚", "email": "colleague@sample.example", "active": True},
        {"key": None, "name": "退職", "email": "left@sample.example", "active": False},
    ]
    with write(engine) as connection:
        connection.execute(insert(team_member), [{**one, "role": "sales"} for one in standing])
    with write(engine) as connection:
        expected = team.after_sync(connection, DEFINITIONS.policy)
        team.sync(connection, DEFINITIONS.policy)
        found = members(connection)
    assert {(one.name, one.email) for one in expected} == {(one.name, one.email) for one in found}
    known = {one.email: one.id for one in found}
    assert [one.email for one in expected if one.id != known[one.email]] == ["mori@sample.example"]
