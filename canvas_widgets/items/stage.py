"""What all items of one scene share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from canvas_widgets.items.paints import Paints
from engine.campaign.document import CampaignDocument
from engine.campaign.problem import Problem
from engine.components.base import Lookup

FADED = 0.4
Counts = Mapping[str, Any]
"""Live counts as the engine's API gives them: `nodes`, `links`, `entries`, `inside`, `finished` …"""


class Changed:
    """The cards and lines, by id, that came, went or look different: for what draws all of them at once."""

    def __init__(self) -> None:
        self.cards: set[str] = set()
        self.links: set[str] = set()

    def __bool__(self) -> bool:
        return bool(self.cards or self.links)

    def taken(self, most: int | None = None) -> tuple[set[str], set[str]]:
        """Those of both kinds that this has not given yet; at most so many of each."""
        found = set(islice(self.cards, most)), set(islice(self.links, most))
        self.cards -= found[0]
        self.links -= found[1]
        return found


class Stage:
    """The document that is shown, the workspace that it refers to, and how it is drawn just now.

    Attributes: `document`, `lookup`, `paints`, `counts` (None while nothing runs), `targets` and
    `target_nodes` (during a drag the ids of the links and cards that take it, while everything else is faded;
    `targets` is None at other times), `found` (the cards that fit what is sought; None while nothing is),
    `findings` (what is wrong with nodes, by id),
    `changed` (what the overview has not taken in yet),
    `scale` (device pixels to a scene unit in what is being painted: whoever starts a painting sets it),
    `vector` (what is being painted keeps lines, curves and texts as such: no pixmaps, and plain strokes).
    """

    def __init__(self, document: CampaignDocument, lookup: Lookup, paints: Paints) -> None:
        self.document = document
        self.lookup = lookup
        self.paints = paints
        self.counts: Counts | None = None
        self.targets: frozenset[str] | None = None
        self.target_nodes: frozenset[str] = frozenset()
        self.found: frozenset[str] | None = None
        self.findings: Mapping[str, Sequence[Problem]] = {}
        self.changed = Changed()
        self.scale = 1.0
        self.vector = False

    @property
    def fades(self) -> bool:
        """Whether something is drawn less strongly than the rest."""
        return self.targets is not None or self.found is not None

    def opacity(self, link_id: str | None = None) -> float:
        """How strongly a link, or (without an id) what is none is drawn."""
        if self.targets is not None:
            return 1.0 if link_id in self.targets else FADED
        return 1.0 if self.found is None else FADED

    def card_opacity(self, node_id: str) -> float:
        """How strongly a card is drawn."""
        return 1.0 if not self.fades or self.rings(node_id) else FADED

    def rings(self, node_id: str) -> bool:
        """Whether a card takes what is dragged, or else is one that was found: it has a ring around it."""
        if self.targets is not None:
            return node_id in self.target_nodes
        return self.found is not None and node_id in self.found
