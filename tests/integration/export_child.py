"""A worker for exports: ``python -m tests.integration.export_child FOLDER DATABASE MINUTES [stuck]``.

It begins when a line comes in, and prints how many it made; a stuck one says so and goes on for ever.
"""

from __future__ import annotations

import sys
import time
from datetime import timedelta
from pathlib import Path

from grid_app.clock import ShiftedClock
from grid_app.factory import create_app
from grid_app.http import exports
from grid_app.settings import Settings
from tests.world import NOW


def stuck(path: Path, *_told: object, **_named: object) -> None:
    """Write half a file and say so."""
    path.write_text("half")
    print("stuck", flush=True)
    time.sleep(600)


def main() -> None:
    """Work through what waits, at so many minutes after ``NOW``."""
    folder, database, minutes, *how = sys.argv[1:]
    if how:
        exports.make_file = stuck
    clock = ShiftedClock(NOW + timedelta(minutes=int(minutes)))
    app = create_app(Settings(instance_dir=Path(folder), database_url=database), clock=clock)
    with app.app_context():
        print("ready", flush=True)
        sys.stdin.readline()
        print(exports.work_through(), flush=True)


if __name__ == "__main__":
    main()
