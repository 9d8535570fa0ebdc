"""The map for eyes that confuse red and green: what must be told apart is so by lightness, hatch, sign or number."""

from __future__ import annotations

import re
from itertools import combinations, pairwise
from pathlib import Path

import pytest

from geo import map_svg
from grid_app.web.maps.coverage import NAMING_CLASSES, ROOM_CLASSES
from grid_app.web.maps.disputes import GRADE_KINDS, LATE_KINDS
from grid_app.web.maps.facts import LATE_CLASSES, OPEN_CLASSES
from grid_app.web.maps.returns import RETURN_CLASSES
from grid_app.web.maps.standing import DISAGREEMENT, STATUS_CLASSES
from grid_app.web.wording import GRADES

STATIC = Path(__file__).resolve().parents[3] / "grid_app" / "static"
# Machado, Oliveira, Fernandes 2009, table 1, severity 1.0, for linear RGB.
VISIONS = {
    "usual": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
}
HATCHED = {"stripe", "dots", "cross", "dense", "lines", "back"}
CLASSES = {
    "rooms": ROOM_CLASSES, "returns": RETURN_CLASSES, "namings": NAMING_CLASSES, "status": STATUS_CLASSES,
    "disagreement": DISAGREEMENT, "open": OPEN_CLASSES, "late": LATE_CLASSES,
}  # fmt: skip
LINES_APART = 8 / 2**0.5
"""Pixels between two slanting lines of a hatch."""
TEXT, FIELD, STEP = 4.5, 1.5, 1.15
"""WCAG contrast of a number on its mark, of two plain fillings of one layer, of neighbouring steps of one hue."""
each_vision = pytest.mark.parametrize("vision", VISIONS)
each_scheme = pytest.mark.parametrize("scheme", ["light", "dark"])


def colours(scheme: str) -> dict[str, str]:
    """Return the custom properties of the map's sheets, as a browser has them in light or in dark."""
    found: dict[str, str] = {}
    for sheet in ("css/tokens.css", "office/map_frame.css"):
        text = (STATIC / sheet).read_text("utf-8")
        light, _, dark = text.partition("@media (prefers-color-scheme: dark)")
        for part in (light, dark.split("}\n}")[0].split("} }")[0])[: 1 if scheme == "light" else 2]:
            found |= dict(re.findall(r"--([a-z0-9-]+):\s*(#[0-9a-f]{6})", part))
    return found


def lightness(colour: str, vision: str) -> float:
    """Return the relative luminance that somebody with this vision sees."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    seen = [min(1.0, max(0.0, sum(a * b for a, b in zip(row, linear, strict=True)))) for row in VISIONS[vision]]
    return 0.2126 * seen[0] + 0.7152 * seen[1] + 0.0722 * seen[2]


def contrast(one: str, other: str, vision: str) -> float:
    lower, higher = sorted(lightness(colour, vision) for colour in (one, other))
    return (higher + 0.05) / (lower + 0.05)


def test_the_simulation_confuses_what_such_eyes_confuse():
    assert contrast("#ff0000", "#000000", "usual") == pytest.approx(5.25, abs=0.01)
    assert contrast("#ff0000", "#000000", "protanopia") < 4  # red looks dark
    assert contrast("#ffffff", "#000000", "deuteranopia") == pytest.approx(21, abs=0.1)


@each_vision
@each_scheme
def test_the_number_of_a_mark_is_read_on_it(vision, scheme):
    known = colours(scheme)

    for name in (*GRADES, "accent-strong", "ink"):
        assert contrast(known[name], known["raised"], vision) >= TEXT, (name, scheme, vision)


@each_vision
def test_the_number_of_a_printed_mark_is_read_on_paper(vision):
    for name, colour in map_svg.MARK_COLOURS.items():
        assert contrast(colour, map_svg.PAPER, vision) >= TEXT, (name, vision)


def test_every_kind_of_mark_has_a_sign_of_its_own():
    for kinds in (GRADE_KINDS, LATE_KINDS):
        signs = [kind[1] if isinstance(kind, tuple) else kind.sign for kind in kinds]
        assert len(set(signs)) == len(signs)
        assert all(signs)


@each_vision
@each_scheme
@pytest.mark.parametrize("layer", CLASSES)
def test_two_fillings_of_a_layer_differ_by_hatch_or_by_lightness(layer, scheme, vision):
    known = colours(scheme)
    grounds = {"plain": "raised", "empty": "raised", "full": "map-full", "soft": "accent-soft"}
    grounds |= {f"ramp{step}": f"map-ramp-{step}" for step in range(1, 6)}
    fills = [one.fill for one in CLASSES[layer]]
    assert len(set(fills)) == len(fills)

    for one, other in combinations(fills, 2):
        if one in HATCHED or other in HATCHED:
            continue  # different hatches, or hatch and none
        least = STEP if one.startswith("ramp") or other.startswith("ramp") else FIELD
        assert contrast(known[grounds[one]], known[grounds[other]], vision) >= least, (layer, one, other)


@each_vision
@each_scheme
def test_a_hatch_is_seen_on_its_ground(scheme, vision):
    known = colours(scheme)

    for line, ground in (("accent", "raised"), ("accent", "accent-soft"), ("edge", "raised")):
        assert contrast(known[line], known[ground], vision) >= 3, (line, ground)


@each_vision
@each_scheme
def test_more_is_always_darker_or_always_lighter(scheme, vision):
    known = colours(scheme)
    steps = [lightness(known[f"map-ramp-{step}"], vision) for step in range(1, 6)]

    rises = [later > earlier for earlier, later in pairwise(steps)]
    assert all(rises) or not any(rises)


@each_vision
@each_scheme
def test_more_past_a_limit_of_the_law_always_has_more_ink(scheme, vision):
    """A hatch in one direction, one in two, then the hatch cut out of the full colour: from afar each has more ink."""
    known = colours(scheme)
    inked = {
        "stripe": 1.4 / LINES_APART,
        "cross": 1 - (1 - 1 / LINES_APART) ** 2,
        "dense": (1 - 1.2 / LINES_APART) ** 2,
    }
    ground, line = (lightness(known[name], vision) for name in ("raised", "accent"))
    seen = [ground + inked[one.fill] * (line - ground) for one in LATE_CLASSES if one.key.startswith("statutory")]
    steps = [(max(pair) + 0.05) / (min(pair) + 0.05) for pair in pairwise(seen)]

    assert len(seen) == 3
    assert min(steps) >= 1.05
    assert (seen[0] > seen[1] > seen[2]) if ground > line else (seen[0] < seen[1] < seen[2])
