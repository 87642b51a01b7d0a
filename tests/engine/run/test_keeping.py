"""An engine keeps the workspace's audiences up to date by their schedules, and obeys what campaigns pin."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from engine.run.answers import Refused
from engine.run.keeping import AudienceKeeper
from engine.store.database import Database
from engine.store.tables.people import audience, audience_member, audience_size
from engine.workspace.audience import AUDIENCE, AudienceFile
from engine.workspace.bundle import Bundle
from engine.workspace.catalog import Catalog
from tests.databases import Target
from tests.engine.run.drafting import EVERYBODY, HOUR, NOW, ZONE, bundle
from tests.engine.run.living import END

MS = int(NOW.timestamp() * 1000)
HOURLY = {"unit": "hour", "interval": 1, "minute": 0}


def rule(id: str, city: str, update: Any = HOURLY) -> AudienceFile:
    condition = {"field": "attr:city", "op": "is", "value": city}
    cards = [{"join": None, "card": "tags", "condition": condition}]
    return AUDIENCE.adapter.validate_python({"id": id, "name": id, "update": update, "cards": cards})


def keeper(database: Database, *files: AudienceFile, pinned: tuple[Bundle, ...] = ()) -> AudienceKeeper:
    made = AudienceKeeper(database, ZONE, MS, lambda: pinned, None, lambda: None)
    made.keep({file.id: file for file in files}, Catalog())
    return made


def updated(database: Database, id: str) -> list[int]:
    """When the audience got its members."""
    with database.read() as connection:
        mine = select(audience_size.c.at).where(audience_size.c.audience == id)
        return list(connection.scalars(mine.order_by(audience_size.c.at)))


def test_a_scheduled_audience_is_updated_at_once_and_then_by_its_schedule(shop: Target) -> None:
    with Database.open(shop) as database:
        mine = keeper(database, rule("a_hourly", "Bonn"), rule("a_by_hand", "Bonn", "manual"))
        assert mine.due() == MS
        assert mine.step(MS)
        assert not mine.step(MS)
        following = mine.due()
        assert following is not None
        assert MS < following <= MS + HOUR
        assert mine.step(following)
        assert updated(database, "a_hourly") == [MS, following]
        assert updated(database, "a_by_hand") == []


def test_whoever_is_late_keeps_to_the_grid(shop: Target) -> None:
    """A thread wakes some milliseconds late, a computer that slept some hours."""
    with Database.open(shop) as database:
        mine = keeper(database, rule("a_six", "Bonn", {**HOURLY, "interval": 6}))
        assert mine.step(MS)
        first = mine.due()
        assert first is not None
        assert mine.step(first + 5)
        assert mine.due() == first + 6 * HOUR
        assert mine.step(first + 20 * HOUR)
        assert mine.due() == first + 24 * HOUR
        assert updated(database, "a_six") == [MS, first, first + 18 * HOUR]


def test_without_a_schedule_nothing_is_asked(shop: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine without threads asks at every turn, of which there may be thousands in a second."""
    with Database.open(shop) as database:
        made = keeper(database, rule("a_berlin", "Berlin", "manual"))
        monkeypatch.setattr(database, "read", lambda: pytest.fail("the database was asked"))
        assert made.step(MS) is False
        assert made.due() is None
        made.keep({"a_berlin": rule("a_berlin", "Berlin")}, Catalog())
        with pytest.raises(pytest.fail.Exception):
            made.step(MS)


def test_one_that_fails_waits_for_its_next_moment(shop: Target) -> None:
    broken = AUDIENCE.adapter.validate_python(
        {
            "id": "a_broken",
            "name": "Broken",
            "update": HOURLY,
            "cards": [{"join": None, "card": "aipl", "stages": ["A"]}],
        }
    )
    with Database.open(shop) as database:
        mine = keeper(database, broken)
        assert mine.step(MS)
        assert not mine.step(MS)
        assert mine.due() is not None
        assert updated(database, "a_broken") == []


def test_a_rule_that_a_campaign_in_progress_has_otherwise_is_not_updated_by_hand(shop: Target) -> None:
    running = bundle({"n_who": ("target_audience", EVERYBODY), "n_end": END}, ["n_who out n_end"])
    (id,) = EVERYBODY["audiences"]
    pinned = running.audiences[id]
    changed = rule(id, "Bonn")
    with Database.open(shop) as database:
        mine = keeper(database, pinned=(running,))
        with pytest.raises(Refused, match="Publish the campaign again"):
            mine.update({id: changed}, Catalog(), id, MS)
        assert mine.update({id: pinned}, Catalog(), id, MS) > 0  # as it was published


def test_what_is_stored_of_an_audience_goes_with_it_unless_a_campaign_needs_it(shop: Target) -> None:
    running = bundle({"n_who": ("target_audience", EVERYBODY), "n_end": END}, ["n_who out n_end"])
    (used,) = EVERYBODY["audiences"]
    found = {"join": None, "card": "tags", "condition": {"field": "attr:city", "op": "empty"}}
    rules = [{"id": id, "name": id, "cards": [found]} for id in ("a_gone", "a_other")]
    file, other = map(AUDIENCE.adapter.validate_python, rules)
    with Database.open(shop) as database:
        mine = keeper(database, pinned=(running,))
        for one in (file, other):
            assert mine.update({one.id: one}, Catalog(), one.id, MS) > 0
        with database.read() as connection:
            number = connection.scalar(select(audience.c.list).where(audience.c.id == file.id))
            before = connection.scalar(select(func.count()).select_from(audience_member))
        with pytest.raises(Refused, match="is in the workspace"):
            mine.forget({file.id: file}, Catalog(), file.id)
        with pytest.raises(Refused, match="in progress uses"):
            mine.forget({}, Catalog(), used)
        mine.forget({}, Catalog(), file.id)
        assert updated(database, file.id) == []
        with database.read() as connection:
            left = connection.scalar(select(func.count()).select_from(audience_member))
            own = select(func.count()).where(audience_member.c.list == number)
            assert connection.scalar(own) == 0
            assert left is not None
            assert before is not None
            assert 0 < left < before, "the members of others stay"
            assert connection.scalar(select(audience.c.id).where(audience.c.id == file.id)) is None
