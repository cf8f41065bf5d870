"""One PostgreSQL database for many tests: wiped in between, so that it is as good as a new one.

A copy of the template costs the server a quarter of a second, half of what a test costs.
Wiped means: no rows and no dead ones (rows come back in the order in which they were written,
as in a new database), ids from 1, no connection of the test before. A database whose tables
a test changed is not lent again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, LiteralString, cast

import psycopg
from psycopg.sql import SQL, Identifier

from tests.postgres import Server

#: what a schema is recognized by: tables, indexes and sequences come or go, columns are added
_SHAPE = "SELECT count(*), sum(oid::bigint), sum(relnatts) FROM pg_class"
_TABLES = (
    "SELECT relname FROM pg_class"
    " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"
)
_TO_ONE = (
    "SELECT setval(oid::regclass, 1, false) FROM pg_class"
    " WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace"
)
#: others are gone when this returns: their snapshots would keep dead rows alive
_ALONE = (
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


@dataclass
class _Lent:
    """A database, and the wiper's own connection to it."""

    name: str
    connection: psycopg.Connection[Any]
    tables: tuple[str, ...]
    shape: tuple[Any, ...]

    def wipe(self) -> bool:
        """Leave no trace of a test; False: its tables are not what they were."""
        run = self.connection.execute
        run(_ALONE, prepare=True)
        if run(_SHAPE, prepare=True).fetchone() != self.shape:
            return False
        touched = [SQL("{}").format(Identifier(name)) for name in self._with_rows()]
        if touched:
            run(SQL(";").join(SQL("DELETE FROM {}").format(one) for one in touched))
            run(
                SQL("VACUUM (INDEX_CLEANUP ON, SKIP_DATABASE_STATS) {}").format(
                    SQL(",").join(touched)
                )
            )
        run(_TO_ONE, prepare=True)
        return True

    def _with_rows(self) -> list[str]:
        asked = (f"SELECT '{one}' WHERE EXISTS (SELECT FROM \"{one}\")" for one in self.tables)
        query = cast(LiteralString, " UNION ALL ".join(asked))  # names of our own tables
        return [name for (name,) in self.connection.execute(query, prepare=True)]


@dataclass
class Lender:
    """Lends copies of one template; belongs to one thread."""

    server: Server
    template: str
    _free: list[_Lent] = field(default_factory=list)
    _out: dict[str, _Lent] = field(default_factory=dict)

    def lend(self) -> str:
        """Return the name of a database like the template."""
        lent = self._free.pop() if self._free else self._make()
        self._out[lent.name] = lent
        return lent.name

    def take_back(self, name: str) -> None:
        """Wipe a database, or drop it where it cannot be lent again."""
        lent = self._out.pop(name)
        wiped = False
        try:
            wiped = lent.wipe()
        finally:
            if wiped:
                self._free.append(lent)
            else:
                lent.connection.close()
                self.server.drop(name)

    def close(self) -> None:
        """Let the server go."""
        for lent in (*self._free, *self._out.values()):
            lent.connection.close()

    def _make(self) -> _Lent:
        name = self.server.create(template=self.template)
        connection = self.server.connect(name)
        # Rows go in any order, whatever refers to them.
        connection.execute("SET session_replication_role = replica")
        tables = tuple(name for (name,) in connection.execute(_TABLES))
        shape = connection.execute(_SHAPE).fetchone()
        assert shape is not None
        return _Lent(name, connection, tables, shape)
