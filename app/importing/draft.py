"""What the wizard knows so far: the file, what stands in it, and what its columns shall become."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.importing import targets
from engine.i18n import N_, Message
from engine.shapes.conditions import FieldType
from engine.shapes.text import NAME_LENGTH, new_id
from engine.store.imports.formats import TableFormat
from engine.store.imports.guessing import guessed
from engine.store.imports.learned import too_many_ids
from engine.store.imports.survey import Survey
from engine.workspace.catalog import MAX_ID_TYPES, Catalog, IdType
from engine.workspace.folder import free_name
from engine.workspace.mapping import ID, PERSON, MappedColumn, MappingFile, problem_of


@dataclass
class Draft:
    """Attributes: path, survey, catalog; mapping, as it stands; known, the one of the workspace that fits.

    identifying: ID types that tell who a person is, by the catalogue or as was just said. detected: how the
    file is read where nobody says otherwise.
    """

    path: Path
    survey: Survey
    catalog: Catalog
    mapping: MappingFile
    known: MappingFile | None = None
    identifying: set[str] = field(default_factory=set)
    detected: TableFormat = field(default_factory=TableFormat)

    @classmethod
    def of(cls, path: Path, survey: Survey, catalog: Catalog, mappings: Mapping[str, MappingFile]) -> Draft:
        """A mapping of the workspace where one fits, else what can be guessed."""
        known = next((one for one in mappings.values() if one.fits(survey.header)), None)
        mapping = guessed(survey, catalog, path) if known is None else _in_order(known, survey)
        return cls(path, survey, catalog, mapping, known, set(catalog.identifying), survey.format)

    @property
    def wanted(self) -> TableFormat | None:
        """How the known mapping says that the file is read, where it was not read like that."""
        if self.known is None or self.detected.kind != "csv":
            return None
        format = self.detected._replace(
            encoding=self.known.encoding or self.detected.encoding,
            delimiter=self.known.delimiter or self.detected.delimiter,
        )
        return None if format == self.survey.format else format

    def change(self, **fields: object) -> None:
        """Change fields of the mapping; it need not be whole yet."""
        self.mapping = self.mapping.model_copy(update=fields)

    def map_column(self, index: int, to: str, type_: FieldType | None) -> None:
        """Say what a column becomes."""
        columns = list(self.mapping.columns)
        columns[index] = MappedColumn.model_construct(column=columns[index].column, to=to, type=type_)
        self.change(columns=tuple(columns))

    def set_kind(self, kind: str) -> None:
        """People or events; what a column becomes follows, where the new kind lacks it."""
        if kind == self.mapping.kind:
            return
        again = guessed(self.survey, self.catalog, self.path, "people" if kind == "people" else "events")
        self.mapping = again.model_copy(update={"name": self.mapping.name})

    def look_again(self, survey: Survey) -> None:
        """The file was read in another way: columns of the same names stay what they were."""
        before = {column.column: column for column in self.mapping.columns}
        guess = guessed(survey, self.catalog, self.path, self.mapping.kind)
        columns = tuple(before.get(column.column, column) for column in guess.columns)
        self.survey = survey
        self.mapping = guess.model_copy(update={"columns": columns, "name": self.mapping.name})

    @property
    def problem(self) -> Message | None:
        """Why nothing can be imported yet, or None."""
        if (problem := problem_of(self.mapping) or too_many_ids(self.mapping, self.catalog)) is not None:
            return problem
        for column in self.mapping.columns:
            what, name = targets.split(column.to)
            if what in targets.NAMED and not name.strip():
                return Message(N_("Give the column “{column}” a name."), column=column.column)
        chosen = [column.to for column in self.mapping.columns]
        if PERSON in chosen or any(f"{ID}{type_}" in chosen for type_ in self.identifying):
            return None
        return Message(
            N_("Choose the column with the person's own id, or an ID that tells who the person is.")
        )

    def identified(self, catalog: Catalog) -> Catalog:
        """The catalogue with the ID types that were said to tell who a person is, behind those it has."""
        id_types = dict(catalog.id_types)
        last = max((one.priority or 0 for one in id_types.values()), default=0)
        used = {column.to.removeprefix(ID) for column in self.mapping.columns if column.to.startswith(ID)}
        for name in sorted(used):
            known = id_types.get(name, IdType())
            if name in self.identifying and known.priority is None:
                last = min(last + 1, MAX_ID_TYPES)
                id_types[name] = known.model_copy(update={"priority": last})
            elif name not in self.identifying and known.priority is not None:
                id_types[name] = known.model_copy(update={"priority": None})
        return catalog.model_copy(update={"id_types": dict(sorted(id_types.items()))})

    def kept(self, mappings: Mapping[str, MappingFile]) -> MappingFile:
        """The mapping as the workspace keeps it: in place of the one that was applied, else as a new one.

        What the file gives away of itself is left out: the next one may be in another encoding.
        """
        format = {"encoding": self.detected.encoding, "delimiter": self.detected.delimiter}
        kept = self.mapping.model_copy(
            update={name: None for name, found in format.items() if getattr(self.mapping, name) == found}
        )
        if self.known is not None:
            return kept.model_copy(update={"id": self.known.id, "name": self.known.name})
        name = free_name(self.mapping.name[:NAME_LENGTH], {one.name for one in mappings.values()})
        return kept.model_copy(update={"id": new_id("i", mappings), "name": name})


def _in_order(mapping: MappingFile, survey: Survey) -> MappingFile:
    """The mapping with its columns as they stand in the table, which is read as it was just now."""
    columns = {column.column: column for column in mapping.columns}
    return mapping.model_copy(
        update={**_read_as(survey.format), "columns": tuple(columns[name] for name in survey.header)}
    )


def _read_as(format: TableFormat) -> dict[str, object]:
    csv = format.kind == "csv"
    return {
        "encoding": format.encoding if csv else None,
        "delimiter": format.delimiter if csv else None,
        "headed": format.headed,
        "sheet": format.sheet or None,
    }
