"""One state alone on the map: of the status or of the naming, the villages that have it, and all others as one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from grid_app.queries.map_facts import NAMINGS, STATUS
from grid_app.web.maps.coverage import NAMING_CLASSES
from grid_app.web.maps.layers import Class, LayerView
from grid_app.web.maps.standing import STATUS_CLASSES

STATES: Final[Mapping[str, tuple[str, ...]]] = {
    STATUS: tuple(one.key for one in STATUS_CLASSES),
    NAMINGS: tuple(one.key for one in NAMING_CLASSES),
}
"""By layer the states that can be looked at alone."""
OTHERS: Final = Class("others", "其他村(社区)", "plain")
BESIDE_EMPTY: Final = replace(OTHERS, fill="back")
"""How others are painted beside a state that is left empty itself."""


def picked(view: LayerView, only: str) -> LayerView:
    """Return a layer whose legend offers each state, with ``only`` one painted when it names one.

    Legend and table stay whole, so that their sums are those of the database whatever is painted.
    """
    legend = tuple(replace(item, filter_key=one.key) for item, one in zip(view.legend, view.classes, strict=True))
    chosen = next((one for one in view.classes if one.key == only), None)
    if chosen is None:
        return replace(view, legend=legend)
    return replace(
        view,
        headline=f"{view.headline}图上只画“{chosen.word}”。",
        legend=legend,
        states={code: state if state == only else OTHERS.key for code, state in view.states.items()},
        classes=(chosen, BESIDE_EMPTY if chosen.fill == "empty" else OTHERS),
    )
