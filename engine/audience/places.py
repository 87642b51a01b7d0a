"""Where the value of a condition's field stands, and how to ask about it.

Every answer is true or false, never null: a missing value is no match of any positive test.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from sqlalchemy import ColumnElement, FromClause, and_, exists, false, func, literal, select
from sqlalchemy.sql.elements import AsBoolean, False_

from engine.shapes.conditions import FieldType
from engine.store.fields import DataField
from engine.store.functions import among, holds_all, holds_any, text_list
from engine.store.values import SEPARATOR, packed

Test = Callable[[ColumnElement[Any]], ColumnElement[bool]]


class Place(Protocol):
    """A field's value, for one row of people or events."""

    type: FieldType | None
    """What is stored; None where the data has no such field, so that it is missing everywhere."""

    def some(self, test: Test, *, numeric: bool = False) -> ColumnElement[bool]:
        """Whether there is a value and it passes a test: of its integer where `numeric`, else of its text."""

    def has_any(self, values: Sequence[str]) -> ColumnElement[bool]:
        """Whether the set of values has one of these."""

    def has_all(self, values: Sequence[str]) -> ColumnElement[bool]:
        """Whether the set of values has all of these."""

    def present(self) -> ColumnElement[bool]:
        """Whether there is a value."""


class Nowhere:
    """A field that the data does not have."""

    type: FieldType | None = None

    def some(self, test: Test, *, numeric: bool = False) -> ColumnElement[bool]:
        return false()

    def has_any(self, values: Sequence[str]) -> ColumnElement[bool]:
        return false()

    def has_all(self, values: Sequence[str]) -> ColumnElement[bool]:
        return false()

    def present(self) -> ColumnElement[bool]:
        return false()


class InColumn:
    """An attribute in a column of the row at hand."""

    def __init__(self, field: DataField, row: FromClause) -> None:
        self.type: FieldType | None = field.type
        self._column = field.value(row)

    def some(self, test: Test, *, numeric: bool = False) -> ColumnElement[bool]:
        return and_(self._column.is_not(None), test(self._column))

    def has_any(self, values: Sequence[str]) -> ColumnElement[bool]:
        possible = [packed((value,)) for value in values if _possible(value)]
        return self.some(lambda column: holds_any(column, text_list(possible)))

    def has_all(self, values: Sequence[str]) -> ColumnElement[bool]:
        if not all(_possible(value) for value in values):
            return false()
        wanted = [packed((value,)) for value in values]
        return self.some(lambda column: holds_all(column, text_list(wanted)))

    def present(self) -> ColumnElement[bool]:
        return self._column.is_not(None)


class OfPerson:
    """An attribute of the person whom an expression names, looked up in the table of people."""

    def __init__(self, field: DataField, people: FromClause, person: ColumnElement[int]) -> None:
        self._people = people.alias()
        self._person = person
        self._column = InColumn(field, self._people)
        self.type: FieldType | None = field.type

    def _where(self, test: ColumnElement[bool]) -> ColumnElement[bool]:
        if is_never(test):  # not as a subquery: Citus no longer sees whose rows it would ask for
            return test
        mine = self._people.c.id == self._person
        return exists(select(literal(1)).where(mine, test).correlate_except(self._people))

    def some(self, test: Test, *, numeric: bool = False) -> ColumnElement[bool]:
        return self._where(self._column.some(test, numeric=numeric))

    def has_any(self, values: Sequence[str]) -> ColumnElement[bool]:
        return self._where(self._column.has_any(values))

    def has_all(self, values: Sequence[str]) -> ColumnElement[bool]:
        return self._where(self._column.has_all(values))

    def present(self) -> ColumnElement[bool]:
        return self._where(self._column.present())


class InTags:
    """A tag: rows of the table of tags.

    With `few`, the rows at hand are few and each looks its own tags up; otherwise the tag's rows are read
    once, for all people.
    """

    def __init__(
        self, tag: str, type_: FieldType | None, tags: FromClause, person: ColumnElement[int], *, few: bool
    ) -> None:
        self.type: FieldType | None = type_
        self._tags = tags.alias()
        self._tag = tag
        self._person = person
        self._few = few

    def _where(self, test: ColumnElement[bool] | None, count: int | None = None) -> ColumnElement[bool]:
        """Whether the person has a row that passes, or exactly `count` of them."""
        rows = self._tags
        if self._few and is_never(test):
            return false()
        tests = [rows.c.tag == self._tag] + ([] if test is None else [test])
        if not self._few:
            people = select(rows.c.person).where(*tests)
            if count is not None:
                people = people.group_by(rows.c.person).having(func.count() == count)
            return self._person.in_(people)
        mine = rows.c.person == self._person
        if count is None:
            return exists(select(literal(1)).where(*tests, mine).correlate_except(rows))
        number = select(func.count()).where(*tests, mine).correlate_except(rows).scalar_subquery()
        return number == count

    def some(self, test: Test, *, numeric: bool = False) -> ColumnElement[bool]:
        return self._where(test(self._tags.c.number if numeric else self._tags.c.value))

    def has_any(self, values: Sequence[str]) -> ColumnElement[bool]:
        return self._where(among(self._tags.c.value, text_list(values)))

    def has_all(self, values: Sequence[str]) -> ColumnElement[bool]:
        wanted = dict.fromkeys(values)
        return self._where(among(self._tags.c.value, text_list(wanted)), len(wanted))

    def present(self) -> ColumnElement[bool]:
        return self._where(None)


def is_never(test: ColumnElement[bool] | None) -> bool:
    """Whether a test is `false` itself, also as it stands alone between brackets."""
    return isinstance(test.element if isinstance(test, AsBoolean) else test, False_)


def _possible(value: str) -> bool:
    """Whether a set can have it: the separator never stands in a value, and none is empty."""
    return bool(value) and SEPARATOR not in value
