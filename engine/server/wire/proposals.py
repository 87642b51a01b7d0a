"""Proposals over the wire."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from engine.server.wire.base import Answer, Wire
from engine.shapes.text import Text


class DecisionOrder(Wire):
    """Why a proposal is approved or declined, if somebody is to read it."""

    reason: Annotated[Text, Field(max_length=1_000)] | None = None


class ProposalState(Answer):
    """A campaign that somebody proposes to publish.

    Attributes:
        hash: of the bundle; an approval is for this and nothing else.
        approved: null while nobody has decided. published_at: when the approval was used up, or null.
    """

    number: int
    campaign: str
    name: str
    hash: str
    proposed_by: str
    proposed_at: str
    approved: bool | None = None
    decided_by: str | None = None
    decided_at: str | None = None
    reason: str | None = None
    published_at: str | None = None


class Proposals(Answer):
    """Some proposals, the latest first. `before`: where the next page begins, or null."""

    proposals: list[ProposalState]
    before: int | None = None
