"""Is a component configured? One answer for the red dot, the problems panel and publishing."""

from __future__ import annotations

from engine.campaign.model import Node
from engine.components.base import Around, FieldError, Lookup
from engine.components.registry import component
from engine.i18n import Message


def configuration_errors(node: Node, lookup: Lookup, around: Around | None = None) -> tuple[FieldError, ...]:
    """Why the node is not configured: unconfirmed, unreadable, a reference is gone; empty where it is.

    With `around`, also what does not fit the node's place in the campaign.
    """
    parsed = node.parsed
    if parsed.config is None:
        return parsed.errors
    errors = component(node.kind).findings(parsed.config, lookup, around)
    if not errors and not node.confirmed:
        return (FieldError("", Message("Open the panel and confirm it with OK.")),)
    return errors


def is_configured(node: Node, lookup: Lookup) -> bool:
    """No red dot, and a solid line in front."""
    return not configuration_errors(node, lookup)
