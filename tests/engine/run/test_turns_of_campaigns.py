"""Those whom an event lets in come before the chunks of other campaigns, which go on all the same."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from engine.run.answers import IncomingEvent
from tests.engine.run.drafting import EVERYBODY, SMS, WAIT, Running, bundle, database

PEOPLE, WAVE = 40, 10
ORDERED: dict[str, tuple[str, dict[str, Any]]] = {
    "n_order": ("behavior_event", {"event": "order", "re_entry": "every_time"}),
    "n_sms": ("text_sms", SMS),
    "n_end": ("end", {}),
}
ORDERED_LINKS = ["n_order out n_sms", "n_sms out n_end"]
TAG = {"assignments": [{"tag": "level", "value": "gold"}]}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr("engine.run.waves.WaveRunner.MOST", WAVE)
    with Running(database(tmp_path, people=PEOPLE)) as run:
        yield run


def publish_bulk(run: Running, id: str, nodes: dict[str, tuple[str, dict[str, Any]]] | None = None) -> None:
    """A campaign that takes `PEOPLE` / `WAVE` chunks to enter, and as many to leave an hour later."""
    inner = {"n_wait": ("wait_until", WAIT), **(nodes or {})}
    all_ = {"n_who": ("target_audience", EVERYBODY), **inner, "n_end": ("end", {})}
    names = list(all_)
    run.engine.publish(bundle(all_, [f"{a} out {b}" for a, b in pairwise(names)], id=id))


def order(run: Running, n: int) -> None:
    run.engine.post_events([IncomingEvent(f"e{n}", "p1", "order", run.clock.now())])


def sent(run: Running) -> int:
    return run.engine.counts("c_event").messages.get("n_sms", {}).get("sent", 0)


def entered(run: Running, id: str) -> int:
    return run.engine.counts(id).entries


def test_an_entry_and_its_message_come_before_the_next_chunk(run: Running) -> None:
    run.engine.publish(bundle(ORDERED, ORDERED_LINKS, id="c_event"))
    publish_bulk(run, "c_bulk")
    assert run.engine.step()
    assert entered(run, "c_bulk") == WAVE
    order(run, 1)
    assert run.engine.step()
    assert (sent(run), entered(run, "c_bulk")) == (1, WAVE)
    assert run.engine.step()
    assert entered(run, "c_bulk") == 2 * WAVE


def test_campaigns_in_lockstep_do_not_hold_up_the_entries_of_others(run: Running) -> None:
    run.engine.publish(bundle(ORDERED, ORDERED_LINKS, id="c_event"))
    for id in ("c_one", "c_two"):
        publish_bulk(run, id, {"n_tag": ("tag", TAG), "n_look": ("wait_until", WAIT)})
    run.advance(0)
    run.clock.set(run.clock.now() + 3_600_000)
    versions = run.engine._scheduler.versions
    assert [version.coupled for version in versions] == [False, True, True]
    assert run.engine.step()
    order(run, 1)
    assert run.engine.step()
    assert sent(run) == 1


def test_chunks_are_brief_while_events_come(run: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.run.waves.BRIEF_WAVE", 3)
    monkeypatch.setattr("engine.run.scheduler.BRIEF_WAVES", 2)
    publish_bulk(run, "c_bulk")
    order(run, 1)
    seen = []
    for _ in range(4):
        assert run.engine.step()
        seen.append(entered(run, "c_bulk"))
    assert seen == [3, 6, 6 + WAVE, 6 + 2 * WAVE]


def test_chunks_go_on_while_events_come_without_a_pause(run: Running) -> None:
    run.engine.publish(bundle(ORDERED, ORDERED_LINKS, id="c_event"))
    publish_bulk(run, "c_bulk")
    for n in range(2 * PEOPLE // WAVE):
        order(run, n)
        assert run.engine.step()
    assert entered(run, "c_bulk") == PEOPLE
    assert sent(run) == 2 * PEOPLE // WAVE - 1  # the last one came behind the last chunk
    run.advance(0)
    assert sent(run) == 2 * PEOPLE // WAVE
    assert run.engine.check() == []
