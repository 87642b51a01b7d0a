"""Suppressed addresses and coupon codes: the same near and over HTTP, line by line, in long files."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import hand_lists
from engine.files import FileError
from engine.hand_lists import Lists, export_suppressed, import_codes, import_suppressed
from engine.server.lacks import lacks
from engine.server.stored_lists import StoredLists
from engine.store.database import Database
from tests.databases import Target
from tests.engine.run.drafting import HOUR, TOUR, TOUR_LINKS, bundle, populate
from tests.engine.run.living import Living
from tests.engine.server.serving import serve


def test_an_address_is_suppressed_in_every_form(databases: Database) -> None:
    lists = StoredLists(databases)
    answer = lists.suppress(
        [("mobile", " 138 0000 0000 "), ("email", "A@Example.com"), ("member", ""), ("m", "x" * 201)]
    )
    assert answer.changed == 2
    assert [problem.index for problem in answer.rejected] == [2, 3]
    found = lists.suppressed()
    assert [(one.type, one.value) for one in found.addresses] == [
        ("email", "A@Example.com"),
        ("email", "A@example.com"),
        ("mobile", "+8613800000000"),
        ("mobile", "138 0000 0000"),
    ]
    assert lists.suppress([("mobile", "138 0000 0000")]).changed == 0
    assert lists.release_addresses([("mobile", "13800000000")]).changed == 1
    assert lists.release_addresses([("mobile", "0000")]).changed == 0


def test_searching_and_paging(databases: Database) -> None:
    lists = StoredLists(databases)
    lists.suppress([("member", f"m{n}") for n in range(7)] + [("wechat", "50%_"), ("wechat", "other")])
    assert lists.suppressed("M3").total == 1
    assert [one.value for one in lists.suppressed("%").addresses] == ["50%_"]  # no wildcard
    assert lists.suppressed(type="wechat").total == 2
    page = lists.suppressed(limit=6)
    assert (page.total, len(page.addresses)) == (9, 6)
    rest = lists.suppressed(after=("member", "m5"), limit=6).addresses
    assert [one.value for one in rest] == ["m6", "50%_", "other"]


def test_a_pool_takes_each_code_once_and_in_order(databases: Database) -> None:
    lists = StoredLists(databases)
    answer = lists.add_codes("cp_1", ["B", "A", "B", " ", "C"])
    assert (answer.added, answer.repeated, [one.index for one in answer.rejected]) == (3, [2], [3])
    assert lists.add_codes("cp_1", ["A", "D"]).repeated == [0]
    assert lists.add_codes("cp_2", ["A"]).added == 1
    with databases.read() as connection:
        rows = connection.exec_driver_sql(
            "SELECT code FROM coupon_code WHERE coupon = 'cp_1' ORDER BY position"
        )
        assert [row[0] for row in rows] == ["B", "A", "C", "D"]
    assert {(pool.coupon, pool.codes, pool.issued) for pool in lists.coupons()} == {
        ("cp_1", 4, 0),
        ("cp_2", 1, 0),
    }


def test_who_got_a_code(target: Target, tmp_path: Path) -> None:
    """What a call centre looks up: which codes campaigns have issued, and to whom."""
    populate(target, tmp_path, people=2, codes=3)
    made = bundle(TOUR, TOUR_LINKS)
    with Living(target) as shop:
        lists = StoredLists(shop.database)
        assert [pool.issued for pool in lists.coupons()] == [0]
        shop.engine.publish(made)
        shop.pass_time(HOUR)
        assert [(pool.codes, pool.issued) for pool in lists.coupons()] == [(3, 2)]
        first, second = lists.coupon_codes("cp_1", state="issued").codes
        assert first.model_dump() == {
            "code": "C1", "person": "p1", "campaign": "c_1", "campaign_name": "c_1", "node": "n_coupon",
            "issued_at": "2026-03-02T09:00:00.000Z",
        }  # fmt: skip
        assert (second.code, second.person) == ("C2", "p2")
        assert [one.code for one in lists.coupon_codes("cp_1", "p2").codes] == ["C2"]
        assert [one.code for one in lists.coupon_codes("cp_1", state="free").codes] == ["C3"]
        assert lists.coupon_codes("cp_1", state="free", after="C3").codes == []
        assert [one.kind for one in lacks(shop.database, made)] == []
        shop.engine.publish(bundle(TOUR, TOUR_LINKS, id="c_2"))
        shop.pass_time(HOUR)
        assert [one.kind for one in lacks(shop.database, made)] == ["coupon_codes"]
        assert lists.add_codes("cp_1", ["C2", "C4"]).added == 1
        assert [one.kind for one in lacks(shop.database, made)] == []
        shop.engine.delete("c_1")
        assert [(pool.codes, pool.issued) for pool in lists.coupons()] == [(4, 3)]
        (found,) = lists.coupon_codes("cp_1", "C1").codes
        assert (found.person, found.campaign, found.node) == ("p1", None, None)
        shop.engine.erase_person("p1")
        issued = [one.person for one in lists.coupon_codes("cp_1", state="issued").codes]
        assert issued == [None, "p2", None]
        shop.sound()


def test_codes_that_were_added_by_hand_stay_when_an_import_is_undone(target: Target, tmp_path: Path) -> None:
    populate(target, tmp_path, people=1, codes=2)
    with Living(target) as shop:
        lists = StoredLists(shop.database)
        lists.add_codes("cp_1", ["H1"])
        shop.engine.undo_import(shop.engine.imports()[0].id)
        lists.add_codes("cp_1", ["H2"])
        assert [one.code for one in lists.coupon_codes("cp_1").codes] == ["H1", "H2"]
        assert shop.rows("SELECT code FROM coupon_code ORDER BY position") == [("H1",), ("H2",)]


@pytest.mark.parametrize("over_http", [False, True])
def test_files_go_in_by_chunks_and_tell_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, over_http: bool
) -> None:
    monkeypatch.setattr(hand_lists, "MAX_ADDRESSES", 2)
    monkeypatch.setattr(hand_lists, "MAX_CODES", 2)
    monkeypatch.setattr(hand_lists, "PAGE", 2)
    addresses = tmp_path / "suppressed.csv"
    addresses.write_text(
        "value,type\nm1,member\nm2,member\n,member\nm1,member\nm3,member\n", encoding="utf-8"
    )
    codes = tmp_path / "codes.csv"
    codes.write_text("coupon,code\ncp_1,A\ncp_1,B\ncp_2,C\ncp_1,A\n", encoding="utf-8")
    seen: list[int] = []
    with Database.open(tmp_path / "engine.db") as database, serve(database, tmp_path) as served:
        lists: Lists = served.client() if over_http else StoredLists(database)
        taken = import_suppressed(lists, addresses, seen.append)
        assert (taken.added, taken.repeated, taken.rejected, taken.rejects) == (
            3,
            1,
            1,
            [(4, "value is empty.")],
        )
        assert seen == [2, 4, 5]
        taken = import_codes(lists, "cp_1", codes)
        assert (taken.added, taken.repeated) == (2, 1)
        assert sorted(taken.rejects, key=lambda reject: reject[0] or 0) == [
            (4, "The code is for another coupon, “cp_2”."),
            (5, "The pool has this code already."),
        ]
        plain = tmp_path / "plain.txt"
        plain.write_text("X1\nX2\n", encoding="utf-8")
        assert import_codes(lists, "cp_1", plain).added == 2
        out = tmp_path / "out.csv"
        assert export_suppressed(lists, out) == 3
        assert out.read_text(encoding="utf-8") == "type,value\nmember,m1\nmember,m2\nmember,m3\n"
        assert import_suppressed(lists, out).added == 0


def test_a_file_that_cannot_be_used_is_refused_whole(tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("type,address\nmobile,1\n", encoding="utf-8")
    with Database.open(tmp_path / "engine.db") as database:
        lists = StoredLists(database)
        with pytest.raises(FileError, match="lacks the column value"):
            import_suppressed(lists, bad)
        with pytest.raises(FileError, match="lacks the column code"):
            import_codes(lists, "cp_1", bad)
        with pytest.raises(FileError, match="cannot be read"):
            import_codes(lists, "cp_1", tmp_path / "gone.csv")
        with pytest.raises(FileError, match="cannot be written"):
            export_suppressed(lists, tmp_path / "no" / "out.csv")


def test_an_export_that_breaks_off_leaves_the_old_file(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    out.write_text("old", encoding="utf-8")

    def end(_rows: int) -> None:
        raise RuntimeError

    with Database.open(tmp_path / "engine.db") as database:
        lists = StoredLists(database)
        lists.suppress([("member", "m1")])
        with pytest.raises(RuntimeError):
            export_suppressed(lists, out, end)
    assert out.read_text(encoding="utf-8") == "old"
    assert sorted(path.name for path in tmp_path.glob("*.csv")) == ["out.csv"]
    assert not list(tmp_path.glob(".*.tmp"))
