"""Publications: who made which release live, when, why; and how people crossed to it."""

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, String, Table, false

from nurture.db.tables.metadata import metadata
from nurture.db.types import BigKey, UtcDateTime

#: one publication or rollback: append only
publication = Table(
    "publication",
    metadata,
    Column("id", BigKey, primary_key=True),
    #: the release that is live since
    Column("release_id", BigKey, ForeignKey("release.id"), nullable=False),
    #: the release that was live until then; null: the first
    Column("before_id", BigKey, ForeignKey("release.id")),
    #: publish | rollback
    Column("kind", String(16), nullable=False),
    #: rollback: the release whose files are live again
    Column("of_id", BigKey, ForeignKey("release.id")),
    Column("at", UtcDateTime, nullable=False),
    Column("by", String(200), nullable=False),
    #: id of the plan that was carried out
    Column("plan", String(100), nullable=False),
    #: what changed, in one line: {ja, en}
    Column("headline", JSON, nullable=False),
    #: whom it concerned: {enrolled, written, moved, ended}, each by name
    Column("counts", JSON, nullable=False),
    Index("ix_publication_release_id", "release_id"),
)

#: people under way in a workflow go over to the steps of a release, each when next looked at
crossing = Table(
    "crossing",
    metadata,
    #: the release they go over to
    Column("release_id", BigKey, ForeignKey("release.id"), primary_key=True),
    Column("workflow", String(100), primary_key=True),
    #: old step → new step, as its author wrote (`renamed:`)
    Column("renamed", JSON, nullable=False, server_default="{}"),
    #: a rollback takes back those who crossed to these releases; null: whoever is older
    Column("sources", JSON),
    #: the newest enrolment there was: whoever came later began with the new steps
    Column("up_to", BigKey, nullable=False),
    #: taken back by a rollback: who has not crossed yet does not
    Column("undone", Boolean, nullable=False, server_default=false()),
)
