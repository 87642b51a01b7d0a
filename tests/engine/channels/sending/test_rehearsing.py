"""A rehearsal beside a campaign whose messages wait for a real provider."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.channels.adapter import Accepted, Later, Outcome, Unknown
from engine.run.settings import EngineSettings
from engine.run.simulate import simulate
from engine.shapes.time import from_milliseconds
from tests.databases import Target
from tests.engine.channels.sending.provider import Provider
from tests.engine.channels.sending.test_sending import judged
from tests.engine.run.drafting import EVERYBODY, MINUTE, SMS, ZONE, Running, bundle, populate

ANSWERS: list[Outcome] = [Later("busy"), Accepted(), Unknown("reset")]


@pytest.mark.parametrize("answer", ANSWERS, ids=str)
def test_a_rehearsal_with_it_takes_what_waits_as_sent_and_sends_nothing(
    target: Target, tmp_path: Path, answer: Outcome
) -> None:
    populate(target, tmp_path)
    provider = Provider()
    provider.answer = lambda _one: answer
    run = Running(target, open_adapter=provider.open)
    with run:
        run.engine.publish(judged())
        run.advance(0)
        given = len(provider.given)
        nodes = {"n_who": ("target_audience", EVERYBODY), "n_sms": ("text_sms", SMS), "n_end": ("end", {})}
        other = bundle(nodes, ["n_who out n_sms", "n_sms out n_end"], id="c_2")
        found = simulate(
            other,
            target,
            EngineSettings(ZONE),
            since=from_milliseconds(run.clock.now() + MINUTE),
            with_running=True,
        )
        assert not found.violations
        assert found.counts.messages == {"n_sms": {"sent": 3}}
        assert len(provider.given) == given
        assert run.engine.check() == []
    run.database.close()
