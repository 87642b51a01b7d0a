"""The statements of messages read what grows with the number of people through keys and indexes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import time
from typing import Any

import pytest
from sqlalchemy import Connection, MetaData, select, union_all
from sqlalchemy.sql.elements import quoted_name

from engine.campaign.send_window import SendWindow
from engine.plan.contact import ContactRules, Daily, Limit
from engine.plan.context import contacts_of
from engine.plan.fatigue import reachable
from engine.plan.messages import Messages
from engine.plan.send_window import ZoneFilling
from engine.plan.steps import Step
from engine.plan.temporary import shared_address, wave
from engine.store.dialect import analyze, bulk_insert
from engine.store.fields import DataFields, DataSchema
from engine.store.tables.people import person, person_id, suppression
from engine.store.tables.runs import entry, marketing_node, message
from tests.databases import plan_of
from tests.engine.plan.sending import CAMPAIGN, VERSION, Sending, sms
from tests.engine.plan.test_messages_judged import Judged

DAY = 86_400_000
PEOPLE = 4_000
LARGE = (
    "message", "message_below", "person", "person_id", "suppression", "shared_address", "audience_member",
    "entry", "tag_value", "event",
)  # fmt: skip
SCAN = re.compile(r"\b(?:SCAN|Seq Scan on) (\w+?)(?:_\d+)?\b(?! USING)")
SENT = re.compile(r"(?:SEARCH message\w* |\bon message\w* .*\n.*Cond: ).*")
"""How messages are looked up; the condition is a line of its own in PostgreSQL."""


def statements(s: Sending) -> Iterator[Any]:
    touch = sms(to_all=True, followers=True)
    messages, node = Messages(s.context), s.node(touch)
    for step in (*messages.send(node, touch, ()), *messages.release(node, touch)):
        yield step.statement if isinstance(step, Step) else step
        if isinstance(step, Step) and isinstance(step.first, ZoneFilling):
            yield step.first.wanted
    yield select(wave.c.person).where(reachable(s.context, node.kind, wave.c.person, wave.c.now))
    for receipt in (False, True):
        yield from Judged(s, receipt=receipt).queries()


def rules(*, by_address: bool) -> ContactRules:
    limits = (Limit(DAY, 1), Limit(DAY // 2, 1, "text_sms"))
    quiet = {"text_sms": Daily(time(22), time(8), postpone=True)}
    return ContactRules(limits, quiet, by_address=by_address, whitelist="a_vip")


def fill(connection: Connection) -> None:
    """Enough of everything that the planner has a choice, and statistics to choose by."""
    s = Sending(connection, recurring=True)
    people = range(PEOPLE)
    ids: list[tuple[object, ...]] = [(person, "mobile", f"a{person // 2}", 0, 0) for person in people]
    bulk_insert(connection, person_id, ["person", "type", "value", "time", "seq"], ids)
    shared: list[tuple[object, ...]] = [("mobile", f"a{pair}") for pair in range(PEOPLE // 2)]
    bulk_insert(connection, shared_address, ["type", "value"], shared)
    bulk_insert(connection, suppression, ["type", "value"], [("mobile", f"b{person}") for person in people])
    columns = ["campaign", "person", "entry", "version", "cycle", "entered_at"]
    entries: list[tuple[object, ...]] = [(CAMPAIGN, person, 1, VERSION, 1, 0) for person in people]
    bulk_insert(connection, entry, columns, entries)
    for node in (1, 2):
        s.send(sms(), *((person, 1, DAY) for person in people), node=node)
    names: list[tuple[object, ...]] = [(key, f"p{key}", 0, 1) for key in people]
    bulk_insert(connection, person, ["id", "external_id", "hash", "import_id"], names)
    for table in ("message", "person", "person_id", "suppression", "shared_address", "entry"):
        analyze(connection, table)


@pytest.mark.not_on_citus("plans are made machine by machine")
@pytest.mark.parametrize("by_address", [False, True])
@pytest.mark.parametrize("below", [False, True])
def test_no_statement_scans(connection: Connection, by_address: bool, below: bool) -> None:
    fill(connection)
    further: dict[str, Any] = {}
    if below:  # as in a simulation, which counts what the workspace has sent before
        other = message.to_metadata(MetaData(), name="message_below")
        for index in other.indexes:
            index.name = quoted_name(f"{index.name}_below", quote=None)
        other.primary_key.name = quoted_name("pk_message_below", quote=None)
        other.create(connection)
        both = union_all(contacts_of(message, marketing_node), contacts_of(other, marketing_node))
        further["contacts"] = both.subquery("contact")
    DataFields.load(connection).declare(connection, DataSchema({"home": "text"}))
    window = SendWindow(from_="09:00", to="20:00", zone="home")
    s = Sending(connection, rules(by_address=by_address), recurring=True, window=window, **further)
    for statement in statements(s):
        plan = plan_of(connection, statement)
        assert not set(SCAN.findall(plan)) & set(LARGE), plan
        assert all("person" in found for found in SENT.findall(plan)), plan


@pytest.mark.not_on_citus("plans are made machine by machine")
def test_contacts_are_found_by_person_and_time(connection: Connection) -> None:
    fill(connection)
    s = Sending(connection, rules(by_address=False))
    sent: Any = [
        step.statement if isinstance(step, Step) else step
        for step in Messages(s.context).send(s.node(sms()), sms(), ())
    ]
    plans = [plan_of(connection, statement) for statement in sent]
    assert any("ix_message_contact" in plan for plan in plans)
