"""The addresses that get no marketing messages: looked up, added and removed in chunks."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

from sqlalchemy import Connection, Text, bindparam, delete, func, or_, select

from engine.i18n import N_, Message
from engine.shapes.addresses import BadAddress, normal_address
from engine.store.dialect import bulk_insert
from engine.store.functions import is_in
from engine.store.imports.session import id_list, key
from engine.store.tables.people import suppression
from engine.store.values import BadValue, storable


class Address(NamedTuple):
    """A type of ID and its value."""

    type: str
    value: str


class Page(NamedTuple):
    """Some of the list, in order of type and value; `total` counts all that match."""

    total: int
    entries: list[Address]


def checked(type: str, value: str) -> Address:
    """The address as it is stored. Raises `BadValue`."""
    address = Address(key(type.strip(), "type"), key(value.strip(), "value"))
    if not storable(address.type) or not storable(address.value):
        raise BadValue(Message(N_("Remove the invisible character that cannot be stored.")))
    return address


def page(
    connection: Connection, search: str = "", type: str = "", after: Address | None = None, limit: int = 100
) -> Page:
    """The addresses behind `after` that hold the text `search`, of one type where one is named."""
    s = suppression.c
    query = select(s.type, s.value)
    if search:
        query = query.where(s.value.icontains(search, autoescape=True))
    if type:
        query = query.where(s.type == type)
    total = connection.execute(select(func.count()).select_from(query.subquery())).scalar_one()
    if after is not None:
        behind = (s.type == after.type) & (s.value > after.value)
        query = query.where(or_(s.type > after.type, behind))
    rows = connection.execute(query.order_by(s.type, s.value).limit(limit))
    return Page(int(total), [Address(*row) for row in rows])


def add(connection: Connection, addresses: Sequence[Address]) -> int:
    """Suppress addresses, also in their one form; how many were not yet."""
    forms = {address: _forms(address) for address in addresses}
    wanted = list(dict.fromkeys(chain.from_iterable(forms.values())))
    known = _known(connection, wanted)
    bulk_insert(connection, suppression, ("type", "value"), wanted, on_conflict="nothing")
    return sum(not known.issuperset(found) for found in forms.values())


def remove(connection: Connection, addresses: Sequence[Address]) -> int:
    """Let addresses have messages again, in whatever form they are listed; how many were suppressed."""
    forms = {address: _forms(address) for address in addresses}
    wanted = list(dict.fromkeys(chain.from_iterable(forms.values())))
    known = _known(connection, wanted)
    for type, values in _by_type(wanted).items():
        query = delete(suppression).where(suppression.c.type == type, _AMONG)
        connection.execute(query, {"values": id_list(values)})
    return sum(not known.isdisjoint(found) for found in forms.values())


_AMONG = is_in(suppression.c.value, bindparam("values", type_=Text, required=True))


def _known(connection: Connection, addresses: Sequence[Address]) -> set[Address]:
    found: set[Address] = set()
    for type, values in _by_type(addresses).items():
        query = select(suppression.c.value).where(suppression.c.type == type, _AMONG)
        rows = connection.scalars(query, {"values": id_list(values)})
        found |= {Address(type, value) for value in rows}
    return found


def _by_type(addresses: Sequence[Address]) -> dict[str, list[str]]:
    by_type: dict[str, list[str]] = {}
    for address in addresses:
        by_type.setdefault(address.type, []).append(address.value)
    return by_type


def _forms(address: Address) -> tuple[Address, ...]:
    """The address as it was given, as a data folder may hold it, and in the one form of `normal_address`."""
    try:
        normal = Address(address.type, normal_address(address.type, address.value))
    except BadAddress:
        return (address,)
    return (address,) if normal == address else (address, normal)
