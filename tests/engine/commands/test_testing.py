"""`test`: what it prints, how it ends, and what a CI system is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from engine import cli, i18n
from engine.commands import testing
from engine.files import canonical
from engine.workspace.workspace import Workspace
from tests.engine.shop import CAMPAIGN, campaign_path, make_shop

ANN = {"person": "ann", "ids": {"mobile": "+491510000001"}, "attributes": {"city": "Rome"}}
GOOD = ["n_who", "n_sms", "n_end"]


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(testing, "refuse_network", lambda: None)  # it would last as long as the tests
    yield
    i18n.set_language("en")


@pytest.fixture
def shop(tmp_path: Path) -> Workspace:
    return make_shop(tmp_path / "shop")


def write(shop: Workspace, name: str, path: list[str], **fields: Any) -> Path:
    file = campaign_path(shop).with_name(f"{name}.campaigntest.json")
    test = {
        "format": "campaigntest",
        "version": 1,
        "campaign": CAMPAIGN,
        "from": "2026-12-01T09:00:00+01:00",
        "people": [ANN],
        "expect": [{"person": "ann", "path": path}],
        **fields,
    }
    file.write_bytes(canonical(test))
    return file


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    status = cli.main(["test", *map(str, arguments)])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_all_passed(shop: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(shop, "good", GOOD)
    status, out, err = run(capsys, shop.folder)
    assert (status, err) == (0, "")
    assert out.splitlines() == [f"passed {file}: ann", "1 passed, 0 failed"]


def test_one_failed_and_the_report_says_so(
    shop: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = write(shop, "good", GOOD), write(shop, "other", ["n_who", "n_end"])
    report = tmp_path / "reports" / "junit.xml"
    status, out, _ = run(capsys, good, bad, "--junit", report)
    assert status == 1
    assert out.splitlines()[1:] == [
        f"FAILED {bad}: ann",
        "  Path",
        "    expected     actual",
        "    n_who Rome   n_who Rome",
        "               ≠ n_sms Hello",
        "    n_end End    n_end End",
        "1 passed, 1 failed",
    ]
    root = ET.parse(report).getroot()
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("2", "1", "0")
    failure = root.find("./testsuite/testcase/failure")
    assert failure is not None
    assert failure.get("message") == "Path: expected “”, got “n_sms Hello”"


def test_a_report_that_cannot_be_written_ends_with_2(
    shop: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, err = run(capsys, write(shop, "good", GOOD), "--junit", tmp_path)
    assert status == 2
    assert out.splitlines()[-1] == "1 passed, 0 failed"
    assert str(tmp_path) in err


def test_what_is_no_test_ends_with_2_and_keeps_no_other_from_running(
    shop: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = write(shop, "good", GOOD), write(shop, "bad", ["n_gone"])
    status, out, err = run(capsys, bad, good)
    assert status == 2
    assert f"passed {good}: ann" in out
    assert f"{bad}:" in err
    assert "n_gone" in err


@pytest.mark.parametrize("name", ["", "nowhere.campaigntest.json"])
def test_no_tests_at_all(tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    status, _, err = run(capsys, tmp_path / name)
    assert status == 2
    assert err


def test_validate_holds_a_test_against_the_campaign_beside_it(
    shop: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = write(shop, "good", GOOD), write(shop, "bad", ["n_gone"])
    assert cli.main(["validate", str(good)]) == 0
    assert cli.main(["validate", str(bad)]) == 1
    assert "n_gone" in capsys.readouterr().out
