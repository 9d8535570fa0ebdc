"""What the map draws, small: villages simplified as one coverage, shared borders written once, kept when built.

The payload is a TopoJSON 1.0 topology with two objects: ``villages`` (polygons with code, name, township and a label
point) and ``townships`` (points with code and name; their borders are the arcs in ``borders``). A step is 1e-5 degrees,
about a metre.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import logging
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from geo.simplify import DRAWING_TOLERANCE_M, simplify_coverage
from grid_app.adapters.folium_topology import Arc, Topology, borders_between, topology_of
from grid_app.queries.geometry import DivisionShape

FORMAT = 1
SCALE = 100_000
KEPT_IN_MEMORY = 64
# A map of few villages shows each of them large, so it may keep more of their edges.
TOLERANCES_M = ((60, 10.0), (600, 35.0))
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Payload:
    """A finished payload, gzip-compressed, with the entity tag of its content."""

    body: bytes
    etag: str


class GeometryCache:
    """Payloads by name: in memory for this process, in a folder for all processes and the next start.

    Parameters
    ----------
    folder : Path
        Where payloads are kept; a folder that cannot be written costs speed, nothing else.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: OrderedDict[str, Payload] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, name: str, build: Callable[[], bytes]) -> Payload:
        """Return the payload called ``name`` (letters, digits and hyphens), building its JSON when nobody has yet."""
        with self._lock:
            if name in self._held:
                self._held.move_to_end(name)
                return self._held[name]
        path = self._folder / f"map-{FORMAT}-{name}.json.gz"
        body = _read(path)
        if body is None:
            body = gzip.compress(build(), 9, mtime=0)
            _write(path, body)
        payload = Payload(body, hashlib.sha256(body).hexdigest()[:20])
        with self._lock:
            self._held[name] = payload
            while len(self._held) > KEPT_IN_MEMORY:
                self._held.popitem(last=False)
        return payload


def village_payload(villages: Sequence[DivisionShape], townships: Sequence[DivisionShape]) -> bytes:
    """Return the topology of some villages as JSON, with the names and borders of the townships they belong to.

    A township without a boundary of its own gets its label among its villages.
    """
    metres = next((most for count, most in TOLERANCES_M if len(villages) <= count), DRAWING_TOLERANCE_M["village"])
    topology = topology_of(simplify_coverage([shape.polygon for shape in villages], metres), scale=SCALE)
    groups = [shape.parent_code for shape in villages]
    document = {
        "type": "Topology",
        "transform": {"scale": [1 / SCALE, 1 / SCALE], "translate": [0, 0]},
        "arcs": [_steps(arc) for arc in topology.arcs],
        "objects": {
            "villages": {"type": "GeometryCollection", "geometries": _polygons(villages, topology)},
            "townships": {"type": "GeometryCollection", "geometries": _labels(villages, townships)},
            "borders": {"type": "MultiLineString", "arcs": [[arc] for arc in borders_between(topology, groups)]},
        },
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _polygons(villages: Sequence[DivisionShape], topology: Topology) -> list[dict[str, object]]:
    return [
        {
            "type": "MultiPolygon",
            "id": shape.code,
            "properties": {"name": shape.name, "township": shape.parent_code, "label": _step(shape)},
            "arcs": parts,
        }
        for shape, parts in zip(villages, topology.polygons, strict=True)
    ]


def _labels(villages: Sequence[DivisionShape], townships: Sequence[DivisionShape]) -> list[dict[str, object]]:
    own = {shape.code: shape for shape in townships}
    places = {shape.parent_code: shape for shape in villages} | own
    return [
        {
            "type": "Point",
            "id": code,
            "properties": {"name": own[code].name if code in own else ""},
            "coordinates": _step(places[code]),
        }
        for code in sorted({shape.parent_code for shape in villages})
    ]


def _step(shape: DivisionShape) -> list[int]:
    return [round(shape.label_lon * SCALE), round(shape.label_lat * SCALE)]


def _steps(arc: Arc) -> list[list[int]]:
    """Return an arc as its first point and the steps from point to point."""
    return [[*arc[0]], *([x - u, y - v] for (u, v), (x, y) in pairwise(arc))]


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _write(path: Path, body: bytes) -> None:
    part = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part.write_bytes(body)
        part.replace(path)
    except OSError as error:
        _LOG.warning("A map payload could not be kept on disk: %s", type(error).__name__)
