"""Campaigns of every sort at work together, and what somebody does to them over a few days.

Whoever carries the script on after an interruption, at whatever action, comes to the same end: what happens
to people happens at its own time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, func, select

from engine.plan.contact import ContactRules, Cuts, Daily, Limit
from engine.report.trace import write_trace
from engine.run.answers import IncomingEvent, Refused
from engine.run.clock import VirtualClock
from engine.run.compiling import PlanSettings, VersionKeys, plan_of
from engine.run.engine import Engine
from engine.run.settings import EngineSettings
from engine.shapes.time import to_milliseconds as ms
from engine.store.database import Database
from engine.store.schema import METADATA
from engine.store.tables import people, runs
from engine.workspace import bundle as bundles
from engine.workspace.audience import AUDIENCE
from engine.workspace.bundle import Bundle
from engine.workspace.message import MESSAGE
from engine.workspace.settings import Retention
from tests.databases import Target
from tests.engine.run.drafting import DAY, HOUR, NOW, SMS, WAIT, ZONE, bundle, write_people

DAYS = 6
RULES = ContactRules(
    limits=(Limit(DAY, 1, "text_sms"),), daily={"text_sms": Daily(time(20), time(8), postpone=True)}
)
HALVES = [{"id": f"g_{n}", "name": f"Half {n}", "percent": 50} for n in (1, 2)]
GOLD = {"field": "tag:level", "op": "is", "value": ["Gold"]}
ORDERED = {"join": None, "event": "order", "where": {"field": "amount", "op": ">=", "value": 5}}

MAIN: dict[str, tuple[str, dict[str, Any]]] = {
    "n_who": (
        "target_audience",
        {
            "audiences": ["a_named"],
            "mode": "recurring",
            "every": {"unit": "day", "interval": 1, "time": "20:30"},
            "max_cycles": 3,
        },
    ),
    "n_ab": (
        "ab_test",
        {"groups": HALVES, "ends": "after", "people": 30, "then": "best", "min_judged": 3},
    ),
    "n_sms": ("text_sms", {**SMS, "sms_type": "promotional", "template": "m_promo"}),
    "n_known": ("result_judgment", {"judge_after": {"amount": 1, "unit": "day"}, "results": ["success"]}),
    "n_tag": ("tag", {"assignments": [{"tag": "level", "value": "Gold"}]}),
    "n_coupon": ("issue_coupon", {"coupon": "cp_1"}),
    "n_target": (
        "ab_target",
        {"test": "n_ab", "goal": {"event": "order"}, "judge_after": {"amount": 12, "unit": "hour"}},
    ),
    "n_gold": ("tag_judgment", {"groups": [{"id": "g_1", "name": "Gold", "condition": GOLD}], "other": True}),
    "n_wait": ("wait_until", {**WAIT, "amount": 2}),
    "n_keep": ("generate_audience", {"audience_name": "Through"}),
    "n_end": ("end", {}),
}
MAIN_LINKS = [
    "n_who out n_ab", "n_ab group:g_1 n_sms", "n_ab group:g_2 n_coupon", "n_sms out n_known",
    "n_known result:success n_tag", "n_known other n_target", "n_tag out n_target", "n_coupon out n_target",
    "n_target out n_gold", "n_who out n_gold", "n_gold group:g_1 n_wait", "n_gold other n_wait",
    "n_wait out n_keep", "n_keep out n_end",
]  # fmt: skip
TWICE: dict[str, tuple[str, dict[str, Any]]] = {
    "n_order": ("behavior_event", {"event": "order", "times": 2, "within": {"amount": 2, "unit": "day"}}),
    "n_coupon": ("issue_coupon", {"coupon": "cp_1"}),
    "n_again": (
        "event_judgment",
        {
            "judge_after": {"amount": 1, "unit": "day"},
            "conditions": [ORDERED],
            "early": True,
            "other": True,
        },
    ),
    "n_yes": ("end", {}),
    "n_no": ("end", {}),
}
TWICE_LINKS = ["n_order out n_coupon", "n_coupon out n_again", "n_again out n_yes", "n_again other n_no"]
PLAIN: dict[str, tuple[str, dict[str, Any]]] = {
    "n_order": ("behavior_event", {"event": "order", "re_entry": "after_exit"}),
    "n_split": ("random_grouping", {"groups": HALVES}),
    "n_sms": ("text_sms", SMS),
    "n_wait": ("wait_until", {**WAIT, "amount": 6}),
    "n_end": ("end", {}),
}
PLAIN_LINKS = [
    "n_order out n_split", "n_split group:g_1 n_sms", "n_split group:g_2 n_wait", "n_sms out n_wait",
    "n_wait out n_end",
]  # fmt: skip


def campaign(id: str, version: int = 1) -> Bundle:
    """`c_main` enters in cycles, `c_plain` and `c_twice` by events; `c_plain` has a second version."""
    if id == "c_plain":
        nodes = {**PLAIN, "n_wait": ("wait_until", {**WAIT, "amount": 5 + version})}
        return bundle(nodes, PLAIN_LINKS, id=id, end=NOW.replace(day=NOW.day + 4))
    if id == "c_twice":
        return bundle(TWICE, TWICE_LINKS, id=id, end=NOW.replace(day=NOW.day + 4))
    made = bundle(MAIN, MAIN_LINKS, id=id)
    rule = {"card": "tags", "condition": {"field": "attr:name", "op": "not_empty"}}
    daily = {"unit": "day", "interval": 1, "time": "20:00"}
    named = AUDIENCE.adapter.validate_python(
        {"id": "a_named", "name": "Named", "update": daily, "cards": [{"join": None, **rule}]}
    )
    promotion = {**made.messages["m_hello"].canonical(), "id": "m_promo", "sms_type": "promotional"}
    messages = {"m_promo": MESSAGE.adapter.validate_python(promotion)}
    return Bundle(made.campaign, {"a_named": named}, messages, made.accounts, made.catalog)


@dataclass(frozen=True)
class Action:
    """What somebody does at a moment (ms); doing it again changes nothing."""

    name: str
    at: int
    do: Callable[[Engine], object]


def script(folder: Path) -> list[Action]:
    """The actions; `folder` holds what `write_data` has written."""

    def action(name: str, after: float, do: Callable[[Engine], object]) -> Action:
        return Action(name, ms(NOW) + int(after * HOUR), do)

    return [
        action("import", 0, lambda engine: engine.import_data(folder / "first")),
        action("publish main", 0, lambda engine: engine.publish(campaign("c_main"))),
        action("publish twice", 0, lambda engine: engine.publish(campaign("c_twice"))),
        action("publish plain", 0, lambda engine: engine.publish(campaign("c_plain"))),
        action("orders", 1, lambda engine: engine.post_events(orders(folder, 1, 1))),
        action("orders", 5, lambda engine: engine.post_events(orders(folder, 5, 2))),
        action("stop", 6, lambda engine: _unless_done(engine.stop, "c_plain")),
        action("orders", 7, lambda engine: engine.post_events(orders(folder, 7, 3))),
        action("restart", 14, lambda engine: _unless_done(engine.restart, "c_plain")),
        action("import more", 18, lambda engine: engine.import_data(folder / "second")),
        action("orders", 20, lambda engine: engine.post_events(orders(folder, 20, 2))),
        action("new version", 22, lambda engine: engine.publish(campaign("c_plain", 2))),
        action("orders", 25, lambda engine: engine.post_events(orders(folder, 25, 1))),
        action("orders", 30, lambda engine: engine.post_events(orders(folder, 30, 1))),
        action("wait", DAYS * 24, lambda engine: None),
    ]


def _unless_done(do: Callable[[str], None], campaign: str) -> None:
    try:
        do(campaign)
    except Refused:  # done already, by a process that did not live to say so
        return


def orders(folder: Path, hour: int, share: int) -> Sequence[IncomingEvent]:
    """Orders of every `share`-th person within the hour before, some of them late."""
    known = int((folder / "people").read_text())
    return [
        IncomingEvent(
            f"e{hour}", f"p{n}", "order", ms(NOW) + hour * HOUR - n % 7 * 60_000, {"amount": n % 11}
        )
        for n in range(1, known + 1, share)
    ]


def write_data(folder: Path, people: int, codes: int) -> None:
    """The data folders that the script imports."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "people").write_text(str(people))
    write_people(folder / "first", people, codes)
    moment = NOW.replace(day=NOW.day + 1, hour=3).isoformat()
    events = [[f"i{n}", f"p{n}", "order", moment, '{"amount": 7}'] for n in range(1, people + 5, 2)]
    write_people(folder / "second", people + 4, codes, events)


class Shop:
    """The engine of the script, on a virtual clock."""

    def __init__(self, target: Target, moment: int, retention: Retention | None = None) -> None:
        self.clock = VirtualClock(moment)
        self.database = Database.open(target)
        settings = EngineSettings(ZONE, contact=RULES, retention=retention or Retention())
        try:
            self.engine = Engine(self.database, settings, self.clock)
        except BaseException:
            self.database.close()
            raise

    def carry_out(self, action: Action) -> None:
        """Everything that falls due before the action, and the action."""
        self.engine.run_until_idle(action.at)
        self.clock.set(max(action.at, self.clock.now()))
        action.do(self.engine)

    def close(self) -> None:
        self.engine.close()
        self.database.close()


# ---- what it comes to

State = dict[str, list[tuple[Any, ...]]]


def state(connection: Connection) -> State:
    """All that has happened, by table: not how often it was begun, how it was cut into transactions, or what
    was before."""
    begun = {"import_run", "import_before", "audience", "audience_member", "counter", "coupon_issue"}
    numbers = {"import_id", "seq", "position"}
    tables = [table for table in METADATA.sorted_tables if table.name not in begun]
    found = {table.name: _rows(connection, table, without=numbers) for table in tables}
    i, code = runs.coupon_issue.c, people.coupon_code.c
    issued = select(code.code, i.person, i.campaign, i.entry).join_from(
        runs.coupon_issue,
        people.coupon_code,
        (i.coupon == code.coupon) & (i.position == code.position),
    )
    found["coupon_issue"] = _sorted(connection.execute(issued))
    c = runs.counter.c
    by = (c.version, c.cycle, c.path, c.hour)
    found["counter"] = _sorted(connection.execute(select(*by, func.sum(c.n)).group_by(*by)))
    a, m = people.audience.c, people.audience_member.c
    members = select(a.id, a.updated_at, m.person).join_from(
        people.audience, people.audience_member, a.list == m.list, isouter=True
    )
    found["members"] = _sorted(connection.execute(members))
    return found


def everything(connection: Connection) -> State:
    """All tables as they are; but an audience may say that its last update runs, and there may be members of
    a list that is in force nowhere, which nobody sees and the next start takes back."""
    found = {
        table.name: _rows(connection, table, without={"state"} if table.name == "audience" else set())
        for table in METADATA.sorted_tables
    }
    m = people.audience_member.c
    in_force = select(m.list, m.person).where(m.list.in_(select(people.audience.c.list)))
    found[people.audience_member.name] = _sorted(connection.execute(in_force))
    return found


def _rows(connection: Connection, table: Table, without: set[str]) -> list[tuple[Any, ...]]:
    """Also with the columns that were added while the engine ran."""
    result = connection.exec_driver_sql(f'SELECT * FROM "{table.name}"')
    kept = [index for index, name in enumerate(result.keys()) if name not in without]
    return _sorted(tuple(row[index] for index in kept) for row in result)


def _sorted(rows: Iterable[Sequence[Any]]) -> list[tuple[Any, ...]]:
    return sorted((tuple(row) for row in rows), key=repr)


def differences(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """The names of the tables or files that differ."""
    return [name for name in one.keys() | other.keys() if one.get(name) != other.get(name)]


def traces(connection: Connection, folder: Path) -> dict[str, str]:
    """The traces of all campaigns, by campaign and file."""
    found = {}
    settings = PlanSettings(ZONE, RULES)
    for row in connection.execute(select(runs.campaign)).all():
        v = runs.campaign_version.c
        version = connection.execute(select(v.bundle, v.cuts).where(v.key == row.version)).one()
        made = bundles.read(version.bundle.encode())
        n = runs.campaign_node.c
        nodes = dict(connection.execute(select(n.id, n.node).where(n.campaign == row.number)).all())
        keys = VersionKeys(row.number, row.version, nodes, Cuts(version.cuts))
        plan = plan_of(made, keys, connection, settings)
        write_trace(connection, plan, made, folder / row.id, ms(NOW) + 1000 * DAY)
        for file in sorted((folder / row.id).iterdir()):
            found[f"{row.id}/{file.name}"] = file.read_text(encoding="utf-8")
    return found
