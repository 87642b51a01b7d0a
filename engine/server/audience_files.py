"""Files of the workspace for the audiences that campaigns write, so that others can be made of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from engine.files import FileError
from engine.logs import get_logger
from engine.run.generated import Generated
from engine.workspace.audience import (
    AUDIENCE,
    AUDIENCE_SUFFIX,
    AUDIENCES_NAME,
    PERSON_ID,
    AudienceFile,
    PeopleList,
)
from engine.workspace.folder import ObjectFolder, free_name

LONGEST_NAME = 50

log = get_logger()


class AudienceFiles:
    """Writes the files into the workspace's folder; called with audiences, yields the ids of those written.

    One that cannot be written is logged and left out, one that has a file already is not written again.
    """

    def __init__(self, workspace: Path) -> None:
        self._path = workspace / AUDIENCES_NAME

    def __call__(self, written: Iterable[Generated]) -> Iterator[str]:
        try:
            # Read anew: the designer writes here, too.
            folder: ObjectFolder[AudienceFile] = ObjectFolder(self._path, AUDIENCE_SUFFIX, AUDIENCE)
        except FileError as error:
            log.error("generated audiences have no file", reason=str(error))
            return
        for one in written:
            try:
                if one.id not in folder:
                    folder.save(_file(one, {other.name for other in folder.values()}))
            except FileError as error:
                log.error("a generated audience has no file", audience=one.name, reason=str(error))
            else:
                yield one.id


def _file(one: Generated, taken: set[str]) -> AudienceFile:
    name, _, stamp = one.name.rpartition("_")
    end = f"_{stamp}"
    room = LONGEST_NAME - len(end)
    others = {other.removesuffix(end) for other in taken if other.endswith(end)}
    return AudienceFile(
        id=one.id,
        name=free_name(name[:room], others, room) + end,
        directory=one.directory,
        remark=one.remark,
        public=one.public,
        list=PeopleList(id_type=PERSON_ID),
    )
