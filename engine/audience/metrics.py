"""Metrics cards: people by the figures of a statistics table."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, not_, or_, select, true

from engine.audience.behaviour import chosen
from engine.audience.conditions import NEGATIVE, compiled, event_places
from engine.audience.context import RuleContext
from engine.audience.errors import RuleError
from engine.audience.measures import Measured
from engine.audience.moments import ColumnMoment
from engine.i18n import N_, Message
from engine.shapes.conditions import OPERATORS, All, Condition, Leaf, leaves
from engine.workspace.audience import MetricsCard
from engine.workspace.definitions import StatisticsTable


def metrics(card: MetricsCard, context: RuleContext) -> ColumnElement[bool]:
    """By the figures of each person: a group of events, or the people without one. Raises `RuleError`."""
    table = context.catalog.tables.get(card.table)
    if table is None:
        text = N_("There is no statistics table “{name}” in the catalogue.")
        raise RuleError(Message(text, name=card.table))
    name = context.catalog.table_name(card.table)
    events = context.events
    tests = chosen(table.event, table.where, table.range, context)
    if card.filter is not None:
        _check_dimensions(card.filter, table, name)
        places = event_places(context.fields, table.event, events)
        tests.append(compiled(card.filter, places, ColumnMoment(events.c.time, context.clock)))
    groups = select(events.c.person).where(*tests).group_by(events.c.person)
    if card.where is None:  # whoever has a row in the table
        return context.people.c.id.in_(groups)
    _check_figures(card.where, table, name)
    figures = {key: Measured(measure, table.event, context) for key, measure in table.metrics.items()}
    matches = _tree(card.where, figures)
    if _holds_without(card.where, figures):
        return context.people.c.id.not_in(groups.having(not_(matches)))
    return context.people.c.id.in_(groups.having(matches))


def _tree(tree: Condition, figures: dict[str, Measured]) -> ColumnElement[bool]:
    """The condition over a group of events, never null."""
    if isinstance(tree, Leaf):
        positive = NEGATIVE.get(tree.op)
        found = _positive(figures[tree.field], positive or tree.op, tree)
        return not_(found) if positive else found
    items = [_tree(item, figures) for item in tree.items]
    return and_(*items) if isinstance(tree, All) else or_(*items)


def _positive(figure: Measured, op: str, leaf: Leaf) -> ColumnElement[bool]:
    if op == "not_empty":
        return true() if figure.zero_without else figure.given
    return figure.compared(op, leaf.numbers)


def _holds_without(tree: Condition, figures: dict[str, Measured]) -> bool:
    """Whether the condition is true for who has no row in the table."""
    if isinstance(tree, Leaf):
        positive = NEGATIVE.get(tree.op)
        figure, op = figures[tree.field], positive or tree.op
        found = figure.zero_without and (op == "not_empty" or figure.holds_without(op, tree.numbers))
        return not found if positive else found
    items = (_holds_without(item, figures) for item in tree.items)
    return all(items) if isinstance(tree, All) else any(items)


def _check_dimensions(tree: Condition, table: StatisticsTable, name: str) -> None:
    for _, leaf in leaves(tree):
        if leaf.field not in table.dimensions:
            text = N_("The statistics table “{table}” has no dimension “{name}”.")
            raise RuleError(Message(text, table=name, name=leaf.field))


def _check_figures(tree: Condition, table: StatisticsTable, name: str) -> None:
    for _, leaf in leaves(tree):
        if leaf.field not in table.metrics:
            text = N_("The statistics table “{table}” has no metric “{name}”.")
            raise RuleError(Message(text, table=name, name=leaf.field))
        if leaf.op not in OPERATORS["number"] or leaf.texts:
            text = N_("The metric “{name}” is a number and cannot be compared in this way.")
            raise RuleError(Message(text, name=leaf.field))
