"""Who waits for what a provider says of their message while the campaign is stopped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.channels.receipts import Receipt
from engine.report.visits import visits
from engine.shapes.time import from_milliseconds
from tests.databases import Target
from tests.engine.channels.sending.provider import Provider
from tests.engine.channels.sending.test_received import HOOK, RECEIPTS, WEBHOOK, WEBHOOK_LINKS
from tests.engine.run.drafting import HOUR, MINUTE, WAIT, bundle, populate
from tests.engine.run.living import Living

NODES: dict[str, tuple[str, dict[str, Any]]] = {**WEBHOOK, "n_wait": ("wait_until", WAIT)}
"""A message, a receipt of which is waited for two hours; one hour more for whom it came to."""
LINKS = [*(link.replace("came n_yes", "came n_wait") for link in WEBHOOK_LINKS), "n_wait out n_yes"]


class Stopped(Living):
    """Messages to two people are out, and the campaign is stopped."""

    def __init__(self, target: Target) -> None:
        self.provider = Provider(RECEIPTS)
        super().__init__(target, open_adapter=self.provider.open)
        self.engine.publish(bundle(NODES, LINKS, account=HOOK))
        self.pass_time(MINUTE)
        self.engine.stop("c_1")

    def came_to(self, person: str) -> None:
        (one,) = [one for one in self.provider.given if one.person == person]
        receipt = Receipt("came", from_milliseconds(self.clock.now()), one.reference)
        self.engine.receiving.take(HOOK, [receipt])

    def restart(self) -> int:
        self.engine.restart("c_1")
        now = self.clock.now()
        self.pass_time(MINUTE)
        return now

    def left(self, node: str) -> dict[str, tuple[str, int | None]]:
        """Person → the way taken at a component, and when."""
        with self.database.read() as connection:
            found = [one for one in visits(connection, 1) if one.node == node]
        return {one.person: (one.outcome, one.left) for one in found}


@pytest.fixture
def stopped(target: Target, tmp_path: Path) -> Iterator[Stopped]:
    with Stopped(populate(target, tmp_path, people=2)) as found:
        yield found


def test_what_a_provider_said_during_a_stop_is_judged_at_the_restart(stopped: Stopped) -> None:
    """Nobody goes on while the campaign is stopped, as if it had run all the time."""
    stopped.pass_time(HOUR)
    stopped.came_to("p1")
    stopped.pass_time(5 * HOUR)
    restarted = stopped.restart()
    assert stopped.left("n_result") == {"p1": ("result:came", restarted), "p2": ("other", restarted)}
    assert stopped.left("n_wait") == {"p1": ("waiting", None)}
    stopped.pass_time(HOUR)
    assert stopped.left("n_wait") == {"p1": ("out", restarted + HOUR)}
    stopped.sound()


def test_a_stop_does_not_lengthen_the_time_within_which_receipts_count(stopped: Stopped) -> None:
    stopped.pass_time(2 * HOUR - MINUTE)
    stopped.came_to("p1")  # at the last moment
    stopped.pass_time(1)
    stopped.came_to("p2")
    stopped.pass_time(HOUR)
    restarted = stopped.restart()
    assert stopped.left("n_result") == {"p1": ("result:came", restarted), "p2": ("other", restarted)}
    stopped.sound()


def test_who_still_waits_at_the_restart_is_judged_by_what_comes_then(stopped: Stopped) -> None:
    stopped.pass_time(HOUR)
    restarted = stopped.restart()
    assert stopped.left("n_result") == {"p1": ("waiting", None), "p2": ("waiting", None)}
    stopped.came_to("p1")
    stopped.pass_time(HOUR)
    assert stopped.left("n_result")["p1"] == ("result:came", restarted + MINUTE)
    assert stopped.left("n_result")["p2"] == ("other", restarted + HOUR - MINUTE)
    stopped.sound()
