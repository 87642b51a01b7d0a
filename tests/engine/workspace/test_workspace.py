"""The workspace: opening with broken files, saving, looking up, deleting."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.components.base import RefKind
from engine.files import FileError
from engine.workspace.account import ACCOUNT
from engine.workspace.audience import AUDIENCE
from engine.workspace.campaigns import CampaignFolder
from engine.workspace.catalog import Catalog, IdType
from engine.workspace.uses import Use
from engine.workspace.workspace import Workspace
from tests.engine.workspace.examples import (
    ACCOUNT_JSON,
    AUDIENCE_JSON,
    LIST_JSON,
    PATH,
    campaign,
    encoded,
    filled_workspace,
)


def tree(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_new_workspace_has_a_simulated_account(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "new", "店铺", "Asia/Shanghai", "en")
    assert [(account.kind, account.name) for account in workspace.accounts.values()] == [
        ("simulated", "Simulated")
    ]
    again = Workspace.open(tmp_path / "new")
    assert again.settings == workspace.settings
    assert again.settings.name == "店铺"
    assert set(tree(tmp_path / "new")) == {
        "workspace.json",
        "catalog.json",
        "accounts/simulated.account.json",
    }


def test_create_refuses_the_folder_of_another_and_bad_settings(tmp_path: Path) -> None:
    Workspace.create(tmp_path, "Shop", "Europe/Berlin", "en")
    before = tree(tmp_path)
    with pytest.raises(FileError, match="workspace here already"):
        Workspace.create(tmp_path, "Other", "Europe/Berlin", "en")
    assert tree(tmp_path) == before
    with pytest.raises(FileError, match="time_zone: Enter a time zone"):
        Workspace.create(tmp_path / "x", "Shop", "Berlin", "en")
    assert not (tmp_path / "x").exists()


def test_open_refuses_what_is_no_workspace(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"workspace\.json: There is no such file"):
        Workspace.open(tmp_path)


def test_broken_files_are_listed_and_the_rest_loads(tmp_path: Path) -> None:
    filled_workspace(tmp_path)
    (tmp_path / "audiences" / "bad.audience.json").write_text("{", encoding="utf-8")
    (tmp_path / "messages" / "bad.message.json").write_text('{"format": "account"}', encoding="utf-8")
    (tmp_path / "campaigns" / "bad.campaign.json").write_bytes(b"\xff")
    copy = tmp_path / "accounts" / "z-copy.account.json"
    copy.write_bytes(encoded(ACCOUNT_JSON))
    (tmp_path / "audiences" / ".x.audience.json").write_text("left over by a save", encoding="utf-8")
    workspace = Workspace.open(tmp_path)
    assert [error.path.name for error in workspace.broken] == [
        "bad.audience.json",
        "bad.message.json",
        "z-copy.account.json",
        "bad.campaign.json",
    ]
    assert set(workspace.audiences) == {"a_base", "a_once"}
    assert set(workspace.accounts) == {"acc_sms", "acc_hook", "acc_simulated"}
    assert [(entry.name, entry.id) for entry in workspace.campaigns()] == [
        ("bad.campaign.json", None),
        ("Second order", "c_1"),
    ]


def test_a_broken_catalogue_is_listed_and_never_overwritten(tmp_path: Path) -> None:
    filled_workspace(tmp_path)
    (tmp_path / "catalog.json").write_text("{}", encoding="utf-8")
    workspace = Workspace.open(tmp_path)
    assert [error.path.name for error in workspace.broken] == ["catalog.json"]
    with pytest.raises(FileError, match="not a catalog file"):
        workspace.save_catalog(Catalog())
    assert (tmp_path / "catalog.json").read_text(encoding="utf-8") == "{}"


def test_reopening_and_saving_changes_no_byte(tmp_path: Path) -> None:
    filled_workspace(tmp_path)
    before = tree(tmp_path)
    workspace = Workspace.open(tmp_path)
    workspace.save_settings(workspace.settings)
    workspace.save_catalog(workspace.catalog)
    for audience in workspace.audiences.values():
        workspace.save_audience(audience)
    for message in workspace.messages.values():
        workspace.save_message(message)
    for account in workspace.accounts.values():
        workspace.save_account(account)
    workspace.save_campaign(workspace.load_campaign("c_1"))
    assert tree(tmp_path) == before


def test_a_rename_keeps_the_file_and_changes_one_line(tmp_path: Path) -> None:
    workspace = filled_workspace(tmp_path)
    path = workspace.audiences.path_of("a_once")
    before = path.read_text(encoding="utf-8").splitlines()
    renamed = workspace.audiences["a_once"].model_copy(update={"name": "Another"})
    assert workspace.save_audience(renamed) == path
    after = path.read_text(encoding="utf-8").splitlines()
    assert [line for line in after if line not in before] == ['  "name": "Another",']
    assert list(workspace.audiences) == ["a_once", "a_base"]  # in order of names


def test_names_are_unique_and_files_find_their_own(tmp_path: Path) -> None:
    workspace = filled_workspace(tmp_path)
    twin = AUDIENCE.parse(encoded({**LIST_JSON, "id": "a_twin"}), PATH)
    with pytest.raises(FileError, match="“Uploaded” is taken"):
        workspace.save_audience(twin)
    cased = twin.model_copy(update={"name": "UPLOADED"})  # another name, the same file name
    assert workspace.save_audience(cased).name == "uploaded-2.audience.json"
    doc = campaign()
    other = workspace.save_campaign(doc)
    assert other.name == "second-order.campaign.json"
    assert workspace.other_campaign_names("c_1") == set()
    assert workspace.other_campaign_names("c_2") == {"Second order"}


def test_campaign_names_are_unique(tmp_path: Path) -> None:
    workspace = filled_workspace(tmp_path)
    twin = tmp_path / "campaigns" / "twin.campaign.json"
    twin.write_bytes(workspace.campaign_files.path_of("c_1").read_bytes().replace(b"c_1", b"c_2"))
    with pytest.raises(FileError, match="“Second order” is taken"):
        workspace.save_campaign(workspace.load_campaign("c_2"))


def test_an_audience_cannot_contain_itself(tmp_path: Path) -> None:
    workspace = filled_workspace(tmp_path)
    cards = [{"join": None, "card": "audience", "audience": "a_once"}]
    through = {"format": "audience", "version": 1, "id": "a_base", "name": "Uploaded", "cards": cards}
    with pytest.raises(FileError, match="would contain itself"):
        workspace.save_audience(AUDIENCE.parse(encoded(through), PATH))


def test_look_up(tmp_path: Path) -> None:
    workspace = filled_workspace(tmp_path)
    names = {
        RefKind.AUDIENCE: ("a_once", "Bought once"),
        RefKind.MESSAGE: ("m_care", "Care"),
        RefKind.ACCOUNT: ("acc_sms", "Alibaba SMS"),
        RefKind.EVENT: ("login", "login"),
        RefKind.TAG: ("level", "level"),
        RefKind.ATTRIBUTE: ("city", "city"),
        RefKind.COUPON: ("cp_1", "Ten off"),
    }
    for kind, (id, name) in names.items():
        assert workspace.name_of(kind, id) == name
        assert workspace.name_of(kind, "gone") is None
        assert workspace.detail(kind, "gone") is None
    assert workspace.name_of(RefKind.EVENT, "order") == "Order"
    assert workspace.detail(RefKind.ATTRIBUTE, "age") == {"type": "number"}
    assert workspace.detail(RefKind.TAG, "level") == {"type": "text", "values": ["VIP"]}
    message = workspace.detail(RefKind.MESSAGE, "m_care")
    assert message is not None
    text = "Dear ${name}, your coupon waits.\nSee you soon."
    assert message["content"] == {"text": text, "code": "SMS_1"}
    workspace.save_message(workspace.messages["m_care"].model_copy(update={"status": "rejected"}))
    changed = workspace.detail(RefKind.MESSAGE, "m_care")
    assert changed is not None
    assert changed["status"] == "rejected"


def test_sizes_of_audiences_are_told_on(tmp_path: Path) -> None:
    workspace = filled_workspace(tmp_path)
    workspace.sizes["a_once"] = 0
    told = workspace.detail(RefKind.AUDIENCE, "a_once")
    assert told is not None
    assert told["size"] == 0
    assert "size" not in (workspace.detail(RefKind.AUDIENCE, "a_base") or {})


def test_uses_and_deleting(tmp_path: Path) -> None:
    workspace = filled_workspace(tmp_path)
    in_campaign = [Use("campaign", "c_1", "Second order")]
    assert workspace.uses(RefKind.AUDIENCE, "a_once") == in_campaign
    assert workspace.uses(RefKind.AUDIENCE, "a_base") == [Use("audience", "a_once", "Bought once")]
    assert workspace.uses(RefKind.MESSAGE, "m_care") == in_campaign
    assert workspace.uses(RefKind.COUPON, "cp_1") == in_campaign
    in_audience = Use("audience", "a_once", "Bought once")
    assert workspace.uses(RefKind.ATTRIBUTE, "city") == [*in_campaign, in_audience]
    assert workspace.uses(RefKind.MESSAGE, "m_mail") == []
    workspace.delete_audience("a_once")
    workspace.delete_campaign("c_1")
    assert workspace.name_of(RefKind.AUDIENCE, "a_once") is None
    assert Workspace.open(tmp_path).campaigns() == []
    with pytest.raises(KeyError):
        workspace.delete_campaign("c_1")


def test_changes_by_others_are_seen(tmp_path: Path) -> None:
    workspace = filled_workspace(tmp_path)
    path = workspace.campaign_files.path_of("c_1")
    path.write_bytes(path.read_bytes().replace(b"Second order", b"Another name!"))
    assert [entry.name for entry in workspace.campaigns()] == ["Another name!"]
    (tmp_path / "accounts" / "new.account.json").write_bytes(
        ACCOUNT.dump(workspace.accounts["acc_sms"]).replace(b"acc_sms", b"acc_new")
    )
    workspace.reload()
    assert "acc_new" in workspace.accounts


def test_unchanged_campaign_files_are_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = filled_workspace(tmp_path)
    folder: CampaignFolder = workspace.campaign_files
    first = folder.entries()
    monkeypatch.setattr("engine.campaign.campaign_file.load", None)
    assert folder.entries() == first


def test_update_by_rule_is_read(tmp_path: Path) -> None:
    workspace = filled_workspace(tmp_path)
    assert workspace.audiences["a_once"].model_dump(mode="json")["update"] == AUDIENCE_JSON["update"]


def test_a_catalogue_that_could_not_be_read_again_is_not_written(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path, "W", "Europe/Berlin", "en")
    before = (tmp_path / "catalog.json").read_bytes()
    types = {f"t{n}": IdType() for n in range(51)}
    with pytest.raises(FileError, match="at most 50"):
        workspace.save_catalog(workspace.catalog.model_copy(update={"id_types": types}))
    assert (tmp_path / "catalog.json").read_bytes() == before
