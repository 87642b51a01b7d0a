"""Live counts of an engine at work: when somebody who waits goes on next, and one cycle by itself."""

from __future__ import annotations

from typing import Any

from engine.shapes.time import to_milliseconds as ms
from tests.databases import Target
from tests.engine.run.drafting import (
    DAY,
    HOUR,
    JUDGING_LINKS,
    NOW,
    SMS,
    WAIT,
    bundle,
    judging,
)
from tests.engine.run.living import (
    DAILY,
    END,
    ORDER_LINKS,
    ORDERS,
    SMS_LINKS,
    SMS_THEN_WAIT,
    Living,
    Node,
    recurring,
)

START = ms(NOW)


def test_the_next_one_who_waits_is_told_until_nobody_does(shop: Target) -> None:
    with Living(shop) as run:
        run.engine.publish(bundle(ORDERS, ORDER_LINKS))
        assert run.engine.counts("c_1").releases == {}
        run.order("e1", "p1")
        run.pass_time(HOUR // 2)
        run.order("e2", "p2")
        assert run.engine.counts("c_1").releases == {"n_wait": START + HOUR}
        run.pass_time(HOUR * 3 // 4)
        assert run.engine.counts("c_1").nodes["n_wait"].waiting == 1
        assert run.engine.counts("c_1").releases == {"n_wait": START + HOUR * 3 // 2}
        run.pass_time(HOUR)
        assert run.engine.counts("c_1").releases == {}


def test_nobody_goes_on_while_a_campaign_is_stopped(shop: Target) -> None:
    with Living(shop) as run:
        run.engine.publish(bundle(SMS_THEN_WAIT, SMS_LINKS))
        run.pass_time(HOUR // 2)
        assert run.engine.counts("c_1").releases == {"n_wait": START + HOUR}
        run.engine.stop("c_1")
        assert run.engine.counts("c_1").releases == {}
        run.pass_time(DAY)
        run.engine.restart("c_1")
        assert run.engine.counts("c_1").releases == {"n_wait": START + HOUR // 2 + DAY}


def test_whoever_may_go_on_earlier_does_so_at_the_latest_then(shop: Target) -> None:
    with Living(shop) as run:
        run.engine.publish(bundle(judging(), JUDGING_LINKS))
        run.pass_time(HOUR)
        assert run.engine.counts("c_1").releases == {"n_ordered": START + DAY}
        run.order("e1", "p1")
        run.pass_time(HOUR)
        assert run.engine.counts("c_1").nodes["n_ordered"].waiting == 5
        assert run.engine.counts("c_1").releases == {"n_ordered": START + DAY}


def test_an_earlier_version_tells_of_its_own_people(shop: Target) -> None:
    with Living(shop) as run:
        run.engine.publish(bundle(ORDERS, ORDER_LINKS))
        run.order("e1", "p1")
        longer: dict[str, Node] = {**ORDERS, "n_wait": ("wait_until", {**WAIT, "amount": 5})}
        run.engine.publish(bundle(longer, ORDER_LINKS))
        run.pass_time(HOUR // 2)
        run.order("e2", "p2")
        moments = [run.engine.counts("c_1", version).releases["n_wait"] for version in (1, 2)]
        assert moments == [START + HOUR, START + HOUR // 2 + 5 * HOUR]
        assert run.engine.counts("c_1").releases == {"n_wait": START + HOUR}


def test_one_cycle_by_itself(shop: Target) -> None:
    """Two cycles overlap for half a day: whoever waits then may be of either."""
    wait: dict[str, Any] = {**WAIT, "amount": 36}
    nodes: dict[str, Node] = {
        "n_who": recurring(DAILY, repeat_unchanged=True), "n_sms": ("text_sms", SMS),
        "n_wait": ("wait_until", wait), "n_end": END,
    }  # fmt: skip
    with Living(shop) as run:
        run.engine.publish(bundle(nodes, SMS_LINKS))
        run.pass_time(30 * HOUR)
        first, second = (ms(moment) for moment in run.cycles())
        both = run.engine.counts("c_1")
        assert (both.entries, both.inside, both.nodes["n_wait"].waiting) == (12, 12, 12)
        assert both.releases == {"n_wait": first + 36 * HOUR}
        one = run.engine.counts("c_1", cycle=2)
        assert [cycle.number for cycle in one.cycles] == [1, 2]
        assert (one.entries, one.inside, one.nodes["n_wait"].waiting) == (6, 6, 6)
        assert (one.links, one.messages) == (
            {link: n // 2 for link, n in both.links.items()}, {"n_sms": {"sent": 6}},
        )  # fmt: skip
        assert one.releases == {}
        run.pass_time(10 * HOUR)
        assert run.engine.counts("c_1", cycle=2).releases == {"n_wait": second + 36 * HOUR}
        assert run.engine.counts("c_1", cycle=1).releases == {}
        assert run.engine.counts("c_1", cycle=7).entries == 0
