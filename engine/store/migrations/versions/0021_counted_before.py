"""Who was counted before for a campaign's goal: by versions with the same goal and control group only."""

from __future__ import annotations

from alembic import op

revision = "0021"
down_revision = "0020"

_HOUR = 3_600_000

_WITH_SEVERAL_VERSIONS = """
    SELECT campaign FROM campaign_version GROUP BY campaign HAVING count(*) > 1
"""

_AGAIN = """
    CASE WHEN e.entry = 1 THEN 0 WHEN EXISTS (
        SELECT 1 FROM entry b
        JOIN campaign_goal a ON a.version = b.version AND a.goal = g.goal AND a.holdout = g.holdout
        WHERE b.campaign = e.campaign AND b.person = e.person AND b.entry < e.entry
    ) THEN 1 ELSE 0 END
"""


def upgrade() -> None:
    op.execute(
        "DELETE FROM conversion_counter WHERE version IN"
        f" (SELECT version FROM campaign_goal WHERE campaign IN ({_WITH_SEVERAL_VERSIONS}))"
    )
    for converted, at in ((0, "e.entered_at"), (1, "e.converted_at")):
        op.execute(f"""
            INSERT INTO conversion_counter (version, cycle, held_back, again, converted, hour, shard, n)
            SELECT e.version, e.cycle, coalesce(e.held_back, 0), {_AGAIN}, {converted}, {at} / {_HOUR}, 0,
                count(*)
            FROM entry e JOIN campaign_goal g ON g.version = e.version
            WHERE {at} IS NOT NULL AND e.campaign IN ({_WITH_SEVERAL_VERSIONS})
            GROUP BY 1, 2, 3, 4, 6
        """)
