"""What stands for the variables of a message, as SQL: one JSON list of texts in order of name."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, case, func, literal, null, select

from engine.components.behaviour import FromTemplate, Send
from engine.plan.context import Context
from engine.shapes.variables import Binding
from engine.store.functions import json_list
from engine.store.tables.people import event, person, tag_value
from engine.store.tables.runs import entry

MULTI_JOINER = ", "


def bound_values(
    context: Context, send: Send, who: ColumnElement[int], nth: ColumnElement[int]
) -> ColumnElement[Any] | None:
    """The bound values for person `who` in their `nth` entry; None where the message has none.

    Where its template speaks several languages, the person's stands before them.
    """
    values = [_value(context, send.variables[name], who, nth) for name in sorted(send.variables)]
    if isinstance(send.content, FromTemplate) and (attribute := context.languages.get(send.content.id)):
        speaks = Binding(source="attribute", key=attribute)
        values.insert(0, _value(context, speaks, who, nth))
    return json_list(*values) if values else None


def _value(
    context: Context, binding: Binding, who: ColumnElement[int], nth: ColumnElement[int]
) -> ColumnElement[str]:
    if binding.source == "constant":
        return literal(binding.value or "")
    stored = _stored(context, binding, who, nth)
    if binding.when_empty == "default" and binding.default:
        return func.coalesce(func.nullif(stored, ""), binding.default)
    return func.coalesce(stored, "")


def _stored(
    context: Context, binding: Binding, who: ColumnElement[int], nth: ColumnElement[int]
) -> ColumnElement[Any]:
    key = binding.key or ""
    if binding.source == "attribute":
        attribute = context.fields.attribute(key)
        if attribute is None:
            return null()
        return (
            select(attribute.text(person))
            .where(person.c.id == who)
            .correlate_except(person)
            .scalar_subquery()
        )
    if binding.source == "tag":
        return _tag_text(context, key, who)
    return _event_text(context, key, who, nth)


def _tag_text(context: Context, tag: str, who: ColumnElement[int]) -> ColumnElement[Any]:
    values = select(tag_value.c.value).where(tag_value.c.tag == tag, tag_value.c.person == who)
    values = values.correlate_except(tag_value)
    if context.tag_types.get(tag) != "multi":
        return values.limit(1).scalar_subquery()
    ordered = values.order_by(tag_value.c.value).subquery()
    return select(func.aggregate_strings(ordered.c.value, MULTI_JOINER)).scalar_subquery()


def _event_text(
    context: Context, name: str, who: ColumnElement[int], nth: ColumnElement[int]
) -> ColumnElement[Any]:
    if context.trigger_event is None:
        return null()
    attribute = context.fields.event_attribute(context.trigger_event, name)
    if attribute is None:
        return null()
    source = (
        select(entry.c.event)
        .where(entry.c.campaign == context.campaign, entry.c.person == who, entry.c.entry == nth)
        .correlate_except(entry)
        .scalar_subquery()
    )
    return (
        select(case((event.c.code == context.trigger_event, attribute.text(event))))
        .where(event.c.person == who, event.c.source_id == source)
        .correlate_except(event)
        .scalar_subquery()
    )
