"""Short ways to build documents in tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from engine.campaign.document import CampaignDocument
from engine.campaign.edits import Edit, Refused, append
from engine.campaign.model import START_ID, Attributes, Link
from engine.components.base import RefKind


class Everything:
    """A workspace in which every object exists and nothing is known about it."""

    def name_of(self, kind: RefKind, id: str) -> str | None:
        return id

    def detail(self, kind: RefKind, id: str) -> Mapping[str, Any] | None:
        return None


class Nothing(Everything):
    """A workspace that holds nothing."""

    def name_of(self, kind: RefKind, id: str) -> str | None:
        return None


def empty_campaign(**attributes: Any) -> CampaignDocument:
    """A new campaign: Start and its open line."""
    return CampaignDocument(
        Attributes(id="c_test", name="Test", **attributes),
        links={"l_start": Link(source=START_ID, port="out", target=None)},
    )


def run(document: CampaignDocument, edit: Edit) -> str:
    """Apply an edit and give the id of the node it puts into focus."""
    document.apply(edit.ops)
    return edit.focus or ""


def open_end(document: CampaignDocument, source: str, port: str | None = None) -> str:
    """The id of the first open link of a node (of one of its ports)."""
    return next(
        id
        for id in document.out_links(source)
        if document.links[id].target is None and port in (None, document.links[id].port)
    )


def chain(document: CampaignDocument, *kinds: str, source: str = START_ID) -> list[str]:
    """Append components one behind the other; each at the first open end of the one before."""
    ids = []
    for kind in kinds:
        source = run(document, append(document, open_end(document, source), kind))
        ids.append(source)
        if kind == "ab_test":
            source = document.successors(source)[0]
    return ids


def link_between(document: CampaignDocument, source: str, target: str) -> str:
    return next(id for id in document.out_links(source) if document.links[id].target == target)


def refused(make: Any) -> str:
    with pytest.raises(Refused) as caught:
        make()
    return str(caught.value)


def fork() -> tuple[CampaignDocument, str, str, str, str]:
    """Audience → groups → SMS, and → mail → End."""
    document = empty_campaign()
    _, groups = chain(document, "target_audience", "random_grouping")
    (sms,) = chain(document, "text_sms", source=groups)
    mail, end = chain(document, "email", "end", source=groups)
    return document, groups, sms, mail, end
