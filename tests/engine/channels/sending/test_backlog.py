"""What waits of a campaign that is finished: it goes out, or is stopped, and goes on."""

from __future__ import annotations

from datetime import time
from pathlib import Path

import pytest

from engine.channels.adapter import Accepted, Later
from engine.plan.contact import ContactRules, Daily
from engine.run.answers import Backlog, Refused, Status
from tests.databases import Target
from tests.engine.channels.sending.provider import Provider
from tests.engine.channels.sending.test_rules import sms
from tests.engine.channels.sending.test_sending import left, states
from tests.engine.run.drafting import HOUR, PROMOTION, SMS, Running, database, populate


def test_what_waits_of_a_finished_campaign_is_stopped_and_goes_on(target: Target, tmp_path: Path) -> None:
    populate(target, tmp_path)
    provider = Provider()
    provider.answer = lambda _one: Later("busy")
    with Running(target, open_adapter=provider.open) as run:
        run.engine.publish(sms(SMS))
        run.advance(0)
        found = run.engine.campaign("c_1")
        assert (found.status, found.backlog) == (Status.COMPLETED, Backlog.GOING)
        run.engine.stop("c_1")
        given = len(provider.given)
        provider.answer = lambda _one: Accepted()
        run.clock.set(run.clock.now() + HOUR)
        run.advance(0)
        found = run.engine.campaign("c_1")
        assert (found.status, found.backlog) == (Status.COMPLETED, Backlog.STOPPED)
        assert (len(provider.given), left(run)) == (given, 3)
        with pytest.raises(Refused):
            run.engine.stop("c_1")
        with pytest.raises(Refused, match="finished"):
            run.engine.publish(sms(PROMOTION))
        run.engine.restart("c_1")
        run.advance(HOUR)
        assert (set(states(run).values()), left(run)) == ({"sent"}, 0)
        assert run.engine.campaign("c_1").backlog is Backlog.NONE
        for asked in (run.engine.stop, run.engine.restart):
            with pytest.raises(Refused):
                asked("c_1")
        assert run.engine.check() == []


def test_a_stop_of_a_finished_campaign_outlives_the_engine_and_lets_it_be_deleted(tmp_path: Path) -> None:
    provider = Provider()
    provider.answer = lambda _one: Later("busy")
    with Running(database(tmp_path), open_adapter=provider.open) as run:
        run.engine.publish(sms(SMS))
        run.advance(0)
        run.engine.stop("c_1")
        given = len(provider.given)
    with Running(tmp_path / "engine.db", open_adapter=provider.open, clock=run.clock) as run:
        run.clock.set(run.clock.now() + HOUR)
        run.advance(0)
        assert run.engine.campaign("c_1").backlog is Backlog.STOPPED
        assert len(provider.given) == given
        run.engine.delete("c_1")
        assert (left(run), run.engine.check()) == (0, [])


def test_what_a_quiet_time_holds_back_of_a_finished_campaign_is_stopped_too(tmp_path: Path) -> None:
    """It is in no outbox yet. In Shanghai it is 17:00, and quiet until 20:00."""
    quiet = ContactRules(daily={"text_sms": Daily(time(16), time(20), postpone=True)})
    with Running(database(tmp_path), quiet, open_adapter=(provider := Provider()).open) as run:
        run.engine.publish(sms(PROMOTION))
        run.advance(0)
        found = run.engine.campaign("c_1")
        assert (found.status, found.backlog, left(run)) == (Status.COMPLETED, Backlog.GOING, 0)
        run.engine.stop("c_1")
        run.clock.set(run.clock.now() + 5 * HOUR)
        run.advance(0)
        assert provider.given == []
        run.engine.restart("c_1")
        run.advance(HOUR)
        assert (set(states(run).values()), len(provider.given)) == ({"sent"}, 3)
        assert run.engine.check() == []
