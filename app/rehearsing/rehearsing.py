"""Rehearsing the campaign of one page: the question, what lies on the canvas, and one person's path."""

from __future__ import annotations

import random
from functools import partial
from typing import TYPE_CHECKING, Literal, cast
from zoneinfo import ZoneInfo

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QDialog

from app import tasks
from app.rehearsing.choice import RehearsalChoice, kept
from app.rehearsing.comparing import Comparing
from app.rehearsing.figures import Rehearsed
from app.rehearsing.noting import notes_of
from app.rehearsing.ordering import first_choice, order_of
from app.rehearsing.person_pick import Found
from app.rehearsing.process import RehearsalProcess
from app.rehearsing.shown import Shown
from app.rehearsing.sides import THE_DRAFT, CampaignState, Side, version_words
from engine import i18n
from engine.campaign.document import CampaignDocument
from engine.campaign.model import START_ID
from engine.campaign.ops import Op, Table
from engine.commands.rehearsal_lines import Order, Outcome, Reply, Step
from engine.i18n import ntr, tr

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.editor.page import EditorPage
    from app.window import MainWindow

_MATTERS = (Table.NODES, Table.LINKS, Table.ATTRIBUTES)
"""What a rehearsal depends on: not where cards stand."""


class Rehearsing(QObject):
    """What the actions of rehearsals do. `make_process` is what tests replace.

    Attributes: rehearsed (what lies on the canvas, or None), comparing (others with it).
    """

    def __init__(self, page: EditorPage, window: MainWindow) -> None:
        super().__init__(page)
        self._page, self._window = page, window
        self.make_process: Callable[[QObject], RehearsalProcess] = RehearsalProcess
        self.rehearsed: Rehearsed | None = None
        self._process: RehearsalProcess | None = None
        self._ready: RehearsalProcess | None = None
        self._draft: CampaignDocument | None = None
        self._choice = RehearsalChoice()
        self._order: Order | None = None
        self._changed: set[tuple[Table, str]] = set()
        self._walking = False
        self._gap = -1
        self._shown = Shown(page)
        self.comparing: Comparing = Comparing(page, window, self)
        bar, journey = page.rehearsal_bar, page.journey
        bar.moved.connect(self._show_at)
        bar.action_asked.connect(lambda action: window.actions_[action].trigger())
        journey.pick.finds = self._find
        journey.person_asked.connect(partial(self._ask_journey, attributes={}, tags={}))
        journey.values_asked.connect(self._on_values)
        journey.stepped.connect(self._show_step)
        page.session.changed.connect(self._on_changed)

    # ---- questions of the actions

    @property
    def active(self) -> bool:
        """Whether a rehearsal is under way, or on the canvas."""
        return self._process is not None

    @property
    def walking(self) -> bool:
        """Whether one person's path stands beside the canvas."""
        return self._walking

    @property
    def playing(self) -> bool:
        return self._page.rehearsal_bar.playing

    def can_step(self, by: int) -> bool:
        return self._walking and self._page.journey.can_step(by)

    def retranslate(self) -> None:
        """Say it in the other language."""
        if self.rehearsed is not None:
            self._show_at(self._page.rehearsal_bar.position)
            journey = self._page.journey
            if self._walking and journey.person:
                attributes, tags = journey.what_if.changes() if journey.other else ({}, {})
                self._ask_journey(journey.person, attributes=attributes, tags=tags)

    @property
    def first(self) -> Side | None:
        """What lies on the canvas, for another rehearsal to be compared with; None while nothing does."""
        if self.rehearsed is None or self._process is None or self._order is None or self._draft is None:
            return None
        page = self._page
        name = THE_DRAFT if page.shown_version is None else version_words(page.shown_version)
        state = CampaignState(name, self._draft, page.published)
        return Side(state, self._choice, self._order, self.rehearsed, self._process)

    # ---- beginning

    def open(self) -> None:
        """Ask what is to be rehearsed, unless the campaign cannot be yet: then show why."""
        self._page.view.notes.finish()
        self._page.session.check(self._on_checked)

    def _on_checked(self) -> None:
        from app.rehearsing.dialog import RehearsalDialog

        page, window = self._page, self._window
        # A time that is past keeps nobody: it can be rehearsed from any moment on.
        errors = [problem for problem in page.session.errors if problem.code != "time_past"]
        if errors:
            page.findings.open()
            text = ntr(
                "Cure {n} problem first: it is listed below the canvas.",
                "Cure {n} problems first: they are listed below the canvas.",
                len(errors),
            )
            page.say(text)
            return
        document = page.session.document
        known = window.preferences.rehearsals.get(document.attributes.id)
        dialog = RehearsalDialog(
            window,
            window.look,
            document,
            page.session.lookup,
            known or first_choice(document),
            self._find_in_data,
            self.begin,
            page.shown_version,
        )
        dialog.finished.connect(self._on_asked)
        dialog.open()
        self._get_ready()

    def _get_ready(self) -> None:
        """Start a process that waits for its order."""
        if self._ready is None:
            self._ready = self.make_process(self)

    def _on_asked(self, result: int) -> None:
        """The dialog is closed; where nothing was ordered, nobody is needed."""
        if result != QDialog.DialogCode.Accepted:
            self._let_go()

    def _let_go(self) -> None:
        """Nothing is ordered of the process that waits."""
        if self._ready is not None:
            self._ready.stop()
            self._ready = None

    def begin(self, choice: RehearsalChoice) -> None:
        """Rehearse what was chosen."""
        page, window = self._page, self._window
        if page.session.closed:
            return
        self.close()
        id = page.session.document.attributes.id
        window.preferences.rehearsals = kept(window.preferences.rehearsals, id, choice)
        window.preferences.save()
        self._changed.clear()
        self._choice = choice
        self._draft = draft = page.session.document.copy()
        page.view.setFocus()  # what is pressed next is meant for the canvas
        whole = page.view.shows_all()
        page.rehearsal_bar.show_progress(None)
        if whole:  # and stays whole above the bar
            QTimer.singleShot(0, page.view.fit)
        language = cast("Literal['en', 'zh']", i18n.current_language())
        published = page.published
        work = partial(order_of, choice, draft, page.session.workspace, language, published=published)
        tasks.run(work, partial(self._start, draft), self._on_failed)

    def _start(self, draft: CampaignDocument, order: Order) -> None:
        if self._draft is not draft or self._page.session.closed:
            self._let_go()  # called off meanwhile
            return
        self._get_ready()
        assert self._ready is not None
        process, self._ready = self._ready, None
        self._process, self._order = process, order
        process.progressed.connect(self._page.rehearsal_bar.show_progress)
        process.refused.connect(self._on_refused)
        process.came_out.connect(self._on_came_out)
        process.carry_out(order)
        self._window.actions_.refresh()

    def _on_failed(self, error: Exception) -> None:
        self.close()
        self._window.show_error(error)

    def _on_refused(self, text: str) -> None:
        self.close()
        self._page.say(text)

    def _on_came_out(self, outcome: Outcome) -> None:
        page, draft = self._page, self._draft
        assert draft is not None
        self.rehearsed = Rehearsed(outcome, draft)
        self._gap = -1
        note = partial(notes_of, outcome, draft, page.session.lookup, page.unconfirmed.names())
        page.rehearsal_bar.show_rehearsed(self.rehearsed, self._zone, note)
        self._show_at(self.rehearsed.end)
        page.rehearsal_bar.show_stale(bool(self._changed))
        self._window.actions_.refresh()

    # ---- ending

    def close(self) -> None:
        """Take it off the canvas, or call it off."""
        self._leave_path()
        self._draft = None
        if self._process is not None:
            self._process.stop()
            self._process = None
        page = self._page
        page.rehearsal_bar.put_away()
        if self.rehearsed is not None:
            self.rehearsed = None
            page.running.show_rehearsed(None)
            page.outline.refresh()
        self._window.actions_.refresh()

    def end(self) -> None:
        """The page goes."""
        self.comparing.end()
        self._draft = None
        self._let_go()
        if self._process is not None:
            self._process.stop()
            self._process = None

    def leave(self) -> bool:
        """What Escape does: leave the path, else the rehearsal; False where there is neither."""
        if self._walking:
            self.toggle_path()
            return True
        if self.active or self._draft is not None:
            self.close()
            return True
        return False

    # ---- what lies on the canvas

    def _show_at(self, position: int) -> None:
        if self.rehearsed is not None:
            self._shown.show(self.rehearsed, position, self._zone)

    def toggle_play(self) -> None:
        self._page.rehearsal_bar.toggle()

    def next_untested(self) -> None:
        """Go to the next branch that nobody took."""
        if self.rehearsed is None:
            return
        links = self._page.session.document.links
        gaps = [id for id in self.rehearsed.gaps if id in links]
        if gaps:
            self._gap = (self._gap + 1) % len(gaps)
            self._page.show_node(links[gaps[self._gap]].source)

    # ---- one person's path

    def toggle_path(self) -> None:
        """Show the panel of one person's path, or put it away."""
        if self._walking:
            self._leave_path()
            return
        self._walking = True
        self._page.showing.follow()
        self._page.journey.pick.setFocus()
        self._window.actions_.refresh()

    def somebody(self) -> None:
        """Show the path of one at random, of those whom `place` is about."""
        if self._process is not None:
            nth = random.random()
            self._process.ask(self._on_somebody, asks="somebody", place=self.place, nth=nth)

    @property
    def place(self) -> str:
        """The line that the menu is about, or the component that the user has selected: not the one that the
        path has come to. "" where all who entered are meant."""
        if (link := self._page.menus.link_id) is not None:
            return link
        journey, selected = self._page.journey, self._page.scene.selected_node
        here = journey.journey[journey.current].node if journey.journey else START_ID
        return "" if selected is None or selected in (START_ID, here) else selected

    def _on_somebody(self, reply: Reply) -> None:
        if not reply.people:
            self._page.say(reply.failure or tr("Nobody came here in this rehearsal."))
            return
        self._ask_journey(reply.people[0].id, attributes={}, tags={})

    def step(self, by: int) -> None:
        """Go one step on (1) or back (-1) on the path."""
        self._page.journey.step(by)

    def _on_values(self, attributes: dict[str, str], tags: dict[str, str]) -> None:
        self._ask_journey(self._page.journey.person, attributes=attributes, tags=tags)

    def _ask_journey(self, id: str, *, attributes: dict[str, str], tags: dict[str, str]) -> None:
        if self._process is None:
            return
        if not self._walking:
            self.toggle_path()
        other = bool(attributes or tags)
        self._process.ask(
            partial(self._on_journey, other=other),
            asks="journey",
            person=id,
            attributes=attributes,
            tags=tags,
        )

    def _on_journey(self, reply: Reply, *, other: bool) -> None:
        if reply.failure is not None:
            self._page.say(reply.failure)
        elif self._walking and self._draft is not None:
            self._page.journey.show_journey(self._draft, self._zone, reply, other=other)
            self._page.journey.focus_steps()
            self._window.actions_.refresh()

    def _show_step(self, step: Step | None) -> None:
        """Light the path up to this step, and show how everything stood then."""
        if self._draft is None:
            return
        journey = self._page.journey
        self._shown.light(self._draft, journey.journey[: journey.current + 1])
        if step is not None:
            self._page.rehearsal_bar.go_to(step.arrived if step.left is None else step.left)

    def _leave_path(self) -> None:
        if self._walking:
            self._walking = False
            self._page.view.setFocus()  # before what has it is hidden
            self._page.journey.clear()
            self._shown.light_nothing()
            self._page.showing.follow()
            self._window.actions_.refresh()

    # ---- finding people

    def _find(self, text: str, done: Callable[[Found], None], failed: Callable[[str], None]) -> None:
        """People of the rehearsal."""
        if self._process is not None:
            self._process.ask(partial(_on_people, done, failed), asks="people", text=text)

    def _find_in_data(self, text: str, done: Callable[[Found], None], failed: Callable[[str], None]) -> None:
        """People of the workspace's data, before there is a rehearsal."""
        from app.engine.people import people_finder

        if self._window.service is not None:
            people_finder(self._window.service)(text, done, failed)

    # ---- the draft

    def _on_changed(self, ops: Sequence[Op]) -> None:
        """Follow what differs from what was rehearsed: undo may bring it back."""
        if self._draft is None:
            return
        for op in ops:
            if op.table in _MATTERS:
                same = op.after == self._draft.get(op.table, op.id)
                (self._changed.discard if same else self._changed.add)((op.table, op.id))
        if self.rehearsed is not None:
            self._page.rehearsal_bar.show_stale(bool(self._changed))

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self._page.session.workspace.settings.time_zone)


def _on_people(done: Callable[[Found], None], failed: Callable[[str], None], reply: Reply) -> None:
    if reply.failure is not None:
        failed(reply.failure)
        return
    done([(one.id, f"{one.id} · {one.name}" if one.name else one.id) for one in reply.people])
