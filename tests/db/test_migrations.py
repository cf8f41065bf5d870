"""The history of the schema ends where the tables are, on both databases.

Before the first release a table is changed in both places, `nurture/db/tables` and the
revision of its noun; afterwards in the tables and a revision of its own. Here is what tells
that one was forgotten.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect

from nurture.db import migrate
from nurture.db.engine import make_engine
from nurture.db.tables import metadata
from nurture.errors import NurtureError

VERSIONS = Path(migrate.__file__).parent / "migrations" / "versions"


def _schema(engine: Engine) -> dict[str, Any]:
    """Return all that the database says of its tables, names included."""
    found = inspect(engine)
    return {
        table: {
            "columns": {
                column["name"]: (
                    str(column["type"]),
                    column["nullable"],
                    column["default"],
                )
                for column in found.get_columns(table)
            },
            "key": found.get_pk_constraint(table)["constrained_columns"],
            "unique": sorted(
                (str(one["name"]), tuple(one["column_names"]))
                for one in found.get_unique_constraints(table)
            ),
            "foreign": sorted(
                (str(one["name"]), tuple(one["constrained_columns"]), one["referred_table"])
                for one in found.get_foreign_keys(table)
            ),
            "indexes": sorted(
                (
                    str(one["name"]),
                    tuple(map(str, one["column_names"])),
                    bool(one["unique"]),
                    sorted((k, str(v)) for k, v in one.get("dialect_options", {}).items()),
                )
                for one in found.get_indexes(table)
            ),
        }
        for table in found.get_table_names()
        if table != "alembic_version"
    }


def test_the_migrations_make_what_the_tables_say(empty_database_url: str) -> None:
    engine = make_engine(empty_database_url)
    try:
        assert migrate.upgrade(engine)
        migrated = _schema(engine)
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, metadata) == []
        metadata.drop_all(engine)
        metadata.create_all(engine)
        made = _schema(engine)
    finally:
        engine.dispose()
    for table in made:
        assert migrated.get(table) == made[table]
    assert set(migrated) == set(made)


def test_a_migrated_database_is_left_alone_and_an_old_one_is_refused(
    empty_database_url: str,
) -> None:
    engine = make_engine(empty_database_url)
    try:
        with pytest.raises(NurtureError, match="empty"):
            migrate.check_current(engine)
        assert migrate.upgrade(engine)
        assert not migrate.upgrade(engine)
        migrate.check_current(engine)
        with engine.begin() as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
        with pytest.raises(NurtureError, match="revision 0001"):
            migrate.check_current(engine)
    finally:
        engine.dispose()


def test_revisions_are_numbered_in_their_order_and_short_enough_to_read() -> None:
    files = sorted(VERSIONS.glob("[0-9]*.py"))
    before = None
    for file in files:
        text = file.read_text(encoding="utf-8")
        number = file.name.partition("_")[0]
        assert f'revision = "{number}"' in text
        assert f"down_revision = {before!r}".replace("'", '"') in text
        assert len(text.splitlines()) <= 400
        before = number
    assert migrate.newest() == before
