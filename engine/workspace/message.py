"""Message template files: what an SMS, a digital SMS, an email or a WeChat template message says."""

from __future__ import annotations

from typing import Annotated, Any, Generic, Literal, Self, TypeVar, get_args

from pydantic import Field, PlainSerializer, StringConstraints, Tag, model_validator

from engine.files import FileFormat, FileModel
from engine.i18n import N_, Message
from engine.shapes.links import ShortAddress
from engine.shapes.model import Items, invalid, union_tag
from engine.shapes.text import Identifier, Text
from engine.shapes.variables import Binding, VariableName
from engine.workspace.fields import Body, Key, LeftOutEmpty, ObjectFile, Optional, Sorted, kind_of, with_lines

MessageKind = Literal["text_sms", "digital_sms", "email", "template_message"]
Status = Literal["draft", "pending", "approved", "rejected"]
KINDS: tuple[MessageKind, ...] = get_args(MessageKind)
STATUSES: tuple[Status, ...] = get_args(Status)
MAX_LANGUAGES, MAX_SHORT_LINKS = 20, 20
LanguageTag = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}$")]
"""A language as people's attribute names it: `en`, `zh`, `zh-TW`."""


def _without_none(binding: Binding) -> dict[str, Any]:
    return binding.model_dump(by_alias=True, exclude_none=True)


Bound = Annotated[Binding, PlainSerializer(_without_none)]
"""A binding; in the file what has no value is left out."""


TemplateCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]
"""What the platform calls a template that it has approved, such as `SMS_123456789`."""


class TextSms(FileModel):
    """A text with `${…}` variables. code: of the template at the platform, where it needs one."""

    text: Body
    code: Optional[TemplateCode] = None


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
    """Texts, pictures, sounds and films; `carriers` are the networks that it suits, `code` as for a text."""

    subject: Text
    blocks: Annotated[Items[Block], Field(min_length=1)]
    carriers: Items[Text] = ()
    code: Optional[TemplateCode] = None


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


C = TypeVar("C", bound=FileModel)


class Shortened(FileModel):
    """A link of the texts that is sent as a short one; `per_person` tells whose click it was."""

    url: Text
    per_person: bool = True


class ShortLinks(FileModel):
    """Where short links lead first, and which links become short."""

    address: ShortAddress
    shorten: Annotated[Items[Shortened], Field(min_length=1, max_length=MAX_SHORT_LINKS)]


class Languages(FileModel, Generic[C]):
    """The message in further languages; a person's `attribute` says which of them is theirs.

    Who has none of them gets the message's own `content`.
    """

    attribute: Key
    contents: Annotated[dict[LanguageTag, C], Sorted, Field(min_length=1, max_length=MAX_LANGUAGES)]


class MessageFile(ObjectFile):
    """What all message files have.

    `platform` is the account; `sms_type` counts for a text SMS only. `variables` say what each variable is
    bound to where a campaign begins to use the template; there they can be bound otherwise.
    """

    format: Literal["message"] = "message"
    kind: MessageKind
    platform: Optional[Identifier] = None
    sms_type: Optional[Literal["promotional", "notification"]] = None
    status: Status = "draft"
    content: FileModel
    variables: Annotated[dict[VariableName, Bound], Sorted, LeftOutEmpty] = Field(default_factory=dict)
    links: Optional[ShortLinks] = None
    languages: Optional[Languages[Any]] = None

    def contents(self) -> dict[str, FileModel]:
        """The content in each language, first that of `""`, everybody else's."""
        return {"": self.content, **(self.languages.contents if self.languages else {})}

    def language_for(self, wanted: str) -> str:
        """Which of its languages a person gets: `zh` also for `zh_CN`; `""` for one that it lacks."""
        known = {tag.lower(): tag for tag in (self.languages.contents if self.languages else ())}
        asked = wanted.strip().replace("_", "-").lower()
        while asked and asked not in known:
            asked = asked.rpartition("-")[0]
        return known.get(asked, "")

    def canonical(self) -> dict[str, Any]:
        """The object as the file holds it; long texts are lists of lines."""
        content: dict[str, Any] = with_lines(super().canonical())
        return content


class TextSmsFile(MessageFile):
    """A text SMS."""

    kind: Literal["text_sms"]
    content: TextSms
    languages: Optional[Languages[TextSms]] = None


class DigitalSmsFile(MessageFile):
    """A digital SMS."""

    kind: Literal["digital_sms"]
    content: DigitalSms
    languages: Optional[Languages[DigitalSms]] = None


class EmailFile(MessageFile):
    """An email."""

    kind: Literal["email"]
    content: Email
    languages: Optional[Languages[Email]] = None


class TemplateMessageFile(MessageFile):
    """A WeChat template message."""

    kind: Literal["template_message"]
    content: TemplateMessage
    languages: None = Field(default=None, exclude=True)


AnyMessage = Annotated[
    Annotated[TextSmsFile, Tag(union_tag("text_sms"))]
    | Annotated[DigitalSmsFile, Tag(union_tag("digital_sms"))]
    | Annotated[EmailFile, Tag(union_tag("email"))]
    | Annotated[TemplateMessageFile, Tag(union_tag("template_message"))],
    kind_of("kind"),
]

MESSAGE: FileFormat[MessageFile] = FileFormat("message", AnyMessage)
