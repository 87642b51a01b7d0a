"""What both sides changed in ways that do not go together."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Side(StrEnum):
    """Whose version is taken."""

    OURS = "ours"
    THEIRS = "theirs"

    @property
    def other(self) -> Side:
        return Side.THEIRS if self is Side.OURS else Side.OURS


class Kind(StrEnum):
    """What a conflict is about."""

    COMPONENT = "component"
    """Whether a component is there, and its branches and lines with it."""
    LINES = "lines"
    """Where lines lead: each side's are whole, both together are not."""
    FIELD = "field"
    """Fields of one component."""
    NOTE = "note"
    LAYOUT = "layout"
    ATTRIBUTES = "attributes"


class Conflict(NamedTuple):
    """What has to be chosen.

    Attributes: key (stable, names it among those of its merge); nodes (whom it is about; of a note, its id);
    fields (which of them: `name`, `memo`, a key of the config, an attribute of the campaign).
    """

    key: str
    kind: Kind
    nodes: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
