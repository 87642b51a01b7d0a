"""People who leave by an exit rule while a message to them is on its way."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from engine.channels.adapter import Accepted, Delivery, Later, Outcome
from tests.databases import Target
from tests.engine.channels.sending.provider import REAL, Provider
from tests.engine.channels.sending.test_sending import JUDGED, LINKS, left, states
from tests.engine.run.drafting import HOUR, bundle, populate
from tests.engine.run.living import Living, event
from tests.engine.run.test_exits import leaving


@pytest.mark.parametrize(("answer", "state"), [(Later("busy"), "skipped exited"), (Accepted(), "sent")])
def test_what_was_not_taken_is_not_sent_any_more(
    target: Target, tmp_path: Path, answer: Outcome, state: str
) -> None:
    populate(target, tmp_path, people=2)
    provider = Provider()
    provider.answer = lambda _one: answer
    with Living(target, open_adapter=provider.open) as run:

        def order(_batch: Sequence[Delivery]) -> None:
            provider.before = lambda _batch: None
            run.clock.set(run.clock.now() + 1)
            run.engine.post_events([event("o1", "p1", time=run.clock.now())])
            while run.engine._scheduler.step(run.clock.now()):
                pass
            assert run.engine.counts("c_1").nodes["n_result"].exited == 1

        provider.before = order
        run.engine.publish(leaving(bundle(JUDGED, LINKS, account=REAL), {"event": "order"}))
        run.advance(1)
        run.sound()
        provider.answer = lambda _one: Accepted()
        run.advance(HOUR)
        assert states(run)["+8613800000001"] == state
        assert states(run)["+8613800000002"] == "sent"
        assert [one.person for one in provider.given].count("p1") == 1
        assert left(run) == 0
        run.sound()
