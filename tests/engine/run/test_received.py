"""The events received last, and what is said of each."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.i18n import Message
from engine.report.received import MOST_SHOWN, Fate, Received
from engine.run.answers import IncomingEvent
from engine.run.received import KEPT
from engine.shapes.time import to_milliseconds as ms
from tests.engine.run.drafting import (
    DAY,
    HOUR,
    JUDGING_LINKS,
    MINUTE,
    NOW,
    WAIT,
    Running,
    bundle,
    database,
    judging,
    write_people,
)

LINKS = ["n_order out n_wait", "n_wait out n_end"]


def orders(**config: Any) -> dict[str, tuple[str, dict[str, Any]]]:
    return {
        "n_order": ("behavior_event", {"event": "order", **config}),
        "n_wait": ("wait_until", WAIT),
        "n_end": ("end", {}),
    }


def post(
    run: Running, id: str, person: str = "p1", time: int | None = None, code: str = "order", amount: float = 5
) -> None:
    when = run.clock.now() if time is None else time
    run.engine.post_events([IncomingEvent(id, person, code, when, {"amount": amount})])


def outcomes(received: Received) -> list[str]:
    return [effect.outcome.value for effect in received.effects]


def last(run: Running, declared: tuple[str, ...] = ()) -> Received:
    return run.engine.received(declared)[0]


def test_an_event_lets_its_person_in(tmp_path: Path) -> None:
    with Running(database(tmp_path)) as run:
        run.engine.publish(bundle(orders(), LINKS))
        post(run, "e1")
        assert outcomes(last(run)) == ["pending"]
        run.engine.run_until_idle(ms(NOW))
        (effect,) = last(run).effects
        assert (effect.campaign, effect.outcome.value) == ("c_1", "entered")


@pytest.mark.parametrize(
    ("config", "posted", "outcome"),
    [
        ({}, {"code": "ordr"}, "unknown_code"),
        ({}, {"code": "visit"}, "nobody_listens"),
        ({}, {"time": ms(NOW) - 1}, "before_start"),
        ({}, {"time": ms(NOW) + 6 * MINUTE}, "too_far_ahead"),
        ({"where": {"field": "amount", "op": ">=", "value": 10}}, {}, "condition"),
        ({"where": {"field": "amount", "op": ">=", "value": 10}}, {"amount": 10}, "entered"),
    ],
)
def test_why_an_event_did_nothing(
    tmp_path: Path, config: dict[str, Any], posted: dict[str, Any], outcome: str
) -> None:
    with Running(database(tmp_path)) as run:
        run.engine.publish(bundle(orders(**config), LINKS))
        post(run, "e1", **posted)
        run.engine.run_until_idle(ms(NOW))
        assert outcomes(last(run, ("visit",))) == [outcome]


@pytest.mark.parametrize(("later", "outcome"), [(False, "counted"), (True, "too_late")])
def test_the_event_that_releases_a_person_counts_and_one_that_comes_when_they_are_gone_does_not(
    tmp_path: Path, later: bool, outcome: str
) -> None:
    with Running(database(tmp_path)) as run:
        run.engine.publish(bundle(judging(), JUDGING_LINKS))
        run.advance(HOUR)
        happened = ms(NOW) + HOUR
        run.clock.set(happened + 300)
        post(run, "e1", time=happened)
        run.engine.run_until_idle(run.clock.now())
        if later:
            run.clock.set(happened + MINUTE)
            post(run, "e2", time=happened - 1)
        assert outcomes(last(run)) == [outcome]


def test_every_event_that_a_judgment_asks_for_counts_and_no_other_of_that_time_comes_before_it(
    tmp_path: Path,
) -> None:
    with Running(database(tmp_path)) as run:
        run.engine.publish(bundle(judging(times=2), JUDGING_LINKS))
        run.advance(HOUR)
        happened = ms(NOW) + HOUR
        run.clock.set(happened + 100)
        post(run, "e0", time=happened, code="visit")
        run.clock.set(happened + 300)
        run.engine.post_events(
            [IncomingEvent(f"e{n}", "p1", "order", happened + 1 - n, {"amount": 5}) for n in (1, 2)]
        )
        run.engine.run_until_idle(run.clock.now())
        assert run.engine.counts("c_1").nodes["n_yes"].passed == 1
        assert [outcomes(one) for one in run.engine.received(("visit",))] == [
            ["counted"], ["counted"], ["nobody_listens"],
        ]  # fmt: skip


def test_a_version_that_is_made_later_says_nothing_of_earlier_events(tmp_path: Path) -> None:
    with Running(database(tmp_path)) as run:
        run.engine.publish(bundle(judging(), JUDGING_LINKS))
        run.advance(HOUR)
        post(run, "e1", time=ms(NOW) + 1)
        run.clock.set(ms(NOW) + 2 * HOUR)
        run.engine.publish(bundle(judging(2), JUDGING_LINKS))
        assert outcomes(last(run)) == ["counted"]


def test_who_may_not_enter_again_is_told_why(tmp_path: Path) -> None:
    with Running(database(tmp_path)) as run:
        run.engine.publish(bundle(orders(re_entry="after_exit"), LINKS, id="c_1"))
        run.engine.publish(bundle(orders(re_entry="once"), LINKS, id="c_2"))
        post(run, "e1")
        run.engine.run_until_idle(ms(NOW))
        run.clock.set(ms(NOW) + MINUTE)
        post(run, "e2")
        run.engine.run_until_idle(ms(NOW) + MINUTE)
        assert outcomes(last(run)) == ["inside", "entered_before"]


def test_stopped_campaigns_say_so_also_after_their_restart(tmp_path: Path) -> None:
    with Running(database(tmp_path)) as run:
        run.engine.publish(bundle(orders(), LINKS))
        run.engine.stop("c_1")
        post(run, "e1")
        assert outcomes(last(run)) == ["stopped"]
        run.clock.set(ms(NOW) + MINUTE)
        run.engine.restart("c_1")
        assert outcomes(last(run)) == ["stopped"]


def test_an_event_after_the_end_says_so(tmp_path: Path) -> None:
    with Running(database(tmp_path)) as run:
        run.engine.publish(bundle(orders(), LINKS, end=NOW + timedelta(minutes=1)))
        run.clock.set(ms(NOW) + MINUTE)
        post(run, "e1")
        assert outcomes(last(run)) == ["after_end"]


@pytest.mark.parametrize("early", [False, True])
def test_a_judgment_says_whether_an_event_counts(tmp_path: Path, early: bool) -> None:
    where = {"field": "amount", "op": ">=", "value": 10}
    with Running(database(tmp_path)) as run:
        run.engine.publish(bundle(judging(early=early, where=where), JUDGING_LINKS))
        run.engine.run_until_idle(ms(NOW))
        run.clock.set(ms(NOW) + HOUR)
        post(run, "e1", amount=5)
        post(run, "e2", amount=10)
        post(run, "e3", person="nobody of them", amount=10)
        run.engine.run_until_idle(ms(NOW) + HOUR)
        assert [outcomes(one) for one in reversed(run.engine.received())] == [
            ["condition"],
            ["counted"],
            ["not_waiting"],
        ]
        assert "“n_ordered”" in str(run.engine.received()[1].effects[0].message)
        run.clock.set(ms(NOW) + 2 * DAY)
        run.engine.run_until_idle(ms(NOW) + 2 * DAY)
        post(run, "e4", time=ms(NOW) + HOUR, amount=10)
        assert outcomes(last(run)) == ["too_late"]


def test_what_was_not_taken_is_shown_with_its_reason(tmp_path: Path) -> None:
    with Running(database(tmp_path)) as run:
        post(run, "e1")
        bad = IncomingEvent("e2", "p1", "order", ms(NOW), {"amount": "much"})
        again = IncomingEvent("e1", "p1", "order", ms(NOW))
        long = IncomingEvent("e3", "p1", "order", ms(NOW), {"note": "x" * 100_000})
        run.engine.post_events([bad, again, again, long])
        shown = [one.noted for one in reversed(run.engine.received())]
        assert [one.fate for one in shown] == [
            Fate.ACCEPTED,
            Fate.REJECTED,
            Fate.DUPLICATE,
            Fate.DUPLICATE,
            Fate.ACCEPTED,
        ]
        assert "much" in str(shown[1].reason)
        assert len(shown[-1].attributes) == MOST_SHOWN + 1


def test_what_could_not_be_read_is_shown(tmp_path: Path) -> None:
    with Running(database(tmp_path)) as run:
        run.engine.note_malformed([("e1", Message("The time has no offset."))])
        (received,) = run.engine.received()
        assert (received.noted.id, received.noted.fate, received.effects) == ("e1", Fate.REJECTED, ())
        assert str(received.noted.reason) == "The time has no offset."


def test_the_last_hundred_are_kept_and_an_import_is_one_of_them(tmp_path: Path) -> None:
    with Running(database(tmp_path)) as run:
        run.engine.post_events([IncomingEvent(f"e{n}", "p1", "order", ms(NOW)) for n in range(KEPT + 20)])
        found = run.engine.received()
        assert [one.noted.id for one in (found[0], found[-1])] == [f"e{KEPT + 19}", "e20"]
        rows = [[f"i{n}", "p1", "order", NOW.isoformat(), ""] for n in range(3)]
        write_people(tmp_path / "more", 3, events=rows)
        run.engine.import_data(tmp_path / "more")
        newest = last(run).noted
        assert (newest.fate, newest.count) == (Fate.IMPORTED, 3)
        assert len(run.engine.received()) == KEPT
