"""Reports over HTTP, with a real engine behind them: what the designer asks, through its client."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, cast

import pytest

from engine.client import EngineClient, EngineRefused
from engine.run.clock import VirtualClock
from engine.run.engine import Engine
from engine.run.settings import EngineSettings
from engine.shapes.time import to_milliseconds as ms
from engine.store.database import Database
from tests.databases import empty_database
from tests.engine.run.drafting import HOUR, NOW, ZONE, bundle, populate
from tests.engine.run.living import SMS_LINKS, SMS_THEN_WAIT
from tests.engine.server.serving import MemoryEngine, serve


class Api(NamedTuple):
    """An engine on a virtual clock, and a client of it."""

    client: EngineClient
    engine: Engine


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    path = tmp_path / "engine.db"
    path.write_bytes(empty_database())
    populate(path, tmp_path, people=6)
    with Database.open(path) as database:
        engine = Engine(database, EngineSettings(ZONE), VirtualClock(ms(NOW)))
        engine.publish(bundle(SMS_THEN_WAIT, SMS_LINKS))
        engine.run_until_idle(ms(NOW))
        with serve(database, tmp_path, cast("MemoryEngine", engine)) as served:
            yield Api(served.client(), engine)
        engine.close()


def test_why_of_a_component_that_the_campaign_does_not_have(api: Api) -> None:
    with pytest.raises(EngineRefused, match="has a component “n_smss”") as refused:
        api.client.why("c_1", "p1", "n_smss")
    assert (refused.value.problem.status, refused.value.problem.code) == (404, "unknown_component")


def test_a_report_and_the_people_behind_its_numbers(api: Api) -> None:
    report = api.client.report("c_1")
    assert report.path == ["n_who", "n_sms", "n_wait", "n_end"]
    assert [step.came for step in report.funnel] == [6, 6, 6, 0]
    assert report.funnel[2].waiting == 6
    assert sum(report.series.entries) == 6
    assert [(flow.source, flow.target, flow.n) for flow in report.flows][:1] == [("n_who", "n_sms", 6)]
    (touch,) = report.touches
    assert touch.planned == 6
    waiting = api.client.people_behind("c_1", "waiting", "n_wait")
    assert [one.person_id for one in waiting.people] == [f"p{n}" for n in range(1, 7)]
    assert {one.at for one in waiting.people} == {"2026-03-02T10:00:00.000Z"}
    api.engine.run_until_idle(ms(NOW) + HOUR)
    assert api.client.report("c_1", step="day", cycle=1).funnel[3].came == 6
    assert len(api.client.people_behind("c_1", "finished", cycle=1).people) == 6


def test_campaigns_side_by_side(api: Api) -> None:
    (one,) = api.client.comparison(["c_1"]).campaigns
    assert (one.campaign, one.entries, one.messages, one.inside) == ("c_1", 6, 6, 6)


def test_what_is_refused(api: Api) -> None:
    for ask in (
        lambda: api.client.report("c_none"),
        lambda: api.client.report("c_1", path=["n_who", "n_end"]),
        lambda: api.client.people_behind("c_1", "waiting", "n_wait", after="here"),
        lambda: api.client.people_behind("c_1", "nothing"),
        lambda: api.client.comparison(["c_none"]),
    ):
        with pytest.raises(EngineRefused):
            ask()
