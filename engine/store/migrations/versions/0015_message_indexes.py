"""A message that goes out at once stands in no index of those that wait for a time, nor in the person's."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

INDEXES = (
    ("ix_message_due", ["version", "node", "due_at"], "state = 'planned' AND due_at IS NOT NULL"),
    ("ix_message_sending", ["campaign", "result_at"], "state = 'sending' AND result_at IS NOT NULL"),
)


def upgrade() -> None:
    op.drop_index("ix_outbox_person", table_name="outbox")
    for name, columns, which in INDEXES:
        op.drop_index(name, table_name="message")
        op.create_index(
            name,
            "message",
            columns,
            unique=False,
            sqlite_where=sa.text(which),
            postgresql_where=sa.text(which),
        )
