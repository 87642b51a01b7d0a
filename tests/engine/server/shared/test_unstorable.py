"""NUL and surrogates in every parameter and every text of every body that the OpenAPI document has."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import requests

from engine.server.identity.roles import Role
from engine.server.identity.secret import Kind
from engine.store.database import Database
from tests.databases import fresh
from tests.engine.server.shared.serving import Shared, serve_shared

ODD = ("x\0", "x\ud800")
_ENDS = {"/api/v1/shutdown", "/api/v1/sessions/current", "/web/sign-out"}
_GOES_ON = re.compile(r".*/live")
_ELSEWHERE = {"BundleFile"}
"""Bodies that `test_hostile_bundles` is about."""
_DEEPEST = 6

Json = dict[str, Any]
Place = tuple[str | int, ...]


@pytest.fixture
def served(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shared]:
    """On PostgreSQL, which can store neither."""
    limits = {"per_second": 100_000.0, "burst": 1_000_000}
    with (
        fresh(request, "postgresql", tmp_path) as target,
        Database.open(target) as database,
        serve_shared(database, tmp_path, limits=limits) as shared,
    ):
        yield shared


class Bodies:
    """Bodies that schemas of a document take."""

    def __init__(self, document: Json) -> None:
        self._schemas: Json = document["components"]["schemas"]

    def of(self, schema: Json, depth: int = 0) -> Any:
        """One with every field that there may be, as far as it does not hold itself."""
        schema = self._plain(schema)
        if "const" in schema or "enum" in schema:
            return schema.get("const", next(iter(schema.get("enum", [None]))))
        match schema.get("type"):
            case "object" | None if depth < _DEEPEST:
                fields = {name: self.of(one, depth + 1) for name, one in schema.get("properties", {}).items()}
                more = schema.get("additionalProperties")
                return fields | ({"k": self.of(more, depth + 1)} if isinstance(more, dict) else {})
            case "array" if depth < _DEEPEST:
                return [self.of(schema.get("items", {}), depth + 1)]
            case "integer" | "number":
                return schema.get("minimum", 1)
            case "boolean":
                return False
            case "string":
                return "x"
        return None

    def _plain(self, schema: Json) -> Json:
        """A schema without references and choices: the first that is not null."""
        while True:
            if "$ref" in schema:
                schema = self._schemas[schema["$ref"].rpartition("/")[2]]
            elif choice := schema.get("anyOf") or schema.get("oneOf"):
                schema = next(one for one in choice if one.get("type") != "null")
            else:
                return schema


def texts(value: Any, place: Place = ()) -> Iterator[Place]:
    """Where texts stand in a value."""
    if isinstance(value, str):
        yield place
    elif isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from texts(inner, (*place, key))


def put(value: Any, place: Place, text: str) -> Any:
    changed = copy.deepcopy(value)
    inner = changed
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = text
    return changed


def plain(path: str) -> str:
    """A path with something in place of its parameters."""
    return re.sub(r"\{\w+\}", "1", path)


def calls(document: Json) -> Iterator[tuple[str, str, Any]]:
    """Method, address and body of calls with one odd text each."""
    bodies = Bodies(document)
    for path, operations in document["paths"].items():
        if path in _ENDS or _GOES_ON.fullmatch(path):
            continue
        for method, operation in operations.items():
            yield from _with_odd_parameters(method.upper(), path, operation)
            content = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if content is None or any(name in json.dumps(content) for name in _ELSEWHERE):
                continue
            body = bodies.of(content["schema"])
            for place in texts(body):
                for odd in ODD:
                    yield method.upper(), plain(path), put(body, place, odd)


def _with_odd_parameters(method: str, path: str, operation: Json) -> Iterator[tuple[str, str, None]]:
    for one in operation.get("parameters", ()):
        for odd in (quote(text.encode("utf-8", "surrogatepass"), safe="") for text in ODD):
            if one["in"] == "path":
                yield method, plain(path.replace(f"{{{one['name']}}}", odd)), None
            elif one["in"] == "query":
                yield method, f"{plain(path)}?{one['name']}={odd}", None


@pytest.mark.timeout(600)
def test_what_cannot_be_stored_is_refused_in_every_field_of_the_document(served: Shared) -> None:
    document = served.call("GET", "/openapi.json").json()
    headers = {
        "Authorization": f"Bearer {served.token(Role.ADMINISTRATOR, kind=Kind.SESSION)}",
        "Content-Type": "application/json",
    }
    taken = []
    with requests.Session() as session:
        session.trust_env = False
        for count, (method, address, body) in enumerate(calls(document)):  # noqa: B007
            data = None if body is None else json.dumps(body)
            answer = session.request(
                method, served.url + address, data=data, headers=headers, timeout=60, allow_redirects=False
            )
            assert answer.status_code < 500, (method, address, body, answer.text)
            if body is not None and answer.ok:
                taken.append((method, address, body))
    assert count > 300
    assert taken == []
