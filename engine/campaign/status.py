"""Is a component configured? One answer for the red dot, the problems panel and publishing."""

from __future__ import annotations

from collections.abc import Iterator

from engine.campaign.model import Node
from engine.components.base import FieldError, Lookup, RefKind
from engine.components.registry import component
from engine.i18n import N_, Message


def configuration_errors(node: Node, lookup: Lookup) -> tuple[FieldError, ...]:
    """Why the node is not configured (unconfirmed, unreadable, a reference is gone); empty where it is."""
    parsed = node.parsed
    if parsed.config is None:
        return parsed.errors
    errors = (
        *_missing_references(node, lookup),
        *component(node.kind).check(parsed.config, lookup),
    )
    if not errors and not node.confirmed:
        return (FieldError("", Message("Open the panel and confirm it with OK.")),)
    return errors


def is_configured(node: Node, lookup: Lookup) -> bool:
    """No red dot, and a solid line in front."""
    return not configuration_errors(node, lookup)


def _missing_references(node: Node, lookup: Lookup) -> Iterator[FieldError]:
    for reference in component(node.kind).references(node.parsed.config):
        if lookup.name_of(reference.kind, reference.id) is None:
            text = _MISSING[reference.kind]
            yield FieldError(reference.field, Message(text, id=reference.id), "missing_reference")


_MISSING = {
    RefKind.AUDIENCE: N_("The audience “{id}” is not in this workspace. Choose another."),
    RefKind.MESSAGE: N_("The message template “{id}” is not in this workspace. Choose another."),
    RefKind.ACCOUNT: N_("The account “{id}” is not in this workspace. Choose another."),
    RefKind.EVENT: N_("The event “{id}” is not in the catalogue. Choose another, or add it."),
    RefKind.TAG: N_("The tag “{id}” is not in the catalogue. Choose another, or add it."),
    RefKind.ATTRIBUTE: N_("The attribute “{id}” is not in the catalogue. Choose another, or add it."),
    RefKind.COUPON: N_("The coupon “{id}” is not in the catalogue. Choose another, or add it."),
}
