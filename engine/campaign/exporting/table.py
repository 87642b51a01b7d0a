"""What is configured in a campaign as a table, for reviewers: a row a component and field, in words."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import NamedTuple

from engine.campaign.differences import ATTRIBUTE_LABELS, names_of, value_words
from engine.campaign.document import CampaignDocument
from engine.campaign.graph import flow_order
from engine.campaign.model import START_ID, Node
from engine.campaign.stay import exit_words
from engine.components.base import Lookup
from engine.components.field_words import fields_in_words
from engine.components.registry import component
from engine.files.cells import harmless
from engine.i18n import listed, tr


class Row(NamedTuple):
    """`component` and `kind` are empty for the campaign's own fields."""

    id: str
    component: str
    kind: str
    field: str
    value: str


def rows(document: CampaignDocument, lookup: Lookup) -> Iterator[Row]:
    """The campaign's own fields, then its components along the flow: configuration, and where lines lead."""
    attributes = document.attributes
    for name, label in ATTRIBUTE_LABELS.items():
        value = getattr(attributes, name)
        if name == "sub_campaigns":
            value = listed(names_of(name, value, lookup))
        elif name == "exits":
            value = listed(str(exit_words(rule, lookup)) for rule in value)
        elif isinstance(value, str):
            value = names_of(name, [value], lookup)[0]
        elif value:
            value = str(value_words(name, value, lookup))
        yield Row(attributes.id, "", "", tr(label), value or "")
    for id in [START_ID, *flow_order(document)]:
        node = document.node(id)
        for field, value in _fields(document, id, node, lookup):
            yield Row(id, node.shown_name, tr(component(node.kind).label), field, value)


def configuration_csv(document: CampaignDocument, lookup: Lookup) -> bytes:
    """The table as CSV that spreadsheets read as it is meant: in UTF-8, and no cell a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([tr("ID"), tr("Component"), tr("Kind"), tr("Field"), tr("Value")])
    for row in rows(document, lookup):
        writer.writerow([harmless(cell) for cell in row])
    return text.getvalue().encode("utf-8-sig", errors="replace")


def _fields(document: CampaignDocument, id: str, node: Node, lookup: Lookup) -> Iterator[tuple[str, str]]:
    if node.memo:
        yield tr("Memo"), node.memo
    for label, value in fields_in_words(component(node.kind), node.config, lookup):
        yield str(label), value
    if id != START_ID:
        yield tr("Confirmed with OK"), tr("Yes") if node.confirmed else tr("No")
    labels = {port.name: port.label for port in node.ports}
    for link_id in document.out_links(id):
        link = document.links[link_id]
        branch = labels.get(link.port)
        field = tr("Leads to") if branch is None else tr("Branch “{branch}” leads to", branch=branch)
        yield field, tr("an open end") if link.target is None else document.node(link.target).shown_name
