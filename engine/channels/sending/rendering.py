"""What a component's messages say, rendered when they are sent: its pinned content and the bound values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

import orjson

from engine.channels import contents
from engine.channels.filling import of_template, written_in_component
from engine.channels.sending.letters import Letter
from engine.channels.sending.links import Link, unsubscribe_link
from engine.components.behaviour import FromTemplate, Payload, Send
from engine.components.email import EmailConfig
from engine.components.template_message import TemplateMessageConfig
from engine.plan.graph import FlowNode
from engine.report.texts import Planned, link_token
from engine.shapes.links import short_link
from engine.shapes.variables import render
from engine.workspace.bundle import Bundle
from engine.workspace.message import MessageFile
from engine.workspace.message_text import as_json, filled


class Rendered(NamedTuple):
    """What a provider is given. links: those in it whose tokens are to be noted before it goes out."""

    content: contents.Content
    links: tuple[Link, ...] = ()


Render = Callable[[Letter], Rendered]


def renderer(bundle: Bundle, node: FlowNode, public_address: str | None = None) -> Render:
    """How the letters of a touch or push become what its provider is given.

    public_address: where receivers reach this engine; None: they do not, and no email says how to end
    further ones by a click.
    """
    send = node.behaviour
    assert isinstance(send, Send)
    config = bundle.campaign.nodes[node.id].parsed.config
    names = sorted(send.variables)
    match send.content:
        case Payload():
            return lambda letter: Rendered(contents.ValuesContent(_values(names, letter)))
        case FromTemplate(id):
            rendered = _of_file(bundle, node.id, bundle.messages[id], config, names)
            if isinstance(config, EmailConfig) and public_address is not None:
                return _with_way_out(rendered, public_address)
            return rendered
    if isinstance(config, TemplateMessageConfig):
        said = as_json(bundle.messages[config.template].content)
        return lambda letter: Rendered(of_template(config, said, _values(names, letter)))
    return lambda letter: Rendered(written_in_component(config, _values(names, letter)))


def _values(names: list[str], letter: Letter) -> dict[str, str]:
    return dict(zip(names, orjson.loads(letter.variables), strict=True)) if letter.variables else {}


def _of_file(bundle: Bundle, node: str, file: MessageFile, config: Any, names: list[str]) -> Render:
    """Renders a message file, in the person's language, with short links where it asks for them."""
    raw = {language: as_json(content) for language, content in file.contents().items()}
    fields = ["", *names] if file.languages else names
    links = {one.url: one.per_person for one in file.links.shorten} if file.links else {}
    campaign = bundle.campaign.attributes.id

    def rendered(letter: Letter) -> Rendered:
        bound = _values(fields, letter)
        chosen = raw[file.language_for(bound.pop("", ""))]
        noted: dict[str, Link] = {}

        def short(url: str) -> str | None:
            if file.links is None or url not in links:
                return None
            own = links[url]
            token = link_token(campaign, node, url, planned(letter) if own else None)
            # What all messages share says nothing of one person.
            noted[token] = Link(token, render(url, bound if own else {}), own)
            return short_link(file.links.address, token)

        # What a variable without a value says is empty, as where the message was planned.
        content = of_template(config, filled(chosen, bound, short), bound)
        return Rendered(content, tuple(noted.values()))

    return rendered


def _with_way_out(render_email: Render, public_address: str) -> Render:
    """Emails that say how to end further ones by a click (RFC 8058)."""

    def rendered(letter: Letter) -> Rendered:
        content, links = render_email(letter)
        assert isinstance(content, contents.EmailContent)
        address, link = unsubscribe_link(public_address)
        return Rendered(replace(content, unsubscribe=address), (*links, link))

    return rendered


def planned(letter: Letter) -> Planned:
    """A letter as texts are rendered of it."""
    return Planned(letter.variables, letter.who, letter.entry, letter.address)
