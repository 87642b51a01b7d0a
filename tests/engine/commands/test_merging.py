"""`merge-driver`: what git gets, what is kept for whoever has to choose, and what is said."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import cli, i18n
from engine.campaign import campaign_file, edits
from engine.campaign.document import CampaignDocument
from engine.campaign.merging import Side
from engine.workspace import merge_record
from tests.engine.shop import campaign_path, make_shop

MAIN = Path(__file__).parents[3] / "main.py"


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    yield
    i18n.set_language("en")


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return campaign_path(make_shop(tmp_path / "shop"))


def named(path: Path, node: str, name: str, memo: str = "") -> CampaignDocument:
    document = campaign_file.load(path)
    config = dict(document.nodes[node].config)
    document.apply(edits.configure(document, node, name=name, memo=memo, config=config).ops)
    return document


def saved(document: CampaignDocument, path: Path) -> Path:
    campaign_file.save(document, path)
    return path


def test_a_clean_merge_is_written_and_nothing_else(base: Path, tmp_path: Path) -> None:
    ours = saved(named(base, "n_sms", "Ours"), tmp_path / "ours")
    theirs = saved(named(base, "n_end", "Theirs"), tmp_path / "theirs")
    assert cli.main(["merge-driver", str(base), str(ours), str(theirs), str(base)]) == 0
    merged = campaign_file.load(ours)
    assert (merged.nodes["n_sms"].name, merged.nodes["n_end"].name) == ("Ours", "Theirs")
    assert not merge_record.record_path(base).exists()


def test_conflicts_leave_a_valid_file_and_all_that_is_needed_to_choose(
    base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ours = saved(named(base, "n_sms", "Ours"), tmp_path / "ours")
    theirs = saved(named(base, "n_sms", "Theirs", memo="Why"), tmp_path / "theirs")
    assert cli.main(["merge-driver", str(base), str(ours), str(theirs), str(base)]) == 1
    merged = campaign_file.load(ours)
    assert (merged.nodes["n_sms"].name, merged.nodes["n_sms"].memo) == ("Ours", "Why")
    said = capsys.readouterr().err
    assert f"{base}: 1 conflict. Your side was taken" in said
    assert "Theirs: Renamed from “Hello” to “Theirs”." in said
    found = merge_record.load(merge_record.record_path(base))
    (conflict,) = found.conflicts
    assert found.document({conflict.key: Side.THEIRS}).nodes["n_sms"].name == "Theirs"


def test_what_both_added_is_kept_with_both_names(
    base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = tmp_path / "empty"
    empty.touch()
    ours, theirs = saved(campaign_file.load(base), tmp_path / "ours"), campaign_file.load(base)
    attributes = theirs.attributes.model_copy(update={"name": "Theirs"})
    theirs.apply(edits.set_attributes(theirs, attributes).ops)
    other = saved(theirs, tmp_path / "theirs")
    assert cli.main(["merge-driver", str(empty), str(ours), str(other), str(base)]) == 1
    assert "Theirs: Name: “Theirs”" in capsys.readouterr().err
    found = merge_record.load(merge_record.record_path(base))
    (conflict,) = found.conflicts
    assert found.document({conflict.key: Side.THEIRS}).attributes.name == "Theirs"


def test_what_cannot_be_read_is_left_alone(
    base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    theirs = tmp_path / "theirs"
    theirs.write_bytes(b"<<<<<<<")
    before = base.read_bytes()
    assert cli.main(["merge-driver", str(base), str(base), str(theirs), "spring.campaign.json"]) == 2
    assert base.read_bytes() == before
    said = capsys.readouterr().err
    assert said.startswith("spring.campaign.json:1: Theirs: "), "not the name of git's own copy"


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_git_merges_with_it(base: Path) -> None:
    folder = base.parent

    def git(*arguments: str) -> int:
        options = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
        return subprocess.run(
            ["git", *options, *arguments], cwd=folder, check=False, capture_output=True
        ).returncode

    (folder / ".gitattributes").write_text("*.campaign.json merge=campaign\n", encoding="utf-8")
    assert git("init", "-b", "main") == 0
    git("config", "merge.campaign.driver", f'"{sys.executable}" "{MAIN}" merge-driver %O %A %B %P')
    git("add", ".")
    git("commit", "-m", "base")
    git("checkout", "-b", "other")
    saved(named(base, "n_sms", "Theirs"), base)
    git("commit", "-am", "theirs")
    git("checkout", "main")
    saved(named(base, "n_sms", "Hello", memo="Ours"), base)
    git("commit", "-am", "ours")
    assert git("merge", "other", "-m", "both") == 0
    merged = campaign_file.load(base).nodes["n_sms"]
    assert (merged.name, merged.memo) == ("Theirs", "Ours")
