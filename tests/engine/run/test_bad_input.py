"""Bad events and imports, audiences that vanish: each is said clearly, and the others go on."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DatabaseError

from engine.i18n import Message, use_language
from engine.run.answers import IncomingEvent, Status
from engine.shapes.time import to_milliseconds as ms
from engine.store import reasons
from engine.store.imports.events_file import MAX_ATTRIBUTES
from engine.store.tables.people import audience, data_field
from engine.store.tables.runs import campaign_version
from engine.workspace.audience import AUDIENCE
from engine.workspace.bundle import Bundle
from tests.engine.run.drafting import (
    EVERYBODY,
    HOUR,
    MINUTE,
    NOW,
    SMS,
    Running,
    bundle,
    database,
    write_people,
)
from tests.engine.run.living import ORDER_LINKS, ORDERS, event


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (event(amount="many"), "amount: “many” is no number"),
        (event(amount=[1, 2]), "is no number"),
        (event(amount=10**15), "more than 12 digits"),
        (event(note="x" * MAX_ATTRIBUTES), "longer than"),
        (event(note="a\0b"), "cannot be stored"),
        (event(note="\ud800"), "cannot be stored"),
        (event(id="e\0"), "cannot be stored"),
        (event(id="\udfff"), "cannot be stored"),
        (event(id=""), "event_id is empty"),
        (event(person="p" * 201), "person_id is longer"),
        (event(code="\0"), "cannot be stored"),
    ],
)
def test_a_bad_event_is_refused_and_the_others_go_in(tmp_path: Path, bad: IncomingEvent, said: str) -> None:
    with Running(database(tmp_path)) as run:
        run.engine.publish(bundle(ORDERS, ORDER_LINKS))
        receipt = run.engine.post_events([event("first", "p2"), bad, event("last", "p3")])
        assert receipt.accepted == 2
        (rejected,) = receipt.rejected
        assert rejected.index == 1
        assert said in str(rejected.message)
        run.engine.run_until_idle(ms(NOW))
        assert run.engine.counts("c_1").entries == 2
        assert run.engine.check() == []


@pytest.mark.parametrize("moment", [-2_208_988_800_000, 0, 32_503_679_999_999])
def test_times_far_away_are_kept_and_let_nobody_in(tmp_path: Path, moment: int) -> None:
    with Running(database(tmp_path)) as run:
        run.engine.publish(bundle(ORDERS, ORDER_LINKS))
        assert run.engine.post_events([event(time=moment)]).accepted == 1
        run.advance(HOUR)
        assert run.engine.counts("c_1").entries == 0


def test_bad_rows_of_an_import_are_named_and_the_others_let_people_in(tmp_path: Path) -> None:
    now = NOW.isoformat()
    rows = [
        ["e1", "p1", "order", now, '{"amount": 5}'],
        ["e2", "p2", "order", now, '{"amount": "many"}'],
        ["e3", "p2", "order", "yesterday", ""],
        ["e4", "p2", "order", now, "{" + "x" * 100],
        ["e5", "p3", "unheard of", now, ""],
        ["e1", "p1", "order", now, '{"amount": 5}'],
    ]
    with Running(database(tmp_path)) as run:
        run.engine.publish(bundle(ORDERS, ORDER_LINKS))
        write_people(tmp_path / "more", 3, events=rows)
        result = run.engine.import_data(tmp_path / "more")
        assert sorted(line for _, line, _ in result.rejects if line) == [3, 4, 5]
        assert (result.counts["events"], result.counts["events_repeated"]) == (2, 1)
        run.engine.run_until_idle(ms(NOW))
        assert run.engine.counts("c_1").entries == 1


STRAIGHT = {"n_who": ("target_audience", EVERYBODY), "n_sms": ("text_sms", SMS), "n_end": ("end", {})}
STRAIGHT_LINKS = ["n_who out n_sms", "n_sms out n_end"]


def test_a_campaign_whose_audience_vanishes_ends_with_the_reason_and_the_others_go_on(
    tmp_path: Path,
) -> None:
    with Running(database(tmp_path)) as run:
        run.engine.publish(bundle(STRAIGHT, STRAIGHT_LINKS))
        run.engine.publish(bundle(ORDERS, ORDER_LINKS, id="c_2"))
        with run.database.write() as connection:
            connection.execute(delete(audience))
        run.engine.post_events([event()])
        run.engine.run_until_idle(ms(NOW))
        ended = run.engine.campaign("c_1")
        assert ended.status is Status.ENDED_ABNORMALLY
        said = "Nobody could enter: the engine's database holds no people of the audience “All”."
        assert str(ended.reason) == said
        assert run.engine.counts("c_1").entries == 0
        assert run.engine.counts("c_2").entries == 1
        assert run.engine.check() == []


def test_a_recurring_campaign_ends_at_the_cycle_for_which_its_audience_has_vanished(tmp_path: Path) -> None:
    recurring = {
        **EVERYBODY,
        "mode": "recurring",
        "every": {"unit": "hour", "interval": 1, "minute": 0},
        "repeat_unchanged": True,
    }
    nodes = {**STRAIGHT, "n_who": ("target_audience", recurring)}
    with Running(database(tmp_path)) as run:
        run.engine.publish(bundle(nodes, STRAIGHT_LINKS))
        run.advance(MINUTE)
        assert run.engine.campaign("c_1").entries == 3
        with run.database.write() as connection:
            connection.execute(update(audience).values(list=None))
        run.advance(HOUR)
        ended = run.engine.campaign("c_1")
        assert (ended.status, ended.entries, ended.finished) == (Status.ENDED_ABNORMALLY, 3, 3)
        assert [cycle.number for cycle in run.engine.counts("c_1").cycles] == [1]
        assert run.engine.status().next_due is None


def test_a_rule_that_counts_on_a_vanished_audience_ends_its_campaign(tmp_path: Path) -> None:
    nodes = {**STRAIGHT, "n_who": ("target_audience", {**EVERYBODY, "audiences": ["a_rule"]})}
    made = bundle(nodes, STRAIGHT_LINKS)
    card = {"card": "audience", "audience": "a_all"}
    rule = AUDIENCE.adapter.validate_python({"id": "a_rule", "name": "Rule", "cards": [card]})
    files = {**made.audiences, "a_rule": rule}
    with Running(database(tmp_path)) as run:
        run.engine.publish(Bundle(made.campaign, files, made.messages, made.accounts, made.catalog))
        with run.database.write() as connection:
            connection.execute(delete(audience))
        run.engine.run_until_idle()
        ended = run.engine.campaign("c_1")
        assert ended.status is Status.ENDED_ABNORMALLY
        assert "“a_all” has no members yet" in str(ended.reason)


def test_a_campaign_whose_rule_no_longer_fits_the_data_ends_when_the_engine_starts(tmp_path: Path) -> None:
    gold = {"field": "tag:level", "op": "is", "value": ["Gold"]}
    groups = [{"id": "g_1", "name": "Gold", "condition": gold}]
    nodes = {
        **STRAIGHT,
        "n_sms": ("tag_judgment", {"groups": groups, "other": False}),
    }
    links = ["n_who out n_sms", "n_sms group:g_1 n_end"]
    path = database(tmp_path)
    with Running(path) as run:
        run.engine.publish(bundle(nodes, links))
        run.engine.publish(bundle(ORDERS, ORDER_LINKS, id="c_2"))
        with run.database.write() as connection:
            connection.execute(update(data_field).where(data_field.c.name == "level").values(type="number"))
    with Running(path) as run:
        ended, other = run.engine.campaigns()
        assert (ended.status, other.status) == (Status.ENDED_ABNORMALLY, Status.IN_PROGRESS)
        assert "“level” is stored as number" in str(ended.reason)
        with use_language("zh"):
            assert "is stored as" not in str(ended.reason)


def test_a_campaign_whose_bundle_cannot_be_read_ends_and_hinders_nobody(tmp_path: Path) -> None:
    path = database(tmp_path)
    with Running(path) as run:
        run.engine.publish(bundle(STRAIGHT, STRAIGHT_LINKS))
        run.engine.publish(bundle(ORDERS, ORDER_LINKS, id="c_2"))
        with run.database.write() as connection:
            first = campaign_version.c.key == 1
            connection.execute(update(campaign_version).where(first).values(bundle="{}", hash="another"))
    with Running(path) as run:
        ended, other = run.engine.campaigns()
        assert (ended.status, other.status) == (Status.ENDED_ABNORMALLY, Status.IN_PROGRESS)
        assert "This is not a bundle file" in str(ended.reason)
        run.engine.post_events([event()])
        (received,) = run.engine.received()
        assert [effect.campaign for effect in received.effects] == ["c_2"]


@pytest.mark.parametrize("reason", ["KeyError: 'a'", '{"text": 1}', "[1]", "7", '"x"'])
def test_reasons_of_earlier_versions_are_told_as_they_stand(reason: str) -> None:
    assert str(reasons.load(reason)) == reason


def test_a_reason_keeps_its_messages_whole() -> None:
    said = Message("{name}: {why}", name="A", why=Message("{n} gone", n=2))
    assert reasons.load(reasons.dump(said)) == said


def test_a_damaged_database_is_no_campaign_s_fault(tmp_path: Path) -> None:
    with Running(database(tmp_path)) as run:
        run.engine.publish(bundle(STRAIGHT, STRAIGHT_LINKS))
        (version,) = run.engine._scheduler.versions
        enter = version.runner.enter

        def damaged(*_: object) -> Iterator[None]:
            refusal = sqlite3.DatabaseError("database disk image is malformed")
            refusal.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
            raise DatabaseError("SELECT 1", None, refusal)

        version.runner.enter = damaged  # type: ignore[assignment, method-assign]
        with pytest.raises(DatabaseError):
            run.engine.run_until_idle()
        assert run.engine.campaign("c_1").status is Status.IN_PROGRESS
        version.runner.enter = enter  # type: ignore[method-assign]
        run.engine.run_until_idle()
        status = run.engine.campaign("c_1")
        assert (status.status, status.finished) == (Status.COMPLETED, 3)


def test_a_statement_that_is_wrong_ends_its_campaign_and_no_other(tmp_path: Path) -> None:
    with Running(database(tmp_path)) as run:
        run.engine.publish(bundle(STRAIGHT, STRAIGHT_LINKS))
        (version,) = run.engine._scheduler.versions
        run.engine.publish(bundle(ORDERS, ORDER_LINKS, id="c_2"))

        def wrong(*_: object) -> Iterator[None]:
            with run.database.write() as connection:
                connection.exec_driver_sql("SELECT nothing FROM nowhere")
            yield

        version.runner.enter = wrong  # type: ignore[assignment, method-assign]
        run.engine.post_events([event()])
        run.engine.run_until_idle(ms(NOW))
        assert run.engine.campaign("c_1").status is Status.ENDED_ABNORMALLY
        assert run.engine.campaign("c_2").inside == 1
