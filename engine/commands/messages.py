"""`message`: the templates of messages, what is wrong with them, what they look like, and their approval."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from pydantic import JsonValue

from engine.commands.errors import CommandError
from engine.components.base import RefKind
from engine.i18n import N_, Message, ntr, tr
from engine.shapes.links import sample_link
from engine.shapes.sms import SmsLength, measure
from engine.workspace.content_check import MessageFinding
from engine.workspace.message import MessageFile, Status
from engine.workspace.message_check import Surroundings, check_message
from engine.workspace.message_states import approved, rejected, submitted
from engine.workspace.message_text import as_json, filled, joined, usual_bindings, variables_of
from engine.workspace.sample_values import SamplePerson
from engine.workspace.sms_length import is_international, price_per_part
from engine.workspace.workspace import Workspace


def list_messages(workspace: Workspace, kind: str | None, status: str | None) -> None:
    """Print id, kind, state, name and the places where it is used, tab-separated, one template a line."""
    for message in workspace.messages.values():
        if kind not in (None, message.kind) or status not in (None, message.status):
            continue
        places = ", ".join(use.name for use in workspace.uses(RefKind.MESSAGE, message.id))
        print("\t".join(map(_one_line, (message.id, message.kind, message.status, message.name, places))))


def check_messages(workspace: Workspace, names: Iterable[str]) -> int:
    """Print what is wrong, one finding a line as `validate` does; 1 where one is an error."""
    around = Surroundings.of(workspace)
    failed = False
    for message in _chosen(workspace, names):
        path = workspace.messages.path_of(message.id)
        for found in check_message(message, around):
            failed = failed or found.is_error
            print(_one_line(f"{path}:{found.field} {found.code} {found.message}"))
    return 1 if failed else 0


def preview(
    workspace: Workspace, name: str, person: SamplePerson, language: str, given: Sequence[str]
) -> None:
    """Print a message as a person gets it, with `name=value` in place of some of the values.

    language: "" for that of the person. Raises `CommandError`.
    """
    message = message_named(workspace, name)
    if message.languages and not language:
        language = person.attributes.get(message.languages.attribute, "")
    content = message.contents()[message.language_for(language)]
    raw = as_json(content)
    catalog = workspace.catalog
    bindings = usual_bindings(variables_of(raw), message.variables, catalog.attributes, catalog.tags)
    values = person.values(bindings, catalog) | dict(map(pair, given))
    shown = filled(raw, values, _short(message))
    for line in shown_lines(message.kind, shown):
        print(line)
    if message.kind == "text_sms":
        print()
        print(_length(workspace, message, joined(shown.get("text"))))


def person_of(workspace: Workspace, id: str) -> SamplePerson:
    """A person of the workspace's data. Raises `CommandError`, and as engine and database do."""
    from engine import sample_person
    from engine.client import bundled
    from engine.commands.target import Target

    client = bundled(workspace.folder)
    if client is not None:
        with client:
            return sample_person.asked(client, id)
    with Target(workspace, None).engine() as (_engine, database), database.read() as connection:
        found = sample_person.read(connection, id)
    if found is None:
        raise CommandError(Message(N_("There is no person “{name}” in the data."), name=id))
    return found


def approve(workspace: Workspace, names: Iterable[str]) -> None:
    """Approve templates. Raises `NotReady`, with those before it approved."""
    _change(workspace, names, approved)


def submit(workspace: Workspace, names: Iterable[str]) -> None:
    """Hand templates in for approval. Raises `NotReady`."""
    auto = workspace.settings.auto_approve
    _change(workspace, names, lambda message, found: submitted(message, found, auto_approve=auto))


def reject(workspace: Workspace, names: Iterable[str]) -> None:
    """Reject templates."""
    _change(workspace, names, lambda message, _found: rejected(message))


Step = Callable[[MessageFile, list[MessageFinding]], MessageFile]


def _change(workspace: Workspace, names: Iterable[str], step: Step) -> None:
    around = Surroundings.of(workspace)
    for message in [message_named(workspace, name) for name in names]:
        changed = step(message, check_message(message, around))
        workspace.save_message(changed)
        print(_one_line(f"{changed.name}: {tr(STATES[changed.status])}"))


STATES: Mapping[Status, str] = {
    "draft": N_("draft"),
    "pending": N_("in approval"),
    "approved": N_("approved"),
    "rejected": N_("rejected"),
}


def _chosen(workspace: Workspace, names: Iterable[str]) -> list[MessageFile]:
    return [message_named(workspace, name) for name in names] or list(workspace.messages.values())


def message_named(workspace: Workspace, name: str) -> MessageFile:
    """A message by its id or name. Raises `CommandError`."""
    found = workspace.messages.get(name) or workspace.messages.by_name(name)
    if found is None:
        raise CommandError(Message(N_("There is no message “{name}” in this workspace."), name=name))
    return found


def pair(given: str) -> tuple[str, str]:
    """What `name=value` says. Raises `CommandError`."""
    name, sign, value = given.partition("=")
    if not sign:
        raise CommandError(Message(N_("Write “{text}” as name=value."), text=given))
    return name, value


def _short(message: MessageFile) -> Callable[[str], str | None]:
    links = message.links
    if links is None:
        return lambda _link: None
    wanted = {one.url for one in links.shorten}
    return lambda link: sample_link(links.address) if link in wanted else None


def shown_lines(kind: str, content: Mapping[str, JsonValue]) -> Iterator[str]:
    """A filled content as the terminal shows it."""
    for field in ("sender_name", "subject", "preheader", "template_id"):
        if text := joined(content.get(field)):
            yield f"{field}: {text}"
    if text := joined(content.get("text")):
        yield text
    for block in _objects(content.get("blocks")):
        yield from (
            joined(value) if what == "text" else f"[{what}] {value}" for what, value in block.items() if value
        )
    for keyword in _objects(content.get("keywords")):
        yield f"{keyword.get('key')}: {joined(keyword.get('text'))}"
    if kind == "email" and not joined(content.get("text")) and (html := joined(content.get("html"))):
        from engine.workspace.mail_html import plain_text

        yield plain_text(html)


def _objects(value: JsonValue) -> list[dict[str, JsonValue]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _length(workspace: Workspace, message: MessageFile, text: str) -> str:
    size: SmsLength = measure(text, international=is_international(workspace.accounts, message.platform))
    words = ntr("{n:,} character", "{n:,} characters", size.characters)
    words += " · " + ntr("{n:,} message", "{n:,} messages", size.parts)
    if (price := price_per_part(workspace.accounts, message.platform)) is not None:
        words += f" · {price.amount * size.parts} {price.currency}"
    return words


def _one_line(text: str) -> str:
    return text.replace("\n", " ").replace("\r", " ")
