"""How a server is set up: file, variables, options; and what is refused, where and why."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.server.shared.configuration import PREFIX, Configuration, Misconfigured, configuration

TOML = """
port = 9000
public_url = "https://canvas.example.com"
proxies = ["10.0.0.0/8"]
[limits]
per_second = 5.0
[approval]
four_eyes = true
"""


def test_options_go_before_variables_before_the_file_before_defaults(tmp_path: Path) -> None:
    file = tmp_path / "server.toml"
    file.write_text(TOML, encoding="utf-8")
    variables = {f"{PREFIX}PORT": "9001", f"{PREFIX}LIMITS__BURST": "7", f"{PREFIX}HOST": "::1", "OTHER": "x"}
    found = configuration(file, variables, {"port": None, "host": "0.0.0.0"})
    assert (found.port, found.host, found.public_url) == (9001, "0.0.0.0", "https://canvas.example.com")
    assert (found.limits.per_second, found.limits.burst, found.approval.four_eyes) == (5.0, 7, True)
    assert found.sign_in.session_hours == 12


def test_a_json_file_and_a_secret_in_a_file(tmp_path: Path) -> None:
    file, secret = tmp_path / "server.json", tmp_path / "url"
    file.write_text('{"port": 1}', encoding="utf-8")
    secret.write_text("postgresql://u:hidden@db/canvas\n", encoding="utf-8")
    found = configuration(file, {f"{PREFIX}DATABASE_FILE": str(secret)}, {})
    assert (found.port, found.database) == (1, "postgresql://u:hidden@db/canvas")
    assert "hidden" not in repr(found)


def test_lists_and_choices_in_variables() -> None:
    variables = {
        f"{PREFIX}PROXIES": "10.0.0.1, ::1/128",
        f"{PREFIX}APPROVAL__FOUR_EYES": "true",
        f"{PREFIX}WORKSPACE__LANGUAGE": "zh",
    }
    found = configuration(None, variables, {})
    assert (found.proxies, found.approval.four_eyes) == (["10.0.0.1", "::1/128"], True)
    assert found.workspace.language == "zh"


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("PORT", "x", "whole number"),
        ("PORT", "70000", "65535"),
        ("PROT", "1", "PROT"),
        ("LIMITS", "1", "LIMITS"),
        ("LIMITS__PORT", "1", "LIMITS__PORT"),
        ("PUBLIC_URL", "canvas.example.com/x", "https://canvas.example.com"),
        ("PROXIES", "everybody", "10.0.0.0/8"),
        ("APPROVAL__FOUR_EYES", "perhaps", "yes or no"),
        ("DATABASE_FILE", "/there/is/none", "DATABASE_FILE"),
        ("WORKSPACE__TIME_ZONE", "Mars", "TIME_ZONE"),
    ],
)
def test_a_wrong_variable_is_named(name: str, value: str, says: str) -> None:
    with pytest.raises(Misconfigured) as refused:
        configuration(None, {PREFIX + name: value}, {})
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("prot = 1", "prot"),
        ('port = "1"', "port"),
        ("[limits]\nper_second = 0.0", "limits.per_second"),
        ("port = ", "TOML"),
        ("limits = 3", "limits"),
    ],
)
def test_a_wrong_file_is_named_with_its_field(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "server.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(Misconfigured) as refused:
        configuration(file, {f"{PREFIX}PORT": "1"}, {})
    assert says in str(refused.value)
    assert str(file) in str(refused.value)


def test_what_is_in_the_manual_is_what_there_is() -> None:
    manual = (Path(__file__).parents[4] / "docs" / "server.md").read_text(encoding="utf-8")
    for name, field in Configuration.model_fields.items():
        inner = getattr(field.annotation, "model_fields", None)
        names = [name] if inner is None else [f"{name}.{one}" for one in inner]
        assert not [one for one in names if f"`{one}`" not in manual]
