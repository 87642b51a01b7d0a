"""`export-mermaid` and `export-csv`."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import cli
from tests.engine.shop import campaign_path, make_shop


@pytest.mark.parametrize(("name", "begin"), [("mermaid", "flowchart LR"), ("csv", "\ufeffID,")])
def test_to_a_file_and_to_the_standard_output(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes], name: str, begin: str
) -> None:
    campaign, out = campaign_path(make_shop(tmp_path / "shop")), tmp_path / "out"
    assert cli.main([f"export-{name}", str(campaign), "--out", str(out)]) == 0
    assert cli.main([f"export-{name}", str(campaign)]) == 0
    assert out.read_bytes() == capsysbinary.readouterr().out
    text = out.read_text("utf-8")
    assert text.startswith(begin)
    assert "Hello" in text
