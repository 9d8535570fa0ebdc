"""What the map's rooms may be asked to offer: a link for each, to be added or taken away."""

from __future__ import annotations

from dataclasses import replace

from grid_app.queries.coverage_needs import LANGUAGE
from grid_app.queries.map_facts import ROOMS, MapFacts
from grid_app.web.maps.asked import Asked
from grid_app.web.maps.look import Look, address
from grid_app.web.room_needs import TICKS, toggled


def offers(ask: Asked, look: Look, facts: MapFacts) -> list[dict[str, object]]:
    """Return the links of the layer of rooms as it is now; none for other layers and past weeks."""
    if ask.layer != ROOMS or ask.week is not None:
        return []
    choices = (*TICKS, *((LANGUAGE + one, f"会说{one}") for one in facts.languages))
    return [
        {"label": "所有开放的", "url": address(replace(ask, only=""), look, "maps.index"), "current": not ask.only},
        *(
            {
                "label": word,
                "url": address(replace(ask, only=",".join(toggled(facts.needs, key).named())), look, "maps.index"),
                "current": key in facts.needs.named(),
            }
            for key, word in choices
        ),
    ]
