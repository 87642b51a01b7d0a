"""Messages of a version that people do not enter any more, and who waits for their results."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.channels.adapter import Accepted, Later
from engine.run.answers import Status
from engine.workspace.bundle import Bundle
from tests.databases import Target
from tests.engine.channels.sending.provider import REAL, Provider
from tests.engine.channels.sending.test_sending import JUDGED, LINKS, judged, states
from tests.engine.run.drafting import HOUR, MINUTE, bundle, populate
from tests.engine.run.living import DIRECT, DIRECT_LINKS, Living
from tests.engine.run.test_exits import leaving


def busy(provider: Provider) -> None:
    provider.answer = lambda _one: Later("busy")


def next_version() -> Bundle:
    """Everybody enters each evening, and nothing else happens."""
    return bundle(DIRECT, DIRECT_LINKS, account=REAL)


def all_judged(run: Living) -> None:
    """The messages go out, and nobody waits for them any more."""
    run.advance(HOUR)
    assert set(states(run).values()) == {"sent"}
    assert run.engine.counts("c_1", 1).nodes["n_yes"].arrived == 3
    assert run.engine.versions("c_1")[0].inside == 0
    run.sound()


def publish_both(run: Living) -> None:
    """People enter the first version, whose messages wait; the next one is for others."""
    run.engine.publish(judged())
    run.advance(0)
    run.engine.publish(next_version())


@pytest.mark.parametrize("stopped", [False, True])
def test_results_of_an_earlier_version_are_judged(target: Target, tmp_path: Path, stopped: bool) -> None:
    """Until its messages are on their way, those who wait for them are due at no moment."""
    populate(target, tmp_path)
    busy(provider := Provider())
    with Living(target, open_adapter=provider.open) as run:
        publish_both(run)
        run.advance(0)
        if stopped:
            run.engine.stop("c_1")
            run.pass_time(MINUTE)
            run.engine.restart("c_1")
        provider.answer = lambda _one: Accepted()
        all_judged(run)


def test_an_earlier_version_is_known_to_an_engine_that_starts(target: Target, tmp_path: Path) -> None:
    populate(target, tmp_path)
    busy(provider := Provider())
    with Living(target, open_adapter=provider.open) as run:
        publish_both(run)
    provider.answer = lambda _one: Accepted()
    with Living(target, open_adapter=provider.open, clock=run.clock) as run:
        all_judged(run)


def test_exit_rules_hold_for_who_waits_for_a_result_of_an_earlier_version(
    target: Target, tmp_path: Path
) -> None:
    populate(target, tmp_path)
    busy(provider := Provider())
    with Living(target, open_adapter=provider.open) as run:
        run.engine.publish(leaving(bundle(JUDGED, LINKS, account=REAL), {"event": "order"}))
        run.advance(0)
        run.engine.publish(next_version())
        run.pass_time(1)
        run.order("o1")
        assert run.engine.counts("c_1", 1).nodes["n_result"].exited == 1
        assert sorted(states(run).values()) == ["planned", "planned", "skipped exited"]
        provider.answer = lambda _one: Accepted()
        run.advance(HOUR)
        assert sorted(states(run).values()) == ["sent", "sent", "skipped exited"]
        assert run.engine.campaign("c_1").status is Status.IN_PROGRESS
        run.sound()
