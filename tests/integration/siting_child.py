"""A server that works on a search for sites until a test kills it: ``python -m tests.integration.siting_child``.

It prints a line as soon as the solver's own process has begun, with that process's id.
"""

from __future__ import annotations

import sys
from pathlib import Path
from uuid import UUID

from grid_app.adapters import siting_solver
from grid_app.clock import ShiftedClock
from grid_app.factory import create_app
from grid_app.http import siting
from grid_app.policy import Scope
from grid_app.services.siting.running import Begun
from grid_app.settings import Settings
from tests.siting_problems import HARD_NUMBER, LONG, busy_question, hard_problem
from tests.world import COUNTY, NOW


class Told(siting_solver.subprocess.Popen):
    """A child that says who it is."""

    def __init__(self, *told, **named):
        super().__init__(*told, **named)
        print(self.pid, flush=True)


def main() -> None:
    """Search in the county of a database, with a problem that takes long."""
    folder, run_id = Path(sys.argv[1]), UUID(sys.argv[2])
    solve_apart = siting_solver.solve_apart
    siting_solver.subprocess.Popen = Told
    siting.solve_apart = lambda *_, goes_on: solve_apart(*hard_problem(), HARD_NUMBER, LONG, goes_on=goes_on)
    app = create_app(Settings(instance_dir=folder), clock=ShiftedClock(NOW))
    with app.app_context():
        siting.search_and_record(Begun(run_id, busy_question()), Scope(paths=(f"/{COUNTY}/",)))


if __name__ == "__main__":
    main()
