"""Cures of the campaign's own fields: a name that is taken, times in the wrong order, exit rules that cannot
hold, a goal that cannot be counted, a send window that names nothing."""

from __future__ import annotations

from collections.abc import Container
from datetime import datetime

from engine.campaign.document import CampaignDocument
from engine.campaign.edits import Edit, set_attributes
from engine.campaign.problem import Problem
from engine.i18n import Message
from engine.shapes.text import NAME_LENGTH
from engine.shapes.time import instant


def rename(document: CampaignDocument, taken: Container[str]) -> Edit:
    """Give the campaign the first free name with a number behind it."""
    attributes, number = document.attributes, 2
    while (name := _numbered(attributes.name, number)) in taken:
        number += 1
    edit = set_attributes(document, attributes.model_copy(update={"name": name}))
    return edit._replace(label=Message("Rename to “{name}”", name=name))


def mend_times(document: CampaignDocument, now: datetime | None) -> Edit:
    """Swap start and end where that is all that is wrong; else let the campaign go on without an end."""
    attributes = document.attributes
    start, end = attributes.start, attributes.end
    if start and end and instant(end) < instant(start) and (now is None or instant(start) > now):
        swapped = attributes.model_copy(update={"start": end, "end": start})
        return set_attributes(document, swapped)._replace(label=Message("Swap start and end"))
    endless = attributes.model_copy(update={"end": None})
    return set_attributes(document, endless)._replace(label=Message("Remove the end"))


def remove_exit(document: CampaignDocument, problem: Problem) -> Edit | None:
    """Take out the exit rule that a problem is about."""
    exits, index = document.attributes.exits, int(problem.field.split(".")[1])
    if index >= len(exits):
        return None
    rest = document.attributes.model_copy(update={"exits": exits[:index] + exits[index + 1 :]})
    return set_attributes(document, rest)._replace(label=Message("Remove the exit rule"))


def remove_goal(document: CampaignDocument) -> Edit:
    """Take out a goal that cannot be counted."""
    rest = document.attributes.model_copy(update={"goal": None})
    return set_attributes(document, rest)._replace(label=Message("Remove the goal"))


def workspace_clock(document: CampaignDocument) -> Edit | None:
    """Let the workspace's time zone count for a send window whose attribute tells none."""
    window = document.attributes.send_window
    if window is None:
        return None
    update = {"send_window": window.model_copy(update={"zone": None})}
    rest = document.attributes.model_copy(update=update)
    return set_attributes(document, rest)._replace(label=Message("Use the workspace’s time zone"))


def _numbered(name: str, number: int) -> str:
    tail = f" {number}"
    return name[: NAME_LENGTH - len(tail)] + tail
