"""The main job without a screen, on a handful of purchases."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from app import showcase
from engine.workspace import cdnow
from engine.workspace.template import load_templates

PURCHASES = """ID DATE QUANTITY AMOUNT
00001 19970101 1 11.77
00002 19970112 1 12.00
00002 19970112 5 77.00
00003 19970302 2 20.76
00004 19970101 2 29.33
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "CDNOW_master.txt"
    path.write_text(PURCHASES)
    return path


def test_the_template_runs_to_its_end(
    qapp: QApplication, source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Persons 1 and 4 bought exactly once and not within 30 days; 3 bought 30 days before, 2 twice."""
    workspace = showcase.make_workspace(tmp_path, source)
    template = next(found for found in load_templates()[0] if found.id == "t_second_order")
    assert showcase.run(workspace, template, showcase.SHOWS[0].since, tmp_path)
    told = capsys.readouterr().out
    assert "The CDNOW purchases: 4 people, 5 orders" in told
    assert "0 rows rejected" in told
    lines = {line.strip().split("  ")[0]: line.split() for line in told.splitlines() if "%" in line}
    assert lines["Bought once"][-2:] == ["2", "100.0%"]
    assert lines["Use your coupon"][-2:] == ["2", "100.0%"]
    assert lines["End, no coupon"][-2:] == ["0", "0.0%"]
    assert "Conservation holds." in told
    assert QImage(told.split("Picture: ")[1].strip()).width() > 1000


def test_invented_purchases_are_said_to_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = cdnow.write_cdnow

    def few(folder: Path, source: Path) -> object:
        found = real(folder, tmp_path / "few.txt")
        return found._replace(invented=True)

    (tmp_path / "few.txt").write_text(PURCHASES)
    monkeypatch.setattr(cdnow, "write_cdnow", few)
    showcase.make_workspace(tmp_path, tmp_path / "missing.txt")
    assert "An invented set of purchases, because there is no missing.txt" in capsys.readouterr().out
