"""Finding one of our own people by the word that a command or a form names them with."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row

from nurture.db import team
from nurture.db.engine import read
from nurture.errors import NurtureError
from nurture.language import say
from nurture.services.runtime import Runtime


def member_named(connection: Connection, named: str) -> Row[Any]:
    """Return an active team member by sender key or address; NurtureError for others."""
    found = team.member_of(connection, named)
    if found is None:
        known = [str(one.key or one.email) for one in team.members(connection)]
        raise NurtureError(
            say("nobody of the team is known as '{named}'", named=named),
            say("known: {known}", known=known or [say("nobody")]),
        )
    return found


def id_of_member(runtime: Runtime, named: str) -> int:
    """Return the id of an active team member by sender key or address; NurtureError for others."""
    with read(runtime.engine) as connection:
        return int(member_named(connection, named).id)
