"""Alembic's environment: runs migrations on the engine that `nurture.db.migrate` hands over."""

from __future__ import annotations

from alembic import context

from nurture.db.tables import metadata

engine = context.config.attributes["engine"]

with engine.connect().execution_options(nurture_write=True) as connection:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    if connection.in_transaction():
        connection.commit()
