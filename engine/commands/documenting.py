"""`export-mermaid` and `export-csv`: a campaign for documents and for reviewers."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from engine.campaign.document import CampaignDocument
from engine.campaign.exporting.mermaid import mermaid
from engine.campaign.exporting.table import configuration_csv
from engine.commands.differing import side
from engine.components.base import Lookup
from engine.files import save_bytes


def _mermaid(document: CampaignDocument, lookup: Lookup) -> bytes:
    return mermaid(document, lookup).encode()


WRITERS: Mapping[str, Callable[[CampaignDocument, Lookup], bytes]] = {
    "mermaid": _mermaid,
    "csv": configuration_csv,
}
"""What can be written, by its name."""


def document(file: Path, name: str, out: Path | None, workspace: Path | None) -> None:
    """Write a campaign or a bundle in another form, to a file or the standard output. Raises `FileError`."""
    found = side(file, workspace)
    content = WRITERS[name](found.document, found.lookup)
    if out is not None:
        save_bytes(out, content)
    else:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
