"""Which places can hold the same matter: the same cell, or a cell and the area it lies in."""

import math

from screening.inputs import Incident

EARTH_RADIUS_M = 6_371_008.8
STREET_OFFICES = range(1, 100)
"""Digits 7-9 of a 12-digit code below 100 are street offices 街道, that is, town."""


def may_be_one_place(one: Incident, other: Incident) -> bool:
    """Tell whether two incidents can lie in one place: equal cells, or one cell inside the other."""
    return one.cell == other.cell or one.cell in other.path or other.cell in one.path


def is_urban(cell: str) -> bool:
    """Tell from a division code whether it is under a street office; codes that are not numbers are rural.

    Examples
    --------
    >>> is_urban("430702008003"), is_urban("430702200212")
    (True, False)
    """
    street = cell[6:9]
    return len(street) == 3 and street.isdigit() and int(street) in STREET_OFFICES


def distance_m(one: Incident, other: Incident) -> float | None:
    """Give the great-circle distance in metres, or None when a position is missing (haversine)."""
    if one.lon is None or one.lat is None or other.lon is None or other.lat is None:
        return None
    low, high = math.radians(one.lat), math.radians(other.lat)
    across = math.sin(math.radians(other.lon - one.lon) / 2)
    up = math.sin((high - low) / 2)
    half = up * up + math.cos(low) * math.cos(high) * across * across
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, half)))
