"""Has anything been written since the last look? Cheap to ask, so one may ask often."""

from __future__ import annotations

from sqlalchemy import Engine


class Stirring:
    """Tells whether the database may have changed; belongs to one thread.

    SQLite counts the commits of other connections (`PRAGMA data_version`), which costs some
    microseconds and touches no table. Elsewhere the answer is always yes.
    """

    def __init__(self, engine: Engine) -> None:
        self._connection = engine.raw_connection() if engine.dialect.name == "sqlite" else None
        self._version: int | None = None

    def stirred(self) -> bool:
        """Say whether somebody else may have committed since the last call; at first: yes."""
        if self._connection is None:
            return True
        cursor = self._connection.cursor()
        try:
            version = cursor.execute("PRAGMA data_version").fetchone()[0]
        finally:
            cursor.close()
        if version == self._version:
            return False
        self._version = version
        return True

    def close(self) -> None:
        """Give the connection back."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
