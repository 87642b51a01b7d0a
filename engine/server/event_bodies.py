"""Bodies that hold events: each event is read by itself, so that one that is malformed keeps no other out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import JsonValue, ValidationError

from engine.files import FileError, read_json
from engine.files.findings import findings
from engine.run.answers import IncomingEvent
from engine.server.bodies import NAME
from engine.server.problems import InvalidBody
from engine.server.wire.data import Event, Events
from engine.shapes.time import to_milliseconds

Posted = Sequence[JsonValue | FileError]
"""The events of a body as they were read; of one that cannot even be read, why."""

_SPACE = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str)  # long numbers, too


def read_events(data: bytes) -> Posted:
    """The events of `Events`, or in their form: one event, or a plain list of them.

    Of a body that is no JSON why it is none, as if it were one event. Raises `ValidationError` for what holds
    no events.
    """
    whole = b'{"events":' + data + b"}" if data.lstrip().startswith(b"[") else data
    try:
        value = read_json(whole, NAME).value
    except FileError as error:
        apart = _apart(whole)
        if apart is None:
            return [error]
        Events.model_validate({"events": [None] * len(apart)})  # that they are not too many
        return apart
    return Events.model_validate({"events": [value]} if "event_id" in value else value).events


def _apart(body: bytes) -> Posted | None:
    """The events of a body that strict reading refuses, each read strictly; None where it has no list."""
    try:
        texts = list(_texts(body.decode()))
    except (ValueError, RecursionError):
        return None
    return [_read(text) for text in texts]


def _read(text: str) -> JsonValue | FileError:
    try:
        return read_json(text.encode("utf-8", "surrogatepass"), NAME).value
    except FileError as error:
        return error


def _texts(body: str) -> Iterator[str]:
    """The members of the list `events`, of an object that holds nothing else, as they stand in the body.

    Raises `ValueError` for another body.
    """
    key, at = _DECODER.raw_decode(body, _skip(body, _skip(body, 0, "{")))
    if key != "events":
        raise ValueError(key)
    at = _skip(body, _skip(body, at, ":"), "[")
    more = True
    while more:
        start = _skip(body, at)
        _, end = _DECODER.raw_decode(body, start)
        yield body[start:end]
        at = _skip(body, end)
        more = body.startswith(",", at)
        at += more
    if _skip(body, _skip(body, _skip(body, at, "]"), "}")) != len(body):
        raise ValueError(at)


def _skip(text: str, at: int, wanted: str = "") -> int:
    """Where white space ends, and `wanted` behind it. Raises `ValueError` where something else stands."""
    match = _SPACE.match(text, at)
    assert match is not None
    if not text.startswith(wanted, match.end()):
        raise ValueError(wanted)
    return match.end() + len(wanted)


@dataclass(frozen=True, slots=True)
class Malformed:
    """An event that cannot be taken as it is: its place in the list and what it is refused with."""

    index: int
    id: str
    text: str
    error: FileError | InvalidBody


def read_each(values: Posted) -> tuple[dict[int, IncomingEvent], list[Malformed]]:
    """The events by their place in the list, as the engine takes them, and those that are malformed."""
    events: dict[int, IncomingEvent] = {}
    malformed: list[Malformed] = []
    for index, value in enumerate(values):
        if isinstance(value, FileError):
            field = f"{value.field}: " if value.field else ""
            malformed.append(Malformed(index, "", f"{field}{value.message}", value))
            continue
        try:
            events[index] = _incoming(Event.model_validate(value))
        except ValidationError as error:
            id = value.get("event_id") if isinstance(value, dict) else None
            known = id if isinstance(id, str) else ""
            malformed.append(Malformed(index, known, _first_finding(error), InvalidBody(error)))
    return events, malformed


def _first_finding(error: ValidationError) -> str:
    """The first thing that is wrong, with its field."""
    finding = next(iter(findings(error)))
    field = ".".join(str(part) for part in finding.path)
    return f"{field}: {finding.message}" if field else str(finding.message)


def _incoming(event: Event) -> IncomingEvent:
    time = to_milliseconds(datetime.fromisoformat(event.time))
    return IncomingEvent(event.event_id, event.person_id, event.event, time, event.attributes)
