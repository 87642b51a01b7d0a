"""Looking at audiences without changing them: states, samples, overlaps, RFM types and AIPL stages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Select, func, select

from engine.audience.aipl import stages_now
from engine.audience.rfm import scores, type_of
from engine.audience.updates import NO_DEFINITIONS, members_now, rule_context
from engine.i18n import Message
from engine.store.distribution import is_distributed
from engine.store.fields import DataFields
from engine.store.reasons import load
from engine.store.tables.people import audience, audience_size, import_run, person, tag_value
from engine.store.values import joined
from engine.workspace.audience import AiplCard, AudienceFile, Card, RfmCard
from engine.workspace.catalog import Catalog
from engine.workspace.definitions import STAGES, RfmModel

SAMPLE = 100
MAX_COLUMNS = 8


@dataclass(frozen=True, slots=True)
class AudienceState:
    """What is stored of an audience. `state`: running, ready or failed; updated_at in ms, None where it never
    was; `reason`: why the last update failed, or None."""

    id: str
    size: int
    state: str
    updated_at: int | None
    reason: Message | None


def states(connection: Connection) -> list[AudienceState]:
    """Of every audience that the database knows."""
    query = select(
        audience.c.id, audience.c.size, audience.c.state, audience.c.updated_at, audience.c.reason
    ).order_by(audience.c.id)
    return [
        AudienceState(id, size, state, updated_at, None if reason is None else load(reason))
        for id, size, state, updated_at, reason in connection.execute(query)
    ]


def sizes(connection: Connection, id: str) -> list[tuple[int, int]]:
    """The sizes that an audience has had, as moments (ms) and numbers of people, the earliest first."""
    mine = select(audience_size.c.at, audience_size.c.size).where(audience_size.c.audience == id)
    return [(at, size) for at, size in connection.execute(mine.order_by(audience_size.c.at))]


@dataclass(frozen=True, slots=True)
class Sample:
    """Some people of an audience: names of columns, and a row of texts for each person ("" where nothing is
    known). The first column is the person's id; fields of people are `tag:<name>` and `attr:<name>`."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def sample(
    connection: Connection,
    file: AudienceFile,
    now: datetime,
    zone: ZoneInfo,
    catalog: Catalog = NO_DEFINITIONS,
    most: int = SAMPLE,
) -> Sample:
    """Up to `most` people of the audience, chosen by chance and always the same; with the fields that its
    rule names, then others. Raises `RuleError`."""
    fields = DataFields.load(connection)
    query = members_now(connection, file, now, zone, catalog=catalog, including_now=True)
    columns = _columns(file, fields)
    attributes = [fields.attributes[name.removeprefix("attr:")] for name in columns if name.startswith("a")]
    chosen = select(person.c.id, person.c.external_id, *(field.text(person) for field in attributes))
    found = connection.execute(
        chosen.where(person.c.id.in_(query)).order_by(person.c.hash, person.c.id).limit(most)
    ).all()
    tags = _tags(connection, [row[0] for row in found], columns)
    rows = []
    for id, external, *values in found:
        texts = iter(values)
        cells = [
            tags.get((name, id), "") if name.startswith("tag:") else next(texts) or "" for name in columns
        ]
        rows.append((external, *cells))
    return Sample(("person_id", *columns), tuple(rows))


def _columns(file: AudienceFile, fields: DataFields) -> tuple[str, ...]:
    """What the rule names first, then attributes and tags; at most `MAX_COLUMNS`."""
    known = [*(f"attr:{name}" for name in fields.attributes), *(f"tag:{name}" for name in fields.tags)]
    named = (f"{kind}:{name}" for kind, name in _named(file))
    ordered = dict.fromkeys((*(name for name in named if name in known), *known))
    return tuple(islice(ordered, MAX_COLUMNS))


def _named(file: AudienceFile) -> Iterator[tuple[str, str]]:
    prefixes = {"tag": "tag", "attribute": "attr"}
    for kind, name in file.references():
        if kind.value in prefixes:
            yield prefixes[kind.value], name


def _tags(
    connection: Connection, people: Sequence[int], columns: Iterable[str]
) -> dict[tuple[str, int], str]:
    """The tags of some people as texts, by column and person."""
    names = [name.removeprefix("tag:") for name in columns if name.startswith("tag:")]
    query = select(tag_value.c.tag, tag_value.c.person, tag_value.c.value).where(
        tag_value.c.tag.in_(names), tag_value.c.person.in_(people)
    )
    values: dict[tuple[str, int], list[str]] = {}
    for tag, one, value in connection.execute(query):
        values.setdefault((f"tag:{tag}", one), []).append(value)
    return {key: joined(tuple(sorted(found))) for key, found in values.items()}


@dataclass(frozen=True, slots=True)
class Overlap:
    """How many people are in one audience, in another, and in both."""

    first: int
    second: int
    both: int


def overlap(
    connection: Connection,
    files: tuple[AudienceFile, AudienceFile],
    now: datetime,
    zone: ZoneInfo,
    catalog: Catalog = NO_DEFINITIONS,
) -> Overlap:
    """Who is in both of two audiences now, by their rules. Raises `RuleError`."""
    first, second = (
        members_now(connection, file, now, zone, catalog=catalog, including_now=True) for file in files
    )
    if is_distributed(connection):  # takes no subquery of a group among columns
        both = _number(connection, first.where(person.c.id.in_(second)))
        return Overlap(_number(connection, first), _number(connection, second), both)
    # In one pass, and with an offset, behind which no planner moves anything: each rule is judged once.
    judged = select(person.c.id.in_(first).label("first"), person.c.id.in_(second).label("second"))
    sides = judged.offset(0).subquery()
    counted = select(sides.c.first, sides.c.second, func.count()).group_by(sides.c.first, sides.c.second)
    found = {(bool(one), bool(other)): int(n) for one, other, n in connection.execute(counted)}
    both = found.get((True, True), 0)
    return Overlap(both + found.get((True, False), 0), both + found.get((False, True), 0), both)


def rfm_types(connection: Connection, model: RfmModel, now: datetime, zone: ZoneInfo) -> Mapping[int, int]:
    """How many people are of each of the model's types. Raises `RuleError`."""
    catalog = Catalog(rfm_models={"rfm": model})
    card = RfmCard(card="rfm", model="rfm", types=(1,))
    context = rule_context(connection, _of(card), now, zone, catalog=catalog, including_now=True)
    scored = scores(model, context)
    kind = type_of(model, scored)
    counted = select(kind, func.count()).where(scored.c.person.in_(_complete_people())).group_by(kind)
    found = {int(number): int(people) for number, people in connection.execute(counted)}
    return {number: found.get(number, 0) for number in range(1, 9)}


def aipl_stages(connection: Connection, catalog: Catalog, now: datetime, zone: ZoneInfo) -> Mapping[str, int]:
    """How many people are in each stage now, each counting for the highest. Raises `RuleError`."""
    card = AiplCard(card="aipl", stages=STAGES)
    context = rule_context(connection, _of(card), now, zone, catalog=catalog, including_now=True)
    level: ColumnElement[int] = stages_now(context)
    if is_distributed(connection):
        return {
            stage: _number(connection, _complete_people().where(level == index))
            for index, stage in enumerate(STAGES, start=1)
        }
    people = _complete_people().add_columns(level.label("level")).offset(0).subquery()
    counted = select(people.c.level, func.count()).group_by(people.c.level)
    found = {int(number): int(n) for number, n in connection.execute(counted)}
    return {stage: found.get(index, 0) for index, stage in enumerate(STAGES, start=1)}


def _number(connection: Connection, people: Select[int]) -> int:
    return int(connection.execute(select(func.count()).select_from(people.subquery())).scalar_one())


def _complete_people() -> Select[int]:
    complete = select(import_run.c.id).where(import_run.c.state == "complete")
    return select(person.c.id).where(person.c.import_id.in_(complete), person.c.merged_into.is_(None))


def _of(card: Card) -> AudienceFile:
    return AudienceFile(id="a", name="-", cards=(card,))
