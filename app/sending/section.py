"""The section of the settings that says how sending goes: accounts, what is in doubt, what was decided."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout

from app.editor.notice_bar import NoticeBar
from app.engine import notices
from app.engine.situation import State
from app.sending import words
from app.sending.accounts import AccountsTable
from app.sending.doubtful import Choice, DoubtfulBox
from app.widgets.ask import Choice as Answer
from app.widgets.ask import ask
from app.widgets.basic import label
from app.workspace_settings.section import SectionPage
from engine.components.base import RefKind
from engine.i18n import tr
from engine.workspace.workspace import Workspace

if TYPE_CHECKING:
    from app.engine.service import EngineService
    from app.window import MainWindow
    from engine.client import EngineClient
    from engine.server.wire.sending import DoubtfulPage, SendingAnswer, Settlement

PAGE = 100
AT_ONCE = 1_000
"""Single messages of one call."""
DECISIONS = 3
"""Shown below."""


class OutgoingSection(SectionPage):
    """Asks the engine each second while it is on show, and never starts it by itself.

    `show_object(campaign id)` chooses the campaign's doubtful messages.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__()
        self.window_ = window
        self._workspace: Workspace | None = None
        self._service: EngineService | None = None
        self._told: SendingAnswer | None = None
        self._listed: tuple[Choice, int, str] | None = None
        self._wanted: str | None = None
        self.notices = NoticeBar(window.look)
        self.accounts = AccountsTable(window.look)
        self.doubtful = DoubtfulBox(window.look)
        self._about = label("muted", wrap=True)
        self.no_accounts = label("muted", wrap=True)
        self._heading = label("strong")
        self._explained = label("muted", wrap=True)
        self.decisions = label("small", wrap=True)
        grid = window.look.sizes.grid
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self.notices)
        column = QVBoxLayout()
        column.setContentsMargins(2 * grid, 3 * grid, 2 * grid, 2 * grid)
        column.setSpacing(2 * grid)
        outer.addLayout(column, 1)
        for widget in (self._about, self.no_accounts, self.accounts, self._heading, self._explained):
            column.addWidget(widget)
        column.addWidget(self.doubtful, 1)
        column.addWidget(self.decisions)
        column.addStretch(0)
        self.notices.asked.connect(lambda id: window.actions_[id].trigger())
        self.doubtful.chosen.connect(lambda _choice: self._list())
        self.doubtful.more_asked.connect(self._list_more)
        self.doubtful.settle_asked.connect(self.ask_to_settle)
        window.look.changed.connect(self.retranslate)
        self.retranslate()

    # Shown -------------------------------------------------------------------------------------------------

    def show_workspace(self, workspace: Workspace) -> None:
        if workspace is not self._workspace:
            self._told = self._listed = None
        self._workspace = workspace
        self._follow()
        self._show()

    def show_object(self, id: str) -> None:
        self._wanted = id
        self._choose_wanted()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._follow()
        self._show()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if self._service is not None:
            self._service.watch_sending(watched=False)

    def focus_first(self) -> None:
        self.doubtful.setFocus()

    def retranslate(self) -> None:
        self._about.setText(
            tr("What leaves by real accounts, as it is now. What a quiet time holds back is not counted.")
        )
        self.accounts.retranslate()
        self.doubtful.retranslate()
        self._show()

    def _follow(self) -> None:
        """Hear what this workspace's engine says, while it is looked at."""
        service = self.window_.service
        if service is not self._service:
            self._service, self._told = service, None
            if service is not None:
                service.sending_told.connect(self._on_told)
                service.state_changed.connect(lambda _state: self._show())
                service.condition_changed.connect(lambda _condition: self._show())
        if service is not None:
            service.watch_sending(watched=self.isVisible())

    def _on_told(self, told: SendingAnswer) -> None:
        if self.sender() is not self._service and self.sender() is not None:
            return
        self._told = told
        self._show()
        self._choose_wanted()
        self._list_again()

    def _show(self) -> None:
        service, told = self._service, self._told
        off = service is None or service.state is State.OFF
        shown = [] if service is None else notices.of_engine(service.situation, waits=True)
        self.notices.show_notices(shown)
        accounts = [] if told is None or off else told.accounts
        groups = [] if told is None or off else told.doubtful
        self.accounts.show_accounts(accounts, self._account_name)
        self.accounts.setVisible(bool(accounts))
        self.no_accounts.setVisible(not accounts)
        self.no_accounts.setText(self._why_no_accounts(off=off))
        self.doubtful.show_groups(groups, self._account_name)
        self.doubtful.setVisible(bool(groups))
        self._heading.setVisible(not off and told is not None)
        self._explained.setVisible(self._heading.isVisibleTo(self))
        self._heading.setText(tr("Messages in doubt") if groups else tr("✓ No message is in doubt"))
        self._explained.setText(self._about_doubt(some=bool(groups)))
        last = [] if told is None or off else told.decisions[:DECISIONS]
        self.decisions.setText("\n".join(words.decision(one, self._zone) for one in last))
        self.decisions.setVisible(bool(last))

    def _why_no_accounts(self, *, off: bool) -> str:
        if off:
            return tr("The engine does not run. How sending goes is shown here while it does.")
        if self._told is None:
            return tr("Asking…")
        return tr("Nothing was sent through a real account since the engine started, and nothing waits.")

    def _about_doubt(self, *, some: bool) -> str:
        if not some:
            return tr(
                "A message is in doubt where the connection or the engine ended after it was handed over."
            )
        return tr(
            "Nobody knows whether these were sent: the connection or the engine ended after they had been "
            "handed over. Look them up at the provider, then decide. Until then they are not sent again."
        )

    def _account_name(self, id: str) -> str:
        workspace = self._workspace
        return (workspace.name_of(RefKind.ACCOUNT, id) if workspace is not None else None) or id

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo("UTC" if self._workspace is None else self._workspace.settings.time_zone)

    # Messages ----------------------------------------------------------------------------------------------

    def _choose_wanted(self) -> None:
        if self._wanted is not None and self._told is not None:
            self.doubtful.choose(self._wanted)
            self._wanted = None

    def _list(self) -> None:
        """Ask for the first page of what is chosen."""
        told, service, choice = self._told, self._service, self.doubtful.choice
        if told is None or service is None or not told.doubtful:
            return
        self._listed = (choice, *self._extent(choice))
        service.use(
            lambda client: client.doubtful(choice.campaign, choice.account, "", PAGE),
            partial(self._on_page, choice, first=True),
            self.window_.show_error,
        )

    def _list_again(self) -> None:
        """Follow what has changed, unless somebody is choosing."""
        choice = self.doubtful.choice
        if self._listed != (choice, *self._extent(choice)) and not self.doubtful.busy:
            self._list()

    def _list_more(self) -> None:
        service, choice, after = self._service, self.doubtful.choice, self.doubtful.after
        if service is not None and after is not None:
            service.use(
                lambda client: client.doubtful(choice.campaign, choice.account, after, PAGE),
                partial(self._on_page, choice, first=False),
                self.window_.show_error,
            )

    def _on_page(self, choice: Choice, page: DoubtfulPage, *, first: bool) -> None:
        if choice == self.doubtful.choice:  # else somebody has chosen on
            self.doubtful.show_page(page, self._zone, first=first)

    def _extent(self, choice: Choice) -> tuple[int, str]:
        """What tells that there are others than before."""
        groups = [] if self._told is None else self._told.doubtful
        mine = [one for one in groups if choice in (Choice(), Choice(one.campaign, one.account))]
        return sum(one.messages for one in mine), max((one.last for one in mine), default="")

    # Settling ----------------------------------------------------------------------------------------------

    def ask_to_settle(self, how: Settlement) -> None:
        """Say what follows, and settle the messages that are meant where that is wanted."""
        keys, choice, told = self.doubtful.keys, self.doubtful.choice, self._told
        if told is None:
            return
        count = self.doubtful.meant
        title, follows = words.question(how, count)
        role = "danger" if how == "again" else "primary"
        settle = partial(self._settle, how, choice, keys, told.as_of, count)
        ask(self, title, follows, Answer(tr(words.VERBS[how]), settle, role))

    def _settle(self, how: Settlement, choice: Choice, keys: list[str], as_of: str, asked: int) -> None:
        service, window = self._service, self.window_
        if service is None:
            return

        def done(count: int) -> None:
            said = words.settled(how, count, asked)
            window.toast.show_message(said, tone="ok" if count >= asked else "warn")
            self.doubtful.table.table.clearSelection()
            self._listed = None
            if keys and count == len(keys):
                self.doubtful.drop(keys)
            else:
                self._list()

        work = partial(settle, how=how, choice=choice, keys=keys, as_of=as_of)
        service.use(work, done, window.show_error)


def settle(client: EngineClient, *, how: Settlement, choice: Choice, keys: list[str], as_of: str) -> int:
    """Settle single messages, or all of a choice that were on their way by a moment; how many there were."""
    from engine.client.sending import somebody
    from engine.server.wire.sending import SettleOrder

    who = somebody()
    if not keys:
        order = SettleOrder(how=how, who=who, campaign=choice.campaign, account=choice.account, until=as_of)
        return client.settle_doubtful(order)
    parts = [keys[start : start + AT_ONCE] for start in range(0, len(keys), AT_ONCE)]
    return sum(client.settle_doubtful(SettleOrder(how=how, who=who, messages=part)) for part in parts)
