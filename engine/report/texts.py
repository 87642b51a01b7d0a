"""The text of a message, rendered when it is shown: its pinned template and the bound values."""

from __future__ import annotations

import json
from collections.abc import Callable

from engine.components.base import RefKind
from engine.components.behaviour import DrawCoupon, Send
from engine.plan.graph import FlowNode
from engine.shapes.variables import render
from engine.workspace.bundle import Bundle

Render = Callable[[str | None], str]
"""From a message's bound values (JSON, or None) to its text."""


def renderer(bundle: Bundle, node: FlowNode) -> Render:
    """How the messages of a node become text."""
    if isinstance(node.behaviour, DrawCoupon):
        return lambda values: json.loads(values)[0] if values else ""
    assert isinstance(node.behaviour, Send)
    template = template_text(bundle, getattr(node.behaviour.content, "id", ""))
    names = sorted(node.behaviour.variables)

    def text(values: str | None) -> str:
        return render(template, dict(zip(names, json.loads(values), strict=True)) if values else {})

    return text


def template_text(bundle: Bundle, template: str) -> str:
    """The text of an SMS, or the plain text of an email."""
    content = (bundle.detail(RefKind.MESSAGE, template) or {}).get("content")
    text = content.get("text", "") if isinstance(content, dict) else ""
    return "\n".join(str(line) for line in text) if isinstance(text, list) else str(text)
