"""The lines of a campaign over its versions: a line keeps its id when a later version leads it elsewhere, as
when a component is inserted into it. Who went down it before went down another line."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import Connection, select

from engine.campaign.document import CampaignDocument
from engine.files.errors import FileError
from engine.store.tables.runs import campaign_version
from engine.store.versions import stored_bundle

MOST = 2_000
"""Versions whose lines are remembered: those of a hundred campaigns and more."""


class ShownLine(NamedTuple):
    """A line as some version leads it."""

    source: str
    port: str
    target: str


class Lines(NamedTuple):
    """ends: where each line leads. before: version → link id → the line that it was there, where the id is
    another line's by now."""

    ends: Mapping[str, ShownLine]
    before: Mapping[int, Mapping[str, str]]

    def of(self, version: int, links: Iterable[str]) -> list[str]:
        """The lines that links of a version are."""
        names = self.before.get(version, {})
        return [names.get(link, link) for link in links]


NO_LINES = Lines({}, {})
"""Of one version, whose links are its lines."""


def lines_of(connection: Connection, versions: Collection[int]) -> Lines:
    """The lines of some versions of a campaign, by their keys. What a version that cannot be read any more
    leads where is not known."""
    ends: dict[str, ShownLine] = {}
    before: dict[int, dict[str, str]] = {}
    known: dict[str, dict[ShownLine, str]] = {}
    c = campaign_version.c
    newest_first = select(c.key, c.hash).where(c.key.in_(versions)).order_by(c.key.desc())
    for version, hash in connection.execute(newest_first).all():
        for link, line in _lines(connection, version, hash).items():
            names = known.setdefault(link, {})
            name = names.setdefault(line, f"{link}~{version}" if names else link)
            ends.setdefault(name, line)
            if name != link:
                before.setdefault(version, {})[link] = name
    return Lines(ends, before)


_remembered: dict[str, Mapping[str, ShownLine]] = {}
"""By the hash of a bundle, which never changes: live counts ask every second."""
_remembering = threading.Lock()


def _lines(connection: Connection, version: int, hash: str) -> Mapping[str, ShownLine]:
    found = _remembered.get(hash)
    if found is None:
        try:
            found = lines_in(stored_bundle(connection, version).campaign)
        except FileError:  # it cannot run either
            found = {}
        with _remembering:
            if len(_remembered) >= MOST:
                del _remembered[next(iter(_remembered))]
            _remembered[hash] = found
    return found


def lines_in(document: CampaignDocument) -> dict[str, ShownLine]:
    """The lines of one version."""
    return {
        id: ShownLine(link.source, link.port, link.target)
        for id, link in document.links.items()
        if link.target is not None
    }
