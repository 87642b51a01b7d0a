"""Cures inside a component's configuration: shares, a switch, what is too much, the OK that is missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal

from pydantic import JsonValue

from engine.campaign.document import CampaignDocument
from engine.campaign.edits import Edit, configure, lost_by
from engine.campaign.edits.edit import Draft
from engine.campaign.edits.prefill import only_account
from engine.campaign.model import Node
from engine.campaign.problem import Problem
from engine.components.hints import form
from engine.components.registry import component
from engine.i18n import N_, Message

Config = dict[str, JsonValue]


def even_out(document: CampaignDocument, problem: Problem) -> Edit | None:
    """Give the groups equal shares that sum to exactly 100 %."""
    if problem.node is None:
        return None
    node = document.node(problem.node)
    groups = node.config.get("groups")
    if not isinstance(groups, list) or not groups or not all(isinstance(group, dict) for group in groups):
        return None
    shared: list[JsonValue] = []
    for index, group in enumerate(groups):
        assert isinstance(group, dict)
        shared.append({**group, "percent": _share(index, len(groups))})
    return _set(document, problem.node, {**node.config, "groups": shared}, Message("Make the groups equal"))


def run_again(document: CampaignDocument, problem: Problem) -> Edit | None:
    """Turn on “Run again although nothing changed”."""
    if problem.node is None:
        return None
    config = {**document.node(problem.node).config, "repeat_unchanged": True}
    return _set(document, problem.node, config, Message("Run again although nothing changed"))


def complete(document: CampaignDocument, problem: Problem) -> Edit | None:
    """Take away what is too much, or confirm what lacks nothing but the OK."""
    reason = problem.message.params.get("reason")
    if problem.node is None or not isinstance(reason, Message):
        return None
    node = document.node(problem.node)
    if reason.text == _LACKS_OK:
        draft = Draft(document)
        draft.put_node(node.model_copy(update={"confirmed": True}), problem.node)
        return draft.edit(Message("Confirm as it is"), problem.node)
    if (cure := _BY_REASON.get(reason.text)) is None:
        return None
    change, label = cure
    config = change(node, problem.field)
    if config is None or lost_by(document, problem.node, config):
        return None
    return _set(document, problem.node, config, Message(label))


def use_only_account(
    document: CampaignDocument, problem: Problem, accounts: Mapping[str, tuple[str, str]]
) -> Edit | None:
    """Choose the one account that a component without any can use. accounts: kind and name by id."""
    if problem.node is None or problem.field in document.node(problem.node).config:
        return None
    fields = form(component(document.node(problem.node).kind).Config)
    field = next((one for one in fields if one.name == problem.field and one.hint.widget == "account"), None)
    if field is None or (id := only_account(field, {id: kind for id, (kind, _) in accounts.items()})) is None:
        return None
    config = {**document.node(problem.node).config, problem.field: id}
    return _set(document, problem.node, config, Message("Use “{name}”", name=accounts[id][1]))


def _set(document: CampaignDocument, node_id: str, config: Config, label: Message) -> Edit:
    """Change the configuration; whether it is confirmed stays."""
    node = document.node(node_id)
    edit = configure(document, node_id, name=node.name, memo=node.memo, config=config)
    ops = tuple(
        op._replace(after=op.after.model_copy(update={"confirmed": node.confirmed}))
        if op.id == node_id and isinstance(op.after, Node)
        else op
        for op in edit.ops
    )
    return Edit(ops, label, node_id)


def _without(node: Node, field: str) -> Config | None:
    """The configuration without one entry of a mapping: `values.colour`, where the key may hold dots."""
    name, _, key = field.partition(".")
    entries = node.config.get(name)
    if not isinstance(entries, dict) or key not in entries:
        return None
    return {**node.config, name: {other: value for other, value in entries.items() if other != key}}


def _without_item(node: Node, field: str) -> Config | None:
    """The configuration without one member of a list (`keywords.0.key`), unless it is the last."""
    name, index = field.split(".")[:2]
    members = node.config.get(name)
    if not isinstance(members, list) or not index.isdigit() or not 0 <= int(index) < len(members) > 1:
        return None
    return {**node.config, name: [*members[: int(index)], *members[int(index) + 1 :]]}


def _without_audience(node: Node, field: str) -> Config | None:
    """The configuration without one audience of a group, unless it is the group's last."""
    _, group_index, _, index = field.split(".")
    groups = node.config.get("groups")
    group = groups[int(group_index)] if isinstance(groups, list) else None
    audiences = group.get("audiences") if isinstance(group, dict) else None
    if not isinstance(groups, list) or not isinstance(group, dict) or not isinstance(audiences, list):
        return None
    if len(audiences) < 2:
        return None
    fewer = [audience for place, audience in enumerate(audiences) if place != int(index)]
    changed: list[JsonValue] = list(groups)
    changed[int(group_index)] = {**group, "audiences": fewer}
    return {**node.config, "groups": changed}


def _one_value(node: Node, field: str) -> Config | None:
    """The assignments without the second value of a tag that holds one."""
    index = int(field.split(".")[1])
    assignments = node.config.get("assignments")
    item = assignments[index] if isinstance(assignments, list) else None
    value = item.get("value") if isinstance(item, dict) else None
    if not isinstance(assignments, list) or not isinstance(item, dict):
        return None
    if isinstance(value, list) and len(value) > 1:
        changed: list[JsonValue] = list(assignments)
        changed[index] = {**item, "value": value[:1]}
        return {**node.config, "assignments": changed}
    return _without_item(node, field)


def _by_send(node: Node, _field: str) -> Config | None:
    return {**node.config, "by": "send"}


def _share(index: int, count: int) -> int | float:
    """The index-th of `count` shares with one decimal each, together 100."""

    def boundary(k: int) -> Decimal:
        return (Decimal(100) * k / count).quantize(Decimal("0.1"), ROUND_HALF_UP)

    share = boundary(index + 1) - boundary(index)
    return int(share) if share == share.to_integral_value() else float(share)


_LACKS_OK = "Open the panel and confirm it with OK."
_REMOVE = N_("Remove it")
_BY_REASON: Mapping[str, tuple[Callable[[Node, str], Config | None], str]] = {
    "“{name}” is not defined. Remove it.": (_without, _REMOVE),
    "The template has no keyword “{name}”.": (_without_item, _REMOVE),
    "The keyword “{name}” is there twice.": (_without_item, _REMOVE),
    "This audience does not enter the campaign. Choose another one.": (_without_audience, _REMOVE),
    "What stands in front has no result “{code}”.": (_without_item, _REMOVE),
    "What stands in front has no receipts. Judge the send result.": (_by_send, N_("Judge the send result")),
    "“{tag}” holds one value only. Remove the second one.": (_one_value, N_("Remove the second one")),
}
"""What can be done about a finding, by the words of its reason: all these findings have one code."""
