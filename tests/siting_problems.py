"""Problems of siting for tests: one that keeps a solver busy for minutes, and made counties."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array

from grid_app.services.siting.asking import Asked
from tests.world import COUNTY

HARD_SHAPE = (400, 400)
HARD_NUMBER = 25
LONG = 600.0


def hard_problem() -> tuple[csr_array, np.ndarray]:
    """Return who reaches what, and gains, of a problem whose proof takes far longer than a test may wait."""
    rng = np.random.default_rng(11)
    return csr_array((rng.random(HARD_SHAPE) < 0.04).astype(float)), rng.integers(1, 9, HARD_SHAPE[0]).astype(float)


def busy_question() -> Asked:
    """Return a question that only the solver answers: two far villages without a room, one room to place."""
    return Asked(COUNTY, 1, "villages", sites=())
