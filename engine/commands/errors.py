"""How a command ends badly: in one sentence, never with a traceback for what a user can mend."""

from __future__ import annotations

import os

from engine.i18n import LANGUAGES, N_, Message


class CommandError(Exception):
    """The command cannot do what was asked; `messages` say why and what to do."""

    def __init__(self, *messages: Message) -> None:
        super().__init__(*messages)
        self.messages = messages

    def __str__(self) -> str:
        return "\n".join(str(message) for message in self.messages)


def words(error: Exception) -> str | None:
    """What to tell about an error; None where it is a defect of the program.

    Errors that are meant for people carry a `Message` (`message`, or several as `messages`): whoever raises
    them need not be imported here, which would cost every command the loading of database and network.
    """
    several = getattr(error, "messages", None)
    if isinstance(several, tuple) and several and all(isinstance(item, Message) for item in several):
        return "\n".join(str(item) for item in several)
    if isinstance(getattr(error, "message", None), Message):
        return str(error)
    if isinstance(
        refusal := getattr(error, "orig", None), Exception
    ):  # SQLAlchemy's, around the driver's own
        from engine.store.trouble import trouble_of

        refused = Message(N_("The database cannot do this now: {reason}"), reason=refusal)
        return str(trouble_of(error) or refused)
    if isinstance(error, OSError) and error.strerror:
        if error.filename is None:
            return str(Message(N_("The system refused: {reason}."), reason=error.strerror))
        return str(Message(N_("{path}: {reason}."), path=error.filename, reason=error.strerror))
    return None


def terminal_language() -> str | None:
    """The language that the environment asks for, or None where it asks for none that there is."""
    for variable in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        language = os.environ.get(variable, "").split(":")[0].split("_")[0].split(".")[0]
        if language in LANGUAGES:
            return language
    return None
