"""Six named test shapes around 111.7 E 29.0 N, and a strategy that draws coverages and loose polygons."""

from hypothesis import strategies as st
from shapely import MultiPolygon, Polygon, box
from shapely.affinity import rotate, translate

WEST, SOUTH, STEP = 111.7, 29.0, 0.01


def square(column: float, row: float, size: float = 1.0) -> Polygon:
    """Return a square of ``size`` steps (a step is about 1 km) at a place of the test ground."""
    x, y = WEST + column * STEP, SOUTH + row * STEP
    return box(x, y, x + size * STEP, y + size * STEP)


ISLAND = square(10, 10)
DONUT = square(0, 0, 3).difference(square(1, 1))
DONUT_FILLING = square(1, 1)
SHARED_EDGE = (square(0, 5), square(1, 5))
SHARED_CORNER = (square(5, 5), square(6, 6))
SLIVER = box(WEST, SOUTH + 8 * STEP, WEST + 3 * STEP, SOUTH + 8 * STEP + 1e-6)
MULTIPART = MultiPolygon([square(8, 0), square(10, 0), square(10, 2)])

ALL: dict[str, Polygon | MultiPolygon] = {
    "island": ISLAND,
    "donut": DONUT,
    "donut filling": DONUT_FILLING,
    "west of the shared edge": SHARED_EDGE[0],
    "east of the shared edge": SHARED_EDGE[1],
    "below the shared corner": SHARED_CORNER[0],
    "above the shared corner": SHARED_CORNER[1],
    "sliver": SLIVER,
    "multipart": MULTIPART,
}
BOWTIE = Polygon([(111.70, 29.00), (111.72, 29.02), (111.72, 29.00), (111.70, 29.02)])
SPIKE = Polygon([(111.70, 29.00), (111.71, 29.00), (111.71, 29.01), (111.71, 29.03), (111.71, 29.01), (111.70, 29.01)])


@st.composite
def loose_polygons(draw: st.DrawFn) -> list[Polygon | MultiPolygon]:
    """Draw up to six of the named shapes, moved and turned, so that they may overlap, touch or lie apart."""
    names = draw(st.lists(st.sampled_from(sorted(ALL)), min_size=1, max_size=6))
    return [_moved(ALL[name], draw(st.integers(-6, 6)), draw(st.integers(-6, 6)), draw(TURNS)) for name in names]


TURNS = st.sampled_from([0.0, 0.0, 90.0, 45.0, 17.3])


def _moved(shape: Polygon | MultiPolygon, columns: int, rows: int, degrees: float) -> Polygon | MultiPolygon:
    turned = rotate(shape, degrees) if degrees else shape
    return translate(turned, columns * STEP / 2, rows * STEP / 2)


@st.composite
def stars(draw: st.DrawFn) -> Polygon:
    """Draw a ring through random points, usually invalid: crossing itself, doubling back, with spikes."""
    steps = st.integers(0, 6)
    corners = draw(st.lists(st.tuples(steps, steps), min_size=4, max_size=12))
    return Polygon([(WEST + x * STEP, SOUTH + y * STEP) for x, y in corners])
