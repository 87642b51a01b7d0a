# ruff: noqa: E501 - a table reads best with one row a line
"""One table of everything that a user can do: its text, shortcut, when it is possible, and what does it.

Top bars, menus, shortcuts, the command palette, help and tests are fed from here. A shortcut is unique over the
whole table. When an action is possible is asked in `possible`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.actions.possible import (
    can_cut_line,
    can_grow,
    can_redo,
    can_undo,
    changed_on_disk,
    cut_line_words,
    cuttable,
    differs_on_disk,
    editable,
    engine_off,
    find_words,
    has_campaign,
    has_cards,
    has_conflicts,
    has_cycles,
    has_notes,
    has_open_line,
    has_open_links,
    has_problems,
    has_tabs,
    has_versions,
    has_workspace,
    held,
    in_earlier_version,
    in_editor,
    in_list,
    language,
    listed,
    may,
    movable,
    nameable,
    node_selected,
    notes_selected,
    one_note_selected,
    one_selected,
    out_of_editor,
    people_in_earlier,
    redo_words,
    selected,
    some_selected,
    undo_words,
    viewed,
)
from app.actions.spec import ActionSpec, Context, Place
from app.audiences.actions import AUDIENCE_ACTIONS
from app.campaign_list.status import May
from app.editor.guide import bring_back as bring_back_guide
from app.messages.actions import MESSAGE_ACTIONS
from app.navigation.places import PLACES
from app.rehearsing.actions import REHEARSAL_ACTIONS
from app.reports.actions import REPORT_ACTIONS
from engine.campaign.edits import Direction, Side
from engine.i18n import N_

if TYPE_CHECKING:
    from app.window import MainWindow


def _going(place_id: str) -> Callable[[MainWindow], None]:
    return lambda window: window.navigation.go(place_id)


_english, _is_english = language("en")
_chinese, _is_chinese = language("zh")
_WORKSPACE, _LIST, _EDITOR, _LOOK = Place.WORKSPACE, Place.LIST, Place.EDITOR, Place.LOOK
_SELECT, _ARRANGE = Place.SELECT, Place.ARRANGE
_CARD, _SEVERAL, _LINE, _NOTES, _CANVAS = (
    Context.CARD,
    Context.SEVERAL,
    Context.LINE,
    Context.NOTES,
    Context.CANVAS,
)

# fmt: off
ACTIONS: tuple[ActionSpec, ...] = (
    *(ActionSpec(f"go.{place.id}", place.title, f"Alt+{number}", Place.GO, _going(place.id), has_workspace, place.icon, also=place.also) for number, place in enumerate(PLACES, 1)),

    *AUDIENCE_ACTIONS,
    *MESSAGE_ACTIONS,

    ActionSpec("campaign.new", N_("New campaign…"), "Ctrl+N", _LIST, lambda w: w.campaigns.new_campaign(), lambda w: w.workspace is not None, "plus", also=N_("create, start, template, gallery")),
    ActionSpec("campaign.open", N_("Open"), "Ctrl+Return", _LIST, lambda w: w.open_selected(), listed(May.EDIT), "pencil"),
    ActionSpec("campaign.view", N_("View"), "Ctrl+Shift+Return", _LIST, lambda w: w.view_selected(), listed(May.VIEW), "eye"),
    ActionSpec("campaign.attributes", N_("Edit attributes…"), "F2", _LIST, lambda w: w.edit_attributes(), may(May.ATTRIBUTES), "pencil", also=N_("name, folder, start and end, rename, settings")),
    ActionSpec("campaign.copy", N_("Copy"), "Ctrl+D", _LIST, lambda w: w.campaigns.copy_selected(), listed(May.COPY), "copy", also=N_("duplicate, clone")),
    ActionSpec("campaign.save_template", N_("Save as template…"), "Ctrl+Shift+T", _LIST, lambda w: w.templates.save_as(), has_campaign, "template"),
    ActionSpec("campaign.delete", N_("Delete…"), "Shift+Del", _LIST, lambda w: w.campaigns.delete_selected(), listed(May.DELETE), "trash", also=N_("remove, erase")),
    ActionSpec("campaign.search", N_("Search campaigns"), "Ctrl+F", _LIST, lambda w: w.find_something(), lambda w: w.workspace is not None, "search", words=find_words),
    ActionSpec("campaign.refresh", N_("Read the workspace again"), "F5", _LIST, lambda w: w.reload(), in_list, "refresh"),

    ActionSpec("editor.back", N_("Back to the list"), "Alt+Home", _EDITOR, lambda w: w.open_campaigns.back(), in_editor, "arrow-left"),
    ActionSpec("editor.close", N_("Close campaign"), "Ctrl+W", _EDITOR, lambda w: w.open_campaigns.ask_to_close(w.the_editor), in_editor, "x"),
    ActionSpec("editor.next", N_("Next tab"), "Ctrl+Tab", _LOOK, lambda w: w.tabs.step(1), has_tabs),
    ActionSpec("editor.previous", N_("Previous tab"), "Ctrl+Shift+Tab", _LOOK, lambda w: w.tabs.step(-1), has_tabs),
    ActionSpec("editor.add", N_("Add a component…"), "/", _EDITOR, lambda w: w.the_editor.commands.add(), editable, "plus", context=_CARD | _LINE, also=N_("insert, new, append")),
    ActionSpec("editor.add_ends", N_("Add End to every open line"), "Ctrl+E", _EDITOR, lambda w: w.the_editor.commands.add_ends(), has_open_links, "flag", context=_CANVAS),
    ActionSpec("editor.undo", N_("Undo"), "Ctrl+Z", _EDITOR, lambda w: w.the_editor.commands.undo(), can_undo, "arrow-back-up", words=undo_words, context=_CANVAS, also=N_("back, revert, take back")),
    ActionSpec("editor.redo", N_("Redo"), "Ctrl+Y", _EDITOR, lambda w: w.the_editor.commands.redo(), can_redo, "arrow-forward-up", words=redo_words, context=_CANVAS, also=N_("again, repeat")),
    ActionSpec("editor.fit", N_("Fit to screen"), "F", _LOOK, lambda w: w.the_editor.commands.fit(), in_editor, "maximize", context=_CANVAS, also=N_("overview, everything, zoom")),
    ActionSpec("editor.zoom_in", N_("Zoom in"), "Ctrl++", _LOOK, lambda w: w.the_editor.commands.zoom_in(), in_editor, "plus"),
    ActionSpec("editor.zoom_reset", N_("Zoom to 100 %"), "Ctrl+0", _LOOK, lambda w: w.the_editor.commands.zoom_reset(), in_editor),
    ActionSpec("editor.zoom_out", N_("Zoom out"), "Ctrl+-", _LOOK, lambda w: w.the_editor.commands.zoom_out(), in_editor, "minus"),
    ActionSpec("editor.copy", N_("Copy component"), "Ctrl+C", _EDITOR, lambda w: w.the_editor.copying.copy(), some_selected, "copy", context=_CARD | _SEVERAL),
    ActionSpec("editor.copy_behind", N_("Copy with everything behind"), "Ctrl+Shift+C", _EDITOR, lambda w: w.the_editor.copying.copy_behind(), one_selected, "copy-plus", context=_CARD),
    ActionSpec("editor.cut", N_("Cut component and what follows"), "Ctrl+X", _EDITOR, lambda w: w.the_editor.copying.cut(), cuttable, "scissors", context=_CARD | _SEVERAL),
    ActionSpec("editor.paste", N_("Paste"), "Ctrl+V", _EDITOR, lambda w: w.the_editor.copying.paste(), editable, "clipboard", context=_CARD | _LINE | _CANVAS),
    ActionSpec("editor.lead", N_("Lead the open line to…"), "Ctrl+J", _EDITOR, lambda w: w.the_editor.lines.lead(), has_open_line, "plug-connected", context=_CARD | _LINE, also=N_("connect, join, link, draw a line")),
    ActionSpec("editor.add_line", N_("Add another line"), "Ctrl+Shift+J", _EDITOR, lambda w: w.the_editor.lines.add(), can_grow, "git-fork", context=_CARD, also=N_("connect, link, branch, fork")),
    ActionSpec("editor.cut_line", N_("Cut the line in front…"), "Ctrl+Del", _EDITOR, lambda w: w.the_editor.lines.cut(), can_cut_line, "scissors", words=cut_line_words, context=_CARD | _LINE, also=N_("disconnect, unlink, remove a line")),
    ActionSpec("notes.add", N_("Add note"), "Ctrl+M", Place.NOTES, lambda w: w.the_editor.note_commands.add_note(), editable, "note", context=_CANVAS, also=N_("comment, sticky note, annotation")),
    ActionSpec("notes.frame", N_("Frame the selection"), "Ctrl+G", Place.NOTES, lambda w: w.the_editor.note_commands.frame_selection(), editable, "frame", context=_CARD | _SEVERAL | _NOTES, also=N_("group, box, border")),
    ActionSpec("notes.write", N_("Edit note or title"), "Shift+F2", Place.NOTES, lambda w: w.the_editor.note_commands.write(), one_note_selected, "pencil", context=_NOTES),
    ActionSpec("notes.colour", N_("Colour…"), "Alt+C", Place.NOTES, lambda w: w.the_editor.note_commands.choose_colour(), notes_selected, "palette", context=_NOTES),
    ActionSpec("notes.next", N_("Next note or frame"), "N", Place.NOTES, lambda w: w.the_editor.note_commands.select_next(), has_notes),
    ActionSpec("notes.wider", N_("Make the note wider"), "Alt+Shift+Right", Place.NOTES, lambda w: w.the_editor.note_commands.resize(1, 0), one_note_selected),
    ActionSpec("notes.narrower", N_("Make the note narrower"), "Alt+Shift+Left", Place.NOTES, lambda w: w.the_editor.note_commands.resize(-1, 0), one_note_selected),
    ActionSpec("notes.taller", N_("Make the note taller"), "Alt+Shift+Down", Place.NOTES, lambda w: w.the_editor.note_commands.resize(0, 1), one_note_selected),
    ActionSpec("notes.shorter", N_("Make the note shorter"), "Alt+Shift+Up", Place.NOTES, lambda w: w.the_editor.note_commands.resize(0, -1), one_note_selected),
    ActionSpec("notes.delete", N_("Delete notes and frames"), "Alt+Del", Place.NOTES, lambda w: w.the_editor.note_commands.delete(), notes_selected, "trash", context=_NOTES),

    ActionSpec("editor.delete", N_("Delete with what follows…"), "Del", _EDITOR, lambda w: w.the_editor.commands.delete_selected(), node_selected, "trash", context=_CARD | _SEVERAL, also=N_("remove, erase")),
    ActionSpec("editor.take_out", N_("Take out of the flow"), "Ctrl+Backspace", _EDITOR, lambda w: w.the_editor.commands.take_out(), nameable, "x", context=_CARD),
    ActionSpec("editor.problems", N_("Show problems"), "Ctrl+Shift+M", Place.PROBLEMS, lambda w: w.the_editor.findings.toggle(), in_editor, "alert-triangle", also=N_("errors, warnings, check, validate")),
    ActionSpec("editor.next_problem", N_("Next problem"), "F8", Place.PROBLEMS, lambda w: w.the_editor.findings.step(), in_editor, "alert-circle"),
    ActionSpec("editor.previous_problem", N_("Previous problem"), "Shift+F8", Place.PROBLEMS, lambda w: w.the_editor.findings.step(-1), in_editor),
    ActionSpec("editor.fix", N_("Fix this problem"), "Ctrl+.", Place.PROBLEMS, lambda w: w.the_editor.findings.fix(), has_problems, "check"),
    ActionSpec("editor.fix_all", N_("Fix all of this kind"), "Ctrl+Alt+.", Place.PROBLEMS, lambda w: w.the_editor.findings.fix_all(), has_problems),
    ActionSpec("editor.palette", N_("Search components"), "Ctrl+K", _EDITOR, lambda w: w.the_editor.commands.focus_palette(), editable, "search", also=N_("add, insert, palette")),
    ActionSpec("editor.find_next", N_("Find next"), "F3", _LOOK, lambda w: w.the_editor.finding.step(1), in_editor, "chevron-down"),
    ActionSpec("editor.find_previous", N_("Find previous"), "Shift+F3", _LOOK, lambda w: w.the_editor.finding.step(-1), in_editor, "chevron-up"),
    ActionSpec("editor.outline", N_("Outline"), "Ctrl+Shift+O", _LOOK, lambda w: w.the_editor.commands.toggle_outline(), in_editor, "list", also=N_("tree, structure, list of components")),
    ActionSpec("editor.test", N_("Send a test…"), "Ctrl+Alt+T", _EDITOR, lambda w: w.the_editor.testing.open(), lambda w: w.editor is not None and w.editor.testing.possible(), "send", context=_CARD, also=N_("try out, sample, trial, proof")),
    ActionSpec("editor.rename", N_("Rename"), "Ctrl+F2", _EDITOR, lambda w: w.the_editor.commands.rename_selected(), nameable, "pencil", context=_CARD),
    ActionSpec("editor.insert", N_("Insert in front…"), "Alt+/", _EDITOR, lambda w: w.the_editor.commands.add_in_front(), nameable, "plus", context=_CARD),
    ActionSpec("editor.next_area", N_("Next area"), "F6", _LOOK, lambda w: w.the_editor.commands.next_area(1), in_editor),
    ActionSpec("editor.previous_area", N_("Previous area"), "Shift+F6", _LOOK, lambda w: w.the_editor.commands.next_area(-1), in_editor),
    ActionSpec("editor.edit", N_("Edit"), "Ctrl+Shift+E", _EDITOR, lambda w: w.open_campaigns.edit_viewed(), viewed, "pencil"),
    ActionSpec("editor.run_tests", N_("Run campaign tests"), "F9", _EDITOR, lambda w: w.the_editor.tests.run(), in_editor, "list-check", also=N_("check, expected, campaigntest")),
    ActionSpec("editor.disk_differences", N_("Compare with the file on disk…"), "Ctrl+Alt+Shift+D", _EDITOR, lambda w: w.the_editor.safekeeping.show_differences(), changed_on_disk),
    ActionSpec("editor.disk_merge", N_("Merge with the file on disk…"), "Ctrl+Alt+Shift+M", _EDITOR, lambda w: w.the_editor.merging.with_file(), changed_on_disk, also=N_("conflict, both versions, combine")),
    ActionSpec("editor.resolve_conflicts", N_("Resolve conflicts of a merge…"), "Ctrl+Alt+Shift+Q", _EDITOR, lambda w: w.the_editor.merging.resolve(), has_conflicts, also=N_("git, merge, choose")),
    ActionSpec("editor.drop_conflicts", N_("Keep mine of a merge's conflicts"), "Ctrl+Alt+Shift+V", _EDITOR, lambda w: w.the_editor.merging.drop(), has_conflicts),
    ActionSpec("editor.disk_reload", N_("Read the file on disk again…"), "Ctrl+Alt+Shift+R", _EDITOR, lambda w: w.the_editor.safekeeping.ask_reload(), changed_on_disk),
    ActionSpec("editor.disk_keep", N_("Keep mine when the file changed on disk"), "Ctrl+Alt+Shift+K", _EDITOR, lambda w: w.the_editor.safekeeping.keep_mine(), differs_on_disk),
    ActionSpec("editor.export", N_("Export…"), "Ctrl+Shift+S", _EDITOR, lambda w: w.exports.to_file(), in_editor, "download", also=N_("PDF, PNG, SVG, picture, image, Mermaid, CSV, table, save as file, download")),
    ActionSpec("editor.print", N_("Print…"), "Ctrl+P", _EDITOR, lambda w: w.exports.to_paper(), in_editor, "printer", also=N_("paper, PDF, printer")),
    ActionSpec("editor.save", N_("Save draft"), "Ctrl+S", _EDITOR, lambda w: w.the_editor.save(), editable),

    ActionSpec("editor.select_all", N_("Select all"), "Ctrl+A", _SELECT, lambda w: w.the_editor.selecting.everything(), in_editor, "select-all", context=_CANVAS),
    ActionSpec("editor.select_behind", N_("Select everything behind"), "Ctrl+Shift+Right", _SELECT, lambda w: w.the_editor.selecting.behind(), some_selected, "chevron-right", context=_CARD | _SEVERAL),
    ActionSpec("editor.select_none", N_("Select nothing"), "Ctrl+Shift+D", _SELECT, lambda w: w.the_editor.selecting.nothing(), some_selected),
    ActionSpec("editor.context_menu", N_("Menu of what is selected"), "Shift+F10", _SELECT, lambda w: w.the_editor.menus.open_at_selection(), in_editor),

    ActionSpec("editor.tidy", N_("Tidy up"), "Ctrl+L", _ARRANGE, lambda w: w.the_editor.tidying.tidy(), has_cards, "sitemap", context=_SEVERAL | _CANVAS, also=N_("arrange, layout, clean up, order")),
    ActionSpec("editor.align_left", N_("Align left edges"), "Alt+A", _ARRANGE, lambda w: w.the_editor.arranging.align(Side.LEFT), selected(2), "layout-align-left", context=_SEVERAL),
    ActionSpec("editor.align_centre", N_("Align centres"), "Alt+H", _ARRANGE, lambda w: w.the_editor.arranging.align(Side.CENTRE), selected(2), "layout-align-center", context=_SEVERAL),
    ActionSpec("editor.align_right", N_("Align right edges"), "Alt+D", _ARRANGE, lambda w: w.the_editor.arranging.align(Side.RIGHT), selected(2), "layout-align-right", context=_SEVERAL),
    ActionSpec("editor.align_top", N_("Align top edges"), "Alt+W", _ARRANGE, lambda w: w.the_editor.arranging.align(Side.TOP), selected(2), "layout-align-top", context=_SEVERAL),
    ActionSpec("editor.align_middle", N_("Align middles"), "Alt+V", _ARRANGE, lambda w: w.the_editor.arranging.align(Side.MIDDLE), selected(2), "layout-align-middle", context=_SEVERAL),
    ActionSpec("editor.align_bottom", N_("Align bottom edges"), "Alt+S", _ARRANGE, lambda w: w.the_editor.arranging.align(Side.BOTTOM), selected(2), "layout-align-bottom", context=_SEVERAL),
    ActionSpec("editor.distribute_across", N_("Distribute horizontally"), "Alt+Shift+H", _ARRANGE, lambda w: w.the_editor.arranging.distribute(Direction.ACROSS), selected(3), "layout-distribute-vertical", context=_SEVERAL),
    ActionSpec("editor.distribute_down", N_("Distribute vertically"), "Alt+Shift+V", _ARRANGE, lambda w: w.the_editor.arranging.distribute(Direction.DOWN), selected(3), "layout-distribute-horizontal", context=_SEVERAL),
    ActionSpec("editor.nudge_left", N_("Move a step to the left"), "Alt+Left", _ARRANGE, lambda w: w.the_editor.arranging.nudge(-1, 0), movable),
    ActionSpec("editor.nudge_right", N_("Move a step to the right"), "Alt+Right", _ARRANGE, lambda w: w.the_editor.arranging.nudge(1, 0), movable),
    ActionSpec("editor.nudge_up", N_("Move a step up"), "Alt+Up", _ARRANGE, lambda w: w.the_editor.arranging.nudge(0, -1), movable),
    ActionSpec("editor.nudge_down", N_("Move a step down"), "Alt+Down", _ARRANGE, lambda w: w.the_editor.arranging.nudge(0, 1), movable),

    *REHEARSAL_ACTIONS,

    ActionSpec("run.publish", N_("Publish"), "Ctrl+Shift+P", Place.RUN, lambda w: w.publishing.publish(), may(May.PUBLISH), also=N_("run, launch, go live")),
    ActionSpec("run.publish_remote", N_("Publish to another machine…"), "Ctrl+Alt+P", Place.RUN, lambda w: w.publishing.publish_remote(), may(May.PUBLISH)),
    ActionSpec("run.stop", N_("Stop"), "Ctrl+Shift+X", Place.RUN, lambda w: w.runs.stop(), may(May.STOP), "player-stop", also=N_("pause, halt, end")),
    ActionSpec("run.restart", N_("Restart"), "Ctrl+Shift+R", Place.RUN, lambda w: w.runs.restart(), may(May.RESTART), "player-play", also=N_("resume, continue, go on")),

    ActionSpec("run.versions", N_("Versions…"), "Ctrl+Alt+V", Place.RUN, lambda w: w.versions.choose(), has_versions, also=N_("earlier, history, who is inside")),
    ActionSpec("run.cycles", N_("Cycles…"), "Ctrl+Alt+I", Place.RUN, lambda w: w.the_editor.bar.cycles.showMenu(), has_cycles, also=N_("counts of one cycle, recurring, runs")),
    ActionSpec("run.earlier", N_("Show the earlier version with people"), "Ctrl+Alt+B", Place.RUN, lambda w: w.versions.show_earlier(), people_in_earlier),
    ActionSpec("run.newest", N_("Back to the newest version"), "Ctrl+Alt+N", Place.RUN, lambda w: w.versions.show_newest(), in_earlier_version),

    *REPORT_ACTIONS,

    ActionSpec("run.received", N_("Events received"), "Ctrl+Shift+I", Place.RUN, lambda w: w.dialogs.received(), lambda w: w.workspace is not None, "bolt", also=N_("log, test, history")),
    ActionSpec("run.sending", N_("Sending status"), "Ctrl+Alt+W", Place.RUN, lambda w: w.runs.show_sending(), has_workspace, "send", also=N_("outbox, accounts, doubtful, unknown, waiting messages")),
    ActionSpec("run.start", N_("Start the engine"), "Ctrl+Alt+G", Place.RUN, lambda w: w.runs.start_engine(), engine_off, "player-play"),
    ActionSpec("run.release", N_("Release the engine…"), "Ctrl+Alt+R", Place.RUN, lambda w: w.runs.release(), held),

    ActionSpec("workspace.file", N_("Open file…"), "Ctrl+Alt+O", _WORKSPACE, lambda w: w.opening.choose(), icon="folder"),
    ActionSpec("workspace.open", N_("Open workspace…"), "Ctrl+O", _WORKSPACE, lambda w: w.workspaces.choose(), icon="folder"),
    ActionSpec("workspace.new", N_("New workspace…"), "Ctrl+Shift+N", _WORKSPACE, lambda w: w.workspaces.create(), icon="folder-plus"),
    ActionSpec("workspace.import", N_("Import people and events…"), "Ctrl+I", _WORKSPACE, lambda w: w.workspaces.import_data(), out_of_editor, "upload", also=N_("customers, CSV, upload, data")),
    ActionSpec("workspace.recover", N_("Unsaved work…"), "Ctrl+Alt+U", _WORKSPACE, lambda w: w.recovery.show(), lambda w: bool(w.recovery.offers)),
    ActionSpec("workspace.preferences", N_("Preferences…"), "Ctrl+,", _WORKSPACE, lambda w: w.dialogs.preferences(), icon="settings", also=N_("settings, options, language, theme")),
    ActionSpec("workspace.quit", N_("Quit"), "Ctrl+Q", _WORKSPACE, lambda w: w.close(), also=N_("exit, close the program")),

    ActionSpec("editor.side_bar", N_("Components and outline"), "Ctrl+B", Place.VIEW, lambda w: w.the_editor.side_bar.toggle(), in_editor, checked=lambda w: w.preferences.side_bar_shown, also=N_("show, hide, palette, side bar, toolbox")),
    ActionSpec("editor.minimap", N_("Minimap"), "M", Place.VIEW, lambda w: w.the_editor.minimap.toggle(), in_editor, checked=lambda w: w.preferences.minimap, also=N_("show, hide, overview, map")),
    ActionSpec("view.english", "English", "Ctrl+Alt+E", Place.VIEW, _english, checked=_is_english),
    ActionSpec("view.chinese", "中文", "Ctrl+Alt+C", Place.VIEW, _chinese, checked=_is_chinese),
    ActionSpec("view.light", N_("Light"), "Ctrl+Alt+L", Place.VIEW, lambda w: w.appearance.set_theme("light"), checked=lambda w: w.preferences.theme == "light", also=N_("day, theme, appearance")),
    ActionSpec("view.dark", N_("Dark"), "Ctrl+Alt+D", Place.VIEW, lambda w: w.appearance.set_theme("dark"), checked=lambda w: w.preferences.theme == "dark", also=N_("night, theme, appearance")),
    ActionSpec("view.contrast", N_("High contrast"), "Ctrl+Alt+H", Place.VIEW, lambda w: w.appearance.set_theme("contrast"), checked=lambda w: w.preferences.theme == "contrast"),
    ActionSpec("view.system", N_("Like the system"), "Ctrl+Alt+S", Place.VIEW, lambda w: w.appearance.set_theme("system"), checked=lambda w: w.preferences.theme == "system"),
    ActionSpec("view.commands", N_("All commands…"), "Ctrl+Shift+A", Place.VIEW, lambda w: w.dialogs.commands(), icon="command"),
    ActionSpec("view.menu", N_("Menu"), "F10", Place.VIEW, lambda w: w.show_menu(), icon="dots-vertical"),

    ActionSpec("help.manual", N_("Manual"), "F1", Place.HELP, lambda w: w.dialogs.manual(), icon="help", also=N_("help, documentation, instructions, how to")),
    ActionSpec("help.start", N_("Start page"), "Ctrl+Alt+Home", Place.HELP, lambda w: w.dialogs.start_page(), icon="layout-grid", also=N_("home, welcome")),
    ActionSpec("help.tour", N_("Take the two-minute tour"), "Ctrl+Shift+F1", Place.HELP, lambda w: w.tour.start(), icon="player-play", also=N_("introduction, tutorial, learn")),
    ActionSpec("help.events", N_("Send events to this workspace"), "Ctrl+Alt+F1", Place.HELP, lambda w: w.dialogs.events_help(), lambda w: w.workspace is not None, "bolt", also=N_("curl, API, behaviour, integration")),
    ActionSpec("help.guide", N_("Show the template guide"), "Ctrl+F1", Place.HELP, lambda w: bring_back_guide(w), icon="template"),
    ActionSpec("help.shortcuts", N_("Keyboard shortcuts"), "Ctrl+/", Place.HELP, lambda w: w.dialogs.shortcuts(), also=N_("keys, hotkeys, cheat sheet")),
    ActionSpec("help.about", N_("About Campaign Canvas"), "Shift+F1", Place.HELP, lambda w: w.dialogs.about()),
)
# fmt: on
