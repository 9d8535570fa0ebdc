"""How a person looks at the map: where, at which place, the table in which order; all of it stands in the address."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from flask import request

from grid_app.web.maps.asked import Asked

VIEW: Final = re.compile(r"-?[0-9]{1,2}(\.[0-9]{1,8})?,-?[0-9]{1,3}(\.[0-9]{1,8})?,[0-9]{1,2}(\.[0-9]{1,4})?")
CODE: Final = re.compile(r"[0-9A-Za-z]{1,24}")


@dataclass(frozen=True)
class Look:
    """Where the map looks (``at``: latitude, longitude, zoom), which place is chosen, and how the table is sorted."""

    at: str = ""
    place: str = ""
    sort: str = ""
    down: bool = False

    def parameters(self) -> dict[str, str]:
        """Return what stands in the address; nothing for what is as usual."""
        wanted = {"at": self.at, "place": self.place, "sort": self.sort, "dir": "down" if self.down else ""}
        return {name: value for name, value in wanted.items() if value}


def looked() -> Look:
    """Return how this request looks at the map; what cannot be read falls away."""
    at, place = request.args.get("at", ""), request.args.get("place", "")
    return Look(
        at=at if VIEW.fullmatch(at) else "",
        place=place if CODE.fullmatch(place) else "",
        sort=request.args.get("sort", "")[:20],
        down=request.args.get("dir") == "down",
    )


def address(ask: Asked, look: Look, endpoint: str) -> str:
    """Return the address of ``endpoint`` for the same facts and the same look."""
    return joined(ask.url(endpoint), look.parameters())


def joined(url: str, parameters: dict[str, str]) -> str:
    """Return an address with more parameters."""
    if not parameters:
        return url
    return f"{url}{'&' if '?' in url else '?'}{urlencode(parameters, safe=',')}"
