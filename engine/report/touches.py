"""The components that wrote messages: what they are called, and what their messages said."""

from __future__ import annotations

from sqlalchemy import Connection

from engine.components.behaviour import DrawCoupon, Send
from engine.components.registry import component
from engine.files import FileError
from engine.report.texts import Planned, Render, renderer_of
from engine.store.versions import stored_bundle


class Touches:
    """By version and id: their names, their kinds, and what makes a text of a message."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[tuple[int, str], tuple[str, str, Render]] = {}

    def of(self, version: int, node: str) -> tuple[str, str, Render]:
        if (version, node) not in self._known:
            self._known[version, node] = self._find(version, node)
        return self._known[version, node]

    def _find(self, version: int, node_id: str) -> tuple[str, str, Render]:
        try:
            bundle = stored_bundle(self._connection, version)
        except FileError:
            return node_id, "", _no_text
        node = bundle.campaign.nodes.get(node_id)
        config = None if node is None else node.parsed.config
        if node is None or config is None:
            return node_id, "", _no_text
        behaviour = component(node.kind).behaviour(config)
        if not isinstance(behaviour, Send | DrawCoupon):
            return node.name, node.kind, _no_text
        return node.name, node.kind, renderer_of(bundle, node_id, behaviour)


def _no_text(_planned: Planned) -> str:
    return ""
