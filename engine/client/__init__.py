"""Talks to an engine over its HTTP API: the bundled one of a workspace, or one on another computer."""

from __future__ import annotations

from engine.client.bundled import ADDRESS_NAME, TOKEN_NAME, bundled, instance_of, place_of
from engine.client.calls import EngineRefused, EngineUnreachable
from engine.client.client import EngineClient

__all__ = [
    "ADDRESS_NAME",
    "TOKEN_NAME",
    "EngineClient",
    "EngineRefused",
    "EngineUnreachable",
    "bundled",
    "instance_of",
    "place_of",
]
