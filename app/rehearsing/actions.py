# ruff: noqa: E501 - a table reads best with one row a line
"""What a user can do with rehearsals: rows of the table of actions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.actions.spec import ActionSpec, Context, Place
from engine.i18n import N_, tr

if TYPE_CHECKING:
    from app.window import MainWindow

_PLACE = Place.REHEARSAL


def _possible(window: MainWindow) -> bool:
    """An empty campaign is told what it lacks, as when it is published."""
    return window.editor is not None


def _active(window: MainWindow) -> bool:
    return window.editor is not None and window.editor.rehearsing.active


def _done(window: MainWindow) -> bool:
    return window.editor is not None and window.editor.rehearsing.rehearsed is not None


def _has_gaps(window: MainWindow) -> bool:
    found = None if window.editor is None else window.editor.rehearsing.rehearsed
    return found is not None and bool(found.gaps)


def _can_go_on(window: MainWindow) -> bool:
    return window.editor is not None and window.editor.rehearsing.can_step(1)


def _can_go_back(window: MainWindow) -> bool:
    return window.editor is not None and window.editor.rehearsing.can_step(-1)


def _play_words(window: MainWindow) -> str:
    playing = window.editor is not None and window.editor.rehearsing.playing
    return tr("Pause the rehearsal") if playing else tr("Play the rehearsal")


def _somebody_words(window: MainWindow) -> str:
    here = window.editor is not None and window.editor.rehearsing.place
    return tr("Path of somebody who came here") if here else tr("Path of somebody at random")


# fmt: off
REHEARSAL_ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec("editor.rehearse", N_("Rehearse…"), "Ctrl+R", _PLACE, lambda w: w.the_editor.rehearsing.open(), _possible, "movie", context=Context.CANVAS, also=N_("simulate, dry run, test, try out, preview, forecast")),
    ActionSpec("rehearsal.play", N_("Play the rehearsal"), "P", _PLACE, lambda w: w.the_editor.rehearsing.toggle_play(), _done, "player-play", words=_play_words, also=N_("pause, time")),
    ActionSpec("rehearsal.untested", N_("Next untested branch"), "U", _PLACE, lambda w: w.the_editor.rehearsing.next_untested(), _has_gaps, "git-fork", also=N_("coverage, nobody, gap")),
    ActionSpec("rehearsal.path", N_("One person's path…"), "Shift+P", _PLACE, lambda w: w.the_editor.rehearsing.toggle_path(), _done, "route", also=N_("journey, why, trace, follow somebody")),
    ActionSpec("rehearsal.somebody", N_("Path of somebody at random"), "Shift+R", _PLACE, lambda w: w.the_editor.rehearsing.somebody(), _done, "arrows-shuffle", context=Context.CARD | Context.LINE, words=_somebody_words, also=N_("random, example, journey")),
    ActionSpec("rehearsal.on", N_("Next step of the path"), "]", _PLACE, lambda w: w.the_editor.rehearsing.step(1), _can_go_on, "chevron-right"),
    ActionSpec("rehearsal.back", N_("Previous step of the path"), "[", _PLACE, lambda w: w.the_editor.rehearsing.step(-1), _can_go_back, "chevron-left"),
    ActionSpec("rehearsal.compare", N_("Compare with another rehearsal…"), "Shift+B", _PLACE, lambda w: w.the_editor.rehearsing.comparing.open(), _done, "a-b", also=N_("A/B, version, difference, settings, side by side")),
    ActionSpec("rehearsal.close", N_("Close the rehearsal"), "Ctrl+Alt+K", _PLACE, lambda w: w.the_editor.rehearsing.close(), _active, "x", also=N_("cancel, leave, end")),
)
# fmt: on
