"""People who turn out to be one, and people who are erased, while they are in campaigns."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import MetaData, select, text

from engine.plan.contact import ContactRules, Limit
from engine.report.behind import Number, What, people_behind
from engine.report.person import describe
from engine.report.visits import visits
from engine.run.answers import IncomingEvent
from engine.run.data import ImportStopped
from engine.run.kept_contacts import last_entries
from engine.store.imports.identities import Rules
from engine.store.imports.table import TableOrder
from engine.store.people import UnknownPerson, key_of
from engine.workspace.bundle import Bundle
from engine.workspace.mapping import MAPPING
from tests.databases import Target, plan_of
from tests.engine.run.drafting import (
    DAY,
    EVERYBODY,
    HOUR,
    JUDGING_LINKS,
    PROMOTION,
    SMS,
    WAIT,
    ZONE,
    bundle,
    judging,
)
from tests.engine.run.living import END, MORNING, NIGHT, SMS_LINKS, SMS_THEN_WAIT, Living

PROMOTED = ("text_sms", PROMOTION)
RULES = Rules(("member", "mobile"), frozenset())


@pytest.fixture
def living(shop: Target) -> Iterator[Living]:
    with Living(shop) as found:
        yield found


def rows(living: Living, folder: Path, content: str, *columns: tuple[str, str]) -> dict[str, int]:
    """Import a table; its columns, and what each becomes."""
    path = folder / "rows.csv"
    path.write_text(content, encoding="utf-8")
    listed = tuple({"column": name, "to": to} for name, to in columns)
    mapping = MAPPING.adapter.validate_python({"id": "i_1", "name": "M", "columns": listed})
    return dict(living.engine.import_table(TableOrder(path, mapping, ZONE, rules=RULES)).counts)


def one_person(living: Living, folder: Path, kept: str, other: str) -> dict[str, int]:
    """A row that names one person by another one's member id."""
    columns = (("id", "person"), ("member", "id:member"))
    return rows(living, folder, f"id,member\n{other},m-{kept}\n", *columns)


def outcomes(living: Living, node: str) -> list[tuple[str, str]]:
    with living.database.read() as connection:
        return sorted((one.person, one.outcome) for one in visits(connection, 1) if one.node == node)


def test_the_older_one_keeps_its_place_and_the_other_ends_as_merged(living: Living, tmp_path: Path) -> None:
    living.engine.publish(bundle(SMS_THEN_WAIT, SMS_LINKS))
    living.pass_time(1)
    before = living.rows("SELECT id, external_id, hash FROM person ORDER BY id")
    assert one_person(living, tmp_path, "p2", "p5")["people_merged"] == 1
    assert living.rows("SELECT id, external_id, hash FROM person ORDER BY id") == before
    living.sound()
    counts = living.engine.counts("c_1")
    assert (counts.nodes["n_wait"].waiting, counts.nodes["n_wait"].merged) == (5, 1)
    assert (counts.entries, counts.inside, counts.finished) == (6, 5, 1)
    assert living.engine.campaign("c_1").inside == 5
    living.pass_time(2 * HOUR)
    living.sound()
    assert dict(outcomes(living, "n_wait"))["p5"] == "merged"
    assert [who for who, _ in outcomes(living, "n_end")] == ["p1", "p2", "p3", "p4", "p6"]
    assert living.rows("SELECT size FROM audience") == [(5,)]


def test_what_is_known_of_the_other_becomes_known_of_the_older_one(living: Living, tmp_path: Path) -> None:
    living.order("e1", "p5")
    columns = (("id", "person"), ("c", "attr:city"), ("l", "tag:level"), ("card", "id:card"))
    rows(living, tmp_path, "id,c,l,card\np5,Ulm,Gold,7\np2,,Silver,\n", *columns)
    one_person(living, tmp_path, "p2", "p5")
    living.order("e2", "p5")  # who still calls it by the other id means the older one
    assert living.rows("SELECT person, source_id FROM event ORDER BY source_id") == [(2, "e1"), (2, "e2")]
    assert living.rows("SELECT person, value FROM tag_value") == [(2, "Silver")]
    found = living.rows("SELECT value FROM person_id WHERE person = 2 ORDER BY value")
    assert [value for (value,) in found] == ["+8613800000002", "+8613800000005", "7", "m-p2", "m-p5"]
    with living.database.read() as connection:
        table = MetaData()
        table.reflect(connection, only=["person"])
        one = connection.execute(select(table.tables["person"]).where(text("id = 2"))).mappings().one()
        assert key_of(connection, "p5") == 2
    assert "Ulm" in one.values()
    living.sound()


def test_chains_of_names_end_with_the_oldest(living: Living, tmp_path: Path) -> None:
    columns = (("member", "id:member"), ("mobile", "id:mobile"))
    content = (
        "member,mobile\nm-p6,13800000005\nm-p5,13800000004\nnew,13800000006\nnew,13900000001\n,13900000001\n"
    )
    counts = rows(living, tmp_path, f"member,mobile\n{content}", *columns)
    assert (counts["people"], counts["people_merged"]) == (0, 2)
    assert living.rows("SELECT id, merged_into FROM person WHERE id > 3 ORDER BY id") == [
        (4, None),
        (5, 4),
        (6, 4),
    ]
    assert set(living.rows("SELECT person FROM person_id WHERE value IN ('new', '+8613900000001')")) == {(4,)}
    one_person(living, tmp_path, "p1", "p4")
    assert living.rows("SELECT id, merged_into FROM person WHERE id > 3 ORDER BY id") == [
        (4, 1),
        (5, 1),
        (6, 1),
    ]
    living.sound()


def test_a_new_name_for_somebody_known_is_theirs(living: Living, tmp_path: Path) -> None:
    one_person(living, tmp_path, "p3", "c-17")
    living.order("e1", "c-17")
    assert living.rows("SELECT person FROM event") == [(3,)]
    assert living.rows("SELECT count(*) FROM person WHERE import_id >= 0") == [(6,)]


def fan(kind: str) -> tuple[dict[str, Any], list[str]]:
    """Everybody goes down two branches at once, which join, and wait on both."""
    wait = (kind, WAIT) if kind == "wait_until" else judging()["n_ordered"]
    nodes: dict[str, Any] = {
        "n_who": ("target_audience", EVERYBODY), "n_a": wait, "n_b": ("wait_until", {**WAIT, "amount": 3}),
        "n_sms": ("text_sms", SMS), "n_end": END,
    }  # fmt: skip
    out = "other" if kind != "wait_until" else "out"
    links = ["n_who out n_a", "n_who out n_b", f"n_a {out} n_sms", "n_b out n_sms", "n_sms out n_end"]
    return nodes, links if out == "out" else [*links, "n_a out n_sms"]


@pytest.mark.parametrize("kind", ["wait_until", "event_judgment"])
@pytest.mark.parametrize("hours", [0, 2])
def test_parallel_branches_end_all(living: Living, tmp_path: Path, kind: str, hours: int) -> None:
    living.engine.publish(bundle(*fan(kind)))
    living.pass_time(1 + hours * HOUR)
    one_person(living, tmp_path, "p2", "p5")
    living.sound()
    living.engine.erase_person("p3")
    living.sound()
    living.order("e1", "p5")
    living.pass_time(50 * HOUR)
    living.sound()
    assert living.engine.campaign("c_1").inside == 0
    assert {outcome for who, outcome in outcomes(living, "n_b") if who == "p5"} == {"merged"}


def test_books_stay_right_whoever_is_merged_or_erased_when(living: Living, tmp_path: Path) -> None:
    """Several campaigns, at random moments."""
    chance = random.Random(7)
    living.engine.publish(bundle(*fan("wait_until"), id="c_1"))
    living.engine.publish(bundle(judging(), JUDGING_LINKS, id="c_2"))
    people = [f"p{n}" for n in range(1, 7)]
    while len(people) > 2:
        living.pass_time(chance.randrange(2 * HOUR))
        living.order(f"e{len(people)}", chance.choice(people))
        one, other = sorted(chance.sample(people, 2))
        if chance.random() < 0.6:
            one_person(living, tmp_path, one, other)
        else:
            living.engine.erase_person(other)
        people.remove(other)
        living.sound()
    living.pass_time(30 * HOUR)
    living.sound()
    for id in ("c_1", "c_2"):
        assert living.engine.campaign(id).inside == 0


def test_of_an_erased_person_nothing_is_left_that_tells_who_it_was(living: Living, tmp_path: Path) -> None:
    living.engine.publish(bundle(SMS_THEN_WAIT, SMS_LINKS))
    living.order("e1", "p2")
    living.pass_time(1)
    one_person(living, tmp_path, "p2", "p5")
    counts = living.engine.erase_person("p2", suppress=True)
    assert dict(counts) == {"suppressed": 4, "places": 1, "messages": 2, "ids": 4, "events": 1, "tags": 0}
    living.sound()
    everything = ""
    with living.database.read() as connection:
        found = MetaData()
        found.reflect(connection)
        for table in found.sorted_tables:
            if table.name not in ("suppression", "campaign_version"):
                everything += str(connection.execute(select(table)).all())
    for name in ("p2", "p5", "P2", "P5", "+8613800000002", "+8613800000005", "m-p2"):
        assert f"'{name}'" not in everything, name
        assert f'"{name}"' not in everything, name
    assert ("mobile", "+8613800000002") in living.rows("SELECT type, value FROM suppression")
    living.pass_time(2 * HOUR)
    living.sound()
    assert len(outcomes(living, "n_end")) == 4
    with living.database.read() as connection:
        listed, _ = people_behind(connection, 1, Number(What.ENTERED), living.clock.now())
    assert [one.person for one in listed] == ["p1", "p3", "p4", "p6"]
    with pytest.raises(UnknownPerson):
        living.engine.erase_person("p2")
    one_person(living, tmp_path, "p1", "p2")  # the id is free again
    living.sound()


def test_what_quiet_times_hold_back_does_not_go_to_an_erased_person(shop: Target) -> None:
    nodes: dict[str, Any] = {
        "n_who": ("target_audience", EVERYBODY),
        "n_sms": ("text_sms", PROMOTION),
        "n_end": END,
    }
    with Living(shop, ContactRules(daily=NIGHT)) as living:
        living.clock.set(MORNING - HOUR)
        living.engine.publish(bundle(nodes, ["n_who out n_sms", "n_sms out n_end"]))
        living.pass_time(1)
        assert living.engine.counts("c_1").messages["n_sms"] == {"planned": 6}
        living.engine.erase_person("p4")
        living.sound()
        living.pass_time(2 * HOUR)
        living.sound()
        assert living.engine.counts("c_1").reasons["n_sms"] == {"sent": {"": 5}, "skipped": {"suppressed": 1}}


def sms_on_order() -> Bundle:
    """Whoever orders gets a message that limits count."""
    nodes: dict[str, Any] = {
        "n_order": ("behavior_event", {"event": "order"}),
        "n_sms": PROMOTED,
        "n_end": END,
    }
    return bundle(nodes, ["n_order out n_sms", "n_sms out n_end"])


@pytest.mark.parametrize("by_address", [True, False])
def test_what_the_other_one_has_had_counts_for_the_limits(
    shop: Target, tmp_path: Path, by_address: bool
) -> None:
    """They are one person, and one address, whose messages went to two."""
    with Living(shop, ContactRules(limits=(Limit(DAY, 2),), by_address=by_address)) as living:
        living.engine.publish(sms_on_order())
        living.order("e1", "p5")
        living.pass_time(HOUR)
        living.order("e2", "p4")
        one_person(living, tmp_path, "p4", "p5")
        living.pass_time(HOUR)
        one_person(living, tmp_path, "p2", "p4")
        living.sound()
        mobile = "UPDATE person_id SET time = 1 WHERE value = '+8613800000005'"  # the newest address
        with living.database.write() as connection:
            connection.execute(text(mobile))
        outcome = {True: ["sent", "skipped"], False: ["skipped", "skipped"]}[by_address]
        for nth, state in enumerate(outcome):
            living.order(f"f{nth}", "p5")  # who is p2 by now
            last = "SELECT state FROM message WHERE campaign = 1 ORDER BY person, entry DESC LIMIT 1"
            assert living.rows(last) == [(state,)], nth
        living.pass_time(22 * HOUR)
        living.order("g1", "p2")  # what p5 has had was longer ago
        assert living.rows(last) == [("sent",)]
        living.sound()
        with living.database.read() as connection:
            told = describe(connection, 2).messages
        assert living.engine.erase_person("p2")["messages"] == told
        assert living.rows("SELECT COUNT(*) FROM message WHERE campaign = 0") == [(0,)]
        living.engine.stop("c_1")
        living.engine.delete("c_1")
        living.sound()


def test_what_waits_for_the_other_one_counts_once_it_is_to_go_out(shop: Target, tmp_path: Path) -> None:
    with Living(shop, ContactRules(limits=(Limit(DAY, 1),), daily=NIGHT)) as living:
        living.clock.set(MORNING - HOUR)
        living.engine.publish(sms_on_order())
        living.order("e1", "p5")
        living.pass_time(1)
        one_person(living, tmp_path, "p2", "p5")
        living.pass_time(2 * HOUR)
        living.order("e2", "p2")
        found = "SELECT person, state FROM message WHERE campaign = 1 ORDER BY person, entry"
        assert living.rows(found) == [(2, "skipped"), (5, "sent")]
        living.pass_time(DAY)
        living.order("e3", "p2")
        assert living.rows(found) == [(2, "skipped"), (2, "sent"), (5, "sent")]
        living.sound()


@pytest.mark.not_on_citus("plans are made machine by machine")
def test_what_counts_for_limits_beside_messages_is_looked_up_by_person(shop: Target) -> None:
    with Living(shop) as living, living.database.write() as connection:
        plan = plan_of(connection, last_entries([1, 2]))
        assert "ix_message_contact" in plan, plan


def test_an_import_whose_last_step_fails_merges_nobody(
    living: Living, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    living.engine.publish(bundle(SMS_THEN_WAIT, SMS_LINKS))
    living.pass_time(1)

    def broken(*_: object) -> None:
        raise RuntimeError("power cut")

    with monkeypatch.context() as patch:
        patch.setattr("engine.store.imports.table.complete", broken)
        with pytest.raises(RuntimeError, match="power cut"):
            one_person(living, tmp_path, "p2", "p5")
    assert living.rows("SELECT count(*) FROM person WHERE merged_into IS NOT NULL") == [(0,)]
    assert living.engine.counts("c_1").nodes["n_wait"].merged == 0
    living.sound()
    living.engine.post_events([IncomingEvent("e1", "p5", "order", living.clock.now(), {})])


def test_an_engine_that_ends_takes_the_import_back_that_runs(shop: Target, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("id\n" + "".join(f"n{n}\n" for n in range(30_000)), encoding="utf-8")
    columns = ({"column": "id", "to": "person"},)
    mapping = MAPPING.adapter.validate_python({"id": "i_1", "name": "M", "columns": columns})
    living = Living(shop)
    begun, outcome = threading.Event(), list[ImportStopped]()

    def progress(_done: int, _total: int) -> None:
        begun.set()
        while not living.engine._data._stopping.wait(0.01):
            pass

    def work() -> None:
        try:
            living.engine.import_table(TableOrder(path, mapping, ZONE), progress)
        except ImportStopped as error:
            outcome.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    assert begun.wait(20)
    living.engine.close()
    thread.join(20)
    assert living.rows("SELECT count(*) FROM person") == [(6,)]
    assert len(outcome) == 1
    living.database.close()
