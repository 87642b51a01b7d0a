"""OK without a change gives the config back as it was, for every kind and every form of its values."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from app.panels import ConfigurationPanel
from canvas_widgets.look import Look
from engine.campaign.edits import Edit
from engine.campaign.model import Node
from engine.components.registry import COMPONENTS, component
from engine.workspace.workspace import Workspace
from tests.app.panels.configs import CONFIG_STRATEGIES
from tests.app.panels.conftest import OpenPanel
from tests.app.panels.samples import CONFIGS, sample_document

SAMPLES = [(kind, config) for kind, configs in CONFIGS.items() for config in configs]


def confirmed_node(panel: ConfigurationPanel) -> Node | None:
    """The node that OK makes, None where it is refused or nothing changes."""
    edits: list[Edit] = []
    panel.confirmed.connect(edits.append)
    panel.confirm()
    if not edits:
        return None
    nodes = [op.after for op in edits[0].ops if op.id == "n_x" and isinstance(op.after, Node)]
    return nodes[0] if nodes else None


@pytest.mark.parametrize(("kind", "config"), SAMPLES, ids=[kind for kind, _ in SAMPLES])
def test_ok_without_a_change_keeps_the_config(
    open_panel: OpenPanel, kind: str, config: dict[str, Any]
) -> None:
    canonical = component(kind).canonical(config)
    panel = open_panel(kind, canonical)
    assert not panel.is_dirty
    node = confirmed_node(panel)
    assert node is not None, panel.content and panel.content.first_invalid()
    assert node.config == canonical
    assert node.confirmed


def test_every_kind_but_start_has_samples() -> None:
    assert set(CONFIGS) == set(COMPONENTS) - {"start"}
    assert set(CONFIG_STRATEGIES) == set(CONFIGS)


@pytest.mark.parametrize("kind", sorted(CONFIGS))
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_generated_configs_come_back(
    qtbot: QtBot, look: Look, workspace: Workspace, kind: str, data: st.DataObject
) -> None:
    config = component(kind).canonical(data.draw(CONFIG_STRATEGIES[kind]))
    assert component(kind).parse(config).config is not None
    panel = ConfigurationPanel(look)
    try:
        panel.show_node(sample_document(kind, config), "n_x", workspace)
        assert not panel.is_dirty
        node = confirmed_node(panel)
        assert node is not None, panel.footer.error
        assert node.config == config
    finally:
        panel.deleteLater()
