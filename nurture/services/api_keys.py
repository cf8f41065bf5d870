"""Keys of the API: shown once, kept as hashes."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from sqlalchemy import select, update

from nurture.db.engine import read, write
from nurture.db.tables import api_key
from nurture.db.upsert import insert_new
from nurture.errors import NotFoundError, NurtureError
from nurture.language import say
from nurture.services.runtime import Runtime

#: what every key begins with, so that scanners of repositories recognise a leaked one
PREFIX = "nurture_"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """Who is calling."""

    id: int
    name: str


def add(runtime: Runtime, name: str) -> str:
    """Make a key and return it; it cannot be shown again.

    Raises NurtureError where the name is taken, empty or longer than 100 characters.
    """
    name = name.strip()
    if not 0 < len(name) <= 100:
        raise NurtureError(say("a key's name has 1 to 100 characters"))
    key = PREFIX + secrets.token_urlsafe(32)
    row = {"name": name, "key_hash": _hash(key), "created_at": runtime.clock.now()}
    with write(runtime.engine) as connection:
        if not insert_new(connection, api_key, [row], "id"):
            raise NurtureError(
                say("there is a key named '{name}' already", name=name), say("choose another name")
            )
    return key


def revoke(runtime: Runtime, name: str) -> None:
    """Make a key useless at once; NotFoundError where no living key has that name."""
    with write(runtime.engine) as connection:
        changed = connection.execute(
            update(api_key)
            .where(api_key.c.name == name.strip(), api_key.c.revoked_at.is_(None))
            .values(revoked_at=runtime.clock.now())
        )
        if changed.rowcount == 0:
            raise NotFoundError(say("there is no key named '{name}' in use", name=name))


def verify(runtime: Runtime, key: str) -> ApiKey | None:
    """Return who a key belongs to, or None for a key that is unknown or revoked.

    The hash is looked up, so the time it takes says nothing about a key.
    """
    if not key.startswith(PREFIX) or len(key) > 100:
        return None
    with read(runtime.engine) as connection:
        row = connection.execute(
            select(api_key.c.id, api_key.c.name).where(
                api_key.c.key_hash == _hash(key), api_key.c.revoked_at.is_(None)
            )
        ).first()
    return ApiKey(row.id, row.name) if row is not None else None


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
