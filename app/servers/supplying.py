"""Sending a server what a campaign needs and it lacks: lists of people, and coupon codes, from CSV files."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from app.servers.asking import Found
from app.servers.connections import client_of
from app.tasks import Progress, Task
from app.widgets.busy import BusyDialog
from app.workspace_settings import list_files
from engine.files import FileError
from engine.i18n import N_, Message, ntr, tr
from engine.server.wire.audiences import MAX_LISTED, UploadAnswer
from engine.workspace.audience import AudienceFile

if TYPE_CHECKING:
    from app.editor.page import EditorPage
    from app.window import MainWindow
    from engine.hand_lists import Taken
    from engine.server.wire.campaigns import Lack

_KINDS = ("audience_list", "coupon_codes")


class Supplying:
    """Asks for a file for each, one after the other, then looks at the campaign once more."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def offer(self, editor: EditorPage, url: str, found: Found) -> None:
        """Send the first of what is lacking; the dialog that follows offers the next."""
        lack = next((one for one in found.check.lacks if one.kind in _KINDS), None)
        if lack is not None:
            list_files.ask_for_csv(self._window, lack.text, partial(self.send, editor, url, lack))

    def send(self, editor: EditorPage, url: str, lack: Lack, path: Path) -> None:
        """Send a file, with progress on show."""
        window = self._window
        if lack.kind == "coupon_codes":
            work: Callable[[Progress], Taken | UploadAnswer] = partial(_send_codes, url, lack.id, path)
        else:
            file = editor.session.workspace.audiences[lack.id]
            work = partial(_send_list, url, file, path)

        def done(answer: Taken | UploadAnswer) -> None:
            if isinstance(answer, UploadAnswer):
                window.toast.show_message(_said(answer), tone="warn" if answer.unknown else "ok")
            else:
                list_files.show_taken(window, path.name, answer)
            window.servers.publishing.check_and_ask(editor, url)

        task = Task(work)
        task.done.connect(done)
        task.failed.connect(window.show_error)
        title = tr("Sending {name}", name=path.name)
        BusyDialog(window, window.look, title, task).open()
        task.start()


def _send_codes(url: str, coupon: str, path: Path, progress: Progress) -> Taken:
    from engine.hand_lists import import_codes

    with client_of(url) as client:
        return import_codes(client, coupon, path, lambda rows: progress(0, 0, _rows(rows)))


def _send_list(url: str, file: AudienceFile, path: Path, progress: Progress) -> UploadAnswer:
    """All ids of a file, in parts. Raises `FileError` where there are none, `OSError`."""
    from engine.audience.uploads import ids_in

    assert file.list is not None
    id_type = file.list.id_type
    ids = ids_in(path, id_type)
    sums = [0, 0, 0]
    answer: UploadAnswer | None = None
    with client_of(url) as client:
        while part := list(islice(ids, MAX_LISTED)):
            answer = client.send_list(file.id, id_type, part, add=answer is not None)
            for place, n in enumerate((answer.ids, answer.unknown, answer.repeated)):
                sums[place] += n
            progress(0, 0, _rows(sums[0]))
    if answer is None:
        message = Message(N_("There are no ids in the first column of {file}."), file=path.name)
        raise FileError(path, None, "", message)
    return UploadAnswer(ids=sums[0], unknown=sums[1], repeated=sums[2], size=answer.size)


def _said(answer: UploadAnswer) -> str:
    parts = [ntr("{n:,} person in the audience", "{n:,} people in the audience", answer.size)]
    if answer.unknown:
        parts.append(ntr("{n:,} id that nobody has", "{n:,} ids that nobody has", answer.unknown))
    return " · ".join(parts)


def _rows(n: int) -> str:
    return ntr("{n:,} row", "{n:,} rows", n)
