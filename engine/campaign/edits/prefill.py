"""What a new touch need not be asked again: the account and what goes with it, as used in this campaign."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import JsonValue

from engine.campaign.document import CampaignDocument
from engine.campaign.edits.edit import Edit
from engine.campaign.model import Node
from engine.campaign.ops import Op, Table
from engine.components.base import Lookup
from engine.components.fields import setting_choices
from engine.components.hints import FormField, form
from engine.components.registry import component

SIMULATED = "simulated"


def prefilled(document: CampaignDocument, edit: Edit, lookup: Lookup, accounts: Mapping[str, str]) -> Edit:
    """The edit, whose new touches begin with what touches of their kind here have, else with the only choice.

    accounts: what kind each account of the workspace is of, by id. Nothing is confirmed by that.
    """
    ops = tuple(_prefilled(document, op, lookup, accounts) for op in edit.ops)
    return edit if ops == edit.ops else edit._replace(ops=ops)


def prefill(document: CampaignDocument, lookup: Lookup, accounts: Mapping[str, str]) -> None:
    """Let the touches of a document that has just been made from a template begin with the only choice."""
    for id, node in document.nodes.items():
        filled = _filled(node, {}, lookup, accounts)
        if filled is not node:
            document.apply((Op(Table.NODES, id, node, filled),))


def only_account(field: FormField, accounts: Mapping[str, str]) -> str | None:
    """The one account that a field may hold, None where there are several, or none."""
    kinds = {SIMULATED, *field.hint.options.get("kinds", ())}
    fitting = [id for id, kind in accounts.items() if kind in kinds]
    return fitting[0] if len(fitting) == 1 else None


def _prefilled(document: CampaignDocument, op: Op, lookup: Lookup, accounts: Mapping[str, str]) -> Op:
    node = op.after
    if op.table is not Table.NODES or op.before is not None or not isinstance(node, Node) or node.config:
        return op
    filled = _filled(node, _used(document, node.kind), lookup, accounts)
    return op if filled is node else op._replace(after=filled)


def _filled(node: Node, used: Mapping[str, JsonValue], lookup: Lookup, accounts: Mapping[str, str]) -> Node:
    """The component with what is obvious for it; itself where nothing is, or where it is configured."""
    fields = form(component(node.kind).Config)
    if node.confirmed or not any(field.hint.widget == "account" for field in fields):
        return node
    config = {**dict(_values(fields, {**used, **node.config}, lookup, accounts)), **node.config}
    return node if config == node.config else node.model_copy(update={"config": config})


def _used(document: CampaignDocument, kind: str) -> Mapping[str, JsonValue]:
    """The configuration of the component of this kind that was added last, if it has any."""
    same = [node.config for node in document.nodes.values() if node.kind == kind and node.config]
    return same[-1] if same else {}


def _values(
    fields: tuple[FormField, ...],
    used: Mapping[str, JsonValue],
    lookup: Lookup,
    accounts: Mapping[str, str],
) -> Iterator[tuple[str, JsonValue]]:
    chosen: dict[str, str] = {}
    for field in fields:
        widget, options = field.hint.widget, field.hint.options
        value: JsonValue = None
        if widget == "account":
            held = used.get(field.name)
            value = held if isinstance(held, str) and held in accounts else only_account(field, accounts)
            chosen[field.name] = str(value or "")
        elif widget == "account_choice":
            account = chosen.get(str(options["account"]), "")
            offered = setting_choices(lookup, account, str(options["setting"])) if account else ()
            value = used.get(field.name) or (offered[0] if len(offered) == 1 else None)
        elif widget == "choice" and field.default is None:
            value = used.get(field.name)
        if value:
            yield field.name, value
