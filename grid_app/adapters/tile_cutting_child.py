"""The child of ``tile_cutting_apart``: reads one line that says what to cut from where, and cuts it."""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import NullPool, create_engine

from grid_app.adapters.tile_cutting import BeingCutError, cut_tiles
from grid_app.adapters.tile_cutting_apart import BEING_CUT_CODE
from grid_app.adapters.tile_files import TileFiles
from grid_app.database.engine import prepare_engine
from grid_app.database.transaction import reading
from grid_app.queries.tiles import TileShape, tile_shapes

NICER: Final = 5
"""Steps behind the server: who reads pages goes first."""


def main() -> int:
    """Cut what standard input says; 75 when somebody else is at it."""
    order = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.nice(NICER)
    engine = create_engine(order["database"], poolclass=NullPool)
    prepare_engine(engine)
    generation = UUID(order["generation"])

    def read() -> list[TileShape]:
        with reading(engine) as session:
            return tile_shapes(session, generation_id=generation)

    try:
        cut_tiles(TileFiles(Path(order["folder"])), generation, read)
    except BeingCutError:
        return BEING_CUT_CODE
    return 0


def _end_with_parent() -> None:
    while os.read(sys.stdin.fileno(), 1):  # nothing comes; it returns when the other side of the pipe ends
        pass
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
