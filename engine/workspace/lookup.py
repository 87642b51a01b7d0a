"""What exists and what it is called: a component's `Lookup` over files that are in memory."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, JsonValue
from pydantic_core import to_jsonable_python

from engine.components.base import RefKind
from engine.workspace.account import AccountFile
from engine.workspace.audience import AIPL_ID, AudienceFile
from engine.workspace.catalog import Catalog
from engine.workspace.message import MessageFile
from engine.workspace.template import find_template


class ObjectLookup:
    """Answers from `audiences`, `messages`, `accounts` (by id) and the `catalog`, which a subclass sets.

    `sizes` holds how many people are in an audience where an engine has told; it is told on as `size`.
    `codes_left` holds how many codes of a coupon are left where it has, and whether there are more than that.
    """

    audiences: Mapping[str, AudienceFile]
    messages: Mapping[str, MessageFile]
    accounts: Mapping[str, AccountFile]
    catalog: Catalog

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Know nothing that an engine told."""
        self.sizes: dict[str, int] = {}
        self.codes_left: dict[str, tuple[int, bool]] = {}
        self._details: dict[tuple[RefKind, str], tuple[object, dict[str, JsonValue]]] = {}

    def name_of(self, kind: RefKind, id: str) -> str | None:
        """The name of what a campaign refers to, or None where there is no such thing."""
        if kind == RefKind.TEMPLATE:
            template = find_template(self.templates_folder, id)
            return None if template is None else template.name.text
        found = self._table(kind).get(id)
        if kind is RefKind.EVENT and found is not None:
            return self.catalog.event_name(id)
        if kind is RefKind.STATISTICS_TABLE and found is not None:
            return self.catalog.table_name(id)
        return None if found is None else getattr(found, "name", id)

    @property
    def templates_folder(self) -> Path | None:
        """Where own templates stand, besides those that ship; None: there are none."""
        return None

    def detail(self, kind: RefKind, id: str) -> dict[str, JsonValue] | None:
        """The object as JSON (long texts joined), or None. An attribute of people is `{"type": …}`."""
        found = self._table(kind).get(id)
        if found is None:
            return None
        source, detail = self._details.get((kind, id), (None, {}))
        if source is not found:
            detail = _json(found)
            self._details[kind, id] = (found, detail)
        if kind is RefKind.AUDIENCE and id in self.sizes:
            return {**detail, "size": self.sizes[id]}
        return detail

    def _table(self, kind: RefKind) -> Mapping[str, Any]:
        match kind:
            case RefKind.AUDIENCE:
                return self.audiences
            case RefKind.MESSAGE:
                return self.messages
            case RefKind.ACCOUNT:
                return self.accounts
            case RefKind.EVENT:
                return self.catalog.events
            case RefKind.TAG:
                return self.catalog.tags
            case RefKind.ATTRIBUTE:
                return self.catalog.attributes
            case RefKind.COUPON:
                return self.catalog.coupons
            case RefKind.STATISTICS_TABLE:
                return self.catalog.tables
            case RefKind.RFM_MODEL:
                return self.catalog.rfm_models
            case RefKind.AIPL:
                return {AIPL_ID: self.catalog.aipl} if self.catalog.aipl else {}
            case RefKind.MARKETING_CAMPAIGN:
                return self.catalog.marketing_campaigns
        return {}  # a template is a file of its own, of which only the name is asked


def _json(found: BaseModel | str) -> dict[str, JsonValue]:
    if not isinstance(found, BaseModel):
        return {"type": found}
    detail: dict[str, JsonValue] = to_jsonable_python(found.model_dump(by_alias=True))
    return detail
