"""Conditions and cards give the people whom the reference gives, for all at once and row by row."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter
from sqlalchemy import BigInteger, Connection, literal, select

from engine.audience.cards import members
from engine.audience.conditions import RowConditions, compiled, people_places
from engine.audience.context import RuleContext
from engine.audience.moments import FixedMoment
from engine.audience.updates import members_now
from engine.shapes.conditions import OPERATORS, Condition, ConditionTree
from engine.shapes.time import to_milliseconds
from engine.store.database import Database
from engine.store.fields import DataFields
from engine.store.imports.folder import import_folder
from engine.store.list_clock import clock_of
from engine.store.tables.people import audience, audience_member, event, person
from engine.workspace.audience import AUDIENCE, AudienceFile
from engine.workspace.catalog import CATALOG
from tests.databases import DIALECTS, fresh
from tests.engine.audience import data, reference
from tests.engine.audience.data import NOW, ZONE
from tests.engine.audience.reference import World

PEOPLE = data.people()
LISTED = {f"p{number}" for number in range(0, 60, 3)}
TREE: TypeAdapter[Condition] = TypeAdapter(ConditionTree)


@pytest.fixture(scope="module", params=DIALECTS)
def connection(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Connection]:
    folder = tmp_path_factory.mktemp("reference")
    data.write(folder / "data", PEOPLE)
    with fresh(request, request.param, folder) as target, Database.open(target) as database:
        result = import_folder(database, folder / "data", now=NOW)
        assert result.rejects == []
        with database.write() as connection:
            connection.execute(audience.insert(), {"id": "a_list", "list": 1, "size": 20, "state": "ready"})
            rows = [{"list": 1, "person": int(id[1:]) + 1} for id in LISTED]
            connection.execute(audience_member.insert(), rows)
            clock_of(ZONE, connection).prepare(connection)
            yield connection


_DURATIONS = st.builds(
    lambda amount, unit: {"amount": amount, "unit": unit},
    st.sampled_from((1, 2, 23, 24, 30)),
    st.sampled_from(("minute", "hour", "day", "week", "month")),
)
_TEXTS = st.sampled_from((*data.TEXTS, "n", "K", "nothing"))
_SETS = st.lists(st.sampled_from(("a", "b", "c", "ab", "%", "a|b", "x")), min_size=1, max_size=3)
_NUMBERS = st.sampled_from((0, 1, -1, 12.5, 0.1, 0.3, 50, 1e30, -1e30, 0.1234567891, 99999999999.999999))
_INSTANTS = st.sampled_from(data.TIMES).map(lambda time: time.isoformat(timespec="milliseconds"))


def _value(op: str, type_: str) -> st.SearchStrategy[Any]:
    if op in ("empty", "not_empty"):
        return st.none()
    if op in ("in_last", "not_in_last", "in_next"):
        return _DURATIONS
    if op.startswith("has_"):
        return _SETS
    if op == "between":
        pool: st.SearchStrategy[Any] = _INSTANTS if type_ == "time" else _NUMBERS
        return st.tuples(pool, pool).map(sorted)
    if op in ("is", "is_not"):
        return _TEXTS | st.lists(_TEXTS, min_size=1, max_size=3)
    return {"text": _TEXTS, "number": _NUMBERS, "time": _INSTANTS}[type_]


@st.composite
def _leaves(draw: st.DrawFn, fields: dict[str, str]) -> dict[str, Any]:
    field = draw(st.sampled_from(sorted(fields)))
    op = draw(st.sampled_from(OPERATORS[fields[field]]))  # type: ignore[index]
    value = draw(_value(op, fields[field]))
    return {"field": field, "op": op} | ({} if value is None else {"value": value})


def _trees(fields: dict[str, str]) -> st.SearchStrategy[dict[str, Any]]:
    return st.recursive(
        _leaves(fields),
        lambda inner: st.builds(
            lambda word, items: {word: items},
            st.sampled_from(("all", "any")),
            st.lists(inner, min_size=1, max_size=3),
        ),
        max_leaves=6,
    )


_PEOPLE_FIELDS = {f"attr:{name}": type_ for name, type_ in data.SCHEMA["attributes"].items()}
_PEOPLE_FIELDS |= {f"tag:{name}": type_ for name, type_ in data.SCHEMA["tags"].items()}
_PEOPLE_FIELDS |= {"attr:nobody_has": "text", "tag:nobody_has": "number"}
_EVENT_FIELDS = {**data.SCHEMA["events"]["order"], "nothing_has": "number"}


def _names(connection: Connection, ids: Any) -> set[str]:
    with connection.begin_nested():  # so that a query that fails says why, and not the next one
        return set(connection.scalars(select(person.c.external_id).where(person.c.id.in_(ids))))


@settings(max_examples=100)
@given(tree=_trees(_PEOPLE_FIELDS))
def test_conditions_on_people(connection: Connection, tree: dict[str, Any]) -> None:
    wanted = {one.id for one in PEOPLE if reference.matches(tree, one.get, NOW, ZONE)}
    parsed, fields = TREE.validate_python(tree), DataFields.load(connection)
    whole = compiled(parsed, people_places(fields, person), FixedMoment(NOW, ZONE))
    assert _names(connection, select(person.c.id).where(whole)) == wanted
    rows = RowConditions(fields, clock_of(ZONE, connection))
    now = literal(to_milliseconds(NOW), BigInteger())
    each = rows.of_person(parsed, person.c.id, now)
    assert _names(connection, select(person.c.id).where(each)) == wanted


@settings(max_examples=60)
@given(tree=_trees(_EVENT_FIELDS))
def test_conditions_on_events_are_relative_to_the_event(connection: Connection, tree: dict[str, Any]) -> None:
    wanted = sorted(
        (one.id, to_milliseconds(event.time))
        for one in PEOPLE
        for event in one.events
        if event.code == "order" and reference.matches(tree, event.attributes.get, event.time, ZONE)
    )
    rows = RowConditions(DataFields.load(connection), clock_of(ZONE, connection))
    test = rows.of_event(TREE.validate_python(tree), "order", event)
    query = select(person.c.external_id, event.c.time).join(event, event.c.person == person.c.id)
    with connection.begin_nested():
        found = connection.execute(query.where(event.c.code == "order", test)).all()
    assert sorted(tuple(row) for row in found) == wanted


@st.composite
def _cards(draw: st.DrawFn) -> dict[str, Any]:
    kinds = ("tags", "behaviour", "behaviour", "audience", "metrics", "metrics", "rfm", "aipl", "aipl")
    kind = draw(st.sampled_from(kinds))
    if kind in _OF_CATALOGUE:
        return draw(_OF_CATALOGUE[kind]())
    if kind == "tags":
        return {"card": "tags", "condition": draw(_trees(_PEOPLE_FIELDS))}
    if kind == "audience":
        return {"card": "audience", "audience": "a_list"}
    return draw(_behaviours())


_MEASURES = st.sampled_from(
    ("count", "count", "sum:amount", "avg:amount", "max:amount", "min:amount", "sum:nothing", "max:nothing")
)
_RANGES = _DURATIONS.map(lambda duration: {"last": duration}) | st.tuples(_INSTANTS, _INSTANTS).map(
    lambda pair: dict(zip(("from", "to"), sorted(pair), strict=True))
)
_EVENTS = st.sampled_from(("order", "order", "login", "never"))


@st.composite
def _behaviours(draw: st.DrawFn) -> dict[str, Any]:
    op = draw(st.sampled_from(("=", "!=", ">", ">=", "<", "<=", "between")))
    number = st.sampled_from((0, 1, 2, 3, -1, 12.5, 6.3, 0.15, 50, 1e12, 9999999999990, 1e-30, -1e30))
    return {
        "card": "behaviour",
        "event": draw(_EVENTS),
        "where": draw(st.none() | _trees(_EVENT_FIELDS)),
        "range": draw(st.none() | _RANGES),
        "measure": draw(_MEASURES),
        "op": op,
        "value": draw(st.tuples(number, number).map(sorted) if op == "between" else number),
    }


@st.composite
def _joined(draw: st.DrawFn, cards: st.SearchStrategy[dict[str, Any]], most: int) -> list[dict[str, Any]]:
    found = draw(st.lists(cards, min_size=1, max_size=most))
    joins = [None, *(draw(st.sampled_from(("and", "or", "minus"))) for _ in found[1:])]
    return [{"join": join, **card} for join, card in zip(joins, found, strict=True)]


_FIGURES = {"times": "count", "sum": "sum:amount", "mean": "avg:amount", "most": "max:amount"}
_FIGURES |= {"least": "min:amount", "none": "max:nothing"}


@st.composite
def _catalogs(draw: st.DrawFn) -> dict[str, Any]:
    """A statistics table, an RFM model and AIPL stages."""
    scope = st.fixed_dictionaries(
        {"event": _EVENTS, "where": st.none() | _trees(_EVENT_FIELDS), "range": st.none() | _RANGES}
    )
    wholes = st.lists(st.integers(1, 400), min_size=1, max_size=4, unique=True).map(sorted)
    few = st.lists(st.integers(1, 5), min_size=1, max_size=4, unique=True).map(sorted)
    sums = st.lists(_NUMBERS, min_size=1, max_size=4, unique_by=float).map(sorted)

    def scale(bounds: st.SearchStrategy[list[Any]]) -> dict[str, Any]:
        found = draw(bounds)
        scores = st.just("mean") | st.integers(1, len(found) + 1) | st.just(1.5)
        return {"bounds": found, "compare": draw(scores)}

    model = {"name": "Model", "amount": draw(st.sampled_from(("amount", "amount", "nothing"))), **draw(scope)}
    model |= {"recency": scale(wholes), "frequency": scale(few), "money": scale(sums)}
    table = {"dimensions": sorted(_EVENT_FIELDS), "metrics": _FIGURES, **draw(scope)}
    stages = draw(st.lists(st.sampled_from("AIPL"), min_size=1, max_size=4, unique=True))
    aipl = {one: draw(_joined(_behaviours(), 2)) for one in stages}
    return {"tables": {"table": table}, "rfm_models": {"rfm_1": model}, "aipl": aipl}


_OF_CATALOGUE: dict[str, Any] = {
    "metrics": lambda: st.fixed_dictionaries(
        {
            "card": st.just("metrics"),
            "table": st.just("table"),
            "where": st.none() | _trees(dict.fromkeys(_FIGURES, "number")),
            "filter": st.none() | _trees(_EVENT_FIELDS),
        }
    ),
    "rfm": lambda: st.fixed_dictionaries(
        {
            "card": st.just("rfm"),
            "model": st.just("rfm_1"),
            "types": st.lists(st.integers(1, 8), min_size=1, max_size=8, unique=True),
        }
    ),
    "aipl": lambda: (
        st.fixed_dictionaries(
            {"card": st.just("aipl"), "stages": st.lists(st.sampled_from("AIPL"), min_size=1, max_size=4)}
        )
        | st.fixed_dictionaries(
            {
                "card": st.just("aipl"),
                "from": st.sampled_from("AIPL"),
                "to": st.sampled_from("AIPL"),
                "range": _RANGES,
            }
        )
    ),
}


@st.composite
def _rules(draw: st.DrawFn) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Cards, and a catalogue that defines what they name."""
    cards = draw(_joined(_cards(), 4))
    return cards, draw(_catalogs()) if any(card["card"] in _OF_CATALOGUE for card in cards) else {}


def _file(cards: list[dict[str, Any]]) -> AudienceFile:
    value = {"format": "audience", "version": 1, "id": "a_rule", "name": "Rule", "cards": cards}
    return AUDIENCE.adapter.validate_python(value)


def _wanted(
    cards: list[dict[str, Any]], including_now: bool = False, catalog: dict[str, Any] | None = None
) -> set[str]:
    world = World(PEOPLE, {"a_list": LISTED}, catalog or {}, NOW, ZONE, including_now)
    return {one.id for one in PEOPLE if reference.in_audience(cards, one, world)}


@settings(max_examples=100)
@given(rule=_rules(), including_now=st.booleans())
def test_rules(
    connection: Connection, rule: tuple[list[dict[str, Any]], dict[str, Any]], including_now: bool
) -> None:
    cards, catalog = rule
    fields, defined = DataFields.load(connection), CATALOG.adapter.validate_python(catalog)
    moment = FixedMoment(NOW, ZONE)
    context = RuleContext(fields, moment, clock_of(ZONE, connection), including_now, defined)
    wanted = _wanted(cards, including_now, catalog)
    assert _names(connection, members(_file(cards), context)) == wanted


GREAT_VALUES = (
    *(0, 9999999999990, 9999999999989, -9999999999990, -9999999999991, -0.000001, 1e30, -1e30),
    *(999999999999, -999999999999, 999999999999.9999, 0.000001, -0.000000047619047619, 1e-30, -1e-30),
)


@pytest.mark.parametrize("measure", ["sum:amount", "avg:amount"])
@pytest.mark.parametrize("op", ["=", "!=", ">", ">=", "<", "<="])
def test_sums_and_averages_of_great_numbers(connection: Connection, measure: str, op: str) -> None:
    context = RuleContext(DataFields.load(connection), FixedMoment(NOW, ZONE), clock_of(ZONE, connection))
    for value in GREAT_VALUES:
        card = {"card": "behaviour", "event": "order", "measure": measure, "op": op, "value": value}
        cards = [{"join": None, "where": None, "range": None, **card}]
        assert _names(connection, members(_file(cards), context)) == _wanted(cards), value


def test_a_reading_connection_can_judge_times_relative_to_events(databases: Database, tmp_path: Path) -> None:
    data.write(tmp_path / "data", PEOPLE)
    where = {"field": "paid", "op": "in_last", "value": {"amount": 1, "unit": "month"}}
    card = {"join": None, "card": "behaviour", "event": "order", "where": where, "op": ">=", "value": 1}
    import_folder(databases, tmp_path / "data", now=NOW)
    later = NOW + timedelta(days=400)
    with databases.read() as connection:
        found = list(connection.scalars(members_now(connection, _file([card]), later, ZONE)))
    world = World(PEOPLE, {}, {}, later, ZONE, including_now=True)
    wanted = [one for one in PEOPLE if reference.in_audience([{"measure": "count", **card}], one, world)]
    assert len(found) == len(wanted) > 0
