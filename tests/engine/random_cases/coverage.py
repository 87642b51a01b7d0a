"""What occurred in a case: the differential test demands each of `EXPECTED` often enough."""

from __future__ import annotations

from collections import Counter

from tests.engine.interpreter.case import Case, Json
from tests.engine.interpreter.clock import DAY, Clock, ms
from tests.engine.interpreter.touches import is_marketing
from tests.engine.interpreter.trace import Rows, Trace
from tests.engine.random_cases.graph import FAMILY

KINDS = (
    "target_audience", "behavior_event", *FAMILY, "tag", "generate_audience", "wait_until", "ab_test",
    "ab_target", "random_grouping", "end", "tag_judgment", "event_judgment", "attribute_judgment",
    "result_judgment", "audience_judgment", "fatigue_judgment",
)  # fmt: skip
OUTCOMES = (
    "out", "other", "group", "result", "done", "left", "merged", "waiting", "exited", "held_back",
)  # fmt: skip
STATES = (
    "planned", "sending", "sent", "unknown", "failed", "failed E1", "failed no_id", "failed not_follower",
    "failed no_code", "failed limit", "skipped quiet_time", "skipped suppressed", "skipped duplicate_address",
    "skipped fatigue", "skipped exited",
)  # fmt: skip
EXPECTED = (
    *(f"kind {kind}" for kind in KINDS),
    *(f"outcome {outcome}" for outcome in OUTCOMES),
    *(f"message {state}" for state in STATES),
    *(f"trigger {mode}" for mode in ("now", "once", "recurring", "every_time", "after_exit", "once again")),
    *(f"every {unit}" for unit in ("hour", "day", "week", "month")),
    *(f"wait {mode}" for mode in ("duration", "at", "next_time", "after_days_at")),
    *(f"receipt {code}" for code in ("opened", "ignored", "done", "refused")),
    *(f"judged by {by}" for by in ("send", "receipt")),
    "re-entry", "repeated event", "event person", "several addresses", "postponed and handed over",
    "postponed and skipped", "later cycle", "skipped cycle",
    "clock change crossed", "clock change on a schedule", "goal achieved", "goal missed", "best group",
    "released early", "tag written", "generated audience", "shared address",
    "converted", "converted later", "converted though held back", "not converted",
    "exited at once", "exited with an event", "exited with an audience",
    "sent later by the window", "sent later on the person's own clock",
    "sent later on the workspace's clock for want of one", "sent later about a clock change",
    "window closed when the quiet time ended", "exited before the window opened",
)  # fmt: skip


def occurrences(case: Case, rows: Trace) -> Counter[str]:
    """How often each thing occurred, by name."""
    seen: Counter[str] = Counter()
    nodes: dict[str, Json] = case.campaign["nodes"]
    _of_visits(case, nodes, rows["visits"], seen)
    _of_messages(nodes, rows["messages"], seen)
    seen["goal achieved"] += sum(row[-1] == "true" for row in rows["goals"])
    seen["goal missed"] += sum(row[-1] == "false" for row in rows["goals"])
    seen["tag written"] += len(rows["tags"])
    seen["generated audience"] += len({row[0] for row in rows["audiences"]})
    seen["repeated event"] += len(case.events) - len({(e.person, e.id) for e in case.events})
    seen["event person"] += len({e.person for e in case.events} - {p.id for p in case.people})
    seen["skipped cycle"] += len(rows.skipped)
    for test, best in rows.best.items():
        seen["best group"] += _sent_to_best(nodes[test]["config"], test, best, rows)
    seen["postponed and skipped"] += rows.dropped
    seen.update(rows.windowed)
    _of_conversions(rows, seen)
    return seen


def _of_visits(case: Case, nodes: dict[str, Json], visits: Rows, seen: Counter[str]) -> None:
    clock = Clock(case.settings["time_zone"])
    seen["later cycle"] += len({row[0] for row in visits} - {"1"})
    for _, entry, _, id, arrived, left, outcome in visits:
        node = nodes[id]
        kind, config = node["kind"], node["config"]
        seen[f"kind {kind}"] += 1
        seen[f"outcome {outcome.partition(':')[0]}"] += 1
        if kind == "wait_until":
            seen[f"wait {config['mode']}"] += 1
        if kind == "result_judgment":
            seen[f"judged by {config['by']}"] += 1
        if left and clock.local(ms(arrived)).utcoffset() != clock.local(ms(left)).utcoffset():
            seen["clock change crossed"] += 1
        if kind in ("target_audience", "behavior_event"):
            _of_entry(config, entry, clock, ms(arrived), seen)
        if outcome == "exited":
            seen[f"exited {_why_exited(case, kind)}"] += 1
        early = kind == "event_judgment" and config["early"] and "at" not in config["judge_after"]
        if early and left and ms(left) < clock.plus(ms(arrived), config["judge_after"]):
            seen["released early"] += 1


def _of_conversions(rows: Trace, seen: Counter[str]) -> None:
    """Goals that were reached, also by those who had left by then."""
    last: dict[tuple[str, ...], str] = {}
    for cycle, entry, person, _, _, left, _ in rows["visits"]:
        last[cycle, entry, person] = max(last.get((cycle, entry, person), ""), left or "9")
    for cycle, entry, person, _, held_back, converted in rows["conversions"]:
        if not converted:
            seen["not converted"] += 1
        elif held_back == "true":
            seen["converted though held back"] += 1
        else:
            seen["converted"] += 1
            seen["converted later"] += last[cycle, entry, person] < converted


def _why_exited(case: Case, kind: str) -> str:
    """By what people may leave in a case: counted where only one kind of rule can have been."""
    if kind in ("target_audience", "behavior_event"):
        return "at once"
    kinds = {"audience" if "audience" in rule else "event" for rule in case.campaign["exits"]}
    return f"with an {kinds.pop()}" if len(kinds) == 1 else "either way"


def _of_entry(config: Json, entry: str, clock: Clock, moment: int, seen: Counter[str]) -> None:
    mode = config.get("mode") or config["re_entry"]
    seen["trigger once again" if mode == "once" and "event" in config else f"trigger {mode}"] += 1
    seen["re-entry"] += entry != "1"
    if mode == "recurring":
        seen[f"every {config['every']['unit']}"] += 1
        offset = clock.local(moment).utcoffset()
        seen["clock change on a schedule"] += clock.local(moment - 2 * DAY).utcoffset() != offset


def _of_messages(nodes: dict[str, Json], messages: Rows, seen: Counter[str]) -> None:
    places = Counter((row[1], row[2], row[3]) for row in messages)
    seen["several addresses"] += sum(count > 1 for count in places.values())
    people: dict[str, set[str]] = {}
    for _, _, person, id, _, address, planned, sent, state, reason, receipt, _ in messages:
        seen[f"message {state} {reason}".rstrip()] += 1
        seen[f"receipt {receipt}"] += bool(receipt)
        if sent and sent != planned:
            seen["postponed and handed over"] += 1
        if is_marketing(nodes[id]) and address:
            people.setdefault(address, set()).add(person)
    seen["shared address"] += sum(len(who) > 1 for who in people.values())


def _sent_to_best(config: Json, test: str, best: str, rows: Trace) -> int:
    """How many went to the best group after the last group had its first judgment and N people had passed."""
    first: dict[str, str] = {}
    for *_, group, judged, _ in sorted(rows["goals"], key=lambda row: row[5]):
        first.setdefault(group, judged)
    visits = sorted((row[4], row[6]) for row in rows["visits"] if row[3] == test)[config["people"] :]
    return sum(outcome == best and arrived > max(first.values()) for arrived, outcome in visits)
