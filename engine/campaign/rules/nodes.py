"""Rules about what each component holds: configured or not, and what it refers to."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping

from engine.campaign.document import CampaignDocument
from engine.campaign.graph import ancestors
from engine.campaign.problem import Problem, Severity
from engine.campaign.status import configuration_errors
from engine.campaign.surroundings import around, kinds_of
from engine.components.base import Category, Lookup, RefKind
from engine.components.registry import component
from engine.components.target_audience import TargetAudienceConfig
from engine.i18n import Message


def node_problems(document: CampaignDocument, lookup: Lookup) -> Iterator[Problem | None]:
    """What is wrong; None wherever a step ends."""
    kinds = kinds_of(document)
    fan_outs = _fan_outs(document)
    yield None
    for node_id, node in document.nodes.items():
        for error in configuration_errors(node, lookup, around(document, node_id, kinds)):
            message = Message("{name}: {reason}", name=node.name, reason=error.message)
            yield Problem(error.code, Severity.ERROR, message, node=node_id, field=error.field)
        yield from _empty_audiences(node_id, document, lookup)
        yield from _skipped_cycles(node_id, document, lookup)
        if node.kind == "result_judgment" and _shares_results(document, node_id, fan_outs):
            message = Message(
                "One person can reach {name} from two components; it judges the first arrival's message.",
                name=node.name,
            )
            yield Problem("shared_result", Severity.WARNING, message, node=node_id)
        yield None


def _empty_audiences(node_id: str, document: CampaignDocument, lookup: Lookup) -> Iterator[Problem]:
    node = document.nodes[node_id]
    if node.parsed.config is None or component(node.kind).category is not Category.TRIGGER:
        return
    for reference in component(node.kind).references(node.parsed.config):
        audience = (
            lookup.detail(RefKind.AUDIENCE, reference.id) if reference.kind is RefKind.AUDIENCE else None
        )
        if audience is not None and audience.get("size") == 0:
            message = Message(
                "The audience “{name}” is empty.", name=lookup.name_of(reference.kind, reference.id)
            )
            yield Problem("empty_audience", Severity.WARNING, message, node=node_id, field=reference.field)


def _skipped_cycles(node_id: str, document: CampaignDocument, lookup: Lookup) -> Iterator[Problem]:
    """Cycles are skipped while an audience has not been updated: nobody may expect that of the defaults."""
    config = document.nodes[node_id].parsed.config
    if not isinstance(config, TargetAudienceConfig) or config.mode != "recurring" or config.repeat_unchanged:
        return
    for id in config.audiences:
        audience = lookup.detail(RefKind.AUDIENCE, id)
        if audience is not None and not isinstance(audience.get("update"), dict):
            message = Message(
                "“{name}” has no schedule for updates: after the first run, cycles are skipped until it is "
                "updated. Give it one, or turn on “Run again although nothing changed”.",
                name=lookup.name_of(RefKind.AUDIENCE, id),
            )
            yield Problem("skipped_cycles", Severity.WARNING, message, node=node_id, field="repeat_unchanged")


def _shares_results(document: CampaignDocument, node_id: str, fan_outs: list[list[str]]) -> bool:
    """Can one entry arrive from two components in front, on one path or on two branches of a fan-out?"""
    before = document.predecessors(node_id)
    if len(before) < 2:
        return False
    leading = {source: ancestors(document, source) for source in before}
    if any(other in leading[source] for source in before for other in before if other != source):
        return True
    return any(_reaches_two(targets, leading) for targets in fan_outs)


def _fan_outs(document: CampaignDocument) -> list[list[str]]:
    """The targets of every port that has several links."""
    targets: dict[tuple[str, str], list[str]] = {}
    for link in document.links.values():
        if link.target is not None:
            targets.setdefault((link.source, link.port), []).append(link.target)
    return [together for together in targets.values() if len(together) > 1]


def _reaches_two(targets: list[str], leading: Mapping[str, Container[str]]) -> bool:
    """Do two of the targets lead to two different ones of those whose ancestors are given?"""
    reached = [{source for source, nodes in leading.items() if target in nodes} for target in targets]
    reaching = [sources for sources in reached if sources]
    return len(reaching) > 1 and len(set().union(*reaching)) > 1
