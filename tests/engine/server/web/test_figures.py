"""What stands on the live picture of a campaign's page."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from engine.report.counts import Counts, NodeCounts
from engine.run.answers import CampaignStatus, Status
from engine.server.web.figures import Figures
from tests.engine.run.drafting import DAY, HOUR, bundle
from tests.engine.run.living import ORDER_LINKS, ORDERS
from tests.engine.server.serving import NOW


def people(waiting: int, release: int | None, **reasons: int) -> str:
    """What stands below the card at which people wait, without what was not delivered."""
    made = bundle(ORDERS, ORDER_LINKS)
    status = CampaignStatus("c_1", "C", Status.IN_PROGRESS, 1, made.hash, NOW, NOW, None, None, 9, 9, 0)
    counts = Counts(
        {"n_wait": NodeCounts(arrived=1_234_567, waiting=waiting)},
        {},
        9,
        9,
        0,
        reasons={"n_wait": {"failed": reasons}},
        releases={} if release is None else {"n_wait": release},
    )
    return Figures(made.campaign, status, counts, ZoneInfo("Asia/Shanghai"), NOW).live()["people n_wait"]


def test_who_waits_and_when_the_next_one_goes_on_as_far_as_there_is_room() -> None:
    assert people(12, None) == "1,234,567 · 12 waiting"
    assert people(12, NOW + HOUR) == "1,234,567 · 12 waiting · next 01:00"
    assert people(12, NOW + DAY) == "1,234,567 · 12 waiting · next 11-26 00:00"
    assert people(345_678, NOW + DAY) == "345,678 waiting · next 11-26 00:00"
    assert people(345_678, NOW + DAY, quota=1_234_567) == "1,234,567"
