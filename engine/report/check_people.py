"""Conservation of people: where the counters say they are, there they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sqlalchemy import ColumnElement, Subquery, and_, func, literal_column, select, union, union_all

from engine.components.behaviour import Split
from engine.components.registry import component
from engine.i18n import N_, Message
from engine.plan.conversions import is_again
from engine.report.books import Books, Violation
from engine.report.rows import entry_of
from engine.store.tables.operations import deleted_visit
from engine.store.tables.people import person
from engine.store.tables.runs import (
    campaign_goal,
    conversion_counter,
    cycle,
    entry,
    goal,
    goal_counter,
    pending_match,
    test_state,
    token,
    token_watched,
    visit,
)
from engine.store.times import HOUR
from engine.store.versions import stored_bundle

WAITING = (token, token_watched)
"""Where people wait; in the second one also those whose release is not known yet (`due` is null)."""


def check_people(books: Books) -> Iterator[Violation]:
    """Whatever does not add up in visits, waiting people, entries, cycles, tests and their goals."""
    yield from _visits(books)
    yield from _nodes(books)
    yield from _cycles(books)
    yield from _live(books)
    yield from _tests(books)
    yield from _goals(books)
    yield from _conversions(books)
    yield from _matches(books)


def _visits(books: Books) -> Iterator[Violation]:
    query = select(visit.c.version, visit.c.path, func.count()).where(visit.c.version.in_(books.versions))
    query = query.group_by(visit.c.version, visit.c.path)
    gone = deleted_visit.c
    deleted = select(gone.version, gone.path, gone.n).where(gone.version.in_(books.versions))
    rows: Counter[tuple[int, int]] = Counter()
    for version, number, n in (*books.connection.execute(query), *books.connection.execute(deleted)):
        rows[version, number] += n
    noted = {(path.version, path.number) for path in books.paths if path.steps}
    for version, number in sorted(noted | rows.keys()):
        counted, found = books.taken.get((version, number), 0), rows[version, number]
        if counted != found:
            yield books.wrong(
                Message(
                    N_("Path {path}: the counter says {counted}, there are {rows} visits."),
                    path=number,
                    counted=counted,
                    rows=found,
                )
            )


def _nodes(books: Books) -> Iterator[Violation]:
    node_of = {(path.version, path.place): path.node for path in books.paths}
    waiting: Counter[int | None] = Counter()
    for table in WAITING:
        query = select(table.c.version, table.c.place, func.count())
        query = query.where(table.c.version.in_(books.versions)).group_by(table.c.version, table.c.place)
        for version, place, n in books.connection.execute(query):
            waiting[node_of.get((version, place))] += n
    if waiting[None]:
        yield books.wrong(Message(N_("{n} people wait at places that do not exist."), n=waiting[None]))
    for node, id in sorted(books.names.items()):
        seen = books.counts.nodes[id]
        if seen.waiting != waiting[node]:
            message = Message(
                N_("{arrived} arrived and {gone} went on, but {waiting} are waiting."),
                arrived=seen.arrived,
                gone=seen.arrived - seen.waiting,
                waiting=waiting[node],
            )
            yield books.wrong(message, node)


def _cycles(books: Books) -> Iterator[Violation]:
    """Per cycle, and so for the campaign: entries = inside + finished; and who was held back."""
    mine = entry.c.campaign == books.campaign
    held_back = func.coalesce(entry.c.held_back, 0)
    query = select(entry.c.cycle, held_back, func.count()).where(mine).group_by(entry.c.cycle, held_back)
    entries: dict[int, int] = {}
    kept: dict[int, int] = {}
    for number, held, n in books.connection.execute(query):
        (kept if held else entries)[number] = n
    tokens = _tokens(books)
    inside = _by_cycle(books, tokens)
    counted = {one.number: one for one in books.counts.cycles}
    for number in sorted(counted.keys() | entries.keys() | kept.keys()):
        one = counted.get(number)
        if (one.held_back if one else 0) != kept.get(number, 0):
            text = N_("Cycle {cycle}: counted {counted} who were held back; there are {rows}.")
            said_held = one.held_back if one else 0
            yield books.wrong(Message(text, cycle=number, counted=said_held, rows=kept.get(number, 0)))
        said = (one.entries, one.inside) if one else (0, 0)
        if said != (entries.get(number, 0), inside.get(number, 0)):
            message = Message(
                N_(
                    "Cycle {cycle}: counted {entries} entries, {inside} of them inside; "
                    "there are {rows} and {alive}."
                ),
                cycle=number,
                entries=said[0],
                inside=said[1],
                rows=entries.get(number, 0),
                alive=inside.get(number, 0),
            )
            yield books.wrong(message)
    query = select(cycle.c.cycle, cycle.c.done).where(
        cycle.c.campaign == books.campaign, cycle.c.finished_at.is_not(None)
    )
    inside = _by_cycle(books, tokens, entry.c.event.is_(None))  # an event lets people into no cycle
    for number, done in books.connection.execute(query):
        if inside.get(number) or not done:
            yield books.wrong(
                Message(N_("Cycle {cycle} is marked as finished, but it is not."), cycle=number)
            )


def _by_cycle(books: Books, tokens: Subquery, *which: ColumnElement[bool]) -> dict[int, int]:
    """Entries with a token, by their cycle."""
    query = select(entry.c.cycle, func.count()).join_from(tokens, entry, _belongs(tokens, books))
    return dict(books.connection.execute(query.where(*which).group_by(entry.c.cycle)).all())


def _tokens(books: Books) -> Subquery:
    """Entries with a token, each once."""
    return union(
        *(select(t.c.person, t.c.entry).where(t.c.version.in_(books.versions)) for t in WAITING)
    ).subquery("alive")


def _belongs(tokens: Subquery, books: Books) -> ColumnElement[bool]:
    return and_(
        entry.c.campaign == books.campaign,
        entry.c.person == tokens.c.person,
        entry.c.entry == tokens.c.entry,
    )


def _live(books: Books) -> Iterator[Violation]:
    """Entries that count their tokens have as many."""
    every = union_all(
        *(select(t.c.person, t.c.entry).where(t.c.version.in_(books.versions)) for t in WAITING)
    ).subquery()
    tokens = (
        select(every.c.person, every.c.entry, func.count().label("n"))
        .group_by(every.c.person, every.c.entry)
        .subquery("tokens")
    )
    wrong = (
        select(func.count())
        .select_from(entry.outerjoin(tokens, _belongs(tokens, books)))
        .where(entry.c.campaign == books.campaign, entry.c.live.is_not(None))
        .where(entry.c.live != func.coalesce(tokens.c.n, 0))
    )
    if n := books.connection.execute(wrong).scalar_one():
        yield books.wrong(Message(N_("{n} entries are not where they count themselves."), n=n))


def _tests(books: Books) -> Iterator[Violation]:
    query = select(test_state.c.node, test_state.c.visits).where(test_state.c.campaign == books.campaign)
    for node, visits in books.connection.execute(query).all():
        passed = sum(
            n for (version, of), n in books.passed().items() if of == node and _ends(books, version, node)
        )
        if visits != passed:
            message = Message(
                N_("The test counts {visits} visits, but {passed} people passed."),
                visits=visits,
                passed=passed,
            )
            yield books.wrong(message, node)


def _ends(books: Books, version: int, node: int) -> bool:
    """Whether a test ends after some people in a version: the visits of others are not counted."""
    if len(books.versions) == 1:
        return True
    found = stored_bundle(books.connection, version).campaign.nodes.get(books.names[node])
    config = None if found is None else found.parsed.config
    behaviour = None if found is None or config is None else component(found.kind).behaviour(config)
    return isinstance(behaviour, Split) and behaviour.end is not None


def _goals(books: Books) -> Iterator[Violation]:
    key = (entry.c.version, entry.c.cycle, goal.c.node, goal.c.port, goal.c.achieved)
    rows = (
        select(*key, func.count())
        .join_from(goal, entry, entry_of(goal, books.campaign))
        .where(goal.c.campaign == books.campaign)
        .group_by(*key)
    )
    c = goal_counter.c
    named = (c.version, c.cycle, c.node, c.port, c.achieved)
    counters = select(*named, func.sum(c.n)).where(c.version.in_(books.versions)).group_by(*named)
    found, counted = (
        {tuple(key): int(n) for *key, n in books.connection.execute(query)} for query in (rows, counters)
    )
    for node in sorted(
        {key[2] for key in found.keys() | counted.keys() if found.get(key) != counted.get(key)}
    ):
        yield books.wrong(Message(N_("The goal counters differ from the goals judged.")), node)


def _conversions(books: Books) -> Iterator[Violation]:
    """Entries of versions with a goal, and those that reached it."""
    e, c = entry.c, conversion_counter.c
    with_goal = select(campaign_goal.c.version).where(campaign_goal.c.campaign == books.campaign)
    found: Counter[tuple[int, ...]] = Counter()
    for converted, at in ((0, e.entered_at), (1, e.converted_at)):
        again = is_again(books.campaign, e.version, e.person, e.entry)
        key = (e.version, e.cycle, func.coalesce(e.held_back, 0), again, at // HOUR)
        rows = select(*key, func.count()).where(
            e.campaign == books.campaign, e.version.in_(with_goal), at.is_not(None)
        )
        places: list[ColumnElement[int]] = [literal_column(str(place)) for place in range(1, 6)]
        for *named, n in books.connection.execute(rows.group_by(*places)):
            found[converted, *named] += n
    of_counter = (c.converted, c.version, c.cycle, c.held_back, c.again, c.hour)
    counters = select(*of_counter, func.sum(c.n)).where(c.version.in_(books.versions))
    counters = counters.group_by(*of_counter)
    counted = {tuple(key): int(n) for *key, n in books.connection.execute(counters) if n}
    if found != counted:
        yield books.wrong(Message(N_("The counters of the campaign’s goal differ from its entries.")))


def _matches(books: Books) -> Iterator[Violation]:
    nobody = (
        select(func.count())
        .select_from(pending_match.outerjoin(person, person.c.id == pending_match.c.person))
        .where(pending_match.c.campaign == books.campaign, person.c.id.is_(None))
    )
    if n := books.connection.execute(nobody).scalar_one():
        yield books.wrong(Message(N_("{n} matching events are nobody's."), n=n))
