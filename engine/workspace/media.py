"""The pictures, sounds and films of digital SMS: files in the workspace's `messages/media/`, or addresses.

A block names a file as `media/<name>`, or an `https://` address that is sent on unopened. What a file is, its
first bytes say, never its name; nothing is decoded, so that a file can be hostile without doing anything.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

from engine.files import FileError, read_bytes, save_bytes
from engine.files.reading import unreadable
from engine.i18n import N_, Message
from engine.workspace.names import slug, unique

Kind = Literal["image", "audio", "video"]
FOLDER = "media"
PREFIX = f"{FOLDER}/"
MAX_BYTES = 2_000_000
"""Bytes of one file, and of a whole message: what the networks take."""
MAX_SIDE = 4_096
"""Pixels of a picture's longer side: a small file can unfold into gigabytes."""
FORMATS: dict[Kind, tuple[str, ...]] = {
    "image": ("jpg", "png", "gif"),
    "audio": ("mp3", "amr", "mid", "wav"),
    "video": ("mp4", "3gp"),
}
_URL = re.compile(r"https://[^\s\"'<>]{1,2000}")


class Media(NamedTuple):
    """What the bytes of a file say it is; `size` in pixels, of a picture only."""

    kind: Kind
    format: str
    bytes: int
    size: tuple[int, int] | None


class MediaFolder:
    """The media of a workspace; `root` is its folder of messages."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.path = root / FOLDER

    def names(self, kind: Kind) -> list[str]:
        """The files of a kind that can be sent, as blocks name them."""
        try:
            files = sorted(path for path in self.path.iterdir() if path.is_file())
        except OSError:
            return []
        found = (f"{PREFIX}{path.name}" for path in files)
        return [name for name in found if not list(self.problems(kind, name))]

    def file(self, name: str) -> Path | None:
        """The file that a block names, or None for an address and for a name that leads elsewhere."""
        inside = name.removeprefix(PREFIX)
        if inside == name or "/" in inside or "\\" in inside or inside in ("", ".", "..") or "\0" in inside:
            return None
        path = self.path / inside
        try:
            return path if path.resolve().parent == self.path.resolve() else None  # a link could lead out
        except OSError:
            return None

    def look(self, name: str) -> Media | None:
        """What the named file is; None where it is nothing that can be sent. Raises `FileError`."""
        path = self.file(name)
        if path is None:
            return None
        try:
            size = path.stat().st_size
            with path.open("rb") as file:
                head = file.read(65_536)
        except OSError as error:
            raise unreadable(path, error) from error
        return identified(head, size)

    def problems(self, kind: Kind, name: str) -> Iterator[Message]:
        """Why the file or address cannot stand in a block of the kind."""
        if not name:
            yield Message(N_("Choose a file."))
        elif name.startswith(PREFIX):
            yield from self._file_problems(kind, name)
        elif not _URL.fullmatch(name):
            yield Message(
                N_("“{name}” is neither a file of the workspace nor an https:// address."), name=name
            )

    def add(self, source: Path, kind: Kind) -> str:
        """Copy a file into the folder, if it is of the kind; the name for a block. Raises `FileError`."""
        data = read_bytes(source)
        if (wrong := next(_wrong(identified(data, len(data)), kind, source.name), None)) is not None:
            raise FileError(source, None, "", wrong)
        media = identified(data, len(data))
        assert media is not None
        taken = {path.stem.casefold() for path in self.path.glob("*")} if self.path.is_dir() else set()
        path = self.path / f"{unique(slug(source.stem), taken)}.{media.format}"
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise unreadable(self.path, error) from error
        save_bytes(path, data)
        return f"{PREFIX}{path.name}"

    def _file_problems(self, kind: Kind, name: str) -> Iterator[Message]:
        path = self.file(name)
        if path is None or not path.is_file():
            yield Message(N_("The file “{name}” is not in the workspace's folder of messages."), name=name)
            return
        try:
            yield from _wrong(self.look(name), kind, name)
        except FileError as error:
            yield error.message


def _wrong(media: Media | None, kind: Kind, name: str) -> Iterator[Message]:
    if media is None or media.kind != kind:
        formats = ", ".join(FORMATS[kind])
        yield Message(_NOT_OF_KIND[kind], name=name, formats=formats)
    elif media.bytes > MAX_BYTES:
        yield Message(N_("“{name}” is larger than {max:,} kB."), name=name, max=MAX_BYTES // 1000)
    elif media.size is not None and not all(0 < side <= MAX_SIDE for side in media.size):
        yield Message(
            N_("The picture “{name}” has more than {max:,} pixels a side."), name=name, max=MAX_SIDE
        )


_NOT_OF_KIND: dict[Kind, str] = {
    "image": N_("“{name}” is no picture that can be sent: {formats}."),
    "audio": N_("“{name}” is no sound that can be sent: {formats}."),
    "video": N_("“{name}” is no film that can be sent: {formats}."),
}


def identified(head: bytes, size: int) -> Media | None:
    """What a file is by its first 64 kB."""
    if head.startswith(b"\x89PNG\r\n\x1a\n") and head[12:16] == b"IHDR" and len(head) >= 24:
        width, height = struct.unpack(">II", head[16:24])
        return Media("image", "png", size, (width, height))
    if head[:6] in (b"GIF87a", b"GIF89a") and len(head) >= 10:
        width, height = struct.unpack("<HH", head[6:10])
        return Media("image", "gif", size, (width, height))
    if head.startswith(b"\xff\xd8\xff"):
        pixels = _jpeg_size(head)
        return None if pixels is None else Media("image", "jpg", size, pixels)
    return _sound_or_film(head, size)


def _sound_or_film(head: bytes, size: int) -> Media | None:
    if head.startswith((b"#!AMR\n", b"#!AMR-WB\n")):
        return Media("audio", "amr", size, None)
    if head.startswith(b"MThd"):
        return Media("audio", "mid", size, None)
    if head.startswith(b"RIFF") and head[8:12] == b"WAVE":
        return Media("audio", "wav", size, None)
    if head[4:8] == b"ftyp":
        return Media("video", "3gp" if head[8:11] == b"3gp" else "mp4", size, None)
    # A frame of MPEG layer III: eleven bits set, no reserved version, bit rate or frequency.
    frame = len(head) > 3 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2 and head[1] & 0x18 != 0x08
    if head.startswith(b"ID3") or (frame and head[2] & 0xF0 != 0xF0 and head[2] & 0x0C != 0x0C):
        return Media("audio", "mp3", size, None)
    return None


def _jpeg_size(head: bytes) -> tuple[int, int] | None:
    """Width and height out of the frame's header."""
    at = 2
    while at + 9 < len(head) and head[at] == 0xFF:
        marker, length = head[at + 1], int.from_bytes(head[at + 2 : at + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", head[at + 5 : at + 9])
            return width, height
        if length < 2:
            return None
        at += 2 + length
    return None
