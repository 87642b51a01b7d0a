"""Campaign templates: a flow, and a guide through what is still to configure in it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from engine.campaign import campaign_file
from engine.campaign.campaign_file import CampaignFile
from engine.campaign.document import CampaignDocument
from engine.campaign.model import Node
from engine.files import FileError, FileFormat, FileModel, Source
from engine.files.memory import collection_paused
from engine.i18n import N_, Message, current_language
from engine.shapes.model import Items, union_tag
from engine.shapes.text import Identifier, Name, Text, new_id
from engine.workspace.audience import MAX_CARDS, Card
from engine.workspace.fields import Optional, Sorted, with_lines
from engine.workspace.folder import files_in
from engine.workspace.message import DigitalSms, Email, TemplateMessage, TextSms

SUFFIX = ".template.json"
SHIPPED = Path(__file__).parents[2] / "campaign_templates"


class Words(FileModel):
    """A text in each language."""

    en: Text
    zh: Text

    @property
    def text(self) -> str:
        """The text in the language in force."""
        return self.in_language(current_language())

    def in_language(self, language: str) -> str:
        """The text in that language."""
        return self.zh if language == "zh" else self.en


class Names(Words):
    """What a component is called in each language."""

    en: Name
    zh: Name


class Rule(FileModel):
    """The recommended filter of an audience."""

    cards: Annotated[Items[Card], Field(min_length=1, max_length=MAX_CARDS)]


def _content_form(value: object) -> str:
    if not isinstance(value, dict):
        return union_tag(_CONTENT_NAMES.get(type(value), "text_sms"))
    for field, kind in (("blocks", "digital_sms"), ("subject", "email"), ("template_id", "template_message")):
        if field in value:
            return union_tag(kind)
    return union_tag("text_sms")


_CONTENT_NAMES: Mapping[type, str] = {
    DigitalSms: "digital_sms",
    Email: "email",
    TemplateMessage: "template_message",
}


def content_kind(content: TextSms | DigitalSms | Email | TemplateMessage) -> str:
    """The kind of message that a recommended content makes."""
    return _CONTENT_NAMES.get(type(content), "text_sms")


Content = Annotated[
    Annotated[TextSms, Tag(union_tag("text_sms"))]
    | Annotated[DigitalSms, Tag(union_tag("digital_sms"))]
    | Annotated[Email, Tag(union_tag("email"))]
    | Annotated[TemplateMessage, Tag(union_tag("template_message"))],
    Discriminator(_content_form),
]


class Recommendation(FileModel):
    """The recommended content of a message in each language."""

    en: Content
    zh: Content

    @property
    def content(self) -> TextSms | DigitalSms | Email | TemplateMessage:
        """The content in the language in force."""
        return self.zh if current_language() == "zh" else self.en


class GuideEntry(FileModel):
    """One key component: what to do there, and what is recommended."""

    node: Identifier
    prompt: Words
    rule: Rule | None = None
    content: Recommendation | None = None


class TemplateFile(FileModel):
    """The file's object. `names` gives components other names than `campaign` does, by language."""

    format: Literal["template"] = "template"
    version: Literal[1] = 1
    id: Identifier
    name: Words
    description: Words
    campaign: CampaignFile
    names: Optional[Annotated[dict[Identifier, Names], Sorted]] = None
    guide: Items[GuideEntry] = ()

    def canonical(self) -> dict[str, Any]:
        """The object as the file holds it."""
        content: dict[str, Any] = with_lines(super().canonical())
        content["campaign"] = campaign_file.content(self.document())
        return content

    def document(self) -> CampaignDocument:
        """The flow as it stands in the file. A read template's flow is known to be a document."""
        return campaign_file.document(
            self.campaign, lambda field, message: _error_without_place(field, message)
        )


class TemplateFormat(FileFormat[TemplateFile]):
    """Reading checks the flow and the guide against each other, too."""

    def model_of(self, source: Source) -> TemplateFile:
        file = super().model_of(source)
        with collection_paused():
            doc = campaign_file.document(
                file.campaign, lambda field, message: source.error(("campaign", *field), message)
            )
        for index, entry in enumerate(file.guide):
            if entry.node not in doc.nodes:
                message = Message(N_("The campaign has no component “{id}”."), id=entry.node)
                raise source.error(("guide", index, "node"), message)
        for id in file.names or ():
            if id not in doc.nodes:
                raise source.error(("names", id), Message(N_("The campaign has no component “{id}”."), id=id))
        return file


TEMPLATE = TemplateFormat("template", TemplateFile)


def load_templates(folder: Path = SHIPPED) -> tuple[list[TemplateFile], list[FileError]]:
    """The templates of a folder in order of file names, and why others could not be read."""
    templates: list[TemplateFile] = []
    broken: list[FileError] = []
    for path in files_in(folder, SUFFIX):
        try:
            templates.append(TEMPLATE.load(path))
        except FileError as error:
            broken.append(error)
    return templates, broken


def find_template(folder: Path | None, id: str) -> TemplateFile | None:
    """The template of that id, one that ships or one of the folder; None where none can be read."""
    for place in (SHIPPED, folder):
        try:
            found = [] if place is None else load_templates(place)[0]
        except FileError:
            found = []
        for template in found:
            if template.id == id:
                return template
    return None


def instantiate(
    template: TemplateFile, name: Name, language: str, taken: Mapping[str, object] | None = None
) -> CampaignDocument:
    """A new campaign with the template's flow and components named in `language`.

    The campaign's id is new; the components keep theirs, for the guide is told by them whenever the campaign
    is opened again.
    """
    source = template.document()
    nodes = {
        id: _renamed(node, (template.names or {}).get(id), language) for id, node in source.nodes.items()
    }
    attributes = source.attributes.model_copy(
        update={"id": new_id("c", taken or {}), "name": name, "template": template.id}
    )
    return CampaignDocument(attributes, nodes, source.links, source.notes, source.layout)


def _renamed(node: Node, words: Words | None, language: str) -> Node:
    if words is None:
        return node
    name = words.in_language(language)
    return Node(kind=node.kind, name=name, memo=node.memo, config=node.config, confirmed=node.confirmed)


def _error_without_place(field: tuple[str | int, ...], message: Message) -> FileError:
    return FileError(Path("template"), None, ".".join(str(part) for part in ("campaign", *field)), message)
