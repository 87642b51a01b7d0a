"""What is claimed of the outbox is found in its lines: an index of it cost each message."""

from __future__ import annotations

from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.drop_index("ix_outbox_leased_until", table_name="outbox")
