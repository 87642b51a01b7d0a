"""Campaigns as Mermaid charts and as tables: nothing that people wrote is anything but text there."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.campaign import edits
from engine.campaign.document import CampaignDocument
from engine.campaign.exporting.mermaid import mermaid
from engine.campaign.exporting.table import configuration_csv
from engine.campaign.send_window import SendWindow
from engine.components.registry import COMPONENTS
from engine.shapes.text import storable
from tests.app.panels.samples import CONFIGS
from tests.engine.campaign.building import Everything, chain, empty_campaign


def flow(name: str) -> CampaignDocument:
    document = empty_campaign()
    _, judgment = chain(document, "target_audience", "random_grouping")
    document.apply(
        edits.configure(
            document, judgment, name=name, memo=name, config=dict(document.nodes[judgment].config)
        ).ops
    )
    return document


def table(document: CampaignDocument) -> list[list[str]]:
    text = configuration_csv(document, Everything()).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


def test_a_chart_has_every_component_and_line() -> None:
    document = flow("Judged")
    chart = mermaid(document, Everything()).splitlines()
    assert chart[0] == "flowchart LR"
    assert sum(" -->" in line or " -.->" in line for line in chart) == len(document.links)
    assert sum('"Judged' in line for line in chart) == 1


@given(st.text(min_size=1, max_size=50).filter(str.strip))
def test_no_name_breaks_out_of_its_place_in_a_chart(name: str) -> None:
    try:
        storable(name)
    except Exception:  # noqa: BLE001 - no campaign has such a name
        return
    plain, odd = (mermaid(flow(text), Everything()).splitlines() for text in ("Plain", name))
    assert len(odd) == len(plain)
    for line in odd:
        assert line.count('"') % 2 == 0
        assert not re.search(r'"[^"]*[<>](?!br/)[^"]*"', line.replace("<br/>", ""))


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("1. Welcome", "1#46; Welcome"),
        ("2) Care", "2#41; Care"),
        ("- 20 % off", "#45; 20 % off"),
        ("* now *", "#42; now #42;"),
        ("7-day care, 1.5 - SMS", "7-day care, 1.5 - SMS"),
    ],
)
def test_a_name_is_no_list_in_a_chart(name: str, label: str) -> None:
    assert f'"{label}' in mermaid(flow(name), Everything())


def test_no_cell_of_a_table_is_a_formula() -> None:
    for name in ("=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1"):
        cells = {cell for row in table(flow(name)) for cell in row}
        assert f"'{name}" in cells
        assert name not in cells


def test_every_kind_is_told_in_words() -> None:
    """Whatever is configured has its row: the fields of the form that count."""
    for kind, (config, *_) in CONFIGS.items():
        document = empty_campaign()
        chain(document, "target_audience")
        node = document.nodes[min(document.nodes)].model_copy(
            update={"kind": kind, "name": "It", "config": dict(config), "confirmed": True}
        )
        only = CampaignDocument(document.attributes, {"n_it": node})
        told = [row for row in table(only) if row[1] == "It"]
        assert told, kind
        assert not any("{'" in cell or "object at" in cell for row in told for cell in row), told
    assert CONFIGS.keys() | {"start"} == COMPONENTS.keys()


def test_a_send_window_has_its_row() -> None:
    document = empty_campaign(send_window=SendWindow(from_="09:00", to="20:00", zone="home"))
    (told,) = [row for row in table(document) if row[3] == "Send window"]
    assert told[4] == "09:00 to 20:00 in the time zone that “home” names"
