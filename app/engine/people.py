"""People of the engine's data, for whom messages are shown. Looking for one starts the engine."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.engine.service import EngineService
from app.previews.person_choice import FindPeople, Found, GetPerson
from engine.i18n import tr
from engine.sample_person import asked
from engine.workspace.sample_values import SamplePerson

if TYPE_CHECKING:
    from engine.client import EngineClient
    from engine.server.wire.people import FoundPerson


def people_finder(service: EngineService) -> FindPeople:
    """Searches people by own id, address or name."""

    def find(search: str, done: Callable[[Found], None], failed: Callable[[str], None]) -> None:
        service.use(
            lambda client: [(one.person_id, _named(one)) for one in _found(client, search)],
            done,
            lambda error: failed(tr("No people can be looked for: {reason}", reason=error)),
        )

    return find


def get_person(service: EngineService) -> GetPerson:
    """Reads what a person's messages can show."""

    def get(id: str, done: Callable[[SamplePerson], None], failed: Callable[[str], None]) -> None:
        service.use(
            lambda client: asked(client, id),
            done,
            lambda error: failed(tr("The person cannot be read: {reason}", reason=error)),
        )

    return get


def _found(client: EngineClient, search: str) -> list[FoundPerson]:
    """People whose id, address or name begins with the text; names are mostly written with a capital."""
    return client.people(search).people or client.people(search.title()).people


def _named(person: FoundPerson) -> str:
    """How a person is called in a list: own id, name, addresses."""
    parts: list[str] = []
    for part in (person.person_id, *person.values.values(), *(id.value for id in person.ids)):
        if part and not any(part in other for other in parts):
            parts.append(part)
    return " · ".join(parts)
