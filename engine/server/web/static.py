"""The files that pages load: our style sheets, scripts and fonts, by addresses that name their content."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable, Mapping
from functools import cache
from typing import NamedTuple

from engine.server.web.look import RESOURCES, style_sheet


class File(NamedTuple):
    """A file as it is sent. zipped: the same, smaller."""

    data: bytes
    zipped: bytes
    media_type: str
    version: str


def _from(folder: str, name: str) -> Callable[[], bytes]:
    return lambda: (RESOURCES / folder / name).read_bytes()


_SOURCES: Mapping[str, tuple[Callable[[], bytes], str]] = {
    "look.css": (lambda: style_sheet().encode(), "text/css; charset=utf-8"),
    "web.css": (_from("web", "web.css"), "text/css; charset=utf-8"),
    "report.css": (_from("web", "report.css"), "text/css; charset=utf-8"),
    "icon.svg": (_from("web", "icon.svg"), "image/svg+xml"),
    "live.js": (_from("web", "live.js"), "text/javascript; charset=utf-8"),
    "picture.js": (_from("web", "picture.js"), "text/javascript; charset=utf-8"),
    "invitation.js": (_from("web", "invitation.js"), "text/javascript; charset=utf-8"),
    "copy.js": (_from("web", "copy.js"), "text/javascript; charset=utf-8"),
    "CampaignSans-Regular.ttf": (_from("fonts", "CampaignSans-Regular.ttf"), "font/ttf"),
    "CampaignSans-SemiBold.ttf": (_from("fonts", "CampaignSans-SemiBold.ttf"), "font/ttf"),
}


@cache
def file(name: str) -> File:
    """A file. Raises `KeyError` for a name that is none of ours."""
    source, media_type = _SOURCES[name]
    data = source()
    return File(data, gzip.compress(data, mtime=0), media_type, hashlib.sha256(data).hexdigest()[:12])


def address(name: str) -> str:
    """Where a file is found; another one once its content is another."""
    return f"/web/static/{name}?v={file(name).version}"
