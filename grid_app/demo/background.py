"""What is told in the invented county day by day: a few matters everywhere, none of which many households share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from grid_app.clock import local_date, start_of_day
from grid_app.demo.county import County, Village
from grid_app.demo.names import table
from grid_app.demo.places import Place, Places

DAYS: Final = 90
REPORTS: Final = 1240
OLDER_DAYS: Final = 75
OLDER_REPORTS: Final = 200
ALIKE_AT_MOST: Final = 2
"""Reports of one village and category group, so that what is shared is only what the stories tell."""
WEEKEND_SHARE: Final = 0.35
CHANNELS: Final = {
    "grid_walk": 0.58,
    "resident_told": 0.22,
    "mediation_room": 0.1,
    "hotline": 0.07,
    "other_office": 0.03,
}
BANDS: Final = {"": 0.72, "1": 0.12, "2-4": 0.12, "5-9": 0.03, "10-29": 0.01}


@dataclass(frozen=True)
class Matter:
    """One kind of matter: category, how often, where, on which law it may be closed, and how people tell it."""

    category: str
    weight: float
    where: str
    basis: str
    texts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Telling:
    """One report as it will arrive: when, where, what; ``band_status`` is empty without a band.

    ``imported`` marks matters of the time before the platform, entered from the old ledger on its first day.
    """

    at: datetime
    captured_at: datetime
    category: str
    summary: str
    place: Place
    channel: str
    band: str = ""
    band_status: str = ""
    since_when: date | None = None
    organisation: str = ""
    project: str = ""
    danger: bool = False
    child: bool = False
    household: str = ""
    imported: bool = False


def matters() -> tuple[Matter, ...]:
    """Return the kinds of matters of ``matters.toml``."""
    return tuple(Matter(**(row | {"texts": tuple(row["texts"])})) for row in table("matters.toml")["matter"])


def bases() -> Mapping[str, str]:
    """Return the law each category may be closed on."""
    return {one.category: one.basis for one in matters()}


def tell_background(
    rng: np.random.Generator, county: County, places: Places, *, as_of: date, reserved: Collection[tuple[str, str]]
) -> list[Telling]:
    """Return the background of the ninety days before ``as_of`` and of the older matters, in time order.

    ``reserved`` are (village, category group) pairs that belong to stories; nothing else is told there.
    """
    voice = _Voice(rng, county, reserved)
    start = as_of - timedelta(days=DAYS)
    days = [start + timedelta(days=number) for number in range(DAYS)]
    weights = np.array([WEEKEND_SHARE if day.weekday() > 4 else 1.0 for day in days])
    chosen = rng.choice(DAYS, REPORTS, p=weights / weights.sum())
    told = [voice.tell(_moment(rng, days[int(at)]), places) for at in np.sort(chosen)]
    older = rng.integers(1, OLDER_DAYS, OLDER_REPORTS)
    entered = start_of_day(start) + timedelta(hours=8)
    for back in older:
        one = voice.tell(_moment(rng, start - timedelta(days=int(back))), places)
        told.append(replace(one, at=entered, channel="import", place=one.place.without_point(), imported=True))
    return sorted(told, key=lambda one: one.at)


def _moment(rng: np.random.Generator, day: date) -> datetime:
    """Return a moment of the working day, between 7:40 and 19:00."""
    return start_of_day(day) + timedelta(minutes=int(rng.triangular(460, 590, 1140)), seconds=int(rng.integers(60)))


class _Voice:
    """Chooses village, matter and words, and remembers how often each village told of a kind."""

    def __init__(self, rng: np.random.Generator, county: County, reserved: Collection[tuple[str, str]]) -> None:
        self._rng = rng
        self._reserved = frozenset(reserved) | {(village[:9], group) for village, group in reserved}
        self._villages = county.villages
        self._up_to = np.cumsum(np.array([one.households for one in self._villages], dtype=float) ** 0.7)
        self._matters = {setting: _fitting(setting) for setting in ("village", "community")}
        self._blanks: dict[str, list[str]] = table("matters.toml")["blanks"]
        self._told: Counter[tuple[str, str]] = Counter()

    def tell(self, at: datetime, places: Places) -> Telling:
        """Return one report noted at ``at``."""
        channel = self._pick(CHANNELS)
        village, matter = self._subject()
        place = places.somewhere(self._rng, village, channel)
        if (place.code, matter.category[:2]) in self._reserved:
            place = places.point_in(self._rng, village.code)
        band = self._pick(BANDS)
        late = timedelta(hours=float(self._rng.uniform(1, 4))) if self._rng.random() < 0.12 else timedelta(minutes=2)
        since = local_date(at) - timedelta(days=int(self._rng.integers(4, 200)))
        return Telling(
            at=min(at + late, start_of_day(local_date(at)) + timedelta(hours=23)),
            captured_at=at,
            category=matter.category,
            summary=self._filled(matter),
            place=place,
            channel=channel,
            band=band,
            band_status="estimated" if band in ("5-9", "10-29") else "known" if band else "",
            since_when=since if self._rng.random() < 0.4 else None,
        )

    def _subject(self) -> tuple[Village, Matter]:
        while True:
            village = self._villages[_drawn(self._rng, self._up_to)]
            fitting, up_to = self._matters["community" if village.is_community else "village"]
            matter = fitting[_drawn(self._rng, up_to)]
            key = (village.code, matter.category[:2])
            if self._told[key] < ALIKE_AT_MOST and key not in self._reserved:
                self._told[key] += 1
                return village, matter

    def _filled(self, matter: Matter) -> str:
        words = {name: self._one_of(choices) for name, choices in self._blanks.items()}
        return self._one_of(matter.texts).format_map(words)

    def _one_of(self, choices: Sequence[str]) -> str:
        return choices[int(self._rng.integers(len(choices)))]

    def _pick(self, shares: Mapping[str, float]) -> str:
        return list(shares)[_drawn(self._rng, np.cumsum(list(shares.values())))]


def _fitting(setting: str) -> tuple[list[Matter], NDArray[np.float64]]:
    """Return the matters of a setting with their running weights."""
    fitting = [one for one in matters() if one.where in ("any", setting)]
    return fitting, np.cumsum([float(one.weight) for one in fitting])


def _drawn(rng: np.random.Generator, up_to: NDArray[np.float64]) -> int:
    """Return a number from 0 on, each as likely as its part of the running total."""
    return int(np.searchsorted(up_to, rng.random() * up_to[-1], side="right"))
