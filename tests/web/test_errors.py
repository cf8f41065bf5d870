"""A database that is away is told from a request or a statement that is wrong."""

from __future__ import annotations

import pytest
from flask import Flask
from psycopg import errors as postgres
from sqlalchemy import exc

from nurture.web.errors import answer_errors

#: (what happened, status)
FAILURES = [
    # nobody listens, or everybody is being served
    (exc.OperationalError("SELECT 1", {}, postgres.OperationalError("refused")), 503),
    (exc.TimeoutError("QueuePool limit"), 503),
    (exc.InterfaceError("SELECT 1", {}, Exception("closed")), 503),
    # the connection broke under a statement, whatever its driver calls that
    (exc.DBAPIError("SELECT 1", {}, Exception("gone"), connection_invalidated=True), 503),
    # a deadlock passes
    (exc.OperationalError("INSERT", {}, postgres.DeadlockDetected("deadlock")), 503),
    # somebody else was first
    (exc.IntegrityError("INSERT", {}, postgres.UniqueViolation("there")), 409),
    # ours
    (exc.ProgrammingError("SELEC", {}, postgres.SyntaxError("SELEC")), 500),
    (exc.DataError("INSERT", {}, postgres.NumericValueOutOfRange("large")), 500),
    (exc.StatementError("naive", "INSERT", {}, ValueError("naive")), 500),
]


@pytest.mark.parametrize(("failure", "status"), FAILURES)
def test_what_the_database_does_has_a_status_of_its_own(failure: Exception, status: int) -> None:
    app = Flask("errors")
    answer_errors(app, "unused.html")

    @app.get("/api/v1/broken")
    def broken() -> str:
        raise failure

    answer = app.test_client().get("/api/v1/broken")
    assert (answer.status_code, answer.json["status"]) == (status, status)
    assert ("Retry-After" in answer.headers) == (status == 503)
