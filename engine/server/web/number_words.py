"""Which number of a report it is that people stand behind, in words."""

from __future__ import annotations

from collections.abc import Mapping

from engine.components.delivery import STATES, receipt_word, state_and_reason
from engine.i18n import N_, tr
from engine.report.behind import Number, What
from engine.report.overview import group_names
from engine.report.structure import Structure

_WORDS: Mapping[What, str] = {
    What.ENTERED: N_("Entered"),
    What.INSIDE: N_("Inside"),
    What.FINISHED: N_("Finished"),
    What.HELD_BACK: N_("Control group"),
    What.CONVERTED: N_("Goal reached"),
    What.CONTROL_CONVERTED: N_("Goal reached, control group"),
    What.ARRIVED: N_("Arrived"),
    What.PASSED: N_("Went on"),
    What.WAITING: N_("Waiting"),
    What.LEFT: N_("Left"),
    What.EXITED: N_("Left early"),
    What.MERGED: N_("Merged"),
    What.LINE: N_("Went on"),
    What.MESSAGES: N_("All messages"),
    What.RECEIPT: N_("Receipts"),
    What.JUDGED: N_("Judged"),
    What.ACHIEVED: N_("Achieved"),
}


def number_words(number: Number, shape: Structure) -> str:
    """A number by where it stands in the report; what the campaign never had is left out."""
    said = [_place(number, shape)]
    if number.what in (What.JUDGED, What.ACHIEVED) and number.place in shape.nodes:
        said.append(group_names(shape, number.place).get(number.port or "", ""))
    if number.what is not What.LINE:
        said.append(_what(number, shape))
    if number.cycle is not None:
        said.append(tr("Cycle {n}", n=number.cycle))
    return " · ".join(filter(None, said))


def _place(number: Number, shape: Structure) -> str:
    if number.what is What.LINE:
        line = shape.lines.get(number.place)
        ends = [] if line is None else [shape.nodes.get(line.source), shape.nodes.get(line.target)]
        names = [node.name for node in ends if node is not None]
        return tr("{a} → {b}", a=names[0], b=names[1]) if len(names) == 2 else tr(_WORDS[What.LINE])
    node = shape.nodes.get(number.place)
    return "" if node is None else node.name


def _what(number: Number, shape: Structure) -> str:
    if number.what is What.MESSAGES and number.state is not None and number.state in STATES:
        node = shape.nodes.get(number.place)
        return state_and_reason(number.state, number.reason or "", "" if node is None else node.id_type)
    if number.what is What.RECEIPT and number.receipt:
        return receipt_word(number.receipt)
    return tr(_WORDS[number.what])
