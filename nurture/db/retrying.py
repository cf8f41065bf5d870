"""Writing again where another transaction came in between."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError

from nurture.db.engine import write

Result = TypeVar("Result")

#: PostgreSQL: deadlock, serialization failure
_REPEATABLE = frozenset({"40P01", "40001"})

#: how often a transaction is begun before its failure is told
TRIES = 3


def worth_repeating(error: DBAPIError) -> bool:
    """Say whether a failure came of another transaction at the same moment.

    A row that has come to be there counts: deciding again finds it.
    """
    state = getattr(error.orig, "sqlstate", None)
    return isinstance(error, IntegrityError) or state in _REPEATABLE


def write_again(engine: Engine, act: Callable[[Connection], Result]) -> Result:
    """Run `act` in a transaction of its own, up to three times where others get in its way.

    `act` must do nothing but read and write the database. Raises what the last try raised.
    """
    for attempt in range(1, TRIES + 1):
        try:
            with write(engine) as connection:
                return act(connection)
        except DBAPIError as error:
            if attempt == TRIES or not worth_repeating(error):
                raise
    raise AssertionError("the loop returns or raises")
