"""Which components of a campaign people react to, and what rates a rehearsal can give them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.campaign.document import CampaignDocument
from engine.campaign.graph import flow_order
from engine.components.behaviour import DrawCoupon, JudgeEvents, JudgeGoal, JudgeResult, Send
from engine.components.registry import component

DELIVERED, DONE = "delivered", "done"
"""What a rate is of: a touch's messages that arrive; people who do what a judgment of events asks. Those of a
judgment of receipts are called as the receipts are."""

_UNFRIENDLY = ("ignored", "failed", "bounced", "unsubscribed", "complained")


@dataclass(frozen=True, slots=True)
class Rateable:
    """A component that people react to. of: what rates it takes, the friendliest first."""

    node: str
    of: tuple[str, ...]


def rateable(document: CampaignDocument) -> Iterator[Rateable]:
    """The components of a campaign that take rates, as far as they are configured, along the flow."""
    for id in flow_order(document):
        node = document.nodes[id]
        config = node.parsed.config
        if config is None:
            continue
        match component(node.kind).behaviour(config):
            case Send() | DrawCoupon():
                yield Rateable(id, (DELIVERED,))
            case JudgeEvents() | JudgeGoal():
                yield Rateable(id, (DONE,))
            case JudgeResult(results=results, receipt=True):
                codes = (code for _, code in results)
                yield Rateable(id, tuple(sorted(codes, key=lambda code: code in _UNFRIENDLY)))
            case _:
                pass
