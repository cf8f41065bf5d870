"""Migrations by Alembic: the schema's history, run by `nurture migrate` and `nurture up`."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from nurture.errors import NurtureError


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def upgrade(engine: Engine) -> bool:
    """Bring the schema to what this version needs; False where nothing was to do."""
    if current(engine) == newest():
        return False
    config = _config()
    config.attributes["engine"] = engine
    command.upgrade(config, "head")
    return True


def current(engine: Engine) -> str | None:
    """Return the revision of a database, or None for an empty one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str | None:
    """Return the revision that this version needs."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def check_current(engine: Engine) -> None:
    """Raise NurtureError where a database is not at the revision this version needs."""
    found = current(engine)
    if found is None:
        raise NurtureError("the database is empty", "run `nurture migrate`, or `nurture up`")
    if found != newest():
        raise NurtureError(
            f"the database is at revision {found}, this version needs {newest()}",
            "run `nurture migrate`",
        )
