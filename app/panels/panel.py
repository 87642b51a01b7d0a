"""The configuration panel of the editor: one component's name, memo and config, confirmed by OK."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QFrame, QVBoxLayout, QWidget

from app.editors.base import Estimator, RawObject
from app.editors.base import Figures as Counted
from app.editors.tab_order import order_tabs
from app.language import Retranslated
from app.panels.body import PanelBody
from app.panels.content import PanelContent, Values
from app.panels.drafts import Drafts
from app.panels.figures import Figures
from app.panels.figures_box import FiguresBox
from app.panels.footer import PanelFooter
from app.panels.header import PanelHeader
from app.panels.judging import loss_words
from app.widgets import style
from app.widgets.ask import Choice, Question, ask
from canvas_widgets.look import Look
from engine.campaign.document import CampaignDocument
from engine.campaign.edits import Edit, Refused, configure, lost_by
from engine.campaign.model import START_ID, Node
from engine.campaign.ops import Op, Table
from engine.components.registry import component
from engine.i18n import tr
from engine.workspace.workspace import Workspace


class ConfigurationPanel(Retranslated, QFrame):
    """Shows one component of a document at a time.

    Input that was not confirmed stays with its component while others are shown; it is never lost silently:
    `unapplied()` lists the components that have some, and the panel links to them.

    Signals:
        confirmed(Edit): OK, everything is valid; whoever receives it applies the edit as one undo step.
        cancelled(): the input was dropped.
        jump_requested(str): show this component.
        unapplied_changed(): `unapplied()` may have changed.
        test_asked(): send what the shown component sends as a test; it could be confirmed as it is.
    """

    confirmed = Signal(object)
    cancelled = Signal()
    jump_requested = Signal(str)
    unapplied_changed = Signal()
    test_asked = Signal()

    def __init__(
        self,
        look: Look,
        estimate: Estimator | None = None,
        parent: QWidget | None = None,
        *,
        counted: Counted | None = None,
    ) -> None:
        super().__init__(parent)
        style.use(look)
        self.setProperty("role", "panel")
        self.setFixedWidth(look.sizes.panel)
        self._estimate, self._counted = estimate, counted
        self._document: CampaignDocument | None = None
        self._workspace: Workspace | None = None
        self._node_id: str | None = None
        self._read_only = False
        self._live = False
        self._drafts = Drafts()
        self._loaded: Values | None = None
        self._stored: RawObject = {}
        self._unsubscribe: Callable[[], None] = lambda: None
        self.question: Question | None = None
        self.header = PanelHeader()
        self._run: Figures | None = None
        self.footer = PanelFooter()
        self.footer.confirmed.connect(self.confirm)
        self.footer.cancelled.connect(self.cancel)
        self.footer.jump_requested.connect(self.jump_requested)
        self.body = PanelBody()
        self._lay_out()
        self.clear()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        head = QVBoxLayout()
        head.setContentsMargins(16, 16, 16, 8)
        head.addWidget(self.header)
        column.addLayout(head)
        column.addWidget(self.body, 1)
        column.addWidget(self.footer)

    @property
    def content(self) -> PanelContent | None:
        """The form on show."""
        return self.body.content

    @property
    def figures(self) -> FiguresBox:
        return self.body.figures

    @property
    def node_id(self) -> str | None:
        """The component that is shown, None while there is none."""
        return self._node_id

    def show_node(
        self, document: CampaignDocument, node_id: str, workspace: Workspace, read_only: bool = False
    ) -> None:
        """Show a component. Raises `KeyError` for one that the document does not hold."""
        if document is self._document:
            self._keep_draft()
        else:
            self._follow(document)
        document.node(node_id)
        if node_id != self._node_id:
            self.body.verticalScrollBar().setValue(0)  # each component is read from its name on
        self._workspace, self._node_id = workspace, node_id
        self._read_only = read_only or node_id == START_ID
        self._build(self._drafts.get(node_id))
        self._show_figures()
        self.unapplied_changed.emit()

    def show_figures(self, run: Figures | None) -> None:
        """Say what the campaign's run has come to at the component; None: it does not run."""
        self._run = run
        self._show_figures()

    def _show_figures(self) -> None:
        document, node_id = self._document, self._node_id
        if self._run is None or document is None or node_id is None or node_id not in document.nodes:
            self.figures.show_tables([])
        else:
            self.figures.show_tables(self._run.tables(document, node_id))

    def clear(self) -> None:
        """Show nothing; drafts stay until another document is shown."""
        self._keep_draft()
        self._node_id = None
        self._show_figures()
        self._loaded = None
        self.body.drop_content()
        for part in (self.header, self.footer):
            part.hide()

    def refresh(self) -> None:
        """The workspace changed: pickers offer what there is now."""
        if self.content is not None:
            self.content.form.refresh()
            self.content.set_read_only(self._read_only)  # what was made anew
            self._check_live()

    def unapplied(self) -> list[str]:
        """The components, by id, whose panels hold changes that were not confirmed."""
        kept = self._drafts.ids(self._document)
        if self._node_id is not None and self.is_dirty:
            kept = [*(id for id in kept if id != self._node_id), self._node_id]
        return kept

    def inputs(self) -> dict[str, Values]:
        """What stands in those panels, by component."""
        return {id: self._input(id) for id in self.unapplied()}

    def restore(self, document: CampaignDocument, inputs: Mapping[str, Values]) -> None:
        """Hold input of components again that was not confirmed when it was lost."""
        if document is not self._document:
            self._follow(document)
        self._drafts.keep(inputs)
        self.unapplied_changed.emit()

    def forget(self) -> None:
        """Drop all input that was not confirmed."""
        self._drafts.drop_all()
        if self._node_id is not None:
            self._build(None)
        self.unapplied_changed.emit()

    def _input(self, node_id: str) -> Values:
        return self._entered() if node_id == self._node_id else self._drafts[node_id]

    def _entered(self) -> Values:
        """What a person entered for the shown component, with the rest as the document holds it."""
        assert self.content is not None
        assert self._loaded is not None
        return self.content.values().entered(self._loaded, self._stored, self.content.form.owners())

    @property
    def is_dirty(self) -> bool:
        """Whether the shown component's panel differs from the document."""
        return self.content is not None and self._loaded is not None and self.content.values() != self._loaded

    def confirm(self) -> None:
        """OK: emit the edit if everything is valid, after the question where it removes components."""
        if self.content is None or self._read_only:
            return
        self._live = True
        if self._show_errors():
            self.content.focus_first_error()
            return
        assert self._document is not None
        assert self._node_id is not None
        lost = lost_by(self._document, self._node_id, self.content.result())
        if lost:
            self._ask_about(sorted(self._document.node(id).name for id in lost))
        else:
            self._emit()

    def fill(self, values: RawObject) -> None:
        """Put values into fields of the shown component as if a person had entered them; OK confirms.

        The focus goes to what is wrong, else to OK.
        """
        if self.content is None or self._read_only:
            return
        name, memo, raw = self.content.values()
        self.content.load(Values(name, memo, {**raw, **values}))
        self._live = True
        self._on_changed()
        if self.content.first_invalid() is not None:
            self.content.focus_first_error()
        else:
            self.footer.ok.setFocus()

    def cancel(self) -> None:
        """Drop the input of the shown component."""
        if self._node_id is not None:
            self._drafts.drop(self._node_id)
            self._build(None)
            self.unapplied_changed.emit()
        self.cancelled.emit()

    def focus_first(self) -> None:
        """Put the keyboard's focus into the first field."""
        if self.content is not None:
            self.content.focus_first()

    def show_problem(self, path: str) -> None:
        """Show what is wrong, and put the focus into the field of a path in the config."""
        if self.content is None:
            return
        self._live = True
        self._check_live()
        self.content.focus_field(path)

    def retranslate(self) -> None:
        self.footer.retranslate()
        self._show_figures()
        if self.content is not None:
            live = self._live
            self._build(self.content.values())
            self._live = live
            self._check_live()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
        elif isinstance(focused := self.focusWidget(), QAbstractButton):
            focused.click()  # Enter on "Add group" adds a group
        else:
            self.confirm()

    def _build(self, draft: Values | None) -> None:
        """Make the form anew and fill it: with the draft, else with what the document holds."""
        assert self._document is not None
        assert self._workspace is not None
        assert self._node_id is not None
        node = self._document.node(self._node_id)
        content = PanelContent(
            self._document,
            self._node_id,
            self._workspace,
            self._estimate,
            self._counted,
            self.body.widget(),  # or it would be dressed once more when it comes there
        )
        self._stored = dict(node.config)
        content.load(Values(node.name, node.memo, self._stored))
        self._loaded = content.values()
        if draft is not None:
            content.load(draft)
        content.set_read_only(self._read_only)
        content.changed.connect(self._on_changed)
        content.test.clicked.connect(self._on_test)
        self.body.show_content(content)
        self._live = node.confirmed and self._node_id != START_ID
        self.header.show_node(node.kind, node.name if draft is None else draft.name)
        self.header.show_read_only(self._read_only)
        self.header.show()
        self.footer.setVisible(not self._read_only)
        self.footer.show_error("")
        self._show_state()
        self._check_live()
        order_tabs(self)

    def _show_errors(self) -> bool:
        assert self.content is not None
        rest = self.content.show_errors()
        self.footer.show_error(rest)
        return bool(rest) or self.content.first_invalid() is not None

    def _check_live(self) -> None:
        if self._live and self.content is not None:
            self._show_errors()

    def _show_state(self) -> None:
        assert self._document is not None
        self.footer.show_dirty(self.is_dirty)
        others = [id for id in self.unapplied() if id != self._node_id]
        self.footer.show_others([(id, self._document.node(id).name) for id in others])

    def _keep_draft(self) -> None:
        if self._node_id is None or self.content is None:
            return
        if self.is_dirty and not self._read_only:
            self._drafts.keep({self._node_id: self._entered()})
        else:
            self._drafts.drop(self._node_id)

    def _follow(self, document: CampaignDocument) -> None:
        """Leave the document of before, with its drafts, for another one."""
        self._leave_document()
        self._document = document
        self._unsubscribe = document.subscribe(self._on_ops)

    def _leave_document(self) -> None:
        self._unsubscribe()
        self._drafts.drop_all()
        self._node_id, self._loaded = None, None
        self.body.drop_content()

    def _ask_about(self, names: Sequence[str]) -> None:
        title, text = loss_words(names)
        self.question = ask(self, title, text, Choice(tr("Remove"), self._emit, "danger"))
        self.question.cancel.setText(tr("Keep"))

    def _emit(self) -> None:
        assert self.content is not None
        assert self._document is not None
        assert self._node_id is not None
        values = self.content.values()
        kind = self._document.node(self._node_id).kind
        config = component(kind).canonical(self.content.result())
        try:
            edit: Edit = configure(
                self._document, self._node_id, name=values.name, memo=values.memo, config=config
            )
        except Refused as refused:
            self.footer.show_error(str(refused.message))
            return
        self._drafts.drop(self._node_id)
        self._loaded = values
        self._show_state()
        self.confirmed.emit(edit)
        self.unapplied_changed.emit()

    def _on_test(self) -> None:
        self._live = True
        if self._show_errors():
            assert self.content is not None
            self.content.focus_first_error()
        else:
            self.test_asked.emit()

    def _on_changed(self) -> None:
        assert self.content is not None
        self.header.show_name(self.content.values().name)
        self._check_live()
        self._show_state()
        order_tabs(self)
        self.unapplied_changed.emit()

    def _on_ops(self, ops: Sequence[Op]) -> None:
        """The document changed: by this panel's edit, by undo, or elsewhere on the canvas."""
        assert self._document is not None
        self._drafts.drop_settled(self._document, ops)
        if self._node_id is None or not any(op.table in (Table.NODES, Table.LINKS) for op in ops):
            return
        own = [op for op in ops if op.table is Table.NODES and op.id == self._node_id]
        if own and own[-1].after is None:
            self.clear()
        elif own and isinstance(own[-1].after, Node):
            self._build(self.content.values() if self.is_dirty and self.content is not None else None)
        elif self.content is not None:
            self.refresh()
            self._show_state()
