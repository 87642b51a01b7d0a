"""The sample workspace, made whole: its files, and its people in the engine's database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from engine.audience.updates import update_audience
from engine.i18n import tr
from engine.store.database import Database
from engine.store.imports.folder import import_folder
from engine.workspace.sample import TIME_ZONE, write_sample
from engine.workspace.sample_people import PEOPLE

Progress = Callable[[int, int, str], object]
"""Told what is done, the total, and what is being done."""


def make_sample(
    folder: Path,
    language: str,
    progress: Progress = lambda _done, _total, _text: None,
    *,
    today: date | None = None,
) -> None:
    """Make the sample workspace in an empty folder. Raises `FileError`.

    `today` is the day before which everything happened; default: the present one in the sample's time zone.
    """
    zone = ZoneInfo(TIME_ZONE)
    now = datetime.now(UTC) if today is None else datetime(today.year, today.month, today.day, tzinfo=zone)
    progress(0, 3, tr("Inventing {count:,} people", count=PEOPLE))
    with TemporaryDirectory() as temporary:
        data = Path(temporary) / "sample"
        workspace = write_sample(folder, data, language, now.astimezone(zone).date())
        progress(1, 3, tr("Importing people and events"))
        with Database.open(workspace.database_file) as database:
            import_folder(database, data, now=now)
            progress(2, 3, tr("Updating audiences"))
            for id, audience in workspace.audiences.items():
                if audience.cards is not None:
                    update_audience(database, workspace.audiences, id, now, zone, catalog=workspace.catalog)
    progress(3, 3, "")
