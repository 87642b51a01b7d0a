"""Bundles: everything that a campaign refers to, its hash, strict reading, and taking one in."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.campaign import campaign_file
from engine.components.base import RefKind
from engine.files import FileError
from engine.server.lacks import lacks
from engine.store.database import Database
from engine.workspace import bundle
from engine.workspace.audience import AUDIENCE
from engine.workspace.bundle import Bundle
from engine.workspace.importing import take_in
from engine.workspace.message import MESSAGE
from engine.workspace.workspace import Workspace
from tests.databases import empty_database
from tests.engine.workspace.examples import LIST_JSON, PATH, encoded, filled_workspace


def made(workspace: Workspace) -> Bundle:
    return bundle.make(workspace, workspace.load_campaign("c_1"))


def test_collects_what_is_referred_to_also_through_others(tmp_path: Path) -> None:
    result = made(filled_workspace(tmp_path))
    assert list(result.audiences) == ["a_base", "a_once"]  # a_base is named by a_once only
    assert list(result.messages) == ["m_care"]
    assert list(result.accounts) == ["acc_sms"]
    # Named by the audience's rule only, login by the definition of a stage.
    assert set(result.catalog.events) == {"order", "login"}
    assert set(result.catalog.tables) == {"daily"}
    assert set(result.catalog.rfm_models) == {"rfm_1"}
    assert list(result.catalog.aipl) == ["A", "L"]
    assert set(result.catalog.tags) == {"level"}
    assert set(result.catalog.attributes) == {"city"}
    assert set(result.catalog.coupons) == {"cp_1"}
    assert set(result.catalog.id_types) == {"mobile", "email"}
    assert set(result.catalog.marketing_campaigns) == {"mc_1", "mc_2"}
    assert result.catalog.folders == ("Retention",)
    assert result.name_of(RefKind.AUDIENCE, "a_once") == "Bought once"
    assert result.name_of(RefKind.MESSAGE, "m_mail") is None


def test_what_the_workspace_lacks_is_left_out(tmp_path: Path) -> None:
    workspace = filled_workspace(tmp_path)
    workspace.delete_audience("a_once")
    result = made(workspace)
    assert list(result.audiences) == []
    assert result.name_of(RefKind.AUDIENCE, "a_once") is None


def test_write_and_read(tmp_path: Path) -> None:
    result = made(filled_workspace(tmp_path))
    data = bundle.write(result)
    again = bundle.read(data)
    assert bundle.write(again) == data
    assert again.hash == result.hash
    assert campaign_file.dump(again.campaign) == campaign_file.dump(result.campaign)
    (tmp_path / "x.bundle").write_bytes(data)
    assert bundle.load(tmp_path / "x.bundle").hash == result.hash


def test_hash_is_of_what_matters_when_it_runs(tmp_path: Path) -> None:
    workspace = filled_workspace(tmp_path)
    before = made(workspace).hash
    path = workspace.campaign_files.path_of("c_1")
    path.write_bytes(path.read_bytes().replace(b'"n_a": [160, 0]', b'"n_a": [168, 8]'))
    assert made(workspace).hash == before
    workspace.save_message(workspace.messages["m_care"].model_copy(update={"status": "pending"}))
    assert made(workspace).hash != before


def changed(data: bytes, change: Callable[[dict[str, Any]], object]) -> bytes:
    value = json.loads(data)
    change(value)
    return json.dumps(value, indent=1).encode()


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        (lambda b: b["campaign"].update(name="Forged"), "hash", "hash differs"),
        (lambda b: b["audiences"]["a_once"].update(name="Forged"), "hash", "hash differs"),
        (lambda b: b.update(hash="0" * 64), "hash", "hash differs"),
        (lambda b: b.update(hash="x"), "hash", "right form"),
        (lambda b: b["campaign"]["links"]["l_1"].update(to="n_z"), "campaign.links.l_1.to", "no component"),
        (lambda b: b["campaign"].update(version=2), "campaign.version", "1"),
        (lambda b: b["accounts"].update(x=b["accounts"]["acc_sms"]), "accounts.x.id", "Use the id “x”"),
        (lambda b: b["accounts"]["acc_sms"]["settings"].update(secret="s"), "accounts.acc_sms.s", "keyring"),
        (lambda b: b.update(people=[]), "people", "not known"),
        (lambda b: b.pop("campaign"), "campaign", "Fill this in"),
    ],
)
def test_refuses(tmp_path: Path, change: Callable[[dict[str, Any]], object], field: str, words: str) -> None:
    data = changed(bundle.write(made(filled_workspace(tmp_path))), change)
    with pytest.raises(FileError) as caught:
        bundle.read(data, PATH)
    assert caught.value.field.startswith(field)
    assert words in str(caught.value.message)
    assert caught.value.line is not None


def test_taking_in_brings_all_that_is_missing(tmp_path: Path) -> None:
    exported = bundle.read(bundle.write(made(filled_workspace(tmp_path / "one"))))
    other = Workspace.create(tmp_path / "two", "Other", "Europe/Berlin", "en")
    imported = take_in(exported, other)
    assert imported.kept == ()
    assert imported.campaign.attributes.id == "c_1"
    assert bundle.make(Workspace.open(tmp_path / "two"), imported.campaign).hash == exported.hash


def test_taking_in_overwrites_nothing(tmp_path: Path) -> None:
    exported = made(filled_workspace(tmp_path / "one"))
    other = filled_workspace(tmp_path / "two")
    other.save_account(other.accounts["acc_sms"].model_copy(update={"name": "Ours"}))
    other.delete_audience("a_once")
    other.delete_audience("a_base")
    namesake = AUDIENCE.parse(encoded({**LIST_JSON, "id": "a_ours"}), PATH)
    other.save_audience(namesake)
    imported = take_in(exported, other)
    assert imported.kept == ("Ours",)
    assert other.accounts["acc_sms"].name == "Ours"
    assert other.audiences["a_ours"] == namesake
    assert other.audiences["a_base"].name == "Uploaded 2"
    assert imported.campaign.attributes.id != "c_1"
    assert imported.campaign.attributes.name == "Second order 2"
    assert [entry.name for entry in other.campaigns()] == ["Second order", "Second order 2"]


GIF = b"GIF89a" + bytes([1, 0, 1, 0]) + bytes(20)
OTHER_GIF = GIF + b"other"


def with_picture(folder: Path, data: bytes | None = GIF) -> Workspace:
    """The workspace, its campaign's message being a digital SMS with a picture."""
    workspace = filled_workspace(folder)
    care = workspace.messages["m_care"].canonical() | {"kind": "digital_sms"}
    del care["sms_type"]
    care["content"] = {"subject": "S", "blocks": [{"text": "t"}, {"image": "media/shoe.gif"}], "carriers": []}
    workspace.save_message(MESSAGE.parse(encoded(care), PATH))
    if data is not None:
        (workspace.messages.path / "media").mkdir()
        (workspace.messages.path / "media" / "shoe.gif").write_bytes(data)
    return workspace


def test_pictures_are_pinned_with_their_bytes(tmp_path: Path) -> None:
    before = made(with_picture(tmp_path / "one"))
    again = bundle.read(bundle.write(before))
    assert again.media == {"media/shoe.gif": GIF}
    assert again.hash == before.hash
    assert made(with_picture(tmp_path / "two", OTHER_GIF)).hash != before.hash
    assert "media" not in made(filled_workspace(tmp_path / "none")).content()
    with pytest.raises(FileError, match="hash differs"):
        bundle.read(changed(bundle.write(before), lambda b: b["media"].update({"media/shoe.gif": "R0lG"})))
    with pytest.raises(FileError):
        bundle.read(changed(bundle.write(before), lambda b: b["media"].update({"media/../x.gif": "R0lG"})))


def test_pictures_are_taken_in_and_overwrite_none(tmp_path: Path) -> None:
    exported = bundle.read(bundle.write(made(with_picture(tmp_path / "one"))))
    other = Workspace.create(tmp_path / "two", "Other", "Europe/Berlin", "en")
    media = other.messages.path / "media"
    media.mkdir(parents=True)
    (media / "shoe.gif").write_bytes(OTHER_GIF)
    take_in(exported, other)
    assert {path.name: path.read_bytes() for path in media.iterdir()} == {
        "shoe.gif": OTHER_GIF,
        "shoe-2.gif": GIF,
    }
    blocks = other.messages["m_care"].canonical()["content"]["blocks"]
    assert blocks[1] == {"image": "media/shoe-2.gif"}
    third = with_picture(tmp_path / "three", OTHER_GIF)
    assert take_in(exported, third).kept == ("Care",)


def test_a_picture_that_is_missing_is_told_and_too_many_are_refused(tmp_path: Path) -> None:
    lacking = made(with_picture(tmp_path / "one", None))
    path = tmp_path / "engine.db"
    path.write_bytes(empty_database())
    with Database.open(path) as database:
        assert [lack.kind for lack in lacks(database, lacking) if "media/shoe.gif" in lack.text] == ["media"]
    full = {f"media/{n}.gif": GIF + bytes(1_999_000) for n in range(4)}
    many = Bundle(
        lacking.campaign, lacking.audiences, lacking.messages, lacking.accounts, lacking.catalog, full
    )
    with pytest.raises(FileError, match="Use smaller files"):
        bundle.write(many)
