"""Where something of the workspace is used: what is in use cannot be deleted, and is told where."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from engine.campaign import campaign_file
from engine.components.base import RefKind
from engine.files import FileError
from engine.workspace.account_settings import KafkaSettings, WebhookSettings
from engine.workspace.audience import AIPL_ID

if TYPE_CHECKING:
    from engine.workspace.catalog import Catalog
    from engine.workspace.message import MessageFile
    from engine.workspace.workspace import Workspace

ID_TYPE = "id_type"


class Use(NamedTuple):
    """A place that refers to a workspace object: its kind (campaign, audience, message, account, catalog or
    settings), id and name."""

    kind: str
    id: str
    name: str


def uses(workspace: Workspace, kind: RefKind | str, id: str) -> Iterator[Use]:
    """Everything that refers to an object, an ID type or a marketing campaign, by kinds and names."""
    for entry in workspace.campaigns():
        attributes = entry.attributes
        if attributes is None:
            continue
        named = any((ref.kind, ref.id) == (kind, id) for ref in entry.references)
        if named or (kind == RefKind.MARKETING_CAMPAIGN and id in attributes.sub_campaigns):
            yield Use("campaign", attributes.id, entry.name)
    for audience in workspace.audiences.values():
        references = set(audience.references())
        listed = kind == ID_TYPE and audience.list is not None and audience.list.id_type == id
        associated = kind == RefKind.MARKETING_CAMPAIGN and audience.sub_campaign == id
        if (kind, id) in references or listed or associated:
            yield Use("audience", audience.id, audience.name)
    for message in workspace.messages.values():
        if (kind, id) in set(_named_by(message)):
            yield Use("message", message.id, message.name)
    for account in workspace.accounts.values():
        settings = account.settings
        if (
            kind == ID_TYPE
            and isinstance(settings, WebhookSettings | KafkaSettings)
            and id in settings.id_types
        ):
            yield Use("account", account.id, account.name)
    if kind is RefKind.AUDIENCE and workspace.settings.whitelist == id:
        yield Use("settings", "whitelist", workspace.settings.name)
    if kind is RefKind.EVENT:
        yield from _definitions_of(workspace.catalog, id)


def _definitions_of(catalog: Catalog, event: str) -> Iterator[Use]:
    """The statistics tables, RFM models and AIPL stages that are made of an event."""
    for key, table in catalog.tables.items():
        if table.event == event:
            yield Use("catalog", key, catalog.table_name(key))
    for key, model in catalog.rfm_models.items():
        if model.event == event:
            yield Use("catalog", key, model.name)
    for stage, cards in catalog.aipl.items():
        if any(card.event == event for card in cards):
            yield Use("catalog", AIPL_ID, f"AIPL {stage}")


def _named_by(message: MessageFile) -> Iterator[tuple[RefKind, str]]:
    """What a message refers to. Attributes of events are those of whichever event starts a campaign."""
    if message.platform:
        yield RefKind.ACCOUNT, message.platform
    if message.languages:
        yield RefKind.ATTRIBUTE, message.languages.attribute
    kinds = {"tag": RefKind.TAG, "attribute": RefKind.ATTRIBUTE}
    for binding in message.variables.values():
        if binding.source in kinds and binding.key:
            yield kinds[binding.source], binding.key


def attribute_uses(workspace: Workspace, event: str, attribute: str) -> Iterator[Use]:
    """The campaigns, audiences and definitions that look at an attribute of an event."""
    for entry in workspace.campaigns():
        if entry.attributes is None or not any(
            (ref.kind, ref.id) == (RefKind.EVENT, event) for ref in entry.references
        ):
            continue
        try:
            document = campaign_file.load(entry.path)
        except FileError:  # gone bad, or gone, since it was listed
            continue
        if any(_names(dict(node.config), attribute) for _, node in document.all_nodes()):
            yield Use("campaign", entry.attributes.id, entry.name)
    for audience in workspace.audiences.values():
        if (RefKind.EVENT, event) in set(audience.references()) and any(
            card.get("event") == event and _names(card, attribute)
            for card in audience.canonical().get("cards") or ()
        ):
            yield Use("audience", audience.id, audience.name)
    yield from _made_with(workspace.catalog, event, attribute)


def _made_with(catalog: Catalog, event: str, attribute: str) -> Iterator[Use]:
    """The definitions that look at an attribute of an event."""
    for key, table in catalog.tables.items():
        if table.event == event and (
            attribute in table.dimensions
            or _names(table.canonical(), attribute)
            or any(measure.partition(":")[2] == attribute for measure in table.metrics.values())
        ):
            yield Use("catalog", key, catalog.table_name(key))
    for key, model in catalog.rfm_models.items():
        if model.event == event and (model.amount == attribute or _names(model.canonical(), attribute)):
            yield Use("catalog", key, model.name)
    for stage, cards in catalog.aipl.items():
        if any(card.event == event and _names(card.canonical(), attribute) for card in cards):
            yield Use("catalog", AIPL_ID, f"AIPL {stage}")


def _names(value: Any, attribute: str) -> bool:
    """Whether a configuration names the attribute: as a condition's field, a measure or a binding's key."""
    if isinstance(value, dict):
        if value.get("field") == attribute:
            return True
        if value.get("from") == "event" and value.get("key") == attribute:
            return True
        measure = value.get("measure")
        if isinstance(measure, str) and measure.partition(":")[2] == attribute:
            return True
        return any(_names(item, attribute) for item in value.values())
    if isinstance(value, list | tuple):
        return any(_names(item, attribute) for item in value)
    return False
