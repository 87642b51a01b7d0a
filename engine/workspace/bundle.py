"""Bundles (`*.bundle`): a campaign and everything that it refers to, as published, exported and imported."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field

from engine.campaign import campaign_file
from engine.campaign.campaign_file import CampaignFile
from engine.campaign.document import CampaignDocument
from engine.components.base import RefKind
from engine.files import (
    MAX_BYTES,
    FileError,
    FileFormat,
    FileModel,
    Source,
    canonical,
    canonical_in_steps,
    read_bytes,
)
from engine.i18n import N_, Message
from engine.shapes.text import Identifier
from engine.steps import Steps, finished
from engine.workspace.account import AccountFile, AnyAccount
from engine.workspace.audience import AudienceFile
from engine.workspace.bundle_media import MediaBytes, MediaName, collected
from engine.workspace.campaigns import references
from engine.workspace.catalog import Catalog
from engine.workspace.fields import LeftOutEmpty, ObjectFile
from engine.workspace.lookup import ObjectLookup
from engine.workspace.media import MediaFolder
from engine.workspace.message import AnyMessage, MessageFile
from engine.workspace.workspace import Workspace

SUFFIX = ".bundle"

T = TypeVar("T")
F = TypeVar("F", bound=ObjectFile)


class BundleFile(FileModel):
    """The file's object. `hash` is that of `Bundle.hash`; `catalog` holds the part in use.

    `media`: the files of digital SMS by the names that their blocks have, in Base64.
    """

    format: Literal["bundle"] = "bundle"
    version: Literal[1] = 1
    campaign: CampaignFile
    audiences: dict[Identifier, AudienceFile] = Field(default_factory=dict)
    messages: dict[Identifier, AnyMessage] = Field(default_factory=dict)
    accounts: dict[Identifier, AnyAccount] = Field(default_factory=dict)
    catalog: Catalog = Catalog()
    media: Annotated[dict[MediaName, MediaBytes], LeftOutEmpty] = Field(default_factory=dict)
    hash: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


BUNDLE: FileFormat[BundleFile] = FileFormat("bundle", BundleFile)


class Bundle(ObjectLookup):
    """A campaign and what it refers to; a component's `Lookup` for exactly that.

    Attributes:
        campaign: the document.
        audiences, messages, accounts: what it refers to, by id, in order of ids.
        catalog: the events, tags, attributes, coupons, sub-campaigns and definitions of rules in use.
        media: the bytes of the pictures, sounds and films of digital SMS, by name.
        hash: SHA-256 (hexadecimal) of all that matters when the campaign runs. Layout and notes do not.
    """

    def __init__(
        self,
        campaign: CampaignDocument,
        audiences: Mapping[str, AudienceFile],
        messages: Mapping[str, MessageFile],
        accounts: Mapping[str, AccountFile],
        catalog: Catalog,
        media: Mapping[str, bytes] = MappingProxyType({}),
    ) -> None:
        super().__init__()
        self.campaign = campaign
        self.audiences = _sorted(audiences)
        self.messages = _sorted(messages)
        self.accounts = _sorted(accounts)
        self.catalog = catalog
        self.media = _sorted(media)

    @cached_property
    def hash(self) -> str:
        return finished(self.hash_in_steps())

    def hash_in_steps(self) -> Steps[str]:
        """`hash`, found step by step; the document must not change meanwhile."""
        content = yield from self._content(lambda data: hashlib.sha256(data).hexdigest())
        return (yield from _hash(content))

    def content(self) -> dict[str, Any]:
        """The bundle as the file's object, in canonical order."""
        return {**finished(self._content(lambda data: base64.b64encode(data).decode())), "hash": self.hash}

    def _content(self, written: Callable[[bytes], str]) -> Steps[dict[str, Any]]:
        media = {name: written(data) for name, data in self.media.items()}
        return {
            "format": BUNDLE.name,
            "version": BUNDLE.version,
            "campaign": (yield from campaign_file.content_in_steps(self.campaign)),
            "audiences": {id: value.canonical() for id, value in self.audiences.items()},
            "messages": {id: value.canonical() for id, value in self.messages.items()},
            "accounts": {id: value.canonical() for id, value in self.accounts.items()},
            "catalog": self.catalog.canonical(),
            **({"media": media} if media else {}),
        }


def make(workspace: Workspace, doc: CampaignDocument) -> Bundle:
    """The campaign with everything in the workspace that it refers to, also through audiences and messages.

    What the workspace lacks is left out: the structure rules report it as a missing reference.
    """
    used: dict[RefKind, set[str]] = {kind: set() for kind in RefKind}
    pending = [(reference.kind, reference.id) for reference in references(doc)]
    while pending:
        kind, id = pending.pop()
        if id not in used[kind] and workspace.name_of(kind, id) is not None:
            used[kind].add(id)
            pending.extend(_further(workspace, kind, id))
    messages = {id: workspace.messages[id] for id in used[RefKind.MESSAGE]}
    return Bundle(
        doc,
        {id: workspace.audiences[id] for id in used[RefKind.AUDIENCE]},
        messages,
        {id: workspace.accounts[id] for id in used[RefKind.ACCOUNT]},
        _part(workspace.catalog, used, doc),
        collected(messages.values(), MediaFolder(workspace.messages.path)),
    )


def write(bundle: Bundle) -> bytes:
    """The canonical bytes of the bundle. Raises `FileError` where nobody would read that many."""
    data = canonical(bundle.content())
    if len(data) > MAX_BYTES:
        text = N_(
            "With all that it refers to, the campaign has {size:,} kB, at most {max:,} kB can be published. "
            "Use smaller files in its digital SMS: they have {media:,} kB."
        )
        media = sum(map(len, bundle.media.values()))
        message = Message(text, size=len(data) // 1000, max=MAX_BYTES // 1000, media=media // 1000)
        raise FileError(Path(f"campaign{SUFFIX}"), None, "media", message)
    return data


def load(path: Path) -> Bundle:
    """Read a bundle file. Raises `FileError`."""
    return read(read_bytes(path), path)


def read(data: bytes, path: Path = Path("campaign.bundle"), *, own: bool = False) -> Bundle:
    """Read a bundle; `path` is what errors name. Raises `FileError`, also where the hash is wrong.

    own: the engine's database has kept it since it was published; nobody can have edited it.
    """
    source = BUNDLE.source(data, path)
    file = BUNDLE.model_of(source)
    for table in ("audiences", "messages", "accounts"):
        _check_ids(source, table, getattr(file, table))
    doc = campaign_file.document(
        file.campaign, lambda field, message: source.error(("campaign", *field), message)
    )
    bundle = Bundle(doc, file.audiences, file.messages, file.accounts, file.catalog, file.media)
    if not own and bundle.hash != file.hash:
        message = N_("The content is not what was exported: its hash differs. Export the campaign again.")
        raise source.error(("hash",), Message(message))
    return bundle


def _check_ids(source: Source, table: str, objects: Mapping[str, ObjectFile]) -> None:
    for id, value in objects.items():
        if value.id != id:
            raise source.error((table, id, "id"), Message(N_("Use the id “{id}” here."), id=id))


def _further(workspace: Workspace, kind: RefKind, id: str) -> Iterator[tuple[RefKind, str]]:
    """What an object in use itself refers to."""
    if kind is RefKind.AUDIENCE:
        yield from workspace.audiences[id].references()
    elif kind is RefKind.MESSAGE:
        message = workspace.messages[id]
        if message.platform:
            yield RefKind.ACCOUNT, message.platform
        if message.languages:
            yield RefKind.ATTRIBUTE, message.languages.attribute
    else:
        yield from ((RefKind.EVENT, code) for code in workspace.catalog.events_behind(kind, id))


def _part(catalog: Catalog, used: Mapping[RefKind, set[str]], doc: CampaignDocument) -> Catalog:
    """The part of the catalogue in use, and all ID types: which address a person has is not its choice."""
    tree = catalog.marketing_campaigns
    subs = [id for id in doc.attributes.sub_campaigns if id in tree]
    parents = [parent for id in subs if (parent := tree[id].parent)]
    group = doc.attributes.group
    return Catalog(
        events=_only(catalog.events, used[RefKind.EVENT]),
        tags=_only(catalog.tags, used[RefKind.TAG]),
        attributes=_only(catalog.attributes, used[RefKind.ATTRIBUTE]),
        id_types=_sorted(catalog.id_types),
        coupons=_only(catalog.coupons, used[RefKind.COUPON]),
        marketing_campaigns=_only(tree, {*subs, *parents}),
        folders=(group,) if group else (),
        tables=_only(catalog.tables, used[RefKind.STATISTICS_TABLE]),
        rfm_models=_only(catalog.rfm_models, used[RefKind.RFM_MODEL]),
        aipl=catalog.aipl if used[RefKind.AIPL] else {},
    )


def _only(table: Mapping[str, T], keys: set[str]) -> dict[str, T]:
    return {key: table[key] for key in sorted(keys)}


def _sorted(table: Mapping[str, T]) -> dict[str, T]:
    return dict(sorted(table.items()))


def _hash(content: dict[str, Any]) -> Steps[str]:
    running = campaign_file.running_part(content["campaign"])
    data = yield from canonical_in_steps({**content, "campaign": running}, depth=3)
    return hashlib.sha256(data).hexdigest()
