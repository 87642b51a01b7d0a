"""Where a rule, or a definition that rules are made with, does not go with the catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from engine.components.base import REFERENCE_GONE, RefKind
from engine.i18n import N_, Message
from engine.shapes.conditions import Condition, check_types
from engine.shapes.model import FieldError
from engine.workspace.audience import AiplCard, BehaviourCard, Card, MetricsCard, RfmCard, TagsCard
from engine.workspace.catalog import Catalog
from engine.workspace.definitions import RfmModel, StatisticsTable
from engine.workspace.fields import FieldType
from engine.workspace.needs import GONE, GONE_INSIDE

_NO_STAGE = N_("The catalogue does not say yet who is in stage {stage}.")


def rule_errors(cards: Iterable[Card], catalog: Catalog) -> Iterator[FieldError]:
    """Where the cards name what the catalogue lacks, or has with another type; paths begin at the list."""
    for index, card in enumerate(cards):
        for error in _card_errors(card, catalog):
            yield error.under(str(index))


def table_errors(table: StatisticsTable, catalog: Catalog) -> Iterator[FieldError]:
    """What of a statistics table the catalogue's event does not have."""
    yield from _scope_errors(table, catalog)
    if (event := catalog.events.get(table.event)) is None:
        return
    for index, name in enumerate(table.dimensions):
        if name not in event.attributes:
            yield _lacking(f"dimensions.{index}", table.event, name)
    for name, measure in table.metrics.items():
        yield from _measure_errors(f"metrics.{name}", measure, table.event, event.attributes)


def model_errors(model: RfmModel, catalog: Catalog) -> Iterator[FieldError]:
    """What of an RFM model the catalogue's event does not have."""
    yield from _scope_errors(model, catalog)
    if (event := catalog.events.get(model.event)) is not None:
        yield from _measure_errors("amount", f"sum:{model.amount}", model.event, event.attributes)


def _card_errors(card: Card, catalog: Catalog) -> Iterator[FieldError]:
    match card:
        case BehaviourCard():
            yield from _behaviour_errors(card, catalog)
        case TagsCard():
            yield from _under("condition", card.condition, _types_of_people(catalog))
        case MetricsCard():
            yield from _metrics_errors(card, catalog)
        case RfmCard() if card.model not in catalog.rfm_models:
            yield FieldError(
                "model", Message(REFERENCE_GONE[RefKind.RFM_MODEL], id=card.model), "missing_reference"
            )
        case AiplCard():
            named = card.stages if card.stages is not None else (card.from_, card.to)
            for stage in named:
                if stage is not None and stage not in catalog.aipl:
                    yield FieldError("stages", Message(_NO_STAGE, stage=stage), "missing_reference")


def _behaviour_errors(card: BehaviourCard, catalog: Catalog) -> Iterator[FieldError]:
    yield from _scope_errors(card, catalog)
    if (event := catalog.events.get(card.event)) is not None:
        yield from _measure_errors("measure", card.measure, card.event, event.attributes)


def _metrics_errors(card: MetricsCard, catalog: Catalog) -> Iterator[FieldError]:
    table = catalog.tables.get(card.table)
    if table is None:
        yield FieldError(
            "table", Message(REFERENCE_GONE[RefKind.STATISTICS_TABLE], id=card.table), "missing_reference"
        )
        return
    if card.where is not None:
        yield from _under("where", card.where, dict.fromkeys(table.metrics, "number"))
    if card.filter is not None:
        event = catalog.events.get(table.event)
        known = event.attributes if event is not None else {}
        dimensions = {name: known[name] for name in table.dimensions if name in known}
        yield from _under("filter", card.filter, dimensions)


def _scope_errors(part: BehaviourCard | StatisticsTable | RfmModel, catalog: Catalog) -> Iterator[FieldError]:
    """The event, and the condition over its attributes."""
    event = catalog.events.get(part.event)
    if event is None:
        yield FieldError("event", Message(GONE[RefKind.EVENT], id=part.event), "missing_reference")
    elif part.where is not None:
        yield from _under("where", part.where, event.attributes)


def _measure_errors(
    field: str, measure: str, code: str, types: Mapping[str, FieldType]
) -> Iterator[FieldError]:
    name = measure.partition(":")[2]
    if name and name not in types:
        yield _lacking(field, code, name)
    elif name and types[name] != "number":
        yield FieldError(field, Message(N_("“{name}” is no number: choose another measure."), name=name))


def _lacking(field: str, code: str, name: str) -> FieldError:
    return FieldError(field, Message(GONE_INSIDE, id=code, names=name), "missing_reference")


def _under(field: str, condition: Condition, types: Mapping[str, FieldType]) -> Iterator[FieldError]:
    for error in check_types(condition, types.get):
        yield error.under(field)


def _types_of_people(catalog: Catalog) -> dict[str, FieldType]:
    tags: dict[str, FieldType] = {f"tag:{name}": tag.type for name, tag in catalog.tags.items()}
    return tags | {f"attr:{name}": type for name, type in catalog.attributes.items()}
