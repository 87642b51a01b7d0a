"""What all items of one scene share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from canvas_widgets.paints import Paints
from engine.campaign.document import CampaignDocument
from engine.components.base import Lookup

FADED = 0.4
Counts = Mapping[str, Any]
"""Live counts as the engine's API gives them: `nodes`, `links`, `entries`, `inside`, `finished` …"""


class Stage:
    """The document that is shown, the workspace that it refers to, and how it is drawn just now.

    Attributes: `document`, `lookup`, `paints`, `counts` (None while nothing runs), `targets` (during a drag
    the ids of the links that take it, while everything else is faded; else None), `found` (the cards that fit
    what is sought, likewise; None while nothing is), `scale` (device pixels to a scene unit in what is being
    painted: whoever starts a painting sets it), `vector` (what is being painted keeps lines, curves and texts
    as such: no pixmaps, and plain strokes).
    """

    def __init__(self, document: CampaignDocument, lookup: Lookup, paints: Paints) -> None:
        self.document = document
        self.lookup = lookup
        self.paints = paints
        self.counts: Counts | None = None
        self.targets: frozenset[str] | None = None
        self.found: frozenset[str] | None = None
        self.scale = 1.0
        self.vector = False

    @property
    def fades(self) -> bool:
        """Whether something is drawn less strongly than the rest."""
        return self.targets is not None or self.found is not None

    def opacity(self, link_id: str | None = None) -> float:
        """How strongly a link, or (without an id) what is none is drawn."""
        if self.found is not None:
            return FADED
        return 1.0 if self.targets is None or link_id in self.targets else FADED

    def card_opacity(self, node_id: str) -> float:
        """How strongly a card is drawn."""
        if self.found is not None:
            return 1.0 if node_id in self.found else FADED
        return self.opacity()
