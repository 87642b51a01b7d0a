"""What a component's messages say, rendered when they are sent: its pinned content and the bound values."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from engine.channels import contents
from engine.channels.filling import of_template, written_in_component
from engine.channels.sending.letters import Letter
from engine.components.behaviour import FromTemplate, Payload, Send
from engine.components.template_message import TemplateMessageConfig
from engine.plan.graph import FlowNode
from engine.report.texts import Planned, link_token
from engine.shapes.links import short_link
from engine.workspace.bundle import Bundle
from engine.workspace.message import MessageFile
from engine.workspace.message_text import as_json, filled

Render = Callable[[Letter], contents.Content]


def renderer(bundle: Bundle, node: FlowNode) -> Render:
    """How the letters of a touch or push become what its provider is given."""
    send = node.behaviour
    assert isinstance(send, Send)
    config = bundle.campaign.nodes[node.id].parsed.config
    names = sorted(send.variables)
    match send.content:
        case Payload():
            return lambda letter: contents.ValuesContent(_values(names, letter))
        case FromTemplate(id):
            return _of_file(bundle, node.id, bundle.messages[id], config, names)
    if isinstance(config, TemplateMessageConfig):
        said = as_json(bundle.messages[config.template].content)
        return lambda letter: of_template(config, said, _values(names, letter))
    return lambda letter: written_in_component(config, _values(names, letter))


def _values(names: list[str], letter: Letter) -> dict[str, str]:
    return dict(zip(names, json.loads(letter.variables), strict=True)) if letter.variables else {}


def _of_file(bundle: Bundle, node: str, file: MessageFile, config: Any, names: list[str]) -> Render:
    """Renders a message file, in the person's language, with short links where it asks for them."""
    raw = {language: as_json(content) for language, content in file.contents().items()}
    fields = ["", *names] if file.languages else names
    links = {one.url: one.per_person for one in file.links.shorten} if file.links else {}
    campaign = bundle.campaign.attributes.id

    def content(letter: Letter) -> contents.Content:
        bound = _values(fields, letter)
        chosen = raw[file.language_for(bound.pop("", ""))]

        def short(url: str) -> str | None:
            if file.links is None or url not in links:
                return None
            whose = planned(letter) if links[url] else None
            return short_link(file.links.address, link_token(campaign, node, url, whose))

        # What a variable without a value says is empty, as where the message was planned.
        return of_template(config, filled(chosen, bound, short), bound)

    return content


def planned(letter: Letter) -> Planned:
    """A letter as texts are rendered of it."""
    return Planned(letter.variables, letter.who, letter.entry, letter.address)
