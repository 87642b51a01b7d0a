"""The text of a message, rendered when it is shown: its pinned content and the bound values."""

from __future__ import annotations

import json
from collections.abc import Callable

from engine.components.behaviour import DrawCoupon, FromTemplate, Inline, Payload, Send
from engine.plan.graph import FlowNode
from engine.shapes.variables import render
from engine.workspace.bundle import Bundle
from engine.workspace.message import DigitalSms, Email, TextSms

Render = Callable[[str | None], str]
"""From a message's bound values (a JSON list in order of the variables' names, or None) to its text."""


def renderer(bundle: Bundle, node: FlowNode) -> Render:
    """How the messages of a node become text (engine, section 7)."""
    behaviour = node.behaviour
    if isinstance(behaviour, DrawCoupon):
        return lambda values: str(json.loads(values)[0]) if values else ""
    assert isinstance(behaviour, Send)
    names = sorted(behaviour.variables)

    def bound(values: str | None) -> dict[str, str]:
        return dict(zip(names, json.loads(values), strict=True)) if values else {}

    match behaviour.content:
        case Payload():
            return lambda values: _compact(bound(values))
        case Inline(lines):
            text = "\n".join(lines)
        case FromTemplate(id):
            text = template_text(bundle, id)
    return lambda values: render(text, bound(values))


def template_text(bundle: Bundle, template: str) -> str:
    """A template's text: of an email the plain one, of a digital SMS the subject and the texts by lines.

    Empty where the bundle lacks the template.
    """
    file = bundle.messages.get(template)
    match file and file.content:
        case TextSms(text=text) | Email(text=text):
            return _whole(text)
        case DigitalSms(subject=subject, blocks=blocks):
            return "\n".join([subject, *(_whole(block.text) for block in blocks if block.text is not None)])
        case _:
            return ""


def _whole(text: str | tuple[str, ...]) -> str:
    """A file's long text, which may stand there by lines."""
    return text if isinstance(text, str) else "\n".join(text)


def _compact(values: dict[str, str]) -> str:
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
