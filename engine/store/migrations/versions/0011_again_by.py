"""Messages in doubt that go out again under their keys do so only while the provider remembers these."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("outbox", sa.Column("again_by", sa.BigInteger(), nullable=True))
