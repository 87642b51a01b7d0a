"""The live preview in a touch's panel: what people get, with the component's own variables and texts."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.editors.base import Context, RawObject, as_object, as_text
from app.previews.pane import Draft, PreviewPane, draft_of
from app.widgets.basic import LinkButton
from app.widgets.debounce import Debounce
from engine.components.base import RefKind
from engine.i18n import tr

KINDS = ("text_sms", "digital_sms", "email", "wechat_message", "template_message", "app_push")
"""The kinds of components that have one."""


class PanelPreview(QWidget):
    """Folded until it is asked for: nothing is drawn before."""

    def __init__(self, context: Context, kind: str) -> None:
        super().__init__()
        self._context, self._kind = context, kind
        self.pane: PreviewPane | None = None
        self.toggle = LinkButton(tr("Show the preview"))
        self.toggle.clicked.connect(self._on_toggled)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self.toggle)
        self._later = Debounce(self, self._draw, 120)

    def refresh(self) -> None:
        """The form changed."""
        if self.pane is not None and self.pane.isVisibleTo(self):
            self._later.start()

    def _on_toggled(self) -> None:
        if self.pane is None:
            self.pane = PreviewPane(self._context.workspace)
            self._column.addWidget(self.pane)
            self.pane.show()
        else:
            self.pane.setVisible(not self.pane.isVisibleTo(self))
        shown = self.pane.isVisibleTo(self)
        self.toggle.setText(tr("Hide the preview") if shown else tr("Show the preview"))
        if shown:
            self._draw()

    def _draw(self) -> None:
        if self.pane is not None:
            self.pane.show_draft(self._draft(self._context.values()))

    def _draft(self, values: RawObject) -> Draft:
        variables, event = as_object(values.get("variables")), self._context.event()
        if self._kind == "wechat_message":
            content = as_object(values.get("content"))
            return Draft(self._kind, content, variables, sender=self._account("account"), event=event)
        if self._kind == "app_push":
            content = {key: values.get(key) for key in ("title", "content", "platform")}
            return Draft(self._kind, content, variables, sender=as_text(values.get("app")), event=event)
        detail = self._context.workspace.detail(RefKind.MESSAGE, as_text(values.get("template"))) or {}
        sender = as_text(values.get("signature")) or self._account("account") or self._account("platform")
        draft = draft_of({"kind": self._kind, **detail}, sender)._replace(
            variables=variables, event=event, account=as_text(values.get("platform"))
        )
        if self._kind == "template_message":
            own = {key: values[key] for key in ("keywords", "jump") if values.get(key)}
            return draft._replace(content={**draft.content, **own})
        return draft

    def _account(self, field: str) -> str:
        """The name of the account that a field holds."""
        id = self._context.text(field)
        return self._context.workspace.name_of(RefKind.ACCOUNT, id) or "" if id else ""
