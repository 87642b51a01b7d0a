"""Every kind of file by the name in its `format` field: what `validate` and `fmt` accept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.campaign import campaign_file
from engine.files import FileFormat, Source, read_json
from engine.i18n import N_, Message
from engine.workspace import bundle
from engine.workspace.account import ACCOUNT
from engine.workspace.audience import AUDIENCE
from engine.workspace.catalog import CATALOG
from engine.workspace.message import MESSAGE
from engine.workspace.settings import SETTINGS
from engine.workspace.template import TEMPLATE

FORMATS: dict[str, FileFormat[Any]] = {
    format.name: format
    for format in (
        campaign_file.CAMPAIGN,
        AUDIENCE,
        MESSAGE,
        ACCOUNT,
        SETTINGS,
        CATALOG,
        TEMPLATE,
        bundle.BUNDLE,
    )
}


def format_of(source: Source) -> str:
    """The name of the file's format. Raises `FileError` where there is no such format."""
    name = source.value.get("format")
    if not isinstance(name, str) or name not in FORMATS:
        known = ", ".join(FORMATS)
        raise source.error(
            ("format",), Message(N_("The field “format” must be one of: {known}."), known=known)
        )
    return name


def canonical_form(data: bytes, path: Path) -> bytes:
    """A file's content of any kind in its canonical form. Raises `FileError`."""
    name = format_of(read_json(data, path))
    if name == campaign_file.CAMPAIGN.name:
        return campaign_file.dump(campaign_file.parse(data, path))
    if name == bundle.BUNDLE.name:
        return bundle.write(bundle.read(data, path))
    return FORMATS[name].dump(FORMATS[name].parse(data, path))
