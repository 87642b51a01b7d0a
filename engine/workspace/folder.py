"""A folder of the workspace that holds one kind of file."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Generic, TypeVar

from engine.files import FileError, FileFormat, remove, save_bytes
from engine.i18n import N_, Message
from engine.workspace.fields import ObjectFile
from engine.workspace.names import slug, unique

F = TypeVar("F", bound=ObjectFile)


class ObjectFolder(Mapping[str, F], Generic[F]):
    """The readable objects of a folder by id, in order of their names; what cannot be read is listed apart.

    Attributes:
        path: the folder; it need not exist while it is empty.
        suffix: how the names of its files end, such as `.audience.json`.
        broken: why each unreadable file was refused.
    """

    def __init__(self, path: Path, suffix: str, format: FileFormat[F]) -> None:
        self.path = path
        self.suffix = suffix
        self.format = format
        self.broken: tuple[FileError, ...] = ()
        self._objects: dict[str, F] = {}
        self._paths: dict[str, Path] = {}
        self.reload()

    def __getitem__(self, id: str) -> F:
        return self._objects[id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._objects)

    def __len__(self) -> int:
        return len(self._objects)

    def reload(self) -> None:
        """Read the folder again."""
        objects: dict[str, F] = {}
        paths: dict[str, Path] = {}
        broken: list[FileError] = []
        for path in files_in(self.path, self.suffix):
            try:
                value = self.format.load(path)
                if value.id in objects:
                    raise same_id(path, paths[value.id])
                objects[value.id], paths[value.id] = value, path
            except FileError as error:
                broken.append(error)
        self._set(objects, paths)
        self.broken = tuple(broken)

    def path_of(self, id: str) -> Path:
        """The object's file. Raises `KeyError`."""
        return self._paths[id]

    def by_name(self, name: str) -> F | None:
        """The object of that name, if there is one."""
        return next((value for value in self._objects.values() if value.name == name), None)

    def save(self, value: F) -> Path:
        """Write the object to its file, or a new one. Raises `FileError`, also where the name is taken."""
        namesake = self.by_name(value.name)
        path = self._paths.get(value.id) or free_path(self.path, value.name, self.suffix)
        if namesake is not None and namesake.id != value.id:
            raise name_taken(path, value.name)
        write(path, self.format.dump(value))
        self._set({**self._objects, value.id: value}, {**self._paths, value.id: path})
        return path

    def delete(self, id: str) -> None:
        """Delete the object's file. Raises `KeyError` for an unknown id, `FileError` where it cannot be."""
        remove(self._paths[id])
        objects, paths = dict(self._objects), dict(self._paths)
        del objects[id], paths[id]
        self._set(objects, paths)

    def _set(self, objects: dict[str, F], paths: dict[str, Path]) -> None:
        order = sorted(objects, key=lambda id: (objects[id].name.casefold(), id))
        self._objects = {id: objects[id] for id in order}
        self._paths = {id: paths[id] for id in order}


def files_in(folder: Path, suffix: str) -> list[Path]:
    """The files of a kind in a folder, by name; the temporary files of a save begin with a dot."""
    try:
        names = [path for path in folder.iterdir() if path.name.endswith(suffix)]
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        message = Message(N_("The folder cannot be read: {reason}."), reason=error.strerror or str(error))
        raise FileError(folder, None, "", message) from error
    return sorted(path for path in names if not path.name.startswith("."))


def free_path(folder: Path, name: str, suffix: str) -> Path:
    """A path for a new file of that name, beside whatever is there, also where case makes no difference."""
    taken = {_stem(path, suffix).casefold() for path in files_in(folder, suffix)}
    return folder / (unique(slug(name), taken) + suffix)


def write(path: Path, data: bytes, check: Callable[[], None] = lambda: None) -> None:
    """Save a file of the workspace and make its folder where it is missing. Raises `FileError`.

    `check` may raise right before an old file is replaced.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = Message(N_("The folder cannot be made: {reason}."), reason=error.strerror or str(error))
        raise FileError(path.parent, None, "", message) from error
    save_bytes(path, data, check=check)


def same_id(path: Path, first: Path) -> FileError:
    """The error for a second file that says that it is the same object."""
    message = Message(N_("“{file}” has the same id. Give one of the two another."), file=first.name)
    return FileError(path, None, "id", message)


def name_taken(path: Path, name: str) -> FileError:
    """The error for an object that would be called like another of its kind."""
    return FileError(
        path, None, "name", Message(N_("The name “{name}” is taken. Choose another."), name=name)
    )


def free_name(name: str, taken: Iterable[str] | Collection[str], most: int = 50) -> str:
    """The name, or the name with the first running number that is not taken; at most `most` characters."""
    names = set(taken)
    if name not in names:
        return name
    number = 2
    while (candidate := f"{name[: most - len(str(number)) - 1]} {number}") in names:
        number += 1
    return candidate


def _stem(path: Path, suffix: str) -> str:
    return path.name[: -len(suffix)]
