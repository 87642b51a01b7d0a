"""The media of digital SMS in a bundle: their bytes go along, so that what is published stays what it was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Annotated

from pydantic import Base64Bytes, StringConstraints

from engine.files import FileError, read_bytes, save_bytes
from engine.files.reading import unreadable
from engine.workspace.media import MAX_BYTES, PREFIX, MediaFolder, identified
from engine.workspace.message import DigitalSms, MessageFile
from engine.workspace.names import unique

MediaName = Annotated[str, StringConstraints(pattern=r"^media/[^./\\][^/\\]{0,199}$")]
"""A file of the folder of media, as blocks name it."""
MediaBytes = Base64Bytes


def media_of(message: MessageFile) -> Iterator[str]:
    """The files that a message names, each once; addresses are none."""
    named = (
        name
        for content in message.contents().values()
        if isinstance(content, DigitalSms)
        for block in content.blocks
        for name in (block.image, block.audio, block.video)
        if name is not None and name.startswith(PREFIX)
    )
    yield from dict.fromkeys(named)


def collected(messages: Iterable[MessageFile], folder: MediaFolder) -> dict[str, bytes]:
    """The bytes of all files that messages name; what is missing or cannot be sent is left out."""
    names = sorted({name for message in messages for name in media_of(message)})
    return {name: data for name in names if (data := _sendable(folder, name)) is not None}


def brought(
    media: Mapping[str, bytes], messages: Iterable[MessageFile], folder: MediaFolder
) -> dict[str, str]:
    """Save the media of messages in a workspace's folder, without overwriting anything.

    Returns the new names of those whose own name another file has. Raises `FileError`.
    """
    renamed: dict[str, str] = {}
    for name in sorted({name for message in messages for name in media_of(message)}):
        data, path = media.get(name), folder.file(name)
        if (
            data is None
            or path is None
            or identified(data[:65_536], len(data)) is None
            or len(data) > MAX_BYTES
        ):
            continue  # the message says what it lacks
        if path.exists():
            if _same(path, data):
                continue
            taken = {other.stem.casefold() for other in folder.path.iterdir()}
            path = folder.path / f"{unique(path.stem, taken)}{path.suffix}"
            renamed[name] = f"{PREFIX}{path.name}"
        try:
            folder.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise unreadable(folder.path, error) from error
        save_bytes(path, data)
    return renamed


def differing(media: Mapping[str, bytes], message: MessageFile, folder: MediaFolder) -> bool:
    """Whether one of the message's files is another one in the workspace."""
    return any(
        name in media and (path := folder.file(name)) is not None and not _same(path, media[name])
        for name in media_of(message)
    )


def with_names(message: MessageFile, renamed: Mapping[str, str]) -> MessageFile:
    """The message with other names of its media."""
    if not renamed:
        return message

    def content(value: object) -> object:
        if not isinstance(value, DigitalSms):
            return value
        blocks = tuple(
            block.model_copy(
                update={
                    kind: renamed.get(name, name)
                    for kind in ("image", "audio", "video")
                    if (name := getattr(block, kind)) is not None
                }
            )
            for block in value.blocks
        )
        return value.model_copy(update={"blocks": blocks})

    changed: dict[str, object] = {"content": content(message.content)}
    if message.languages is not None:
        contents = {tag: content(value) for tag, value in message.languages.contents.items()}
        changed["languages"] = message.languages.model_copy(update={"contents": contents})
    return message.model_copy(update=changed)


def _sendable(folder: MediaFolder, name: str) -> bytes | None:
    path = folder.file(name)
    if path is None or path.name.startswith("."):
        return None
    with suppress(FileError):
        data = read_bytes(path)
        return data if len(data) <= MAX_BYTES and identified(data[:65_536], len(data)) else None
    return None


def _same(path: Path, data: bytes) -> bool:
    with suppress(FileError):
        return read_bytes(path) == data
    return False
