"""Input that was not confirmed, of components that are not on show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.panels.content import Values
from app.panels.judging import holds
from engine.campaign.document import CampaignDocument
from engine.campaign.ops import Op, Table


class Drafts:
    """By the ids of one document's components."""

    def __init__(self) -> None:
        self._held: dict[str, Values] = {}

    def __getitem__(self, node_id: str) -> Values:
        return self._held[node_id]

    def get(self, node_id: str) -> Values | None:
        return self._held.get(node_id)

    def ids(self, document: CampaignDocument | None) -> list[str]:
        """The components that have some, as far as the document holds them."""
        return [id for id in self._held if document is not None and id in document.nodes]

    def keep(self, inputs: Mapping[str, Values]) -> None:
        self._held.update(inputs)

    def drop(self, node_id: str) -> None:
        self._held.pop(node_id, None)

    def drop_all(self) -> None:
        self._held.clear()

    def drop_settled(self, document: CampaignDocument, ops: Sequence[Op]) -> None:
        """Forget input that has come into the document by another way than the panel's OK."""
        for op in ops:
            draft = self._held.get(op.id) if op.table is Table.NODES else None
            if draft is not None and op.after is not None and holds(document, op.id, draft):
                del self._held[op.id]
