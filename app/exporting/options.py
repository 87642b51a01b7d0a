"""What can be chosen for a picture of the canvas, and how it is made by that."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from canvas_widgets import export
from canvas_widgets.export import Content, Page
from canvas_widgets.picture import Picture
from engine.campaign.document import CampaignDocument
from engine.campaign.exporting.mermaid import mermaid
from engine.campaign.exporting.table import configuration_csv
from engine.components.base import Lookup
from engine.i18n import N_
from engine.steps import Steps

SCALES = (1, 2, 3, 4)


class Format(StrEnum):
    """Its value is the file name's ending."""

    PNG = "png"
    SVG = "svg"
    PDF = "pdf"
    MERMAID = "mmd"
    CSV = "csv"


PICTURES = (Format.PNG, Format.SVG, Format.PDF)
FORMATS = {
    Format.PNG: N_("PNG image"),
    Format.SVG: N_("SVG drawing"),
    Format.PDF: N_("PDF document"),
    Format.MERMAID: N_("Mermaid chart, for documents"),
    Format.CSV: N_("Table of the configuration, for reviewers"),
}


@dataclass(frozen=True)
class Options:
    """Attributes: format; scale (of a PNG image); page (of a PDF); selection (only what is selected); counts
    (live counts, where there are any); light (whatever the theme on the screen)."""

    format: Format = Format.PNG
    scale: int = 2
    page: Page = Page.FLOW
    selection: bool = False
    counts: bool = True
    light: bool = True


def making(picture: Picture, options: Options) -> Steps[Content]:
    """What makes the content of a picture's file by the options. Raises `TooLarge`."""
    if options.format is Format.PNG:
        return export.png(picture, options.scale)
    if options.format is Format.SVG:
        return export.svg(picture)
    return export.pdf(picture, options.page)


def written(document: CampaignDocument, lookup: Lookup, format: Format) -> bytes:
    """The content of a file that is no picture."""
    if format is Format.CSV:
        return configuration_csv(document, lookup)
    return mermaid(document, lookup).encode()


def with_ending(path: Path, format: Format) -> Path:
    """The path with the format's ending, unless it has it."""
    return path if path.suffix.lower() == f".{format}" else path.with_name(f"{path.name}.{format}")
