"""Message template files: what an SMS, a digital SMS, an email or a WeChat template message says."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, Tag, model_validator

from engine.files import FileFormat, FileModel
from engine.i18n import N_, Message
from engine.shapes.model import Items, invalid, union_tag
from engine.shapes.text import Identifier, Text
from engine.workspace.fields import Body, ObjectFile, Optional, kind_of, with_lines

MessageKind = Literal["text_sms", "digital_sms", "email", "template_message"]
Status = Literal["draft", "pending", "approved", "rejected"]


class TextSms(FileModel):
    """A text with `${…}` variables."""

    text: Body


class Block(FileModel):
    """Exactly one of a text and the address or file name of a picture, a sound or a film."""

    text: Optional[Body] = None
    image: Optional[Text] = None
    audio: Optional[Text] = None
    video: Optional[Text] = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(item is not None for item in (self.text, self.image, self.audio, self.video)) != 1:
            raise invalid(Message(N_("A block holds exactly one text, image, audio or video.")))
        return self


class DigitalSms(FileModel):
    """Texts, pictures, sounds and films; `carriers` are the networks that it suits."""

    subject: Text
    blocks: Annotated[Items[Block], Field(min_length=1)]
    carriers: Items[Text] = ()


class Email(FileModel):
    """An email in HTML and as plain text."""

    sender_name: Text = ""
    subject: Text
    preheader: Text = ""
    html: Body = ""
    text: Body = ""


class Keyword(FileModel):
    """A named place of a WeChat template; `text` is what stands there unless the component says otherwise."""

    key: Annotated[Text, Field(min_length=1)]
    text: Text = ""
    colour: Optional[Annotated[str, Field(pattern=r"^#[0-9A-Fa-f]{6}$")]] = None


class TemplateMessage(FileModel):
    """A template that WeChat has approved, by its id there."""

    template_id: Text
    keywords: Items[Keyword] = ()


class MessageFile(ObjectFile):
    """What all message files have. `platform` is the account; `sms_type` counts for a text SMS only."""

    format: Literal["message"] = "message"
    kind: MessageKind
    platform: Optional[Identifier] = None
    sms_type: Optional[Literal["promotional", "notification"]] = None
    status: Status = "draft"
    content: FileModel

    def canonical(self) -> dict[str, Any]:
        """The object as the file holds it; long texts are lists of lines."""
        content: dict[str, Any] = with_lines(super().canonical())
        return content


class TextSmsFile(MessageFile):
    """A text SMS."""

    kind: Literal["text_sms"]
    content: TextSms


class DigitalSmsFile(MessageFile):
    """A digital SMS."""

    kind: Literal["digital_sms"]
    content: DigitalSms


class EmailFile(MessageFile):
    """An email."""

    kind: Literal["email"]
    content: Email


class TemplateMessageFile(MessageFile):
    """A WeChat template message."""

    kind: Literal["template_message"]
    content: TemplateMessage


AnyMessage = Annotated[
    Annotated[TextSmsFile, Tag(union_tag("text_sms"))]
    | Annotated[DigitalSmsFile, Tag(union_tag("digital_sms"))]
    | Annotated[EmailFile, Tag(union_tag("email"))]
    | Annotated[TemplateMessageFile, Tag(union_tag("template_message"))],
    kind_of("kind"),
]

MESSAGE: FileFormat[MessageFile] = FileFormat("message", AnyMessage)
