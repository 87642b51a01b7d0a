"""Send windows at work: marketing waits until it is time for each person, and only marketing does."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, select, text

from engine.campaign import edits
from engine.channels.adapter import Accepted, Later
from engine.plan.contact import ContactRules, Daily, Limit
from engine.run.answers import Backlog, Status
from engine.run.lifecycle import number_of
from engine.run.send_windows import opens_at, zones_of
from engine.run.why import why_of
from engine.shapes.time import to_milliseconds as ms
from engine.store.fields import DataFields
from engine.store.lists import new_list, put_in_force
from engine.store.people import known_key
from engine.store.tables.people import audience_member
from engine.store.zones import zone_name, zone_shifts
from engine.workspace.bundle import Bundle
from tests.databases import Target
from tests.engine.channels.sending.provider import REAL, Provider
from tests.engine.run.drafting import (
    DAY,
    EVERYBODY,
    HOUR,
    MINUTE,
    NOW,
    PROMOTION,
    SMS,
    WAIT,
    ZONE,
    bundle,
    database,
)
from tests.engine.run.living import DAILY, ORDERS, Living, recurring

# It is 17:00 in Shanghai, 10:00 in Berlin and 4:00 in New York.
MORNING = {"from": "09:00", "to": "12:00"}
OWN = {**MORNING, "zone": "name"}
NINE = ms(datetime(2026, 3, 3, 9, tzinfo=ZONE))
LINKS = ["n_who out n_sms", "n_sms out n_wait", "n_wait out n_end"]
NODES = {
    "n_who": ("target_audience", EVERYBODY), "n_sms": ("text_sms", PROMOTION), "n_wait": ("wait_until", WAIT),
    "n_end": ("end", {}),
}  # fmt: skip
STATES = "SELECT state, reason, COUNT(*) FROM message GROUP BY state, reason ORDER BY state"


def windowed(made: Bundle, window: Mapping[str, Any] | None, **fields: Any) -> Bundle:
    """The bundle with a send window, and perhaps other fields of its own."""
    document = made.campaign
    fields |= {} if window is None else {"send_window": window}
    attributes = type(document.attributes).model_validate({**dict(document.attributes), **fields})
    document.apply(edits.set_attributes(document, attributes).ops)
    return made


def sending(window: Mapping[str, Any] | None = MORNING, **options: Any) -> Bundle:
    """Everybody gets an advertisement, and waits for an hour."""
    return windowed(bundle(NODES, LINKS, **options), window)


def live_in(now: Living, zones: Mapping[str, str]) -> None:
    """Let people's `name` be that of a zone."""
    with now.database.write() as connection:
        name = DataFields.load(connection).attribute("name")
        assert name is not None
        for who, zone in zones.items():
            moved = text(f"UPDATE person SET {name.slot} = :zone WHERE external_id = :who")
            connection.execute(moved, {"zone": zone, "who": who})


def sent(now: Living) -> dict[str, int]:
    """When each person's message was handed over, by their own id."""
    return dict(
        now.rows(
            "SELECT p.external_id, m.sent_at FROM message m JOIN person p ON p.id = m.person"
            " WHERE m.sent_at IS NOT NULL"
        )
    )


def utc(day: int, hour: int, minute: int = 0) -> int:
    return ms(datetime(2026, 3, day, hour, minute, tzinfo=UTC))


def test_marketing_waits_until_the_window_opens_and_people_go_on(shop: Target) -> None:
    with Living(shop) as now:
        now.engine.publish(sending())
        now.pass_time(2 * HOUR)
        assert now.engine.counts("c_1").finished == 6
        assert now.rows(STATES) == [("planned", "", 6)]
        now.pass_time(DAY)
        assert set(sent(now).values()) == {NINE}
        now.sound()


def test_within_the_window_messages_go_out_at_once(shop: Target) -> None:
    with Living(shop, moment=datetime(2026, 3, 2, 11, 59, 59, 999000, tzinfo=ZONE)) as now:
        now.engine.publish(sending())
        now.pass_time(MINUTE)
        assert set(sent(now).values()) == {ms(datetime(2026, 3, 2, 12, tzinfo=ZONE)) - 1}
    with Living(shop, moment=datetime(2026, 3, 2, 12, tzinfo=ZONE)) as now:
        now.engine.publish(sending(id="c_2"))
        now.pass_time(MINUTE)
        assert now.rows(STATES) == [("planned", "", 6), ("sent", "", 6)]


def test_notifications_and_coupons_go_out_at_any_time(tmp_path: Path) -> None:
    nodes = {**NODES, "n_sms": ("text_sms", SMS), "n_wait": ("issue_coupon", {"coupon": "cp_1"})}
    with Living(database(tmp_path, codes=3)) as now:
        now.engine.publish(windowed(bundle(nodes, LINKS), MORNING))
        now.pass_time(MINUTE)
        assert now.rows(STATES) == [("sent", "", 6)]
        now.sound()


def test_each_person_has_a_clock_of_their_own(shop: Target) -> None:
    with Living(shop) as now:
        live_in(now, {"p1": "Europe/Berlin", "p2": "America/New_York", "p3": "Asia/Shanghai",
                      "p4": "europe/berlin", "p5": "Asia/Kathmandu", "p6": ""})  # fmt: skip
        now.engine.publish(sending(OWN))
        now.pass_time(DAY)
        assert sent(now) == {
            "p1": ms(NOW),
            "p2": utc(2, 14),
            "p3": NINE,
            "p4": NINE,  # what is no zone stands for the workspace's
            "p5": utc(3, 3, 15),
            "p6": NINE,
        }
        now.sound()


def test_whoever_moves_meanwhile_is_looked_at_again(shop: Target) -> None:
    with Living(shop) as now:
        now.engine.publish(sending(OWN))
        now.pass_time(MINUTE)
        live_in(now, {"p1": "America/New_York"})
        now.pass_time(2 * DAY)
        assert sent(now) == {"p1": utc(3, 14), **dict.fromkeys(["p2", "p3", "p4", "p5", "p6"], NINE)}
        now.sound()


def test_only_zones_that_occur_are_filled_and_once(shop: Target) -> None:
    nodes = {**NODES, "n_who": recurring(DAILY, repeat_unchanged=True)}
    with Living(shop) as now:
        live_in(now, {"p1": "Europe/Berlin", "p2": "Nowhere/Land", "p3": "../Europe/Berlin"})
        now.engine.publish(windowed(bundle(nodes, LINKS), OWN))
        for _ in range(2):
            now.pass_time(2 * DAY)
            with now.database.write() as connection:
                filled = select(zone_name.c.name).where(zone_name.c.filled == 1).order_by(zone_name.c.name)
                assert list(connection.scalars(filled)) == ["Asia/Shanghai", "Europe/Berlin"]
                there = connection.scalars(select(zone_shifts.c.zone).distinct())
                assert set(there) == {"Asia/Shanghai", "Europe/Berlin"}
        now.sound()


@pytest.mark.parametrize("zone", [None, "name"])
def test_across_a_change_of_the_clocks(shop: Target, zone: str | None) -> None:
    """In Berlin, 2:00 to 3:00 never is on the 29th."""
    window = {"from": "02:15", "to": "02:45", **({} if zone is None else {"zone": zone})}
    moment = datetime(2026, 3, 28, 12, tzinfo=UTC)
    here = ZONE if zone else ZoneInfo("Europe/Berlin")
    with Living(shop, moment=moment, zone=here) as now:
        live_in(now, {f"p{n}": "Europe/Berlin" for n in range(1, 7)})
        now.engine.publish(sending(window))
        now.pass_time(DAY)
        assert sent(now) == {}
        now.pass_time(DAY)
        assert set(sent(now).values()) == {utc(30, 0, 15)}
        now.sound()


def test_quiet_times_must_allow_it_too(shop: Target) -> None:
    """Whatever ends later is looked at again then."""
    quiet = ContactRules(daily={"text_sms": Daily(time(8), time(11), postpone=True)})
    with Living(shop, quiet) as now:
        now.engine.publish(sending())
        now.pass_time(DAY)
        assert set(sent(now).values()) == {NINE + 2 * HOUR}
        now.sound()


def test_a_quiet_time_that_does_not_postpone_skips_also_outside_the_window(shop: Target) -> None:
    quiet = ContactRules(daily={"text_sms": Daily(time(16), time(20), postpone=False)})
    with Living(shop, quiet) as now:
        now.engine.publish(sending())
        now.pass_time(DAY)
        assert now.rows(STATES) == [("skipped", "quiet_time", 6)]
        now.sound()


def test_the_whitelist_is_exempt_from_quiet_times_and_not_from_the_window(shop: Target) -> None:
    quiet = ContactRules(daily={"text_sms": Daily(time(8), time(11), postpone=True)}, whitelist="a_staff")
    with Living(shop, quiet) as now:
        with now.database.write() as connection:
            key = new_list(connection)
            connection.execute(insert(audience_member), {"list": key, "person": 2})
            put_in_force(connection, "a_staff", key, ms(NOW))
        now.engine.publish(sending())
        now.pass_time(DAY)
        found = sent(now)
        assert found.pop("p2") == NINE
        assert set(found.values()) == {NINE + 2 * HOUR}
        now.sound()


def test_limits_count_from_when_the_window_opens(shop: Target) -> None:
    """Two a day: planned today and tomorrow, both come out tomorrow morning."""
    nodes = {**NODES, "n_who": recurring(DAILY, repeat_unchanged=True, max_cycles=2)}
    with Living(shop, ContactRules(limits=(Limit(DAY, 1),))) as now:
        now.engine.publish(windowed(bundle(nodes, LINKS), {"from": "09:00", "to": "18:00"}))
        now.pass_time(3 * DAY)
        assert now.rows(STATES) == [("sent", "", 12)]
        assert {at % DAY for at in sent(now).values()} == {NINE % DAY}
        now.sound()


def test_who_leaves_before_it_opens_gets_nothing(shop: Target) -> None:
    with Living(shop) as now:
        now.engine.publish(windowed(sending(), None, exits=[{"event": "order"}]))
        now.pass_time(MINUTE)
        now.order("e1", "p1")
        now.pass_time(DAY)
        assert now.rows(STATES) == [("sent", "", 5), ("skipped", "exited", 1)]
        now.sound()


def test_a_result_judgment_waits_for_it(shop: Target) -> None:
    judged = {"by": "send", "results": ["success"], "judge_after": {"amount": 1, "unit": "hour"}}
    nodes = {**NODES, "n_wait": ("result_judgment", judged), "n_no": ("end", {})}
    links = ["n_who out n_sms", "n_sms out n_wait", "n_wait result:success n_end", "n_wait other n_no"]
    with Living(shop) as now:
        now.engine.publish(windowed(bundle(nodes, links), MORNING))
        now.pass_time(2 * HOUR)
        assert now.engine.counts("c_1").nodes["n_wait"].waiting == 6
        now.pass_time(DAY)
        assert now.engine.counts("c_1").nodes["n_end"].passed == 6
        now.sound()


def test_after_a_stop_it_waits_for_the_next_opening(shop: Target) -> None:
    with Living(shop) as now:
        now.engine.publish(sending())
        now.pass_time(MINUTE)
        now.engine.stop("c_1")
        now.pass_time(DAY)
        assert sent(now) == {}
        now.engine.restart("c_1")  # it is 17:01
        now.pass_time(HOUR)
        assert sent(now) == {}
        now.pass_time(DAY)
        assert set(sent(now).values()) == {NINE + DAY}
        now.sound()


def test_behind_the_campaigns_end_it_still_goes_out(shop: Target) -> None:
    with Living(shop) as now:
        now.engine.publish(sending(end=NOW + timedelta(hours=1)))
        now.pass_time(2 * HOUR)
        assert now.engine.campaign("c_1").status is Status.COMPLETED
        assert now.engine.campaign("c_1").backlog is Backlog.GOING
        now.pass_time(DAY)
        assert set(sent(now).values()) == {NINE}
        now.sound()


def test_who_entered_keeps_the_window_of_their_version(shop: Target) -> None:
    nodes = {**ORDERS, "n_wait": ("text_sms", PROMOTION)}
    links = ["n_order out n_wait", "n_wait out n_end"]
    with Living(shop) as now:
        now.engine.publish(windowed(bundle(nodes, links), MORNING))
        now.order("e1", "p1")
        now.engine.publish(windowed(bundle(nodes, links), {"from": "09:00", "to": "20:00"}))
        now.order("e2", "p2")
        assert sent(now) == {"p2": ms(NOW)}
        now.pass_time(DAY)
        assert sent(now) == {"p1": NINE, "p2": ms(NOW)}
        now.sound()


def reasons(now: Living, who: str) -> list[str]:
    with now.database.read() as connection:
        number, key = number_of(connection, "c_1"), known_key(connection, who)
        found = why_of(connection, number, key, now.engine.settings, now.clock.now())
    return [str(line.text) for line in found.lines if line.kind == "message"]


def test_why_says_what_a_message_waits_for(shop: Target) -> None:
    quiet = ContactRules(daily={"text_sms": Daily(time(8), time(11), postpone=True)})
    with Living(shop, quiet) as now:
        live_in(now, {"p2": "America/New_York"})
        now.engine.publish(sending(OWN))
        now.pass_time(MINUTE)
        (said,) = reasons(now, "p1")
        assert said.endswith("waits for the campaign’s send window, until 2026-03-03 09:00")
        (said,) = reasons(now, "p2")
        assert said.endswith("until 2026-03-02 22:00 (2026-03-02 09:00 in America/New_York)")
        now.pass_time(17 * HOUR)
        (said,) = reasons(now, "p1")
        assert said.endswith("held back by a quiet time until 2026-03-03 11:00")


def test_a_few_people_are_told_apart_as_waves_do(shop: Target) -> None:
    with Living(shop) as now:
        live_in(now, {"p1": "Europe/Berlin", "p2": "Nowhere/Land"})
        window = sending(OWN).campaign.attributes.send_window
        assert window is not None
        with now.database.read() as connection:
            zones = zones_of(connection, window, [1, 2, 3], ZONE)
        assert [zones[key].key for key in (1, 2, 3)] == ["Europe/Berlin", "Asia/Shanghai", "Asia/Shanghai"]
        assert opens_at(window, ms(NOW), zones[1]) is None
        assert opens_at(window, ms(NOW), zones[2]) == NINE


@pytest.mark.parametrize("window", [{"from": "09:00", "to": "18:00"}, {**OWN, "to": "18:00"}])
def test_a_backlog_does_not_run_into_the_night(tmp_path: Path, window: dict[str, Any]) -> None:
    """It is 17:00; what a provider takes only at 18:00 goes out in the morning."""
    provider = Provider()
    provider.answer = lambda _one: Later("busy", after=3600.0)
    with Living(database(tmp_path), open_adapter=provider.open) as now:
        live_in(now, {"p1": "Europe/Berlin"})
        now.engine.publish(sending(window, account=REAL))
        now.advance(0)
        assert len(provider.given) == 3
        provider.answer = lambda _one: Accepted()
        now.advance(2 * HOUR)
        in_berlin = 1 if "zone" in window else 0
        assert len(provider.given) == 3 + in_berlin
        assert now.rows(STATES)[0] == ("planned", "", 3 - in_berlin)
        assert now.engine.check() == []
        now.advance(DAY)
        assert len(provider.given) == 6
        assert now.rows(STATES) == [("sent", "", 3)]
        assert now.engine.check() == []


def test_what_a_stop_left_in_the_outbox_is_looked_at_again(tmp_path: Path) -> None:
    provider = Provider()
    run = Living(database(tmp_path), open_adapter=provider.open)
    with closing(run.database), run as now:
        window = {"from": "09:00", "to": "18:00"}
        provider.answer = lambda _one: Later("busy", after=60.0)
        now.engine.publish(sending(window, account=REAL))
        now.advance(0)
        provider.answer = lambda _one: Accepted()
        now.engine.stop("c_1")
        now.pass_time(3 * HOUR)
        now.engine.restart("c_1")
        now.pass_time(HOUR)
        assert now.rows(STATES) == [("planned", "", 3)]
        now.advance(DAY)
        assert now.rows(STATES) == [("sent", "", 3)]
        assert now.engine.check() == []


@pytest.mark.not_on_citus("statements are made zone by zone")
def test_without_the_field_statements_know_nothing_of_it(shop: Target) -> None:
    with Living(shop) as now:
        now.engine.publish(sending(None))
        now.engine.publish(sending(MORNING, id="c_2"))
        now.engine.publish(sending(OWN, id="c_3"))
        now.pass_time(MINUTE)
        said = [
            [step.statement.sql for place in one.plan.places for step in place.effects]
            for one in sorted(now.engine._scheduler.versions, key=lambda one: one.campaign)
        ]
        for word in ("zone_name", "zone_shifts", "zone_locals"):
            assert [any(word in sql for sql in each) for each in said] == [False, False, True], word
