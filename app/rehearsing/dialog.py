"""Asks what is to be rehearsed: with whom, when, and how people react."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import cast

from PySide6.QtWidgets import QCheckBox, QWidget

from app.pickers.search import SearchCombo
from app.rehearsing.choice import RehearsalChoice, Who
from app.rehearsing.file_pick import FilePick
from app.rehearsing.ordering import span_of
from app.rehearsing.person_pick import Find, PersonPick
from app.rehearsing.question import RehearsalQuestion
from app.widgets.basic import label
from app.widgets.combo_box import Option
from app.widgets.segmented import Segmented
from canvas_widgets.look import Look
from engine.campaign.document import CampaignDocument
from engine.i18n import tr
from engine.workspace.workspace import Workspace


class RehearsalDialog(RehearsalQuestion):
    """Calls `confirmed(choice)` when everything is said; Enter does as well, Escape cancels.

    version: an earlier one, which is rehearsed as it was published.
    """

    def __init__(
        self,
        parent: QWidget,
        look: Look,
        document: CampaignDocument,
        workspace: Workspace,
        choice: RehearsalChoice,
        find: Find,
        confirmed: Callable[[RehearsalChoice], None],
        version: int | None = None,
    ) -> None:
        super().__init__(parent, look, document, workspace, choice)
        self._confirmed, self._version = confirmed, version
        self.who = Segmented(_who())
        self.audience = SearchCombo(tr("Choose an audience"))
        self.person = PersonPick(find)
        self.folder = FilePick(tr("Choose a data folder"), tr("No folder chosen yet"), folder=True)
        self.with_running = QCheckBox(tr("The workspace's other campaigns in progress go on meanwhile"))
        self._who_note = label("small", wrap=True)
        self._lay_out()
        self._fill(choice)
        self.who.chosen.connect(self.follow)
        self.begin()

    def choice(self) -> RehearsalChoice:
        """What is chosen, whether or not it will do."""
        return RehearsalChoice(
            who=cast("Who", self.who.value()),
            audience=self.audience.value(),
            person=self.person.person(),
            folder=self.folder.path(),
            **self.span.values(),
            **self.reactions.values(),
            with_running=self.with_running.isChecked(),
        )

    def _fill(self, choice: RehearsalChoice) -> None:
        audiences = sorted(self._workspace.audiences.values(), key=lambda one: one.name.casefold())
        self.audience.set_options(Option(one.id, one.name) for one in audiences)
        self.audience.set_value(choice.audience if choice.audience in self._workspace.audiences else "")
        self.who.set_value(choice.who)
        self.person.show_person(choice.person)
        self.folder.set_path(choice.folder)
        self.span.fill(choice, span_of(choice, self._document, datetime.now(UTC), self._zone))
        self.with_running.setChecked(choice.with_running)

    # ---- what is shown

    def follow(self) -> None:
        """Show what belongs to what is chosen."""
        who = self.who.value()
        for widget, value in ((self.audience, "audience"), (self.person, "person"), (self.folder, "folder")):
            widget.setVisible(who == value)
        self.with_running.setVisible(who != "folder")
        self._who_note.setText(_WHO_NOTES[who]())
        super().follow()

    # ---- confirming

    def confirm(self) -> None:
        choice = self.choice()
        self.accept()
        self._confirmed(choice)

    def what_is_wrong(self) -> str:
        choice = self.choice()
        missing = {
            "audience": (not choice.audience, tr("Choose an audience.")),
            "person": (not choice.person, tr("Choose a person.")),
            "folder": (choice.folder is None, tr("Choose a data folder.")),
        }
        lacks, sentence = missing.get(choice.who, (False, ""))
        return sentence if lacks else super().what_is_wrong()

    # ---- laying out

    def _lay_out(self) -> None:
        name = self._document.attributes.name
        heading = tr("Rehearse “{name}”", name=name)
        intro = tr("The real engine runs the draft on real people. Nothing is sent, and no data changes.")
        if self._version is not None:
            heading = tr("Rehearse version {version} of “{name}”", version=self._version, name=name)
            intro = tr(
                "The real engine runs this version, as it was published, on real people. Nothing is sent, "
                "and no data changes."
            )
        self.head(tr("Rehearse"), heading, intro)
        self.who.setAccessibleName(tr("Who"))
        self.section(tr("Who"), self.who, self._who_note, self.audience, self.person, self.folder)
        self.section(tr("When"), self.span)
        self.section(tr("How people react"), self.reactions)
        self.column.addSpacing(self._look.sizes.grid)
        self.column.addWidget(self.with_running)
        self.foot()


def _who() -> list[Option]:
    return [
        Option("everybody", tr("Everybody")),
        Option("audience", tr("One audience")),
        Option("person", tr("One person")),
        Option("folder", tr("A data folder")),
    ]


_WHO_NOTES: dict[str, Callable[[], str]] = {
    "everybody": lambda: tr("Whoever of the workspace's people would enter."),
    "audience": lambda: tr("Of those who would enter, only members of this audience."),
    "person": lambda: tr("Only this person, if she or he would enter."),
    "folder": lambda: tr("The people and events of a folder, such as an import reads."),
}
