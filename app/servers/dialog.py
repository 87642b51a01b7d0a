"""What publishing to a server will do: the summary, with what the server says of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from zoneinfo import ZoneInfo

from PySide6.QtWidgets import QWidget

from app.publishing.dialog import PublishDialog
from app.publishing.known import Known
from app.publishing.summary import Section, Summary
from app.servers.asking import Found
from app.servers.words import covers, published_words
from app.widgets import moments
from app.widgets.basic import LinkButton
from app.widgets.differences import DifferencesDialog
from canvas_widgets.look import Look
from engine.i18n import ntr, quoted, tr
from engine.server.wire.proposals import ProposalState
from engine.shapes.time import instant

_MOST = 6


class ServerDialog(PublishDialog):
    """Opens at once; `show_found` adds what the server says, `show_away` that it does not answer.

    Publish calls `confirmed()`, in its other two meanings `proposed()` and `later()`. Attributes: found (what
    the server said), supply (the button that sends what it lacks).
    """

    def __init__(
        self,
        parent: QWidget,
        look: Look,
        name: str,
        summary: Summary,
        warnings: Sequence[str],
        confirmed: Callable[[], None],
        *,
        proposed: Callable[[], None],
        later: Callable[[], None],
        supply: Callable[[Found], None],
        zone: ZoneInfo,
        news: str,
        place: QWidget,
    ) -> None:
        self.found: Found | None = None
        self._zone = zone
        self._does: Callable[[], None] = confirmed
        self._published, self._proposed, self._later = confirmed, proposed, later
        super().__init__(parent, look, name, summary, warnings, lambda: self._does(), news=news, place=place)
        self.supply = LinkButton(tr("Send what it lacks…"))
        self.supply.clicked.connect(lambda: self._on_supply(supply))
        self.supply.hide()
        self.row.insertWidget(1, self.supply)
        self.publish.setEnabled(False)

    def show_known(self, known: Known) -> None:
        """Nothing is known of the engine there but what `show_found` tells."""
        self.known = known
        self.changes.hide()
        self.view.show_known(known, Section(tr("Version"), (tr("Asking the server…"),)))

    def show_found(self, found: Found) -> None:
        """Add what the server says, and let Publish do what is possible there."""
        self.found = found
        self.view.show_known(self.known, *self._sections(found))
        self.changes.setVisible(found.changes is not None and bool(found.changes.found))
        self.supply.setVisible(
            covers(found.me.role, "publisher")
            and any(lack.kind in ("audience_list", "coupon_codes") for lack in found.check.lacks)
        )
        waits = found.proposal is not None and found.proposal.approved is None
        proposes = found.check.approved is False or not covers(found.me.role, "publisher")
        self._does = self._proposed if proposes else self._published
        self.publish.setText(tr("Propose") if proposes else tr("Publish"))
        may = covers(found.me.role, "editor") and not (proposes and waits)
        self.publish.setEnabled(may and not found.check.problems)
        self.fit()
        self.publish.setFocus()

    def show_refused(self, reason: str) -> None:
        """The server does not let this user ask."""
        self.view.show_known(self.known, Section(tr("Version"), (reason,), warns=True))

    def show_away(self, reason: str) -> None:
        """It does not answer: what is left is to publish it once it does."""
        words = tr("You can let it be published as soon as the server answers.")
        self.view.show_known(self.known, Section(tr("Version"), (reason, words), warns=True))
        self._does = self._later
        self.publish.setText(tr("Publish later"))
        self.publish.setEnabled(True)

    def _on_supply(self, supply: Callable[[Found], None]) -> None:
        """It is asked for a file; then all this is looked at once more."""
        if self.found is not None:
            self.reject()
            supply(self.found)

    def _show_changes(self) -> None:
        found = self.found
        if found is not None and found.changes is not None and found.check.current is not None:
            sentence = tr("What this version changes in {version}.", version=self._tag(found))
            differences = found.changes.found
            DifferencesDialog(self, self._look, tr("What has changed"), sentence, differences).open()

    def _sections(self, found: Found) -> Iterator[Section]:
        yield Section(tr("Version"), tuple(self._version(found)), warns=found.overtaken)
        approval = tuple(self._approval(found))
        if approval:
            yield Section(tr("Approval"), approval)
        if found.check.problems:
            yield Section(tr("Refused there"), _some(found.check.problems), warns=True)
        if found.check.lacks:
            yield Section(tr("It lacks"), _some([one.text for one in found.check.lacks]), warns=True)

    def _version(self, found: Found) -> Iterator[str]:
        current = found.check.current
        if current is None:
            yield tr("The first version there")
            return
        if found.check.same:
            yield tr("Nothing has changed since {version}; it stays as it is.", version=self._tag(found))
            return
        if found.overtaken:
            yield tr(
                "There is {version}, which you have not seen. You can look at it before yours replaces it.",
                version=self._tag(found),
            )
        else:
            yield tr(
                "Version {number}, after {version}", number=current.version + 1, version=self._tag(found)
            )
        changes = found.changes
        if changes is not None and changes.found:
            n = len(changes.found)
            yield ntr("{n:,} difference on the canvas", "{n:,} differences on the canvas", n)
        if changes is not None and changes.referred:
            names = quoted(changes.referred[:_MOST])
            yield tr("Changed in what it refers to: {names}", names=names)

    def _approval(self, found: Found) -> Iterator[str]:
        if not covers(found.me.role, "publisher"):
            yield tr("You may propose it; somebody who may publish does so.")
        if found.check.approved:
            yield tr("Somebody else has approved exactly this.")
        elif found.check.approved is False and found.proposal is not None:
            yield self._proposal(found.proposal)
        elif found.check.approved is False:
            yield tr("Somebody else has to approve it first. Propose it.")

    def _proposal(self, proposal: ProposalState) -> str:
        time = moments.told(instant(proposal.proposed_at), self._zone)
        by = {"number": proposal.number, "user": proposal.proposed_by, "time": time}
        if proposal.approved is None:
            return tr("Proposal {number} by {user}, {time}, waits for somebody to approve it.", **by)
        by["decider"] = proposal.decided_by or ""
        if proposal.approved:
            return tr(
                "Proposal {number} was approved by {decider}, but serves no more. Propose it anew.", **by
            )
        if proposal.reason:
            return tr("Proposal {number} was declined by {decider}: {reason}", **by, reason=proposal.reason)
        return tr("Proposal {number} was declined by {decider}.", **by)

    def _tag(self, found: Found) -> str:
        assert found.check.current is not None
        return published_words(found.check.current, self._zone)


def _some(lines: Sequence[str]) -> tuple[str, ...]:
    shown = lines[:_MOST]
    if len(lines) > _MOST:
        return (*shown, ntr("and {n} more", "and {n} more", len(lines) - _MOST))
    return tuple(shown)
