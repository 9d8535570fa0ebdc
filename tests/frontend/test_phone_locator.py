"""The phone's locator and the server's give the same answers on the same real polygons, also on their borders."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray

from geo.boundaries import read_boundaries
from geo.coordinates import metres_per_degree
from geo.geojson import feature_collection
from geo.locate import Locator
from scripts.npm_ci import installed_npm, packaged_npm
from tests.conftest import missing

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "tests" / "frontend" / "locate_points.js"
SEED = 20_261_122
UNIFORM, NEAR_BORDERS, ON_BORDERS = 3_000, 6_000, 1_000
NEAR_M = 30.0
ACCURACIES_M = (5.0, 30.0, 200.0)
HAIR_M = 1e-4
"""A border so close to the edge of the circle, or two as equally far, may be told either way: 0.1 mm."""


@dataclass(frozen=True)
class Asked:
    """Villages, the points asked about, and what each side answered: code, and codes within the accuracy."""

    points: NDArray[np.float64]
    accuracies: list[float]
    server: Locator
    server_codes: list[str]
    phone: list[tuple[str, list[str]]]


def points_of(polygons: NDArray[np.object_], rng: np.random.Generator) -> NDArray[np.float64]:
    """Return points over the whole area, many within 30 m of a border, and many on a vertex or amid an edge."""
    west, south, east, north = shapely.total_bounds(polygons)
    uniform = rng.uniform((west, south), (east, north), (UNIFORM, 2))
    corners = shapely.get_coordinates(polygons)
    first = rng.integers(0, len(corners) - 1, NEAR_BORDERS)
    along = rng.uniform(0, 1, (NEAR_BORDERS, 1))
    close = np.linalg.norm(corners[first + 1] - corners[first], axis=1) < 0.05  # not from one village to the next
    on_edge = np.where(close[:, None], corners[first] + along * (corners[first + 1] - corners[first]), corners[first])
    angle, away = rng.uniform(0, 2 * np.pi, NEAR_BORDERS), rng.uniform(0, NEAR_M, NEAR_BORDERS)
    offset = np.column_stack((np.cos(angle), np.sin(angle))) * away[:, None] / np.array(metres_per_degree(south))
    vertices = corners[rng.integers(0, len(corners), ON_BORDERS // 2)]
    amid = on_edge[: ON_BORDERS - len(vertices)]
    return np.vstack((uniform, on_edge + offset, vertices, amid))


@pytest.fixture(scope="module")
def asked(test_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Asked:
    npm = installed_npm(os.environ["PATH"]) or packaged_npm(os.environ["PATH"])
    if npm is None:
        missing("the phone's locator (install Node or run scripts/npm_ci.py)")
    node = shutil.which("node", path=npm.search_path)
    villages = read_boundaries(test_data / "changde" / "villages.geojson", level="village", source_crs="wgs84").features
    polygons = np.array([one.polygon for one in villages], dtype=object)
    points = points_of(polygons, np.random.default_rng(SEED))
    accuracies = [ACCURACIES_M[place % len(ACCURACIES_M)] for place in range(len(points))]
    collection = feature_collection(
        (({"code": one.code, "name": one.name}, one.polygon) for one in villages), decimals=None
    )
    path = tmp_path_factory.mktemp("points") / "asked.json"
    triples = [(*point, metres) for point, metres in zip(points.tolist(), accuracies, strict=True)]
    path.write_text(json.dumps({"villages": collection, "points": triples}), "utf-8")
    told = subprocess.run([str(node), str(PROGRAM), str(path)], capture_output=True, text=True, check=True, timeout=120)
    server = Locator([one.code for one in villages], [one.name for one in villages], list(polygons))
    server_codes = server.locate(points[:, 0], points[:, 1], distances=False).codes()
    return Asked(points, accuracies, server, server_codes, [(code, codes) for code, codes in json.loads(told.stdout)])


def test_ten_thousand_points_lie_in_the_same_village_on_the_phone_and_on_the_server(asked: Asked) -> None:
    differing = [
        (point, server, phone)
        for point, server, (phone, _) in zip(asked.points.tolist(), asked.server_codes, asked.phone, strict=True)
        if server != phone
    ]

    assert len(asked.points) == 10_000
    assert sum(code != "" for code in asked.server_codes) > 8_000
    assert differing == []


def test_the_accuracy_circle_reaches_the_same_villages_on_the_phone_and_on_the_server(asked: Asked) -> None:
    differing = []
    for point, metres, (_, phone) in zip(asked.points.tolist(), asked.accuracies, asked.phone, strict=True):
        surely = set(asked.server.candidates(*point, metres - HAIR_M))
        perhaps = set(asked.server.candidates(*point, metres + HAIR_M))
        if not surely <= set(phone) <= perhaps:
            differing.append((point, metres, phone))

    assert sum(len(codes) > 1 for _, codes in asked.phone) > 5_000
    assert differing == []
