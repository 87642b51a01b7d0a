"""The templates of a workspace itself: making one of a campaign, and the folder that holds them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from engine.campaign.campaign_file import CampaignFile
from engine.campaign.document import CampaignDocument
from engine.campaign.layout import with_missing_places
from engine.campaign.model import Node
from engine.campaign.status import is_configured
from engine.components.registry import component
from engine.files import FileError, remove
from engine.i18n import N_, Message, use_language
from engine.shapes.text import new_id
from engine.workspace.audience import AudienceCard
from engine.workspace.folder import files_in, free_path, name_taken, same_id, write
from engine.workspace.message import DigitalSms, Email, TemplateMessage, TextSms
from engine.workspace.template import (
    SHIPPED,
    SUFFIX,
    TEMPLATE,
    GuideEntry,
    Recommendation,
    Rule,
    TemplateFile,
    Words,
    find_template,
)
from engine.workspace.workspace import Workspace


class OwnTemplate(NamedTuple):
    """A template of the workspace, and its file."""

    path: Path
    template: TemplateFile


class Outline(NamedTuple):
    """What has to be known of a campaign before a template is made of it.

    Attributes: `names` (of the components by id, in the order of the flow), `left` and `left_bare` (what
    somebody who begins with the template has to configure, with the settings kept and without them),
    `prompts` (of the template that the campaign came from).
    """

    names: dict[str, str]
    left: list[str]
    left_bare: list[str]
    prompts: dict[str, Words]


def own_templates(folder: Path) -> tuple[list[OwnTemplate], list[FileError]]:
    """The readable templates of a folder in order of names, and why others were refused.

    A second one of an id is refused, also where the first one ships with the program.
    """
    found: list[OwnTemplate] = []
    broken: list[FileError] = []
    first = {template.id: path for path, template in _shipped()}
    try:
        paths = files_in(folder, SUFFIX)
    except FileError as error:
        return [], [error]
    for path in paths:
        try:
            template = TEMPLATE.load(path)
            if template.id in first:
                raise same_id(path, first[template.id])
        except FileError as error:
            broken.append(error)
        else:
            first[template.id] = path
            found.append(OwnTemplate(path, template))
    return sorted(found, key=lambda own: (own.template.name.text.casefold(), own.path)), broken


def save_own(folder: Path, template: TemplateFile) -> Path:
    """Write a template to its file, or to a new one. Raises `FileError`, also where its name is taken."""
    others, _ = own_templates(folder)
    own = next((other for other in others if other.template.id == template.id), None)
    path = own.path if own is not None else free_path(folder, template.name.text, SUFFIX)
    for other in others:
        if other is not own and _same_name(other.template.name, template.name):
            raise name_taken(path, template.name.text)
    write(path, TEMPLATE.dump(template))
    return path


def delete_own(own: OwnTemplate) -> None:
    """Delete a template's file; campaigns that were made from it stay. Raises `FileError`."""
    remove(own.path)


def outlined(document: CampaignDocument, workspace: Workspace) -> Outline:
    """What to ask about when the campaign shall become a template."""
    nodes = {id: document.nodes[id] for id in flow_order(document)}
    source = _source(document, workspace)
    return Outline(
        {id: node.name for id, node in nodes.items()},
        [id for id, node in nodes.items() if not is_configured(node, workspace)],
        [id for id, node in nodes.items() if not is_configured(emptied(node), workspace)],
        {entry.node: entry.prompt for entry in source.guide} if source is not None else {},
    )


def made_from(
    document: CampaignDocument,
    workspace: Workspace,
    *,
    name: Words,
    description: Words,
    prompts: Mapping[str, Words],
    keep_settings: bool,
) -> TemplateFile:
    """A template of a campaign. `prompts` are the key components, in the order of the guide.

    What they are configured with becomes what the template recommends, else what the campaign's own template
    did. Without its settings a component begins anew; only branches stay, for lines hang on them.
    """
    source = _source(document, workspace)
    guides = {entry.node: entry for entry in source.guide} if source is not None else {}
    guide = tuple(_entry(document, workspace, id, words, guides.get(id)) for id, words in prompts.items())
    nodes = document.nodes if keep_settings else {id: emptied(node) for id, node in document.nodes.items()}
    return TemplateFile(
        id=new_id("t"),
        name=name,
        description=description,
        campaign=CampaignFile(
            id=document.attributes.id,
            name=document.attributes.name,
            nodes=dict(nodes),
            links=dict(document.links),
            notes=dict(document.notes),
            layout=dict(document.layout),
        ),
        guide=guide,
    )


def flow_order(document: CampaignDocument) -> list[str]:
    """The components as one reads the flow: from left to right, then from top to bottom."""
    places = with_missing_places(document)
    return sorted(document.nodes, key=lambda id: (*places[id], id))


def emptied(node: Node) -> Node:
    """The component without its settings, not confirmed; it keeps them where its branches hang on them."""
    declared = component(node.kind)
    if not declared.Config.model_fields:
        return node
    fresh = declared.defaults()
    branches = [port.name for port in node.ports]
    config = fresh if [port.name for port in declared.ports(fresh)] == branches else dict(node.config)
    return Node(kind=node.kind, name=node.name, memo=node.memo, config=config, confirmed=False)


def both(text: str, other: str, language: str) -> Words:
    """A text in `language` and in the other one, each standing in for the other where it is empty."""
    first, second = text or other, other or text
    return Words(en=second, zh=first) if language == "zh" else Words(en=first, zh=second)


def usual_prompt(name: str) -> Words:
    """What a guide says of a component for which nobody wrote a prompt."""
    prompt = Message(N_("Configure “{name}” and confirm it with OK."), name=name)
    with use_language("en"):
        english = str(prompt)
    with use_language("zh"):
        return Words(en=english, zh=str(prompt))


def _source(document: CampaignDocument, workspace: Workspace) -> TemplateFile | None:
    """The template that the campaign came from."""
    id = document.attributes.template
    return find_template(workspace.templates_folder, id) if id is not None else None


def _entry(
    document: CampaignDocument,
    workspace: Workspace,
    node_id: str,
    prompt: Words,
    earlier: GuideEntry | None,
) -> GuideEntry:
    node = document.node(node_id)
    rule, content = _rule(node, workspace), _content(node, workspace)
    if earlier is not None:
        rule, content = rule or earlier.rule, content or earlier.content
    return GuideEntry(node=node_id, prompt=prompt, rule=rule, content=content)


def _rule(node: Node, workspace: Workspace) -> Rule | None:
    """The rule of the one audience that enters."""
    ids = node.config.get("audiences") if node.kind == "target_audience" else None
    if not isinstance(ids, list) or len(ids) != 1:
        return None
    audience = workspace.audiences.get(str(ids[0]))
    if audience is None or audience.cards is None:
        return None
    named = (card.audience for card in audience.cards if isinstance(card, AudienceCard))
    return Rule(cards=audience.cards) if all(id in workspace.audiences for id in named) else None


def _content(node: Node, workspace: Workspace) -> Recommendation | None:
    """What the chosen message says, for both languages."""
    message = workspace.messages.get(str(node.config.get("template")))
    if message is None or message.kind != node.kind:
        return None
    content = message.content
    if not isinstance(content, TextSms | DigitalSms | Email | TemplateMessage):
        return None
    return Recommendation(en=content, zh=content)


def _same_name(one: Words, other: Words) -> bool:
    return one.en.casefold() == other.en.casefold() or one.zh.casefold() == other.zh.casefold()


def _shipped() -> list[OwnTemplate]:
    return [OwnTemplate(path, TEMPLATE.load(path)) for path in files_in(SHIPPED, SUFFIX)]
