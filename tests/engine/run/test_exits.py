"""Exit rules at work: people leave wherever they wait, and what was not sent to them stays unsent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from engine.campaign import edits
from engine.plan.contact import ContactRules
from engine.plan.places import Stage
from engine.run.answers import Status
from engine.run.lifecycle import number_of
from engine.run.why import why_of
from engine.shapes.time import to_milliseconds as ms
from engine.store.people import known_key
from engine.workspace.audience import AUDIENCE, AudienceFile
from engine.workspace.bundle import Bundle
from engine.workspace.catalog import Catalog
from tests.databases import Target
from tests.engine.run.drafting import DAY, HOUR, JUDGING_LINKS, MINUTE, NOW, PROMOTION, bundle, judging
from tests.engine.run.living import (
    NIGHT,
    SMS_LINKS,
    SMS_THEN_WAIT,
    Living,
)

LARGE = {"event": "order", "where": {"field": "amount", "op": ">=", "value": 50}}
OUTSIDE: Mapping[str, Any] = {"audience": "a_gone"}
STATES = "SELECT state, reason, COUNT(*) FROM message GROUP BY state, reason ORDER BY state"


def leaving(made: Bundle, *rules: Mapping[str, Any], audience: AudienceFile | None = None) -> Bundle:
    """The bundle with exit rules, and the audience that they name."""
    document = made.campaign
    attributes = type(document.attributes).model_validate({**dict(document.attributes), "exits": list(rules)})
    document.apply(edits.set_attributes(document, attributes).ops)
    audiences = made.audiences if audience is None else {**made.audiences, audience.id: audience}
    return Bundle(document, audiences, made.messages, made.accounts, made.catalog)


def waiting(*rules: Mapping[str, Any], audience: AudienceFile | None = None) -> Bundle:
    """Everybody gets a message and waits for an hour."""
    return leaving(bundle(SMS_THEN_WAIT, SMS_LINKS), *rules, audience=audience)


def last_moment(now: Living, who: str) -> int:
    found = f"SELECT id FROM person WHERE external_id = '{who}'"
    ((moment,),) = now.rows(f"SELECT MAX(at) FROM visit WHERE person = ({found})")
    return int(moment)


def exited(now: Living, node: str = "n_wait") -> int:
    return now.engine.counts("c_1").nodes[node].exited


def bought(update: Any = "manual", id: str = "a_gone") -> AudienceFile:
    """Whoever has an order."""
    card = {"join": None, "card": "behaviour", "event": "order", "range": None}
    raw = {"id": id, "name": "Bought", "update": update, "cards": [card]}
    return AUDIENCE.adapter.validate_python(raw)


def test_an_event_that_matches_ends_the_stay_at_its_time(shop: Target) -> None:
    with Living(shop) as now:
        now.engine.publish(waiting(LARGE))
        now.pass_time(10 * MINUTE)
        moment = now.clock.now()
        now.order("e1", "p1", amount=5)
        now.order("e2", "p2", amount=50)
        now.pass_time(MINUTE)
        seen = now.engine.counts("c_1").nodes["n_wait"]
        assert (seen.exited, seen.waiting) == (1, 5)
        assert now.engine.received()[0].effects[0].outcome == "exited"
        assert now.engine.received()[1].effects[0].outcome == "exit_condition"
        now.pass_time(HOUR)
        counts = now.engine.counts("c_1")
        assert (counts.nodes["n_end"].passed, counts.finished, counts.inside) == (5, 6, 0)
        with now.database.read() as connection:
            number, key = number_of(connection, "c_1"), known_key(connection, "p2")
            found = why_of(connection, number, key, now.engine.settings, now.clock.now())
        left = last_moment(now, "p2")
        now.sound()
    assert left == moment
    assert str(found.answer) == "The person entered, and left early at “n_wait”: by an exit rule."
    assert any("Exit rule: with the event “Order” where amount" in str(line.text) for line in found.lines)


def test_events_decide_no_judgment_early_that_is_to_wait_for_its_time(shop: Target) -> None:
    with Living(shop) as now:
        now.engine.publish(leaving(bundle(judging(early=False), JUDGING_LINKS), LARGE))
        now.pass_time(10 * MINUTE)
        now.order("e1", "p1", amount=5)
        assert now.engine.counts("c_1").nodes["n_ordered"].waiting == 6
        now.pass_time(DAY)
        counts = now.engine.counts("c_1").nodes
        assert (counts["n_yes"].passed, counts["n_no"].passed, exited(now, "n_ordered")) == (1, 5, 0)
        assert last_moment(now, "p1") == ms(NOW + timedelta(days=1))
        now.sound()


def test_only_events_behind_the_entry_count(shop: Target) -> None:
    with Living(shop) as now:
        now.order("e1", "p1", amount=60)
        now.engine.publish(waiting(LARGE))
        now.pass_time(MINUTE)
        assert exited(now) == 0
        # Received late, it lets the person leave where they have come to by then.
        now.order("e2", "p1", moment=now.clock.now() - MINUTE + 1, amount=60)
        now.pass_time(MINUTE)
        assert exited(now) == 1
        now.sound()


def update(now: Living, file: AudienceFile) -> None:
    now.engine.update_audience({file.id: file}, Catalog(), file.id)
    now.engine.run_until_idle(now.clock.now())


def test_whoever_enters_from_the_audience_gets_nothing(shop: Target) -> None:
    with Living(shop) as now:
        now.order("e1", "p1")
        update(now, bought())
        now.engine.publish(waiting(OUTSIDE, audience=bought()))
        now.pass_time(MINUTE)
        assert (exited(now, "n_who"), exited(now)) == (1, 0)
        assert now.rows("SELECT COUNT(*) FROM message") == [(5,)]
        now.sound()


def test_an_update_lets_the_people_of_the_audience_leave(shop: Target) -> None:
    with Living(shop) as now:
        now.engine.publish(waiting(OUTSIDE, audience=bought()))
        now.pass_time(MINUTE)
        now.order("e1", "p1")
        assert exited(now) == 0
        now.pass_time(MINUTE)
        update(now, bought())
        assert exited(now) == 1
        now.sound()


def test_the_audience_is_updated_by_its_schedule_and_the_campaign_still_ends(shop: Target) -> None:
    hourly = {"unit": "hour", "interval": 1, "minute": 30}
    with Living(shop) as now:
        now.engine.publish(waiting(OUTSIDE, audience=bought(hourly)))
        now.pass_time(MINUTE)
        now.order("e1", "p1")
        now.pass_time(HOUR)
        left = last_moment(now, "p1")
        assert left == ms(NOW.replace(minute=30))
        assert now.engine.campaign("c_1").status is Status.COMPLETED
        now.sound()


def test_what_a_quiet_time_holds_is_not_sent_to_whoever_left(shop: Target) -> None:
    nodes = {**SMS_THEN_WAIT, "n_sms": ("text_sms", PROMOTION)}
    made = leaving(bundle(nodes, SMS_LINKS), {"event": "order"})
    with Living(shop, ContactRules(daily=NIGHT), moment=NOW.replace(hour=13)) as now:
        now.engine.publish(made)
        now.pass_time(MINUTE)
        assert now.rows(STATES) == [("planned", "", 6)]
        now.order("e1", "p1")
        now.pass_time(MINUTE)
        assert now.rows(STATES) == [("planned", "", 5), ("skipped", "exited", 1)]
        now.pass_time(DAY)
        assert now.rows(STATES) == [("sent", "", 5), ("skipped", "exited", 1)]
        now.sound()


def test_what_happens_during_a_stop_counts_at_the_restart(shop: Target) -> None:
    with Living(shop) as now:
        now.engine.publish(waiting(LARGE, OUTSIDE, audience=bought()))
        now.pass_time(MINUTE)
        now.engine.stop("c_1")
        now.order("e1", "p1", amount=60)
        now.order("e2", "p2", amount=5)
        now.pass_time(MINUTE)
        now.engine.update_audience({"a_gone": bought()}, Catalog(), "a_gone")
        now.pass_time(2 * HOUR)  # by then everybody is due
        assert exited(now) == 0
        now.engine.restart("c_1")
        now.pass_time(MINUTE)
        counts = now.engine.counts("c_1").nodes
        assert (counts["n_wait"].exited, counts["n_end"].passed) == (2, 4)
        now.sound()


def test_without_rules_nothing_is_watched_or_looked_up(shop: Target) -> None:
    with Living(shop) as now:
        now.engine.publish(waiting())
        now.pass_time(MINUTE)
        (version,) = now.engine._scheduler.versions
        places = version.plan.layout.places
        assert [place.stage for place in places] == [Stage.ENTER, Stage.RELEASE]
        assert now.rows("SELECT COUNT(*) FROM token") == [(6,)]
        assert now.rows("SELECT COUNT(*) FROM token_watched") == [(0,)]
        assert version.follow.codes == frozenset()
        said = [step.statement.sql for one in version.plan.places for step in one.effects]
        assert not any("entered_at" in sql and sql.startswith("INSERT OR FAIL INTO token") for sql in said)
