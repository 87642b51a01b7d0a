"""From when the schedule of a later version counts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.add_column("campaign_version", sa.Column("runs_from", sa.BigInteger(), nullable=True))
