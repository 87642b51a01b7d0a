"""The campaigns that the manual plays through: what it quotes of their traces is what happens."""

from __future__ import annotations

import csv
import re
import shlex
import shutil
from collections import Counter
from pathlib import Path

import pytest

from engine import cli
from engine.commands import rehearsal
from engine.components.registry import COMPONENTS
from engine.workspace.workspace import Workspace

EXPLAINED = Path(__file__).parents[2] / "docs" / "explained"
PAGES = sorted(EXPLAINED.glob("*.md"))
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: Path, language: str) -> list[str]:
    """The code blocks of a page in one language."""
    return [text for found, text in FENCE.findall(page.read_text("utf-8")) if found == language]


def commands(page: Path) -> list[list[str]]:
    """The arguments of the calls of `main.py` that a page tells its reader to make."""
    lines = "".join(blocks(page, "sh")).replace("\\\n", " ").splitlines()
    return [shlex.split(line)[2:] for line in lines]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_is_quoted_stands_in_the_trace(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(EXPLAINED, tmp_path / "docs" / "explained", ignore=shutil.ignore_patterns(".engine"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(rehearsal, "refuse_network", lambda *_: None)
    assert [cli.main(arguments) for arguments in commands(page)] == [0, 0]
    assert "rejected: 0\n" in capsys.readouterr().out
    trace: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
    for path in (tmp_path / "build" / page.stem).glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            header, *rows = map(tuple, csv.reader(file))
        trace[header] = set(rows)
    for block in blocks(page, "csv"):
        header, *rows = map(tuple, csv.reader(block.splitlines(keepends=True)))
        assert rows
        assert [row for row in rows if row not in trace[header]] == []


def test_each_page_has_its_campaign_and_each_campaign_its_page() -> None:
    folders = {path.name for path in EXPLAINED.iterdir() if path.is_dir()}
    assert folders == {page.stem for page in PAGES}
    assert len(folders) == 3


def test_together_they_show_most_kinds() -> None:
    kinds: Counter[str] = Counter()
    for page in PAGES:
        workspace = Workspace.open(EXPLAINED / page.stem / "workspace")
        (entry,) = workspace.campaigns()
        assert entry.id is not None
        kinds.update(node.kind for node in workspace.load_campaign(entry.id).nodes.values())
    unseen = {
        "digital_sms",
        "wechat_message",
        "template_message",
        "tag_judgment",
        "audience_judgment",
        "push_kafka",
    }
    assert set(kinds) == set(COMPONENTS) - {"start"} - unseen
