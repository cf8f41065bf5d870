"""Migrations by Alembic: the schema's history, run by `nurture migrate` and `nurture up`."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine, column, select, table
from sqlalchemy.exc import OperationalError, ProgrammingError

from nurture.errors import NurtureError
from nurture.language import say

_FOLDER = Path(__file__).parent / "migrations"

#: where Alembic writes which revision a database is at
_VERSIONS = table("alembic_version", column("version_num"))


def upgrade(engine: Engine) -> bool:
    """Bring the schema to what this version needs; False where nothing was to do."""
    if current(engine) == newest():
        return False
    # Loaded here: every other command only asks which revision there is.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["engine"] = engine
    command.upgrade(config, "head")
    return True


def current(engine: Engine) -> str | None:
    """Return the revision of a database, or None for an empty one.

    Raises OperationalError where the database cannot be reached.
    """
    with engine.connect() as connection:
        try:
            return connection.execute(select(_VERSIONS.c.version_num)).scalar()
        except ProgrammingError:
            return None
        except OperationalError as error:
            # What SQLite says where PostgreSQL raises the other.
            if "no such table" in str(error.orig):
                return None
            raise


def newest() -> str:
    """Return the revision that this version needs: files are numbered in their order."""
    return max(path.name for path in (_FOLDER / "versions").glob("[0-9]*.py")).partition("_")[0]


def check_current(engine: Engine) -> None:
    """Raise NurtureError where a database is not at the revision this version needs."""
    found = current(engine)
    if found is None:
        raise NurtureError(
            say("the database is empty"), say("run `nurture migrate`, or `nurture up`")
        )
    if found != newest():
        raise NurtureError(
            say(
                "the database is at revision {found}, this version needs {newest}",
                found=found,
                newest=newest(),
            ),
            say("run `nurture migrate`"),
        )
