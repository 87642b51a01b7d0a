"""Messages that somebody has claimed are still planned: the outbox alone says who is about to send them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

KEY = ("version", "cycle", "node", "reason", "receipt", "shard", "hour")


def upgrade() -> None:
    op.execute("UPDATE message SET state = 'planned' WHERE state = 'claimed'")
    key = ", ".join(KEY)
    counted = sa.text(
        f"INSERT INTO message_counter ({key}, state, n)"
        f" SELECT {key}, 'planned', n FROM message_counter AS claimed WHERE state = 'claimed'"
        " ON CONFLICT (version, cycle, node, state, reason, receipt, shard, hour)"
        " DO UPDATE SET n = message_counter.n + excluded.n"
    )
    op.execute(counted)
    op.execute("DELETE FROM message_counter WHERE state = 'claimed'")
