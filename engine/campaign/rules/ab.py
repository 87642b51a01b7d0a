"""Every path from a group of an AB Test passes its Test Target."""

from __future__ import annotations

from collections.abc import Iterator

from engine.campaign.document import CampaignDocument
from engine.campaign.graph import AB_TEST, reachable, targets_by_test
from engine.campaign.problem import Problem, Severity
from engine.i18n import Message


def ab_problems(document: CampaignDocument) -> Iterator[Problem | None]:
    """What is wrong; None wherever a step ends."""
    target_of = targets_by_test(document)
    for test_id, node in document.nodes.items():
        if node.kind != AB_TEST:
            continue
        if (target := target_of.get(test_id)) is None:
            message = Message(
                "{name} has lost its Test Target. Delete it and add a new AB Test.", name=node.name
            )
            yield Problem("ab_escape", Severity.ERROR, message, node=test_id)
            continue
        yield None
        for inside in sorted(reachable(document, [test_id], without=[target])):
            if not document.ports(inside):
                message = Message(
                    "A branch of “{test}” ends before its Test Target. Lead it to “{target}”.",
                    test=node.name,
                    target=document.node(target).name,
                )
                yield Problem("ab_escape", Severity.ERROR, message, node=inside)
    for test_id, target in target_of.items():
        if test_id not in document.nodes or document.nodes[test_id].kind != AB_TEST:
            message = Message("{name} has lost its AB Test. Delete it.", name=document.node(target).name)
            yield Problem("ab_escape", Severity.ERROR, message, node=target)
