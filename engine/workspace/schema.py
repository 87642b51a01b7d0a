"""JSON Schema of every kind of file, for editors and other programs.

`python -m engine.workspace.schema` writes them to `resources/schema`; a test checks that they are current.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic.json_schema import models_json_schema

from engine.components.registry import COMPONENTS
from engine.files import save_bytes
from engine.workspace.formats import NAMES, file_format

FOLDER = Path(__file__).parents[2] / "resources" / "schema"


def schemas() -> dict[str, bytes]:
    """The content of each schema file by its name."""
    result = {}
    for name in NAMES:
        schema = file_format(name).adapter.json_schema(by_alias=True, mode="validation")
        result[f"{name}.schema.json"] = _bytes({**_head(name), **schema})
    result["components.schema.json"] = _bytes(_configs())
    return result


def update(folder: Path = FOLDER) -> None:
    """Write the schema files. Raises `FileError`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in schemas().items():
        save_bytes(folder / name, content)


def _configs() -> dict[str, Any]:
    """The `config` of a campaign's components: one property a kind."""
    references, schema = models_json_schema([(item.Config, "validation") for item in COMPONENTS.values()])
    properties = {kind: references[item.Config, "validation"] for kind, item in COMPONENTS.items()}
    return {**_head("components"), **schema, "type": "object", "properties": properties}


def _head(name: str) -> dict[str, Any]:
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": f"Campaign Canvas {name}"}


def _bytes(schema: object) -> bytes:
    return (json.dumps(schema, indent=2, ensure_ascii=False, sort_keys=True) + "\n").encode()


if __name__ == "__main__":
    update()
