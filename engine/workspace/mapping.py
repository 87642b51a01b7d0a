"""Mapping files: what the columns of a table are, so that the next file of the same kind needs no asking."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from engine.files import FileFormat, FileModel
from engine.i18n import N_, Message
from engine.shapes.model import Items, invalid
from engine.shapes.text import Text
from engine.workspace.fields import FieldType, ObjectFile, Optional, TimeZone

MAPPING_SUFFIX = ".mapping.json"
PERSON, EVENT_ID, EVENT, TIME, IGNORE = "person", "event_id", "event", "time", "ignore"
ID, ATTRIBUTE, TAG = "id:", "attr:", "tag:"
_PLAIN = {"people": {PERSON, IGNORE}, "events": {PERSON, EVENT_ID, EVENT, TIME, IGNORE}}
_NAMED = {"people": (ID, ATTRIBUTE, TAG), "events": (ID, ATTRIBUTE)}
LONGEST_NAME = 100
MAX_COLUMNS = 500


def _target(text: str) -> str:
    prefix, _, name = text.partition(":")
    named = f"{prefix}:" in (ID, ATTRIBUTE, TAG) and 0 < len(name) <= LONGEST_NAME
    if not named and text not in _PLAIN["events"]:
        message = N_("A column becomes person, id:…, attr:…, tag:…, event_id, event, time or ignore.")
        raise invalid(Message(message))
    return text


Target = Annotated[Text, AfterValidator(_target)]


class MappedColumn(FileModel):
    """One column of the table: its name in the header, and what it is.

    `to`: `person` (the person's own id), `id:<type>`, `attr:<name>`, `tag:<name>`, of events `event_id`,
    `event` (the code), `time`; or `ignore`. `type`: of an attribute or tag.
    """

    column: Text
    to: Target
    type: Optional[FieldType] = None


class MappingFile(ObjectFile):
    """The file's object.

    Attributes:
        encoding, delimiter, headed, sheet: how the file is read; left out, it is found out.
        time_zone: of times without an offset; left out, the workspace's.
        event: the code of all events, where no column holds it.
        keep: an empty cell leaves what is known as it is; otherwise it empties it.
    """

    format: Literal["mapping"] = "mapping"
    kind: Literal["people", "events"] = "people"
    encoding: Optional[Text] = None
    delimiter: Optional[Annotated[Text, Field(min_length=1, max_length=1)]] = None
    headed: bool = True
    sheet: Optional[Text] = None
    time_zone: Optional[TimeZone] = None
    event: Optional[Text] = None
    keep: bool = True
    columns: Annotated[Items[MappedColumn], Field(min_length=1, max_length=MAX_COLUMNS)]

    @model_validator(mode="after")
    def _checked(self) -> Self:
        if (problem := problem_of(self)) is not None:
            raise invalid(problem)
        return self

    def fits(self, header: list[str]) -> bool:
        """Whether a table has the very columns of this mapping."""
        return set(header) == {column.column for column in self.columns}


def problem_of(mapping: MappingFile) -> Message | None:
    """Why nothing can be imported by the mapping, or None."""
    targets = [column.to for column in mapping.columns if column.to != IGNORE]
    allowed, named = _PLAIN[mapping.kind], _NAMED[mapping.kind]
    for target in targets:
        if target not in allowed and not target.startswith(named):
            return Message(N_("“{target}” does not go with {kind}."), target=target, kind=mapping.kind)
    for target, n in Counter(targets).items():
        if n > 1:
            return Message(
                N_("Two columns become “{target}”. Choose another for one of them."), target=target
            )
    for name, n in Counter(column.column for column in mapping.columns).items():
        if n > 1:
            return Message(N_("The column “{name}” stands twice."), name=name)
    if PERSON not in targets and not any(target.startswith(ID) for target in targets):
        return Message(
            N_("Say which column tells who the person is: their own id, or an ID that is theirs alone.")
        )
    if mapping.kind == "events":
        if TIME not in targets:
            return Message(N_("Say which column holds the time of the event."))
        if EVENT not in targets and not mapping.event:
            return Message(N_("Say which event it is, or which column holds it."))
    return None


MAPPING: FileFormat[MappingFile] = FileFormat("mapping", MappingFile)
