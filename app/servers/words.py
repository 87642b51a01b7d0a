"""What is said of servers, roles and moments there, wherever they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from app.preferences import Server
from app.widgets import moments
from engine.i18n import N_, tr
from engine.server.wire.base import VersionTag
from engine.shapes.time import instant

_ROLES: Mapping[str, str] = {
    "viewer": N_("viewer"),
    "editor": N_("editor"),
    "publisher": N_("publisher"),
    "approver": N_("approver"),
    "administrator": N_("administrator"),
}
_MAY: Mapping[str, str] = {
    "viewer": N_("You look at campaigns and numbers."),
    "editor": N_("You look at campaigns, people and events, and propose campaigns."),
    "publisher": N_("You publish, stop and restart campaigns."),
    "approver": N_("You publish campaigns, and approve what others propose."),
    "administrator": N_("You may do everything, also look after users."),
}
_RANKS = tuple(_ROLES)
_HERE = ("127.0.0.1", "localhost", "::1")


def role_words(role: str) -> str:
    """A role; one of a later server as it calls it."""
    return tr(_ROLES[role]) if role in _ROLES else role


def may_words(role: str) -> str:
    """What somebody of a role may do."""
    return tr(_MAY[role]) if role in _MAY else ""


def covers(role: str, needed: str) -> bool:
    """Whether who has a role may do what needs the other one. The server decides; this only saves the way."""
    return role not in _RANKS or _RANKS.index(role) >= _RANKS.index(needed)


def server_name(server: Server) -> str:
    """What a server is called: by its workspace, with its host, for names may be alike."""
    host = urlsplit(server.url).netloc or server.url
    return f"{server.workspace} ({host})" if server.workspace else host


def is_open(url: str) -> bool:
    """Whether passwords would go over a network for everybody on it to read."""
    parts = urlsplit(url)
    return parts.scheme == "http" and (parts.hostname or "") not in _HERE


def published_words(tag: VersionTag, zone: ZoneInfo) -> str:
    """Which version, by whom and when."""
    time = moments.told(instant(tag.published_at), zone)
    if tag.published_by is None:
        return tr("version {version} of {time}", version=tag.version, time=time)
    return tr("version {version} by {user}, {time}", version=tag.version, user=tag.published_by, time=time)
