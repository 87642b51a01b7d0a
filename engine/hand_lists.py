"""Lists that people keep by hand (suppressed addresses, coupon codes), from CSV files to an engine and back.

The same for a running engine, asked over HTTP, and for a database that nobody else has hold of. A file of any
length passes through in chunks.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Protocol, TypeVar

from engine.files import FileError
from engine.i18n import N_, Message
from engine.server.wire.lists import (
    MAX_ADDRESSES,
    MAX_CODES,
    CodesAnswer,
    CodeState,
    CouponCodePage,
    CouponPool,
    SuppressedAnswer,
    SuppressedPage,
)
from engine.store.imports.reading import CsvFile

MAX_LISTED = 1_000
"""Rows that were not taken which are listed; all are counted."""
PAGE = 10_000

Progress = Callable[[int], object]
"""Told how many rows are done; may raise to end the work."""
T = TypeVar("T")


class Lists(Protocol):
    """What an engine, near or far, can do with these lists; see `EngineClient`."""

    def suppressed(
        self, search: str = "", type: str = "", after: tuple[str, str] = ("", ""), limit: int = 100
    ) -> SuppressedPage: ...

    def suppress(self, addresses: Iterable[tuple[str, str]]) -> SuppressedAnswer: ...

    def release_addresses(self, addresses: Iterable[tuple[str, str]]) -> SuppressedAnswer: ...

    def coupons(self) -> list[CouponPool]: ...

    def add_codes(self, coupon: str, codes: Sequence[str]) -> CodesAnswer: ...

    def coupon_codes(
        self, coupon: str, search: str = "", state: CodeState = "all", after: str = "", limit: int = 100
    ) -> CouponCodePage: ...


@dataclass
class Taken:
    """What became of a file's rows.

    Attributes:
        added: how many are new. repeated: how many were there already, or twice in the file.
        rejected: how many were not taken, the repeated ones of a pool of codes among them.
        rejects: line and reason of the first of those.
    """

    added: int = 0
    repeated: int = 0
    rejected: int = 0
    rejects: list[tuple[int | None, str]] = field(default_factory=list)

    def reject(self, line: int | None, message: Message | str, row: Sequence[str] = ()) -> None:
        del row
        self.rejected += 1
        if len(self.rejects) < MAX_LISTED:
            self.rejects.append((line, str(message)))


def import_suppressed(lists: Lists, path: Path, progress: Progress = lambda _rows: None) -> Taken:
    """Suppress the addresses of a CSV file with the columns `type` and `value`.

    Raises `FileError` for a file that cannot be used, and what the engine does.
    """
    taken = Taken()
    file = _opened(path, taken)
    try:
        type, value = (_column(file, path, name) for name in ("type", "value"))
        done = 0
        for chunk in _chunks(file.rows(), MAX_ADDRESSES):
            answer = lists.suppress((cells[type], cells[value]) for _, cells in chunk)
            taken.added += answer.changed
            taken.repeated += len(chunk) - len(answer.rejected) - answer.changed
            for problem in answer.rejected:
                taken.reject(chunk[problem.index][0], problem.text)
            done += len(chunk)
            progress(done)
    finally:
        file.close()
    return taken


def import_codes(lists: Lists, coupon: str, path: Path, progress: Progress = lambda _rows: None) -> Taken:
    """Add the codes of a CSV file to a coupon's pool: a column `code`, or one column without a header.

    A code that is there already is refused with its line. Where there is a column `coupon`, only rows of this
    coupon are taken. Raises as `import_suppressed` does.
    """
    taken = Taken()
    file = _opened(path, taken)
    try:
        rows = _codes(file, path, coupon, taken)
        done = 0
        for chunk in _chunks(rows, MAX_CODES):
            answer = lists.add_codes(coupon, [code for _, code in chunk])
            taken.added += answer.added
            taken.repeated += len(answer.repeated)
            troubles = {problem.index: problem.text for problem in answer.rejected}
            twice = Message(N_("The pool has this code already."))
            troubles |= {place: str(twice) for place in answer.repeated}
            for place in sorted(troubles):
                taken.reject(chunk[place][0], troubles[place])
            done += len(chunk)
            progress(done)
    finally:
        file.close()
    return taken


def _codes(file: CsvFile, path: Path, coupon: str, taken: Taken) -> Iterator[tuple[int, str]]:
    header = [name.strip().lower() for name in file.header]
    if "code" not in header:
        if len(header) != 1 or not header[0]:
            raise _unusable(path, Message(N_("The header lacks the column {name}."), name="code"))
        yield 1, file.header[0]
        for line, cells in file.rows():
            yield line, cells[0]
        return
    code = header.index("code")
    owner = header.index("coupon") if "coupon" in header else None
    for line, cells in file.rows():
        if owner is not None and cells[owner].strip() != coupon:
            taken.reject(line, Message(N_("The code is for another coupon, “{id}”."), id=cells[owner][:100]))
        else:
            yield line, cells[code]


def export_suppressed(lists: Lists, path: Path, progress: Progress = lambda _rows: None) -> int:
    """Write every suppressed address into a CSV file that can be imported again; how many there are.

    The file is there whole, or as it was before. Raises `FileError`, and what the engine does.
    """
    done = 0
    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", newline="", dir=path.parent, prefix=".", suffix=".tmp", delete=False
        ) as file:
            temporary = Path(file.name)
            try:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow(("type", "value"))
                for addresses in _pages(lists):
                    writer.writerows(addresses)
                    done += len(addresses)
                    progress(done)
                file.close()
                temporary.replace(path)
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise
    except OSError as error:
        reason = error.strerror or str(error)
        raise _unusable(path, Message(N_("The file cannot be written: {reason}."), reason=reason)) from error
    return done


def _pages(lists: Lists) -> Iterator[list[tuple[str, str]]]:
    after = ("", "")
    while found := lists.suppressed(after=after, limit=PAGE).addresses:
        yield [(one.type, one.value) for one in found]
        after = (found[-1].type, found[-1].value)


def _opened(path: Path, taken: Taken) -> CsvFile:
    try:
        return CsvFile(path, taken.reject)
    except OSError as error:
        reason = error.strerror or str(error)
        raise _unusable(path, Message(N_("The file cannot be read: {reason}."), reason=reason)) from error


def _column(file: CsvFile, path: Path, name: str) -> int:
    header = [column.strip().lower() for column in file.header]
    if name not in header:
        raise _unusable(path, Message(N_("The header lacks the column {name}."), name=name))
    return header.index(name)


def _unusable(path: Path, message: Message) -> FileError:
    return FileError(path, None, "", message)


def _chunks(rows: Iterable[T], most: int) -> Iterator[list[T]]:
    rows = iter(rows)
    while chunk := list(islice(rows, most)):
        yield chunk
