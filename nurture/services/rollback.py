"""Going back: the files of an older release go live again, as a new one."""

from __future__ import annotations

from nurture.db import publications
from nurture.db import releases as rows
from nurture.db.engine import read
from nurture.errors import NotFoundError
from nurture.language import say
from nurture.services.runtime import Runtime


def release_before(runtime: Runtime) -> int:
    """Return the release that was live before; raise NotFoundError where there is none.

    A rollback's is the one before the release it went back to: two in a row go back twice,
    and what was undone is passed by.
    """
    with read(runtime.engine) as connection:
        base = rows.newest_id(connection)
        while base is not None and (of := publications.went_back_to(connection, base)) is not None:
            base = of
        found = rows.older(connection, base) if base is not None else None
    if found is None:
        raise NotFoundError(
            say("there is no release to go back to"), say("`nurture releases` lists them")
        )
    return found
