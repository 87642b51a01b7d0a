"""Alembic's environment: works on the connection, and in the transaction, of `engine.store.migrate`."""

from __future__ import annotations

from alembic import context

from engine.store.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    transactional_ddl=True,
)
context.run_migrations()
