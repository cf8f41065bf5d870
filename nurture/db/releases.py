"""Releases: all files of a publication, stored by content."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, func, insert, select, text

from nurture.db.engine import is_sqlite
from nurture.db.tables import blob, enrolment, release, release_file
from nurture.db.upsert import insert_new


def digest_of(files: Mapping[str, bytes]) -> str:
    """Return the SHA-256 over the sorted (path, content digest) pairs, in hex."""
    total = hashlib.sha256()
    for path in sorted(files):
        content = hashlib.sha256(files[path]).hexdigest()
        total.update(f"{path}\0{content}\n".encode())
    return total.hexdigest()


def store(connection: Connection, files: Mapping[str, bytes], by: str, now: datetime) -> int:
    """Store a release and make it the live one; return its id."""
    digests = {path: hashlib.sha256(content).hexdigest() for path, content in files.items()}
    insert_new(
        connection,
        blob,
        [{"digest": digests[path], "content": content} for path, content in files.items()],
    )
    release_id: int = connection.execute(
        insert(release)
        .values(digest=digest_of(files), published_at=now, published_by=by)
        .returning(release.c.id)
    ).scalar_one()
    connection.execute(
        insert(release_file),
        [
            {"release_id": release_id, "path": path, "digest": digest}
            for path, digest in digests.items()
        ],
    )
    return release_id


def hold_turn(connection: Connection) -> None:
    """Let one publication at a time go on, until its commit; SQLite's writer is one anyway."""
    if not is_sqlite(connection):
        connection.execute(text("LOCK TABLE release IN SHARE ROW EXCLUSIVE MODE"))


def newest(connection: Connection) -> tuple[int, str] | None:
    """Return (id, digest) of the live release, or None where nothing was published."""
    row = connection.execute(
        select(release.c.id, release.c.digest).order_by(release.c.id.desc()).limit(1)
    ).first()
    return (row.id, row.digest) if row is not None else None


def older(connection: Connection, release_id: int) -> int | None:
    """Return the newest release before one, with other files; None where there is none."""
    files = select(release.c.digest).where(release.c.id == release_id).scalar_subquery()
    found: int | None = connection.execute(
        select(func.max(release.c.id)).where(release.c.id < release_id, release.c.digest != files)
    ).scalar()
    return found


def digest(connection: Connection, release_id: int) -> str | None:
    """Return the digest of a release's files, None where there is no such release."""
    return connection.execute(select(release.c.digest).where(release.c.id == release_id)).scalar()


_NEWEST_ID = select(func.max(release.c.id))


def newest_id(connection: Connection) -> int | None:
    """Return the id of the live release."""
    return connection.execute(_NEWEST_ID).scalar()


def files_of(connection: Connection, release_id: int) -> dict[str, bytes]:
    """Return the files of a release by path."""
    rows = connection.execute(
        select(release_file.c.path, blob.c.content)
        .join(blob, blob.c.digest == release_file.c.digest)
        .where(release_file.c.release_id == release_id)
    )
    return {row.path: bytes(row.content) for row in rows}


def newest_with(connection: Connection, paths: list[str]) -> int | None:
    """Return the newest release that holds any of the paths, or None."""
    return connection.execute(
        select(func.max(release_file.c.release_id)).where(release_file.c.path.in_(paths))
    ).scalar()


def under_way(connection: Connection) -> list[tuple[int, str, int]]:
    """Return (release, workflow, people) for every release that journeys still follow."""
    rows = connection.execute(
        select(enrolment.c.release_id, enrolment.c.workflow, func.count().label("people"))
        .where(enrolment.c.state == "active")
        .group_by(enrolment.c.release_id, enrolment.c.workflow)
        .order_by(enrolment.c.release_id, enrolment.c.workflow)
    )
    return [(row.release_id, row.workflow, row.people) for row in rows]
