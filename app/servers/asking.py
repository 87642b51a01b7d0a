"""What is asked of a server around publishing; everything here is for a background thread."""

from __future__ import annotations

from contextlib import suppress
from typing import NamedTuple

from app.publishing.changes import Changes, changes
from app.servers.connections import client_of
from engine.campaign.document import CampaignDocument
from engine.client import EngineClient, EngineRefused
from engine.client.bases import Base, base_of, remember
from engine.files import FileError
from engine.server.wire.base import Conflict, VersionTag
from engine.server.wire.campaigns import BundleCheck, PublishAnswer
from engine.server.wire.identity import Me
from engine.server.wire.proposals import ProposalState
from engine.workspace import bundle as bundles
from engine.workspace.bundle import Bundle
from engine.workspace.workspace import Workspace


class Found(NamedTuple):
    """What a server says of a bundle before it is published.

    base: the version of it that was seen here, or None. proposal: the last one of this very content, or None.
    changes: what it changes in the version that is published there.
    """

    me: Me
    check: BundleCheck
    base: Base | None
    proposal: ProposalState | None
    changes: Changes | None

    @property
    def overtaken(self) -> bool:
        """Whether somebody has published a version that was not seen here."""
        current = self.check.current
        return (
            current is not None
            and not self.check.same
            and (self.base is None or self.base.etag != current.etag)
        )


class Conflicting(NamedTuple):
    """Two versions that follow the same one, or none that is known.

    theirs: what is published; tag: its number, time and user. base: what both follow; base_version: its
    number. my_changes, their_changes: since then; without it, what mine changes in theirs, and nothing.
    """

    tag: VersionTag
    theirs: Bundle
    base: Bundle | None
    base_version: int | None
    my_changes: Changes
    their_changes: Changes | None

    @property
    def on_both_sides(self) -> int:
        """How many components were changed by both."""
        if self.their_changes is None:
            return 0
        mine = {one.node for one in self.my_changes.found}
        return len(mine & {one.node for one in self.their_changes.found})


def look(url: str, workspace: Workspace, document: CampaignDocument) -> Found:
    """Check a bundle against a server. Raises `EngineRefused`, `EngineUnreachable`, `FileError`."""
    bundle = bundles.make(workspace, document)
    with client_of(url) as client:
        me, check = client.me(), client.check_bundle(bundles.write(bundle))
        proposal, found = None, None
        if check.approved is False:
            proposal = next((one for one in client.proposals().proposals if one.hash == bundle.hash), None)
        if check.current is not None:
            found = changes(_version(client, document, check.current.version), bundle)
    return Found(me, check, base_of(workspace.folder, url, document.attributes.id), proposal, found)


def publish(
    url: str, workspace: Workspace, document: CampaignDocument, shown: str, base: str | None
) -> PublishAnswer | None:
    """Publish what was `shown`, over the version that is named; None where it is another one by now."""
    bundle = bundles.make(workspace, document)
    if bundle.hash != shown:
        return None
    return publish_data(url, workspace, document.attributes.id, bundles.write(bundle), base)


def publish_data(url: str, workspace: Workspace, id: str, data: bytes, base: str | None) -> PublishAnswer:
    """Publish a bundle, and remember which version it became."""
    with client_of(url) as client:
        answer = client.publish(data, base)
    with suppress(FileError, OSError):  # it is published nevertheless; then the server asks once more
        remember(workspace.folder, url, id, Base.of_answer(answer))
    return answer


def propose(url: str, workspace: Workspace, document: CampaignDocument, shown: str) -> ProposalState | None:
    """Propose what was `shown`; None where it is another one by now."""
    bundle = bundles.make(workspace, document)
    if bundle.hash != shown:
        return None
    with client_of(url) as client:
        return client.propose(bundles.write(bundle))


def conflicting(
    url: str, workspace: Workspace, document: CampaignDocument, conflict: Conflict
) -> Conflicting:
    """Both sides of a conflict, compared. Raises as `look` does."""
    tag = conflict.current
    assert tag is not None
    mine = bundles.make(workspace, document)
    with client_of(url) as client:
        theirs = _version(client, document, tag.version)
        base = None
        if conflict.base is not None:
            with suppress(EngineRefused):
                base = _version(client, document, conflict.base.version)
    if base is None or conflict.base is None:
        return Conflicting(tag, theirs, None, None, changes(theirs, mine), None)
    return Conflicting(tag, theirs, base, conflict.base.version, changes(base, mine), changes(base, theirs))


def _version(client: EngineClient, document: CampaignDocument, number: int) -> Bundle:
    return bundles.read(client.bundle(document.attributes.id, number))
