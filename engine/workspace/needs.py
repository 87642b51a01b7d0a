"""What a rule or a component names that the catalogue does not have, and the catalogue that has it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from engine.components.base import Reference, RefKind
from engine.i18n import N_, Message
from engine.shapes.conditions import OPERATORS, Leaf, leaves
from engine.shapes.words import joined
from engine.workspace.audience import BehaviourCard, Card, TagsCard
from engine.workspace.catalog import Catalog, Coupon, Event, Tag
from engine.workspace.fields import FieldType

_PERSON: Mapping[str, RefKind] = {"tag": RefKind.TAG, "attr": RefKind.ATTRIBUTE}
_WHOLE_VALUES = ("is", "is_not", "has_all", "has_any", "has_none")


@dataclass(frozen=True)
class Need:
    """One entry that the catalogue lacks: an event, attributes of an event, a tag, an attribute or a coupon.

    Attributes: `kind` and `id` (what it is, its key), `known` (the event is there, only these `attributes`
    of it are not), `type` (of a tag or an attribute), `values` (that a tag offers).
    """

    kind: RefKind
    id: str
    known: bool = False
    attributes: Mapping[str, FieldType] = field(default_factory=dict)
    type: FieldType = "text"
    values: tuple[str, ...] = ()

    @property
    def message(self) -> Message:
        """What is missing, as a sentence."""
        if self.known:
            return Message(GONE_INSIDE, id=self.id, names=joined(self.attributes))
        return Message(GONE[self.kind], id=self.id)

    @property
    def remedy(self) -> Message:
        """What one click does about it, for a button."""
        if self.known:
            return Message(_ADD_INSIDE, id=self.id, names=joined(self.attributes))
        return Message(_CREATE[self.kind], id=self.id)

    def met(self, catalog: Catalog) -> Catalog:
        """The catalogue with the entry; what it has already stays as it is."""
        if self.kind is RefKind.EVENT:
            event = catalog.events.get(self.id, Event())
            event = event.model_copy(update={"attributes": {**self.attributes, **event.attributes}})
            return _with(catalog, "events", {self.id: event} | _others(catalog.events, self.id))
        if self.kind is RefKind.TAG:
            tag = Tag(type=self.type, values=self.values)
            return _with(catalog, "tags", {self.id: tag, **catalog.tags})
        if self.kind is RefKind.ATTRIBUTE:
            return _with(catalog, "attributes", {self.id: self.type, **catalog.attributes})
        return _with(catalog, "coupons", {self.id: Coupon(name=self.id[:50]), **catalog.coupons})


GONE: Mapping[RefKind, str] = {
    RefKind.EVENT: N_("The catalogue has no event “{id}” yet."),
    RefKind.TAG: N_("The catalogue has no tag “{id}” yet."),
    RefKind.ATTRIBUTE: N_("The catalogue has no attribute “{id}” yet."),
    RefKind.COUPON: N_("The catalogue has no coupon “{id}” yet."),
}
_CREATE: Mapping[RefKind, str] = {
    RefKind.EVENT: N_("Create event “{id}”"),
    RefKind.TAG: N_("Create tag “{id}”"),
    RefKind.ATTRIBUTE: N_("Create attribute “{id}”"),
    RefKind.COUPON: N_("Create coupon “{id}”"),
}
GONE_INSIDE = N_("The event “{id}” has no attribute {names} yet.")
_ADD_INSIDE = N_("Add {names} to event “{id}”")


def needs_of_rule(cards: Iterable[Card], catalog: Catalog) -> list[Need]:
    """What the cards name and the catalogue lacks, an entry once, in the order of the cards."""
    wanted: dict[tuple[RefKind, str], dict[str, Leaf | None]] = {}
    for card in cards:
        if isinstance(card, BehaviourCard):
            inside = wanted.setdefault((RefKind.EVENT, card.event), {})
            if (name := _measured(card)) is not None:
                inside.setdefault(name, None)
            for _, leaf in leaves(card.where) if card.where is not None else ():
                inside.setdefault(leaf.field, leaf)
        elif isinstance(card, TagsCard):
            for _, leaf in leaves(card.condition):
                prefix, _, name = leaf.field.partition(":")
                if (kind := _PERSON.get(prefix)) is not None:
                    wanted.setdefault((kind, name), {}).setdefault(name, leaf)
    made = (_need(kind, id, inside, catalog) for (kind, id), inside in wanted.items())
    return [need for need in made if need is not None]


def needs_of_references(references: Iterable[Reference], catalog: Catalog) -> list[Need]:
    """What a component refers to and the catalogue lacks, an entry once."""
    tables = _tables(catalog)
    wanted = dict.fromkeys((kind, id) for _, kind, id in references if kind in tables)
    return [Need(kind, id) for kind, id in wanted if id not in tables[kind]]


def _measured(card: BehaviourCard) -> str | None:
    """The attribute that the card's measure is made of."""
    return None if card.measure == "count" else card.measure.partition(":")[2]


def _need(kind: RefKind, id: str, inside: Mapping[str, Leaf | None], catalog: Catalog) -> Need | None:
    if kind is RefKind.EVENT:
        event = catalog.events.get(id)
        has = event.attributes if event is not None else {}
        lacks = {name: _type_for(leaf) for name, leaf in inside.items() if name not in has}
        known = event is not None
        return None if known and not lacks else Need(kind, id, known, lacks)
    if id in _tables(catalog)[kind]:
        return None
    leaf = inside[id]
    values = leaf.texts if leaf is not None and kind is RefKind.TAG and leaf.op in _WHOLE_VALUES else ()
    return Need(kind, id, type=_type_for(leaf), values=values)


def _type_for(leaf: Leaf | None) -> FieldType:
    """The type that a comparison asks for; what is measured is a number."""
    if leaf is None:
        return "number"
    if leaf.op == "between":
        return "time" if leaf.is_time else "number"
    for type, operators in OPERATORS.items():
        if leaf.op in operators:
            return type
    return "text"


def _tables(catalog: Catalog) -> Mapping[RefKind, Mapping[str, object]]:
    return {
        RefKind.EVENT: catalog.events,
        RefKind.TAG: catalog.tags,
        RefKind.ATTRIBUTE: catalog.attributes,
        RefKind.COUPON: catalog.coupons,
    }


def _others(events: Mapping[str, Event], but: str) -> dict[str, Event]:
    return {code: event for code, event in events.items() if code != but}


def _with(catalog: Catalog, table: str, entries: Mapping[str, object]) -> Catalog:
    """The catalogue with another table, checked and brought into order as when it is read."""
    raw = {**{name: getattr(catalog, name) for name in Catalog.model_fields}, table: dict(entries)}
    return Catalog.model_validate(raw)
