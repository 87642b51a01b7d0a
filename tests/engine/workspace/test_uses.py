"""Events are in use by the definitions that rules are made with."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.components.base import RefKind
from engine.workspace.catalog import CATALOG
from engine.workspace.uses import attribute_uses
from engine.workspace.workspace import Workspace

SCALE = {"bounds": [2]}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = Workspace.create(tmp_path / "shop", "Shop", "UTC", "en")
    behaviour = {"join": None, "card": "behaviour", "event": "order", "measure": "max:discount"}
    scales = {"recency": SCALE, "frequency": SCALE, "money": SCALE}
    raw = {
        "tables": {"daily": {"event": "order", "dimensions": ["shop"], "metrics": {"spent": "sum:amount"}}},
        "rfm_models": {"rfm_1": {"name": "Model", "event": "order", "amount": "amount", **scales}},
        "aipl": {"P": [behaviour]},
    }
    made.save_catalog(CATALOG.adapter.validate_python(raw))
    return made


def test_an_event_is_used_by_definitions(workspace: Workspace) -> None:
    assert [use.name for use in workspace.uses(RefKind.EVENT, "order")] == ["daily", "Model", "AIPL P"]
    assert workspace.uses(RefKind.EVENT, "login") == []


@pytest.mark.parametrize(
    ("attribute", "names"),
    [("shop", ["daily"]), ("amount", ["daily", "Model"]), ("discount", ["AIPL P"]), ("other", [])],
)
def test_so_are_its_attributes(workspace: Workspace, attribute: str, names: list[str]) -> None:
    assert [use.name for use in attribute_uses(workspace, "order", attribute)] == names
