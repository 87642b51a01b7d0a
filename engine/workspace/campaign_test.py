"""Campaign tests (`*.campaigntest.json`): people and events given, what must become of each of them.

The file lies beside its campaign. `engine.run.campaign_tests` rehearses it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, JsonValue, StringConstraints

from engine.campaign import campaign_file
from engine.campaign.document import CampaignDocument
from engine.components.registry import component
from engine.files import FileError, FileFormat, FileModel, Source, read_bytes, read_json
from engine.i18n import N_, Message
from engine.shapes.model import Items
from engine.shapes.text import Identifier, Text
from engine.shapes.time import DateTime
from engine.workspace.fields import Key, LeftOutEmpty, Optional
from engine.workspace.folder import files_in

SUFFIX = ".campaigntest.json"
MAX_PEOPLE = 1_000
MAX_EVENTS = 10_000

Number = Annotated[int, Field(strict=True)] | Annotated[float, Field(strict=True, allow_inf_nan=False)]
Seconds = Annotated[Number, Field(ge=0)]
FieldValue = Text | Number | Items[Text]
"""Of an attribute or a tag: a text, a number, or the several texts that one may have."""

Keys = Annotated[Items[Key], LeftOutEmpty]


class _OfPerson(FileModel):
    person: Key


class TestPerson(_OfPerson):
    """Somebody whom the rehearsal knows.

    Attributes:
        ids: addresses by ID type; of several, the last one is the newest.
        audiences: the uploaded lists that contain the person. Rules find their people by themselves.
        suppressed: ID types whose addresses get no marketing messages.
        unfollowed: ID types of official accounts that the person does not follow.
    """

    __test__ = False  # not a test of ours

    ids: Annotated[dict[Key, Text | Items[Text]], LeftOutEmpty] = Field(default_factory=dict)
    attributes: Annotated[dict[Key, FieldValue], LeftOutEmpty] = Field(default_factory=dict)
    tags: Annotated[dict[Key, FieldValue], LeftOutEmpty] = Field(default_factory=dict)
    audiences: Annotated[Items[Identifier], LeftOutEmpty] = ()
    suppressed: Keys = ()
    unfollowed: Keys = ()

    def addresses(self) -> Iterator[tuple[str, str]]:
        """Type and address, the newest last."""
        for type_, given in self.ids.items():
            yield from ((type_, value) for value in ((given,) if isinstance(given, str) else given))


class TestEvent(_OfPerson):
    """Something that a person did: before `from` it is history, from then on it comes at its time."""

    __test__ = False

    event: Key
    time: DateTime
    attributes: Annotated[dict[Key, JsonValue], LeftOutEmpty] = Field(default_factory=dict)


class TestResult(_OfPerson):
    """What becomes of a message, with the words of a results file; who has none here gets it at once."""

    __test__ = False

    node: Identifier
    result: Annotated[str, StringConstraints(pattern=r"^(success|unknown|failed(\(.+\))?)$", max_length=200)]
    after_seconds: Seconds = 0
    receipt: Optional[Key] = None
    receipt_after_seconds: Optional[Seconds] = None
    entry: Optional[Annotated[int, Field(ge=1)]] = None
    address: Optional[Text] = None


class ExpectedMessage(FileModel):
    """`state`: such as `sent`, or with its reason, as in `failed(no_id)`; without one any reason will do.

    `text` None: whatever it says.
    """

    node: Identifier
    state: Annotated[
        str,
        StringConstraints(
            pattern=r"^(planned|sending|sent|unknown|failed|skipped)(\(.+\))?$", max_length=200
        ),
    ]
    text: Optional[Text] = None


class Expectation(_OfPerson):
    """What becomes of one person. What is None is not looked at.

    Attributes:
        path: the components visited, in order of time and, at the same moment, along the flow.
        messages: all messages and coupons, in the same order.
    """

    path: Optional[Items[Identifier]] = None
    messages: Optional[Items[ExpectedMessage]] = None


class CampaignTestFile(FileModel):
    """The file's object. `from`: when the rehearsal begins; `campaign`: the id of the campaign beside it."""

    format: Literal["campaigntest"] = "campaigntest"
    version: Literal[1] = 1
    campaign: Identifier
    from_: Annotated[DateTime, Field(alias="from")]
    people: Annotated[Items[TestPerson], Field(max_length=MAX_PEOPLE)] = ()
    events: Annotated[Items[TestEvent], Field(max_length=MAX_EVENTS)] = ()
    results: Annotated[Items[TestResult], Field(max_length=MAX_EVENTS)] = ()
    expect: Annotated[Items[Expectation], Field(min_length=1, max_length=MAX_PEOPLE)]


class _Format(FileFormat[CampaignTestFile]):
    """Whoever is named must be one of the people."""

    def model_of(self, source: Source) -> CampaignTestFile:
        test = super().model_of(source)
        known = _once(source, "people", test.people)
        _once(source, "expect", test.expect)
        tables: dict[str, Sequence[_OfPerson]] = {
            "events": test.events,
            "results": test.results,
            "expect": test.expect,
        }
        for table, entries in tables.items():
            for index, entry in enumerate(entries):
                if entry.person not in known:
                    message = Message(N_("The test has no person “{id}”."), id=entry.person)
                    raise source.error((table, index, "person"), message)
        return test


CAMPAIGN_TEST: FileFormat[CampaignTestFile] = _Format("campaigntest", CampaignTestFile)


def tests_beside(campaign: Path, id: str) -> list[Path]:
    """The tests of a campaign, in order of their names; also those that cannot be read."""
    return [path for path in files_in(campaign.parent, SUFFIX) if _named(path, "campaign") in (id, None)]


def campaign_beside(path: Path, id: str) -> Path | None:
    """The file of a test's campaign."""
    files = files_in(path.parent, campaign_file.SUFFIX)
    return next((file for file in files if _named(file, "id") == id), None)


def check_nodes(data: bytes, path: Path, doc: CampaignDocument) -> None:
    """Raise `FileError` at the first component that a test names and its campaign does not have, or whose
    messages it asks for although it sends none."""
    source = CAMPAIGN_TEST.source(data, path)
    for place, id in _nodes(CAMPAIGN_TEST.model_of(source)):
        if id not in doc.nodes:
            raise source.error(place, Message(N_("The campaign has no component “{id}”."), id=id))
        node = doc.nodes[id]
        if "path" not in place and not component(node.kind).send_results:
            text = N_("“{name}” ({id}) sends nothing: {kind}.")
            kind = Message(component(node.kind).label)
            raise source.error(place, Message(text, name=node.shown_name, id=id, kind=kind))


def _nodes(test: CampaignTestFile) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for index, result in enumerate(test.results):
        yield ("results", index, "node"), result.node
    for index, wanted in enumerate(test.expect):
        for at, node in enumerate(wanted.path or ()):
            yield ("expect", index, "path", at), node
        for at, message in enumerate(wanted.messages or ()):
            yield ("expect", index, "messages", at, "node"), message.node


def _once(source: Source, table: str, entries: Sequence[_OfPerson]) -> set[str]:
    """The people of the entries. Raises `FileError` where one has two."""
    found: set[str] = set()
    for index, entry in enumerate(entries):
        if entry.person in found:
            message = Message(N_("“{id}” stands here twice. Keep one of them."), id=entry.person)
            raise source.error((table, index, "person"), message)
        found.add(entry.person)
    return found


def _named(path: Path, field: str) -> str | None:
    """The text of a field at the file's top; None where it cannot be read."""
    try:
        value = read_json(read_bytes(path), path).value.get(field)
    except FileError:
        return None
    return value if isinstance(value, str) else None
