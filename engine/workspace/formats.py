"""Every kind of file by the name in its `format` field: what `validate` and `fmt` accept."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from engine.campaign import campaign_file
from engine.files import FileFormat, Source, read_json
from engine.i18n import N_, Message

# Imported when a file of the kind turns up: checking one campaign is quick.
_PLACES: Mapping[str, tuple[str, str]] = {
    "campaign": ("engine.campaign.campaign_file", "CAMPAIGN"),
    "audience": ("engine.workspace.audience", "AUDIENCE"),
    "message": ("engine.workspace.message", "MESSAGE"),
    "account": ("engine.workspace.account", "ACCOUNT"),
    "workspace": ("engine.workspace.settings", "SETTINGS"),
    "catalog": ("engine.workspace.catalog", "CATALOG"),
    "template": ("engine.workspace.template", "TEMPLATE"),
    "mapping": ("engine.workspace.mapping", "MAPPING"),
    "bundle": ("engine.workspace.bundle", "BUNDLE"),
    "conflicts": ("engine.workspace.merge_record", "MERGE_RECORD"),
    "campaigntest": ("engine.workspace.campaign_test", "CAMPAIGN_TEST"),
}
NAMES = tuple(_PLACES)


def file_format(name: str) -> FileFormat[Any]:
    """The format of that name. Raises `KeyError`."""
    module, attribute = _PLACES[name]
    found: FileFormat[Any] = getattr(import_module(module), attribute)
    return found


def format_of(source: Source) -> str:
    """The name of the file's format. Raises `FileError` where there is no such format."""
    name = source.value.get("format")
    if not isinstance(name, str) or name not in _PLACES:
        known = ", ".join(NAMES)
        message = Message(N_("The field “format” must be one of: {known}."), known=known)
        raise source.error(("format",), message)
    return name


def canonical_form(data: bytes, path: Path) -> bytes:
    """A file's content of any kind in its canonical form. Raises `FileError`."""
    name = format_of(read_json(data, path))
    if name == "campaign":
        return campaign_file.dump(campaign_file.parse(data, path))
    if name == "bundle":
        from engine.workspace import bundle

        return bundle.write(bundle.read(data, path))
    if name == "conflicts":
        from engine.workspace import merge_record

        return merge_record.write(*merge_record.read(data, path))
    format = file_format(name)
    return format.dump(format.parse(data, path))
