"""`diff`: in words, for programs, and as a picture; and how it ends."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from app.comparing.command import main
from canvas_widgets.difference_marks import COLOURS
from canvas_widgets.look import Look, Theme
from engine import i18n
from engine.campaign import campaign_file, edits
from engine.files import save_bytes
from engine.workspace import bundle
from engine.workspace.workspace import Workspace
from tests.engine.shop import campaign_path, make_shop


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    yield
    i18n.set_language("en")


@pytest.fixture
def shop(tmp_path: Path) -> Workspace:
    return make_shop(tmp_path / "shop")


@pytest.fixture
def other(shop: Workspace) -> Path:
    """The campaign with a component renamed, one added and one removed."""
    doc = campaign_file.load(campaign_path(shop))
    doc.apply(edits.take_out(doc, "n_sms").ops)
    (link,) = doc.out_links("n_who")
    doc.apply(edits.insert(doc, link, "email").ops)
    renamed = edits.configure(doc, "n_who", name="Romans", memo="", config=dict(doc.nodes["n_who"].config))
    doc.apply(renamed.ops)
    path = shop.folder / "other.campaign.json"
    campaign_file.save(doc, path)
    return path


def run(capsysbinary: pytest.CaptureFixture[bytes], *arguments: object) -> tuple[int, bytes, bytes]:
    status = main([str(argument) for argument in arguments])
    captured = capsysbinary.readouterr()
    return status, captured.out, captured.err


def test_in_words(shop: Workspace, other: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    status, out, _ = run(capsysbinary, campaign_path(shop), other)
    lines = out.decode().splitlines()
    assert status == 1
    assert "~ Romans (Target Audience)" in lines
    assert "    Renamed from “Rome” to “Romans”." in lines
    assert "- Hello (Text SMS)" in lines
    assert "+ Email 1 (Email)" in lines


def test_for_programs(shop: Workspace, other: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    status, out, _ = run(capsysbinary, campaign_path(shop), other, "--format", "json")
    content = json.loads(out)
    assert (status, content["same"]) == (1, False)
    assert {"n_sms": "removed", "n_who": "changed"}.items() <= {
        entry["component"]: entry["change"] for entry in content["differences"]
    }.items()


def test_a_bundle_of_the_same_campaign_is_the_same(
    shop: Workspace, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    file, exported = campaign_path(shop), shop.folder / "hello.bundle"
    save_bytes(exported, bundle.write(bundle.make(shop, campaign_file.load(file))))
    assert run(capsysbinary, file, exported) == (0, b"Nothing is different.\n", b"")


def test_what_cannot_be_read_ends_with_2(shop: Workspace, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    status, out, err = run(capsysbinary, campaign_path(shop), shop.folder / "gone.campaign.json")
    assert (status, out) == (2, b"")
    assert b"gone.campaign.json" in err


def test_as_a_picture_marks_have_their_colours(
    shop: Workspace, other: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    out = shop.folder / "diff.png"
    assert run(capsysbinary, campaign_path(shop), other, "--out", out)[0] == 1
    image = QImage(str(out))
    seen = {image.pixel(x, y) for x in range(0, image.width(), 2) for y in range(0, image.height(), 2)}
    colours = Look(Theme.LIGHT, motion=False).colours
    assert {colours.named(name).rgb() for name in COLOURS.values()} <= seen
    status, svg, _ = run(capsysbinary, campaign_path(shop), other, "--format", "svg")
    assert (status, svg[:5]) == (1, b"<?xml")
