"""What went wrong, as a page or as problem details (RFC 9457)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

import structlog
from flask import Flask, Response, jsonify, make_response, render_template, request
from sqlalchemy.exc import (
    DBAPIError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as NoConnectionError
from werkzeug.exceptions import HTTPException, SecurityError

from nurture.errors import NotFoundError, NurtureError

log = structlog.get_logger(__name__)

#: addresses under this speak JSON, mistakes included
API = "/api/"


def problem(
    status: int, detail: str = "", errors: Sequence[Mapping[str, Any]] = (), hint: str = ""
) -> Response:
    """Return problem details: `title`, `status`, `detail`, and what is wrong where."""
    body: dict[str, Any] = {"title": HTTPStatus(status).phrase, "status": status}
    if detail:
        body["detail"] = detail
    if hint:
        body["hint"] = hint
    if errors:
        body["errors"] = list(errors)
    response = jsonify(body)
    response.status_code = status
    response.content_type = "application/problem+json"
    return response


def told(tell: Callable[[], Mapping[str, Any]]) -> Response:
    """Return what a service tells as JSON, or problem details that say why it cannot."""
    try:
        return jsonify(tell())
    except NotFoundError as error:
        return problem(404, error.message, hint=error.hint)
    except NurtureError as error:
        return problem(422, error.message, hint=error.hint)


def is_away(error: SQLAlchemyError) -> bool:
    """Say whether the same request may succeed in a moment.

    That is: no connection, a lost or a busy one; not a statement that is wrong.
    """
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    return isinstance(error, OperationalError | InterfaceError | NoConnectionError)


def answer_errors(app: Flask, template: str) -> None:
    """Answer every failure of an application, `template` being the page for people."""

    def answer(status: int, detail: str) -> Response:
        if request.path.startswith(API):
            return problem(status, detail)
        return make_response(render_template(template, status=status), status)

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> Response:
        if error.response is not None or error.code is None or error.code < 400:
            return make_response(error.get_response())
        if isinstance(error, SecurityError):
            # A host name that is not ours: there is no address to build a page's links with.
            return Response("400 Bad Request\n", 400, content_type="text/plain")
        response = answer(error.code, error.description or "")
        for name, value in error.get_headers():
            if name not in ("Content-Type", "Content-Length"):
                response.headers[name] = value
        return response

    @app.errorhandler(SQLAlchemyError)
    def away(error: SQLAlchemyError) -> Response:
        log.error("database failed", path=request.path, exc_info=error)
        if isinstance(error, IntegrityError):
            return answer(409, "somebody else was changing the same at this moment; try again")
        if not is_away(error):
            return answer(500, "something went wrong on our side; it has been logged")
        response = answer(503, "the database does not answer; try again in a moment")
        response.headers["Retry-After"] = "5"
        return response

    @app.errorhandler(Exception)
    def failed(error: Exception) -> Response:
        log.error("page failed", path=request.path, exc_info=error)
        return answer(500, "something went wrong on our side; it has been logged")
