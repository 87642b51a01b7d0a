"""The reference interpreter itself, on examples worked out by hand from the component reference."""

from __future__ import annotations

import pytest

from tests.engine.interpreter.building import ALL, ONCE_A_DAY, address, build, node, order, sms
from tests.engine.interpreter.case import Case, Json
from tests.engine.interpreter.clock import Clock, ms
from tests.engine.interpreter.sweep import interpret

BERLIN = Clock("Europe/Berlin")


def day_and_time(text: str) -> str:
    return BERLIN.local(ms(text)).strftime("%d %H:%M") if text else "-"


def outcomes(case: Case, node: str) -> list[str]:
    """Who left a node when, and how."""
    rows = [row for row in interpret(case)["visits"] if row[3] == node]
    return [f"{row[2]}#{row[1]} {day_and_time(row[5])} {row[6]}" for row in rows]


def messages(case: Case) -> list[str]:
    return [
        f"{row[2]} {row[5].partition('/')[2]} {day_and_time(row[7])} {row[8]} {row[9]}".rstrip()
        for row in interpret(case)["messages"]
    ]


def test_parallel_branches_that_join_send_once() -> None:
    case = build(ALL, {"a": node("tag", assignments=[]), "s": sms()}, "who a,who s,a s,s end", "p1")
    assert outcomes(case, "s") == ["p1#1 01 08:00 merged", "p1#1 01 08:00 out"]
    assert messages(case) == ["p1 p1 01 08:00 sent"]


def test_what_waits_is_joined_by_what_comes_later() -> None:
    wait = node("wait_until", mode="duration", amount=1, unit="hour")
    case = build(ALL, {"w": wait, "x": wait}, "who w,who x,w x,x end", "p1")
    assert outcomes(case, "x") == ["p1#1 01 09:00 out", "p1#1 01 09:00 merged"]


@pytest.mark.parametrize(
    ("re_entry", "entered"),
    [
        ("every_time", ["p1#1 01 09:00 out", "p1#2 01 09:30 out", "p1#3 01 10:00 out", "p1#4 01 12:00 out"]),
        # Inside until 10:00, and leaving and an event on one instant is still inside.
        ("after_exit", ["p1#1 01 09:00 out", "p1#2 01 12:00 out"]),
        ("once", ["p1#1 01 09:00 out"]),
    ],
)
def test_entering_again(re_entry: str, entered: list[str]) -> None:
    wait = node("wait_until", mode="duration", amount=1, unit="hour")
    events = [order(time) for time in ("01T09:00", "01T09:30", "01T10:00", "01T12:00")]
    trigger = {"event": "order", "re_entry": re_entry}
    assert outcomes(build(trigger, {"w": wait}, "who w,w end", events=[*events, events[0]]), "who") == entered


def test_matches_while_inside_count_for_the_next_entry() -> None:
    wait = node("wait_until", mode="duration", amount=1, unit="hour")
    events = [order(time) for time in ("01T09:00", "01T09:10", "01T09:20", "01T09:30", "01T11:00")]
    trigger = {"event": "order", "re_entry": "after_exit", "times": 2}
    entered = ["p1#1 01 09:10 out", "p1#2 01 11:00 out"]
    assert outcomes(build(trigger, {"w": wait}, "who w,w end", events=events), "who") == entered


def test_matches_must_fall_within_a_time_whose_beginning_does_not_count() -> None:
    trigger = {"event": "order", "times": 2, "within": {"amount": 1, "unit": "hour"}}
    events = [order(time) for time in ("01T09:00", "01T10:00", "01T10:59")]
    assert outcomes(build(trigger, {}, "who end", events=events), "who") == ["p1#1 01 10:59 out"]


def test_events_before_the_start_and_at_the_end_let_nobody_enter() -> None:
    campaign = {"start": "2026-06-02T00:00:00+02:00", "end": "2026-06-03T00:00:00+02:00"}
    events = [order(time) for time in ("01T23:59", "02T00:00", "02T23:59", "03T00:00")]
    case = build({"event": "order"}, {}, "who end", events=events, campaign=campaign)
    assert outcomes(case, "who") == ["p1#1 02 00:00 out", "p1#2 02 23:59 out"]


def fatigue(*limits: Json, **channels: list[Json]) -> Json:
    return {"fatigue": {"global": list(limits), "channels": channels}}


def test_a_fatigue_window_is_open_at_its_beginning() -> None:
    hour = {"per": "hour", "max": 1}
    events = [order(time) for time in ("01T09:00", "01T09:59", "01T10:00")]
    case = build({"event": "order"}, {"s": sms()}, "who s,s end", events=events, settings=fatigue(hour))
    assert messages(case) == ["p1 p1 01 09:00 sent", "p1 p1 - skipped fatigue", "p1 p1 01 10:00 sent"]


def test_a_message_counts_until_it_has_failed() -> None:
    events = [order(time) for time in ("01T09:00", "01T09:01", "01T09:05")]
    failing = {"person_id": "p1", "node": "s", "result": "failed(E1)", "after_seconds": "300", "entry": "1"}
    case = build({"event": "order"}, {"s": sms()}, "who s,s end", events=events, results=[failing])
    case.settings |= fatigue({"per": "day", "max": 1})
    assert messages(case) == ["p1 p1 01 09:00 failed E1", "p1 p1 - skipped fatigue", "p1 p1 01 09:05 sent"]


def test_sms_limits_count_signature_by_signature() -> None:
    nodes = {"s": sms("S"), "t": sms("T"), "u": sms("S"), "v": sms("S", "notification")}
    case = build(ALL, nodes, "who s,s t,t u,u v,v end", "p1")
    case.settings |= fatigue(text_sms=[{"per": "day", "max": 1}])
    assert [line[6:] for line in messages(case)] == [
        "01 08:00 sent",
        "01 08:00 sent",
        "- skipped fatigue",
        "01 08:00 sent",
    ]


def test_counted_by_address_people_who_share_one_share_its_limit() -> None:
    case = build(ALL, {"s": sms()}, "who s,s end", settings={"duplicate_address": False})
    case.settings |= fatigue({"per": "day", "max": 1})
    case.people[1].ids["mobile"] = "mobile/p1"
    assert messages(case) == ["p1 p1 01 08:00 sent", "p2 p1 01 08:00 sent"]
    case.settings["count_by"] = "address"
    assert messages(case) == ["p1 p1 01 08:00 sent", "p2 p1 - skipped fatigue"]


def test_the_second_person_with_an_address_gets_nothing_from_the_same_node() -> None:
    failing = {"person_id": "p1", "node": "s", "result": "failed", "after_seconds": "0"}
    case = build(ALL, {"s": sms()}, "who s,s end", results=[failing])
    case.people[1].ids["mobile"] = "mobile/p1"
    assert messages(case) == ["p1 p1 01 08:00 failed", "p2 p1 - skipped duplicate_address"]


def test_quiet_times_hold_over_midnight_and_chain() -> None:
    quiet = {"channels": {"text_sms": {"from": "20:00", "to": "08:00", "postpone": True}}}
    events = [order("01T19:59"), order("01T20:00"), order("02T08:00")]
    case = build({"event": "order"}, {"s": sms()}, "who s,s end", events=events, settings={"quiet": quiet})
    assert messages(case) == ["p1 p1 01 19:59 sent", "p1 p1 02 08:00 sent", "p1 p1 02 08:00 sent"]
    quiet["holidays"] = [{"name": "H", "from": "2026-06-02", "to": "2026-06-02", "postpone": True}]  # type: ignore[assignment]
    assert messages(case) == ["p1 p1 01 19:59 sent", "p1 p1 03 08:00 sent", "p1 p1 03 08:00 sent"]
    quiet["holidays"][0]["postpone"] = False  # type: ignore[index]
    skipped = "p1 p1 - skipped quiet_time"
    assert messages(case) == ["p1 p1 01 19:59 sent", skipped, skipped]


def test_the_whitelist_is_exempt_from_quiet_times_and_limits() -> None:
    quiet = {"channels": {"text_sms": {"from": "07:00", "to": "09:00"}}}
    case = build(ALL, {"s": sms()}, "who s,s end", settings={"quiet": quiet, "whitelist": "a_w"})
    case.audiences["a_w"], case.members["a_w"] = {"list": {"id_type": "mobile"}}, ["p2"]
    assert messages(case) == ["p1 p1 - skipped quiet_time", "p2 p2 01 08:00 sent"]
    case.suppressed = [("mobile", "mobile/p2")]
    assert messages(case)[1] == "p2 p2 - skipped suppressed"
    case.suppressed = []
    case.members["a_w"] = [f"p{number}" for number in range(1, 102)]  # more than a whitelist may hold
    assert messages(case)[1] == "p2 p2 - skipped quiet_time"


def test_a_result_judgment_counts_from_the_handing_over() -> None:
    quiet = {"channels": {"text_sms": {"from": "07:00", "to": "09:00", "postpone": True}}}
    judge = node("result_judgment", judge_after={"amount": 1, "unit": "hour"}, results=["success"])
    links = "who s,s j,j result:success end,j other end"
    results = [
        {"person_id": "p1", "node": "s", "result": "success", "after_seconds": "3600"},
        {"person_id": "p2", "node": "s", "result": "success", "after_seconds": "3601"},
    ]
    case = build(ALL, {"s": sms(), "j": judge}, links, results=results, settings={"quiet": quiet})
    assert outcomes(case, "j") == ["p1#1 01 10:00 result:success", "p2#1 01 10:00 other"]


def test_addresses_newest_first_and_success_by_any() -> None:
    judge = node("result_judgment", judge_after={"amount": 1, "unit": "hour"}, results=["failed"])
    links = "who s,s j,j result:failed end,j other end"
    case = build(ALL, {"s": sms(send_to_all_ids=True), "j": judge}, links, "p1")
    case.ids = [
        address("x/2", "2025-01-02T00:00:00Z"),
        address("x/1", ""),
        address("x/3", "2025-01-02T00:00:00Z"),
    ]
    failing = {"person_id": "p1", "node": "s", "result": "failed", "after_seconds": "0"}
    case.results = [failing, {**failing, "result": "success", "address": "x/1", "after_seconds": "60"}]
    assert outcomes(case, "j") == ["p1#1 01 08:01 other"]
    case.campaign["nodes"]["s"]["config"]["send_to_all_ids"] = False
    assert messages(case) == ["p1 3 01 08:00 failed"]


def test_cycles_are_skipped_until_every_audience_was_updated() -> None:
    every_other = {"unit": "day", "interval": 2, "time": "08:00"}
    card = {"card": "tags", "condition": {"field": "tag:level", "op": "empty"}}
    trigger = {"audiences": ["r"], "mode": "recurring", "every": ONCE_A_DAY, "max_cycles": 2}
    case = build(
        trigger, {"t": node("tag", assignments=[{"tag": "level", "value": "x"}])}, "who t,t end", "p1"
    )
    case.audiences["r"] = {"cards": [card], "update": every_other}
    trace = interpret(case)
    assert [day_and_time(row[0]) for row in trace["tags"]] == ["01 08:00"]
    assert [BERLIN.local(moment).day for moment in trace.skipped] == [2]


def test_a_generated_audience_is_written_when_a_cycle_finishes() -> None:
    wait = node("wait_until", mode="next_time", time="09:30")
    trigger = {**ALL, "mode": "recurring", "every": ONCE_A_DAY, "repeat_unchanged": True, "max_cycles": 2}
    case = build(
        trigger, {"g": node("generate_audience", audience_name="G"), "w": wait}, "who g,g w,w end", "p1"
    )
    assert interpret(case)["audiences"] == [["G_20260601093000", "p1"], ["G_20260602093000", "p1"]]
    case.until = "2026-06-02T09:29:00+02:00"
    assert interpret(case)["audiences"] == [["G_20260601093000", "p1"]]


def test_the_best_group_takes_all_once_every_group_was_judged() -> None:
    groups = [{"id": "g_1", "percent": 50}, {"id": "g_2", "percent": 50}]
    goal = {"event": "order", "where": {"field": "amount", "op": ">", "value": 1}, "times": 1}
    test = node("ab_test", groups=groups, ends="after", people=4, then="best", min_judged=1)
    target = node("ab_target", test="t", goal=goal, judge_after={"amount": 1, "unit": "hour"})
    people = [f"p{number}" for number in range(30)]
    links = "who t,t group:g_1 a,t group:g_2 a,a end"
    entering = [
        order(f"01T{9 + 2 * (n // 10):02d}:{n % 10:02d}", who, amount=0) for n, who in enumerate(people)
    ]
    case = build({"event": "order"}, {"t": test, "a": target}, links, " ".join(people), events=entering)
    first = [row for row in interpret(case)["goals"] if row[5] < "2026-06-01T09"]
    winner = first[0][4]
    case.events += [order("01T09:30", row[2], "x" + row[2], amount=2) for row in first if row[4] == winner]
    later = [row for row in interpret(case)["goals"] if row[5] >= "2026-06-01T09" and row[1] == "1"]
    assert {row[4] for row in first} == {"g_1", "g_2"}
    assert {row[4] for row in later} == {winner}
