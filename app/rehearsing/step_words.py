"""The steps of a person's path in words."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from app.widgets import moments
from engine.campaign.document import CampaignDocument
from engine.commands.rehearsal_lines import Fact, Passage, Sent, Step
from engine.components.delivery import state_and_reason
from engine.i18n import N_, tr
from engine.shapes.time import from_milliseconds

_ENDS = {
    "done": N_("Finished"),
    "left": N_("Left the campaign here"),
    "exited": N_("Left the campaign early, by an exit rule"),
    "held_back": N_("Is held back, as one of the control group"),
    "merged": N_("Had come here already by another branch"),
    "waiting": N_("Still waits here when the rehearsal ends"),
}
YES, NO, FACT = "✓", "✗", "•"


def port_name(document: CampaignDocument, node_id: str, port: str) -> str:
    """What a branch is called; "" for one without a name."""
    if node_id not in document.nodes:
        return ""
    label = next((one.label for one in document.node(node_id).ports if one.name == port), None)
    return "" if label is None else str(label)


def outcome_words(document: CampaignDocument, step: Step | Passage) -> str:
    """Where somebody went; "" where there is only one way."""
    if step.outcome in _ENDS:
        return tr(_ENDS[step.outcome])
    name = port_name(document, step.node, step.outcome)
    return f"→ {name}" if name else ""


def time_words(step: Step, zone: ZoneInfo) -> str:
    """When somebody came, and until when it took."""
    arrived = moments.shown(from_milliseconds(step.arrived), zone)
    if step.left is None or step.left == step.arrived:
        return arrived
    left = moments.shown(from_milliseconds(step.left), zone)
    return tr("{since} until {until}", since=arrived, until=left)


def fact_words(fact: Fact) -> str:
    """What was asked, with a mark for what it came to."""
    mark = FACT if fact.holds is None else YES if fact.holds else NO
    return f"{mark} {fact.asked}"


def message_words(sent: Sent, id_type: str) -> str:
    """What became of a message."""
    said = state_and_reason(sent.state, sent.reason, id_type)
    return tr("{what} · {address}", what=said, address=sent.address) if sent.address else said
