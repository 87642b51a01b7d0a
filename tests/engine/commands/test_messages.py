"""`message` on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine import cli, i18n
from engine.workspace.account import SIMULATED_ID
from engine.workspace.workspace import Workspace
from tests.engine.shop import data_folder, make_shop

Run = Callable[..., tuple[int, list[str]]]


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    yield
    i18n.set_language("en")


@pytest.fixture
def shop(tmp_path: Path) -> Workspace:
    shop = make_shop(tmp_path / "shop")
    links = {"address": "https://s.example", "shorten": [{"url": "https://shop.example/spring"}]}
    raw = {
        "format": "message", "version": 1, "id": "m_new", "name": "New", "kind": "text_sms",
        "platform": SIMULATED_ID, "sms_type": "promotional",
        "content": {"text": "Hi ${city} ${nobody}: https://shop.example/spring"}, "links": links,
    }  # fmt: skip
    (shop.messages.path / "new.message.json").write_text(json.dumps(raw), encoding="utf-8")
    return Workspace.open(shop.folder)


@pytest.fixture
def run(shop: Workspace, capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: object) -> tuple[int, list[str]]:
        status = cli.main(["message", *map(str, arguments), "--workspace", str(shop.folder)])
        captured = capsys.readouterr()
        return status, (captured.out + captured.err).splitlines()

    return call


def test_templates_are_listed_with_where_they_are_used(run: Run) -> None:
    assert run("list") == (
        0,
        ["m_hello\ttext_sms\tapproved\tHello\tHello Rome", "m_new\ttext_sms\tdraft\tNew\t"],
    )
    assert run("list", "--status", "draft")[1] == ["m_new\ttext_sms\tdraft\tNew\t"]
    assert run("list", "--kind", "email") == (0, [])


def test_what_is_wrong_is_told_as_validate_tells_it(run: Run, shop: Workspace) -> None:
    path = shop.messages.path_of("m_new")
    unbound = "The variable “nobody” is not bound. Choose what stands for it."
    nowhere = "Short links lead nowhere before Settings → General has the public address of the engine."
    status, lines = run("check")
    assert status == 1
    assert lines == [
        f"{path}:variables.nobody unbound_variable {unbound}",
        f"{path}:links.address no_public_address {nowhere}",
    ]
    assert run("check", "Hello") == (0, [])
    assert run("check", "gone")[0] == 1


def test_a_preview_shows_values_short_links_and_the_length(run: Run) -> None:
    status, lines = run("preview", "New", "--person", "empty", "--set", "city=Rome")
    assert status == 0
    assert lines[0].startswith("Hi Rome ${nobody}: https://s.example/")
    assert lines[1:] == ["", f"{len(lines[0])} characters · 1 message"]
    assert run("preview", "New", "--set", "city")[0] == 1


def test_a_preview_for_a_person_of_the_data(run: Run, shop: Workspace, tmp_path: Path) -> None:
    assert (
        cli.main(["data", "import", "--workspace", str(shop.folder), str(data_folder(tmp_path / "data"))])
        == 0
    )
    status, lines = run("preview", "New", "--of", "p4")
    assert status == 0
    assert any(line.startswith("Hi Oslo ${nobody}") for line in lines)
    assert run("preview", "New", "--of", "nobody")[0] == 1


def test_approval(run: Run, shop: Workspace) -> None:
    status, lines = run("approve", "m_new")
    assert status == 1
    assert "cannot be approved" in lines[0]
    assert run("reject", "m_hello") == (0, ["Hello: rejected"])
    assert Workspace.open(shop.folder).messages["m_hello"].status == "rejected"
    assert run("submit", "Hello") == (0, ["Hello: approved"])  # the workspace approves by itself
    settings = shop.settings.model_copy(update={"auto_approve": False})
    shop.save_settings(settings)
    assert run("submit", "Hello") == (0, ["Hello: in approval"])
    assert run("approve", "Hello") == (0, ["Hello: approved"])
