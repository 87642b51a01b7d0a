"""Message templates held against their workspace, and their way to approval."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import pytest

from engine.files import FileError
from engine.shapes.sms import measure
from engine.workspace.folder import free_name
from engine.workspace.media import MAX_BYTES, MediaFolder
from engine.workspace.message import MESSAGE, MessageFile
from engine.workspace.message_check import Surroundings, check_message
from engine.workspace.message_states import NotReady, approved, copied, edited, rejected, submitted
from engine.workspace.message_text import filled, links_of, malformed, variables_of
from engine.workspace.sample_values import SamplePerson, worst_person
from engine.workspace.sms_length import counted, price_per_part
from engine.workspace.workspace import Workspace
from tests.engine.workspace.examples import filled_workspace

PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 200, 100) + b"\0" * 40


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return filled_workspace(tmp_path)


def message(kind: str = "text_sms", **more: Any) -> MessageFile:
    raw: dict[str, Any] = {"format": "message", "version": 1, "id": "m_x", "name": "X", "kind": kind}
    if kind == "text_sms":
        raw |= {
            "platform": "acc_sms",
            "sms_type": "promotional",
            "content": {"text": "Hello", "code": "SMS_1"},
        }
    return MESSAGE.parse(json.dumps(raw | more).encode(), Path("x.message.json"))


def sms(text: str, **more: Any) -> MessageFile:
    return message(content={"text": text, "code": "SMS_1"}, **more)


def found(file: MessageFile, workspace: Workspace, *, errors: bool = True) -> list[tuple[str, str]]:
    findings = check_message(file, Surroundings.of(workspace))
    return [(one.field, one.code) for one in findings if one.is_error or not errors]


def test_what_is_right_is_found_right(workspace: Workspace) -> None:
    bound = {"name": {"from": "constant", "value": "you"}}
    assert (
        found(sms("Dear ${name} from ${city}, ${level} $${x} 5$ ${interests}", variables=bound), workspace)
        == []
    )


@pytest.mark.parametrize(
    ("file", "wanted"),
    [
        (sms(" \n"), ("content.text", "missing")),
        (message(content={"text": "x"}), ("content.code", "missing")),  # Alibaba Cloud sends approved ones
        (sms("Hi ${nobody}"), ("variables.nobody", "unbound_variable")),
        (sms("Hi ${first name}!"), ("content.text", "bad_variable")),
        (sms("Hi ${1st}"), ("content.text", "bad_variable")),
        (sms("Hi ${open"), ("content.text", "bad_variable")),
        (sms("Hi ${}"), ("content.text", "bad_variable")),
        (sms("${a}", variables={"a": {"from": "tag", "key": "gone"}}), ("variables.a", "unknown_field")),
        (sms("${a}", variables={"a": {"from": "event", "key": "gone"}}), ("variables.a", "unknown_field")),
        (sms("x" * 700), ("content.text", "too_long")),
        (sms("x", platform="acc_gone"), ("platform", "missing_reference")),
        (sms("x", sms_type=None), ("sms_type", "missing")),
        (
            sms("x", links={"address": "https://s.example", "shorten": [{"url": "https://a.example"}]}),
            ("links.shorten.0.url", "link_not_found"),
        ),
        (
            sms("x", languages={"attribute": "city", "contents": {"de": {"text": "${nein}"}}}),
            ("variables.nein", "unbound_variable"),
        ),
        (
            sms("x", languages={"attribute": "language", "contents": {"de": {"text": "x"}}}),
            ("languages.attribute", "missing_reference"),
        ),
        (message("email", content={"subject": "", "text": "x"}), ("content.subject", "missing")),
        (message("email", content={"subject": "x"}), ("content.html", "missing")),
        (message("email", content={"subject": "a\nBcc: b", "text": "x"}), ("content.subject", "bad_header")),
        (
            message("email", content={"subject": "x", "html": "<p onclick='x()'>hi</p>"}),
            ("content.html", "script"),
        ),
        (
            message("email", content={"subject": "x", "html": "<div>" * 300}),
            ("content.html", "too_complicated"),
        ),
        (
            message("digital_sms", content={"subject": "s" * 21, "blocks": [{"text": "x"}]}),
            ("content.subject", "too_long"),
        ),
        (
            message("digital_sms", content={"subject": "s", "blocks": [{"image": "media/../x.png"}]}),
            ("content.blocks.0.image", "bad_media"),
        ),
        (
            message("digital_sms", content={"subject": "s", "blocks": [{"video": "http://a.example/x.mp4"}]}),
            ("content.blocks.0.video", "bad_media"),
        ),
        (message("template_message", content={"template_id": ""}), ("content.template_id", "missing")),
    ],
)
def test_what_is_wrong_is_found(file: MessageFile, wanted: tuple[str, str], workspace: Workspace) -> None:
    assert wanted in found(file, workspace)


def test_notes_of_an_email_forbid_nothing(workspace: Workspace) -> None:
    html = "<img src='https://a.example/x.png'>" + "<p>x</p>" * 14_000
    file = message("email", content={"subject": "x", "html": html})
    assert found(file, workspace) == []
    codes = {code for _, code in found(file, workspace, errors=False)}
    assert codes == {"clipped", "no_alt", "no_way_out", "no_plain_text"}


def test_nothing_with_an_unbound_variable_is_approved(workspace: Workspace) -> None:
    around = Surroundings.of(workspace)
    wrong, right = sms("Hi ${nobody}"), sms("Hi ${city}")
    for step in (approved, submitted):
        with pytest.raises(NotReady, match="nobody"):
            step(wrong, check_message(wrong, around), **({"auto_approve": True} if step is submitted else {}))
    assert submitted(right, [], auto_approve=False).status == "pending"
    assert submitted(right, [], auto_approve=True).status == "approved"
    assert approved(right, []).status == "approved"
    assert rejected(right).status == "rejected"
    assert edited(None, wrong, check_message(wrong, around), auto_approve=True).status == "draft"
    assert edited(None, right, [], auto_approve=True).status == "approved"
    assert edited(None, right, [], auto_approve=False).status == "draft"


def test_a_new_name_changes_no_state_and_a_new_text_does() -> None:
    before = sms("Hi", status="approved")
    renamed = before.model_copy(update={"name": "Y"})
    assert edited(before, renamed, [], auto_approve=False).status == "approved"
    assert edited(before, sms("Ho", status="approved"), [], auto_approve=False).status == "draft"


def test_a_copy_is_a_draft_of_its_own() -> None:
    before = sms("Hi", status="approved")
    copy = copied(before, "X", {"m_x"}, {"X"})
    assert (copy.name, copy.status, copy.content) == ("X 2", "draft", before.content)
    assert copy.id != before.id
    assert len(free_name("n" * 50, {"n" * 50})) == 50


def test_what_is_used_is_not_deleted(workspace: Workspace) -> None:
    with pytest.raises(FileError, match="used in"):
        workspace.delete_message("m_care")
    assert "m_care" in workspace.messages
    workspace.delete_message("m_mail")
    assert "m_mail" not in workspace.messages


# ---- variables and links in texts


def test_what_seems_a_variable_and_is_none() -> None:
    text = "${ok} ${名字} $${x} ${a b} ${1} ${a-b} ${} ${open"
    assert [one.text for one in malformed(text)] == ["${a b}", "${1}", "${a-b}", "${}", "${open"]


def test_a_content_is_filled_in_every_text() -> None:
    content: dict[str, Any] = {
        "subject": "${a}",
        "html": '<a href="https://x.example/?q=${a}&amp;r">${a}${b}</a>',
        "blocks": [{"text": ["${a}", "x"]}, {"image": "media/a.png"}],
        "carriers": ["${a}"],
    }
    assert variables_of(content) == ("a", "b")
    assert links_of(content) == ("https://x.example/?q=${a}&r",)
    shown = filled(content, {"a": "<1>"}, {"https://x.example/?q=${a}&r": "https://s.example/t"}.get)
    assert shown == {
        "subject": "<1>",
        "html": '<a href="https://s.example/t">&lt;1&gt;${b}</a>',
        "blocks": [{"text": "<1>\nx"}, {"image": "media/a.png"}],
        "carriers": ["${a}"],
    }


def test_people_and_the_worst_of_them(workspace: Workspace) -> None:
    person = SamplePerson("p", {"city": "Rome"}, {"level": "VIP"}, {"order": {"amount": "5"}})
    bindings = sms(
        "",
        variables={
            "city": {"from": "attribute", "key": "city"},
            "level": {"from": "tag", "key": "level"},
            "amount": {"from": "event", "key": "amount"},
            "age": {"from": "attribute", "key": "age", "when_empty": "default", "default": "?"},
            "fixed": {"from": "constant", "value": "F"},
        },
    ).variables
    values = person.values(bindings, workspace.catalog)
    assert values == {"city": "Rome", "level": "VIP", "amount": "5", "age": "?", "fixed": "F"}
    assert person.values(bindings, workspace.catalog, "login")["amount"] == ""
    empty = worst_person("empty").values(bindings, workspace.catalog)
    assert empty == {"city": "", "level": "", "amount": "", "age": "?", "fixed": "F"}
    longest = worst_person("longest").values(bindings, workspace.catalog)
    assert all(len(longest[name]) > len(values[name]) for name in ("city", "level", "amount", "age"))
    assert "🎉" in worst_person("emoji").values(bindings, workspace.catalog)["city"]


def test_short_links_count_in_their_short_form_and_parts_have_a_price(workspace: Workspace) -> None:
    url = "https://shop.example.com/" + "x" * 100
    links = {"address": "https://s.cn", "shorten": [{"url": url}]}
    assert measure(counted(f"看 {url}", None))[:2] == (127, 2)
    short = counted(f"看 {url}", sms(url, links=links).links)
    assert measure(short)[:2] == (2 + len("https://s.cn/") + 10, 1)
    assert price_per_part(workspace.accounts, "acc_sms") is None
    account = workspace.accounts["acc_sms"]
    raw = account.canonical() | {"settings": {"signatures": ["B"], "price_per_part": "0.045"}}
    workspace.save_account(type(account).model_validate_json(json.dumps(raw)))
    price = price_per_part(workspace.accounts, "acc_sms")
    assert price is not None
    assert (str(price.amount), price.currency) == ("0.045", "CNY")


# ---- media


@pytest.mark.parametrize(
    ("data", "kind", "fits"),
    [
        (PNG, "image", True),
        (PNG, "video", False),
        (b"GIF89a" + struct.pack("<HH", 10, 10), "image", True),
        (b"\xff\xd8\xff\xc0\x00\x11\x08" + struct.pack(">HH", 20, 30) + b"\0" * 20, "image", True),
        (PNG[:16] + struct.pack(">II", 60_000, 60_000) + PNG[24:], "image", False),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>x</script></svg>", "image", False),
        (b"<html>", "image", False),
        (b"", "image", False),
        (b"MZ" + b"\0" * 100, "video", False),
        (b"ID3\x04" + b"\0" * 100, "audio", True),
        (b"\xff\xfb\x90\x00" + b"\0" * 100, "audio", True),
        (b"\0\0\0\x18ftypisom" + b"\0" * 20, "video", True),
        (PNG + b"\0" * MAX_BYTES, "image", False),
    ],
)
def test_files_are_what_their_bytes_say(data: bytes, kind: Any, fits: bool, tmp_path: Path) -> None:
    source = tmp_path / "Photo of ME.png"
    source.write_bytes(data)
    folder = MediaFolder(tmp_path / "messages")
    if not fits:
        with pytest.raises(FileError):
            folder.add(source, kind)
        assert not folder.path.exists()
        return
    name = folder.add(source, kind)
    assert name.startswith("media/photo-of-me")
    assert list(folder.problems(kind, name)) == []
    assert folder.add(source, kind) != name
    assert name in folder.names(kind)


@pytest.mark.parametrize(
    "name", ["media/../../secret.png", "media/link.png", "/etc/hosts", "media/", "x.png", "media/a\0"]
)
def test_a_file_name_leads_nowhere_else(name: str, tmp_path: Path) -> None:
    folder = MediaFolder(tmp_path / "messages")
    folder.path.mkdir(parents=True)
    (tmp_path / "secret.png").write_bytes(PNG)
    (folder.path / "link.png").symlink_to(tmp_path / "secret.png")
    assert list(folder.problems("image", name))
    assert folder.names("image") == []
