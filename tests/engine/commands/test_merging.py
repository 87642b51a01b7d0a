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
from engine.campaign.merging import Side, merge
from engine.workspace import merge_record, merge_state
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
    found = merge_record.load(merge_record.record_path(base)).merge
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
    found = merge_record.load(merge_record.record_path(base)).merge
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


def test_a_clean_merge_takes_away_what_an_earlier_one_left_to_choose(base: Path, tmp_path: Path) -> None:
    left = record_of(base)
    ours = saved(named(base, "n_sms", "Ours"), tmp_path / "ours")
    assert cli.main(["merge-driver", str(base), str(ours), str(base), str(base)]) == 0
    assert not left.exists()


def test_without_git_the_file_says_whether_something_is_left_to_choose(base: Path) -> None:
    left = record_of(base)
    record = merge_record.load(left)
    saved(record.merge.document(), base)
    assert merge_state.stands(record, base)
    saved(named(base, "n_end", "Later"), base)
    assert merge_state.stands(record, base), "it was edited before anybody chose"
    for side in (record.merge.ours, record.merge.theirs):
        saved(side, base)
        assert not merge_state.stands(record, base)


def record_of(base: Path) -> Path:
    """Beside a campaign, the record of a merge of two names of one component; only theirs has a memo."""
    ours, theirs = named(base, "n_sms", "Ours"), named(base, "n_sms", "Theirs", memo="Why")
    path = merge_record.record_path(base)
    path.write_bytes(merge_record.write(merge(campaign_file.load(base), ours, theirs)))
    return path


class Repository:
    """A git repository that merges campaigns with the driver. On `main` and `other` the component `n_sms` is
    called differently; `main` is checked out."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.record = merge_record.record_path(base)
        (base.parent / ".gitattributes").write_text("*.campaign.json merge=campaign\n", encoding="utf-8")
        assert self.git("init", "-b", "main") == 0
        self.git("config", "merge.campaign.driver", f'"{sys.executable}" "{MAIN}" merge-driver %O %A %B %P')
        self.git("add", ".")
        self.git("commit", "-m", "base")
        self.git("checkout", "-b", "other")
        self.commit(named(base, "n_sms", "Theirs"))
        self.git("checkout", "main")
        self.commit(named(base, "n_sms", "Ours"))

    def git(self, *arguments: str) -> int:
        options = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
        command = ["git", *options, *arguments]
        return subprocess.run(command, cwd=self.base.parent, check=False, capture_output=True).returncode

    def commit(self, document: CampaignDocument) -> None:
        saved(document, self.base)
        assert self.git("commit", "-am", "changed") == 0

    def stands(self) -> bool:
        """Whether the record that lies there is still of use."""
        return merge_state.stands(merge_record.load(self.record), self.base)


@pytest.fixture
def repository(base: Path) -> Repository:
    if shutil.which("git") is None:
        pytest.skip("needs git")
    return Repository(base)


def test_git_merges_with_it(repository: Repository) -> None:
    repository.git("checkout", "-b", "third", "main~1")
    repository.commit(named(repository.base, "n_sms", "Hello", memo="Ours"))
    assert repository.git("merge", "other", "-m", "both") == 0
    merged = campaign_file.load(repository.base).nodes["n_sms"]
    assert (merged.name, merged.memo) == ("Theirs", "Ours")


@pytest.mark.parametrize("operation", ["merge", "rebase", "cherry-pick"])
def test_what_was_aborted_is_not_to_be_chosen_any_more(repository: Repository, operation: str) -> None:
    """The file is the same before, in the midst and behind: git leaves the record where it is."""
    assert repository.git(operation, "other") == 1
    assert repository.stands()
    before = repository.base.read_bytes()
    assert repository.git(operation, "--abort") == 0
    assert repository.record.exists()
    if operation == "merge":
        assert repository.base.read_bytes() == before
    assert not repository.stands()


def test_what_was_committed_without_a_choice_can_still_be_chosen_until_the_next_merge(
    repository: Repository,
) -> None:
    assert repository.git("merge", "other") == 1
    assert repository.git("commit", "-am", "whatever") == 0
    assert repository.stands()
    repository.git("checkout", "other")
    repository.commit(named(repository.base, "n_end", "Later"))
    repository.git("checkout", "main")
    assert repository.git("merge", "other", "-m", "both") == 0
    assert not repository.record.exists()
    names = {node.name for node in campaign_file.load(repository.base).nodes.values()}
    assert {"Ours", "Later"} <= names
