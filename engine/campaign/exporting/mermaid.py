"""A campaign as a Mermaid flow chart, for Markdown documents."""

from __future__ import annotations

import re
from collections.abc import Mapping

from engine.campaign.document import CampaignDocument
from engine.campaign.graph import flow_order
from engine.campaign.model import START_ID
from engine.components.base import Category, Lookup
from engine.components.registry import component
from engine.i18n import tr
from engine.shapes.text import one_line

_SAFE = re.compile(r"n_[A-Za-z0-9_]+")
_SHAPES: Mapping[Category, tuple[str, str]] = {
    Category.START: ("((", "))"),
    Category.TRIGGER: ("([", "])"),
    Category.CONTROL: ("[/", "/]"),
    Category.JUDGMENT: ("{{", "}}"),
}
_RECTANGLE = ("[", "]")
_END = ("((", "))")
_ENTITIES = {
    ord("#"): "#35;", ord('"'): "#quot;", ord("<"): "#lt;", ord(">"): "#gt;", ord("&"): "#amp;",
    ord("`"): "#96;", ord("|"): "#124;", ord("*"): "#42;",
}  # fmt: skip
_LIST = re.compile(r"^(\d+(?=[.)])|)([.)+-])")
"""How a list begins in Markdown, which Mermaid takes every label for and draws no lists in
(https://github.com/mermaid-js/mermaid/issues/6111)."""


def mermaid(document: CampaignDocument, lookup: Lookup) -> str:
    """`flowchart LR`: a node a component, by name and what its card says; lines with their branches."""
    order = [START_ID, *flow_order(document)]
    ids = {id: id if _SAFE.fullmatch(id) else f"c{number}" for number, id in enumerate(order)}
    lines = ["flowchart LR"]
    lines += [f"    {ids[id]}{_node(document, id, lookup)}" for id in order]
    for source in order:
        labels = {port.name: port.label for port in document.ports(source)}
        for number, link_id in enumerate(document.out_links(source)):
            link = document.links[link_id]
            label = labels.get(link.port)
            words = "" if label is None else f'|"{_text(str(label))}"|'
            if link.target is None:
                lines.append(
                    f'    {ids[source]} -.->{words} open_{ids[source]}_{number}["{tr("an open end")}"]'
                )
            else:
                lines.append(f"    {ids[source]} -->{words} {ids[link.target]}")
    return "\n".join(lines) + "\n"


def _node(document: CampaignDocument, id: str, lookup: Lookup) -> str:
    node = document.node(id)
    declared = component(node.kind)
    before, behind = _END if node.kind == "end" else _SHAPES.get(declared.category, _RECTANGLE)
    said = "" if node.kind in ("end", "start") else str(declared.summary(node.config, lookup))
    text = "<br/>".join(_text(part) for part in (node.shown_name, one_line(said)) if part)
    return f'{before}"{text}"{behind}'


def _text(text: str) -> str:
    """A text that is nothing but text to Mermaid and to the page around it."""
    return _LIST.sub(lambda found: f"{found[1]}#{ord(found[2])};", text.translate(_ENTITIES))
