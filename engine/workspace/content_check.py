"""What is wrong with the content of a message, kind by kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import NamedTuple

from pydantic import JsonValue

from engine.files import FileError
from engine.i18n import N_, Message
from engine.shapes.sms import measure
from engine.workspace.mail_html import CLIPPED_LENGTH, TooComplicated, flaws, refuse_complicated
from engine.workspace.media import MAX_BYTES, Kind, MediaFolder
from engine.workspace.message_text import joined

CARRIERS = {
    "china_mobile": N_("China Mobile"),
    "china_unicom": N_("China Unicom"),
    "china_telecom": N_("China Telecom"),
    "china_broadnet": N_("China Broadnet"),
}
"""The networks that a digital SMS can be approved for."""

MAX_BLOCKS, MAX_SUBJECT, MAX_BLOCK_TEXT, MANY_PARTS = 15, 20, 1_000, 10
_COUNTED = 160 * (MANY_PARTS + 1)
"""Characters that are certainly more than a text may have; counting all of a book would take a while."""
_MEDIA: tuple[Kind, ...] = ("image", "audio", "video")


class MessageFinding(NamedTuple):
    """One thing that is wrong; `field` is a dotted path in the file, such as `content.text`."""

    field: str
    code: str
    message: Message
    is_error: bool = True


def check_text_sms(text: str, *, international: bool) -> Iterator[MessageFinding]:
    """`text` as its characters are counted."""
    if not text.strip():
        yield MessageFinding("text", "missing", Message(N_("Enter the text")))
    elif measure(text[:_COUNTED], international=international).parts > MANY_PARTS:
        words = Message(
            N_("The text takes more than {max} parts: networks cut it off there."), max=MANY_PARTS
        )
        yield MessageFinding("text", "too_long", words)


def check_digital_sms(raw: Mapping[str, JsonValue], media: MediaFolder) -> Iterator[MessageFinding]:
    """Subject, blocks with their files, and networks."""
    subject = joined(raw.get("subject"))
    if not subject.strip():
        yield MessageFinding("subject", "missing", Message(N_("Enter the subject")))
    elif len(subject) > MAX_SUBJECT:
        yield MessageFinding(
            "subject", "too_long", Message(N_("Use at most {max_length} characters."), max_length=MAX_SUBJECT)
        )
    blocks = raw.get("blocks")
    listed = blocks if isinstance(blocks, list) else []
    if len(listed) > MAX_BLOCKS:
        yield MessageFinding("blocks", "too_long", Message(N_("Use at most {max} blocks."), max=MAX_BLOCKS))
    total = 0
    for index, block in enumerate(listed):
        if isinstance(block, dict):
            yield from (one._replace(field=f"blocks.{index}.{one.field}") for one in _block(block, media))
            total += _size(block, media)
    if total > MAX_BYTES:
        words = Message(
            N_("Texts and files are {size:,} kB together. Networks take {max:,} kB."),
            size=total // 1000, max=MAX_BYTES // 1000,
        )  # fmt: skip
        yield MessageFinding("blocks", "too_large", words)
    if not raw.get("carriers"):
        yield MessageFinding(
            "carriers", "missing", Message(N_("Choose the networks that it suits")), is_error=False
        )


def _block(block: Mapping[str, JsonValue], media: MediaFolder) -> Iterator[MessageFinding]:
    text = joined(block.get("text"))
    if block.get("text") is not None and not text.strip():
        yield MessageFinding("text", "missing", Message(N_("Enter the text")))
    elif len(text) > MAX_BLOCK_TEXT:
        words = Message(N_("Use at most {max_length} characters."), max_length=MAX_BLOCK_TEXT)
        yield MessageFinding("text", "too_long", words)
    for kind in _MEDIA:
        if isinstance(name := block.get(kind), str):
            yield from (MessageFinding(kind, "bad_media", wrong) for wrong in media.problems(kind, name))


def _size(block: Mapping[str, JsonValue], media: MediaFolder) -> int:
    """Bytes of a block's text or file; what cannot be read is a finding of its own."""
    name = next((name for kind in _MEDIA if isinstance(name := block.get(kind), str)), None)
    if name is None:
        return len(joined(block.get("text")).encode())
    with suppress(FileError):
        return found.bytes if (found := media.look(name)) else 0
    return 0


def check_email(raw: Mapping[str, JsonValue]) -> Iterator[MessageFinding]:
    """Header lines, the HTML, and the plain text beside it."""
    html, text = joined(raw.get("html")), joined(raw.get("text"))
    if not joined(raw.get("subject")).strip():
        yield MessageFinding("subject", "missing", Message(N_("Enter the subject")))
    for field in ("subject", "sender_name", "preheader"):
        if "\n" in joined(raw.get(field)) or "\r" in joined(raw.get(field)):
            yield MessageFinding(field, "bad_header", Message(N_("Write this on one line.")))
    if not html.strip() and not text.strip():
        yield MessageFinding("html", "missing", Message(N_("Enter the text or the HTML")))
    elif html.strip():
        yield from _html(html, text)


def _html(html: str, text: str) -> Iterator[MessageFinding]:
    try:
        refuse_complicated(html)
    except TooComplicated as error:
        yield MessageFinding("html", "too_complicated", error.message)
        return
    found = flaws(html)
    if found.forbidden:
        words = Message(
            N_("Mail programs refuse what acts: remove {names} from the HTML."),
            names=", ".join(found.forbidden[:8]),
        )
        yield MessageFinding("html", "script", words)
    if len(html.encode()) > CLIPPED_LENGTH:
        words = Message(
            N_("The HTML has {n:,} kB; some mail programs show only {max:,}."),
            n=len(html.encode()) // 1000,
            max=CLIPPED_LENGTH // 1000,
        )
        yield MessageFinding("html", "clipped", words, is_error=False)
    if found.unnamed_images:
        words = Message(
            N_("{n} pictures have no description (alt): many people see only that."), n=found.unnamed_images
        )
        yield MessageFinding("html", "no_alt", words, is_error=False)
    if not found.has_way_out:
        words = Message(N_("The HTML has no link to unsubscribe."))
        yield MessageFinding("html", "no_way_out", words, is_error=False)
    if not text.strip():
        words = Message(N_("There is no plain text for people whose mail program shows no HTML."))
        yield MessageFinding("text", "no_plain_text", words, is_error=False)


def check_template_message(raw: Mapping[str, JsonValue]) -> Iterator[MessageFinding]:
    """The template's id and keywords."""
    if not joined(raw.get("template_id")).strip():
        yield MessageFinding(
            "template_id", "missing", Message(N_("Enter the id that WeChat gave the template"))
        )
    keywords = raw.get("keywords")
    keys = (
        [joined(item.get("key")) for item in keywords if isinstance(item, dict)]
        if isinstance(keywords, list)
        else []
    )
    if not keys:
        yield MessageFinding("keywords", "missing", Message(N_("Add the template's keywords")))
    for index, key in enumerate(keys):
        if key in keys[:index]:
            words = Message(N_("The keyword “{name}” is there twice."), name=key)
            yield MessageFinding(f"keywords.{index}.key", "twice", words)
