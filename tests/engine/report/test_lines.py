"""The lines of a campaign over its versions."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from engine.report import lines
from engine.store.tables.runs import campaign_version
from tests.databases import Target
from tests.engine.run.drafting import Running, bundle, populate
from tests.engine.run.living import SMS_LINKS, SMS_THEN_WAIT


def test_versions_are_read_once_however_many_there_are(
    target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Live counts ask every second."""
    many = 300
    with Running(populate(target, tmp_path)) as run:
        run.engine.publish(bundle(SMS_THEN_WAIT, SMS_LINKS))
        with run.database.write() as connection:
            first = dict(connection.execute(select(campaign_version)).mappings().one())
            further = [
                first | {"key": first["key"] + n, "version": 1 + n, "hash": f"h{n}"} for n in range(1, many)
            ]
            connection.execute(campaign_version.insert(), further)
            keys = list(connection.scalars(select(campaign_version.c.key)))
        with run.database.read() as connection:
            found = lines.lines_of(connection, keys)
            monkeypatch.setattr(lines, "stored_bundle", None)  # would fail if it were asked
            assert lines.lines_of(connection, keys) == found
        assert {line.target for line in found.ends.values()} == set(SMS_THEN_WAIT)
        assert not found.before
