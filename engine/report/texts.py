"""The text of a message, rendered when it is shown: its pinned content and the bound values."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import NamedTuple

from engine.components.behaviour import DrawCoupon, FromTemplate, Inline, Payload, Send
from engine.files import FileModel
from engine.plan.graph import FlowNode
from engine.shapes.links import replace_links, short_link, token
from engine.shapes.variables import render
from engine.workspace.bundle import Bundle
from engine.workspace.message import DigitalSms, Email, MessageFile, TextSms


class Planned(NamedTuple):
    """A message as the outbox has it.

    values: its bound values, a JSON list in order of the variables' names, or None; first the person's
    language where its template speaks several. person: external id.
    """

    values: str | None
    person: str
    entry: int
    address: str


Render = Callable[[Planned], str]


def renderer(bundle: Bundle, node: FlowNode) -> Render:
    """How the messages of a node become text (engine, section 7)."""
    behaviour = node.behaviour
    assert isinstance(behaviour, Send | DrawCoupon)
    return renderer_of(bundle, node.id, behaviour)


def renderer_of(bundle: Bundle, node: str, behaviour: Send | DrawCoupon) -> Render:
    """How the messages of a component (its id, and what it does) become text."""
    if isinstance(behaviour, DrawCoupon):
        return lambda planned: str(json.loads(planned.values)[0]) if planned.values else ""
    names = sorted(behaviour.variables)
    match behaviour.content:
        case Payload():
            return lambda planned: _compact(_bound(names, planned))
        case Inline(lines):
            text = "\n".join(lines)
        case FromTemplate(id):
            file = bundle.messages.get(id)
            if file is not None and (file.languages or file.links):
                return _template_renderer(bundle, node, file, names)
            text = template_text(bundle, id)
    return lambda planned: render(text, _bound(names, planned))


def template_text(bundle: Bundle, template: str) -> str:
    """A template's text: of an email the plain one, of a digital SMS the subject and the texts by lines.

    Empty where the bundle lacks the template.
    """
    file = bundle.messages.get(template)
    return "" if file is None else content_text(file.content)


def content_text(content: FileModel) -> str:
    """The text of a template's content in one language."""
    match content:
        case TextSms(text=text) | Email(text=text):
            return _whole(text)
        case DigitalSms(subject=subject, blocks=blocks):
            return "\n".join([subject, *(_whole(block.text) for block in blocks if block.text is not None)])
        case _:
            return ""


def link_token(campaign: str, node: str, url: str, planned: Planned | None) -> str:
    """The token of a short link in a component's messages, or in one of them."""
    if planned is None:
        return token(campaign, node, url)
    return token(campaign, node, url, planned.person, str(planned.entry), planned.address)


def _template_renderer(bundle: Bundle, node: str, file: MessageFile, names: list[str]) -> Render:
    """Renders a template with short links, or with several languages, of which values begin with one."""
    texts = {language: content_text(content) for language, content in file.contents().items()}
    fields = ["", *names] if file.languages else names
    links = {one.url: one.per_person for one in file.links.shorten} if file.links else {}
    campaign = bundle.campaign.attributes.id

    def text(planned: Planned) -> str:
        bound = _bound(fields, planned)
        said = texts[file.language_for(bound.pop("", ""))]

        def short(url: str) -> str | None:
            if file.links is None or url not in links:
                return None
            whose = planned if links[url] else None
            return short_link(file.links.address, link_token(campaign, node, url, whose))

        return render(replace_links(said, short) if links else said, bound)

    return text


def _bound(names: list[str], planned: Planned) -> dict[str, str]:
    return dict(zip(names, json.loads(planned.values), strict=True)) if planned.values else {}


def _whole(text: str | tuple[str, ...]) -> str:
    """A file's long text, which may stand there by lines."""
    return text if isinstance(text, str) else "\n".join(text)


def _compact(values: dict[str, str]) -> str:
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
