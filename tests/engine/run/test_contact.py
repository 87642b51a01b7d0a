"""Limits, whitelist and quiet times in a living engine, on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from engine.plan.contact import ContactRules, Limit
from engine.shapes.time import to_milliseconds as ms
from engine.store.lists import new_list, put_in_force
from engine.store.tables.people import audience_member
from engine.workspace.audience import AUDIENCE
from tests.databases import Target
from tests.engine.run.drafting import (
    DAY,
    EVERYBODY,
    HOUR,
    MINUTE,
    NOW,
    WAIT,
    bundle,
)
from tests.engine.run.living import (
    END,
    ORDER_LINKS,
    ORDERS,
    PROMOTION,
    Living,
    Node,
    marketing,
    rule,
)

TWO_MESSAGES: dict[str, Node] = {
    "n_who": ("target_audience", EVERYBODY), "n_first": PROMOTION, "n_wait": ("wait_until", WAIT),
    "n_second": PROMOTION, "n_end": END,
}  # fmt: skip
TWO_LINKS = ["n_who out n_first", "n_first out n_wait", "n_wait out n_second", "n_second out n_end"]


def test_limits_that_are_added_hold_for_who_is_inside(shop: Target) -> None:
    with Living(shop) as run:
        run.engine.publish(marketing(TWO_MESSAGES, TWO_LINKS))
        run.pass_time(MINUTE)
    limits = ContactRules(limits=(Limit(DAY, 1),))
    with Living(shop, limits, moment=NOW + timedelta(minutes=1)) as run:
        run.pass_time(2 * HOUR)
        assert run.engine.counts("c_1").reasons == {
            "n_first": {"sent": {"": 6}}, "n_second": {"skipped": {"fatigue": 6}},
        }  # fmt: skip
        run.sound()


@pytest.mark.parametrize("by_address", [True, False])
def test_messages_of_deleted_campaigns_count_as_long_as_limits_look_back(
    shop: Target, by_address: bool
) -> None:
    """Nobody gets more because somebody deleted a campaign, say to publish it again without its mistake."""
    nodes: dict[str, Node] = {"n_who": ("target_audience", EVERYBODY), "n_first": PROMOTION, "n_end": END}
    links = ["n_who out n_first", "n_first out n_end"]
    with Living(shop, ContactRules(limits=(Limit(DAY, 2),), by_address=by_address)) as run:

        def publish_and_delete(id: str) -> dict[str, int]:
            run.engine.publish(marketing(nodes, links, id=id))
            run.pass_time(HOUR)
            sent = dict(run.engine.counts(id).messages["n_first"])
            run.engine.delete(id)
            run.sound()
            return sent

        sent = [publish_and_delete(f"c_{number}") for number in (1, 2, 3)]
        assert sent == [{"sent": 6}, {"sent": 6}, {"skipped": 6}]
        run.pass_time(22 * HOUR - 1)
        assert run.rows("SELECT COUNT(*), COUNT(variables) FROM message") == [(12, 0)]
        run.engine.erase_person("p1", suppress=False)
        assert publish_and_delete("c_4") == {"sent": 5}  # a day after the first one
        assert publish_and_delete("c_5") == {"sent": 5}
        assert publish_and_delete("c_6") == {"skipped": 5}
        assert run.rows("SELECT COUNT(*) FROM message") == [(10,)]
        run.pass_time(2 * DAY)
        run.engine.publish(marketing(nodes, links, id="c_7"))
        run.engine.stop("c_7")
        run.engine.delete("c_7")
        assert run.rows("SELECT COUNT(*) FROM message") == [(0,)]
        assert run.rows("SELECT COUNT(*) FROM marketing_node") == [(0,)]


def test_who_shares_an_address_is_known_though_campaigns_changed_while_it_was_imported(
    shop: Target, tmp_path: Path
) -> None:
    folder = tmp_path / "more"
    folder.mkdir()
    (folder / "people.csv").write_text("person_id\nq1\nq2\n", encoding="utf-8")
    rows = [f"q{n},mobile,+8613900000000" for n in (1, 2)]
    (folder / "ids.csv").write_text("\n".join(["person_id,type,value", *rows]), encoding="utf-8")
    nodes: dict[str, Node] = {**ORDERS, "n_sms": PROMOTION}
    links = ["n_order out n_sms", "n_sms out n_wait", "n_wait out n_end"]
    with Living(shop) as run:
        run.engine.publish(marketing(nodes, links))

        def meanwhile(file: str, _done: int) -> None:
            if file == "people.csv":
                run.engine.publish(bundle(ORDERS, ORDER_LINKS, id="c_2"))

        run.engine.import_data(folder, progress=meanwhile)
        assert len(run.engine.campaigns()) == 2
        for who in ("q1", "q2"):
            run.order(f"e-{who}", who)
        assert run.engine.counts("c_1").reasons["n_sms"] == {
            "sent": {"": 1}, "skipped": {"duplicate_address": 1},
        }  # fmt: skip
        run.sound()


def test_who_was_in_a_deleted_campaign_stays_when_the_import_is_undone(shop: Target) -> None:
    """Else whoever is imported next would get their keys, and count as having had their messages."""
    nodes: dict[str, Node] = {"n_who": ("target_audience", EVERYBODY), "n_first": PROMOTION, "n_end": END}
    made = marketing(nodes, ["n_who out n_first", "n_first out n_end"])
    with Living(shop, ContactRules(limits=(Limit(DAY, 1),))) as run:
        run.engine.publish(made)
        run.pass_time(HOUR)
        run.engine.delete("c_1")
        assert run.engine.undo_import(run.engine.imports()[0].id)["people_kept"] == 6
        run.sound()


def test_the_whitelist_is_exempt_from_limits_and_quiet_times(shop: Target) -> None:
    rules = ContactRules(limits=(Limit(DAY, 1),), whitelist="a_staff")
    with Living(shop, rules) as run:
        with run.database.write() as connection:
            key = new_list(connection)
            connection.execute(insert(audience_member), {"list": key, "person": 2})
            put_in_force(connection, "a_staff", key, ms(NOW))
        run.engine.publish(marketing(TWO_MESSAGES, TWO_LINKS))
        run.pass_time(2 * HOUR)
        sent = run.rows("SELECT person, count(*) FROM message WHERE state = 'sent' GROUP BY person")
        assert dict(sent) == {1: 1, 2: 2, 3: 1, 4: 1, 5: 1, 6: 1}
        run.sound()


def test_after_a_pause_the_whitelist_is_updated_once(shop: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    staff = {"a_staff": rule({"unit": "hour", "interval": 1, "minute": 0}, "a_staff")}
    rules = ContactRules(limits=(Limit(DAY, 1),), whitelist="a_staff")
    with Living(shop, rules, audiences=staff) as run:
        run.engine.publish(bundle(ORDERS, ORDER_LINKS))
        run.pass_time(MINUTE)
    updates = list[datetime]()

    def note(_files: object, _id: str, moment: datetime, _catalog: object) -> None:
        updates.append(moment)

    later = NOW + timedelta(days=300, minutes=30)
    with Living(shop, rules, audiences=staff, moment=later) as run:
        monkeypatch.setattr(run.engine._scheduler._store, "update_audience", note)
        run.engine.step()
        run.engine.step()
        assert updates == [later - timedelta(minutes=30)]


def test_a_live_engine_keeps_the_whitelist_up_to_date(shop: Target) -> None:
    """Who has ordered is exempt from the update after it on."""
    raw = {
        "id": "a_staff",
        "name": "Staff",
        "update": {"unit": "hour", "interval": 1, "minute": 0},
        "cards": [{"card": "behaviour", "join": None, "event": "order"}],
    }
    staff = AUDIENCE.adapter.validate_python(raw)
    rules = ContactRules(limits=(Limit(DAY, 1),), whitelist="a_staff")
    with Living(shop, rules, audiences={"a_staff": staff}) as run:
        run.engine.publish(marketing(TWO_MESSAGES, TWO_LINKS))
        assert "has no members yet" in str(run.engine.status().notice)
        run.pass_time(10 * MINUTE)
        assert run.rows("SELECT size, state FROM audience WHERE id = 'a_staff'") == [(0, "ready")]
        assert run.engine.status().notice is None
        run.order("e1", "p2")
        run.pass_time(2 * HOUR)
        sent = run.rows("SELECT person, count(*) FROM message WHERE state = 'sent' GROUP BY person")
        assert dict(sent) == {1: 1, 2: 2, 3: 1, 4: 1, 5: 1, 6: 1}
        run.sound()
