"""Tiles of the map for pages and for the command line: whose they are, and cutting them when they are not there.

A generation is cut when it is activated; where its file is missing all the same (deleted, killed while cutting, another
machine), the first who asks for it sets the cutting going and is told to come again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from threading import Lock, Thread
from typing import Final
from uuid import UUID

from flask import copy_current_request_context, current_app

from grid_app.adapters.tile_cutting import BeingCutError, cut_tiles, forget_others
from grid_app.adapters.tile_cutting_apart import CutterKilledError, cut_apart
from grid_app.adapters.tile_files import TileFiles
from grid_app.database.transaction import reading
from grid_app.queries.tiles import TileShape, boundaries_in, served_generations, tile_shapes
from grid_app.wiring import wired

FOLDER: Final = "tiles"
PATIENCE_SECONDS: Final = 0.5
"""How long the one who set the cutting going waits for it: a small county is cut by then."""
SMALL_COUNTY: Final = 400
"""So many boundaries are cut in a second or two, which is how long a process takes to begin."""
log = logging.getLogger(__name__)
_lock = Lock()
_at_work: dict[tuple[Path, UUID], Thread] = {}
_failed: set[tuple[Path, UUID]] = set()


def tile_files() -> TileFiles:
    """Return the tiles of this installation."""
    return _files(wired().settings.instance_dir / FOLDER)


def cut(generation: UUID, *, tell: Callable[[float], None] = lambda _share: None) -> None:
    """Cut the tiles of a generation if they are not there, and delete those that no map asks for any more.

    ``tell`` is called with the share that is done, from 0 to 1.

    Raises
    ------
    BeingCutError
        Another process or thread is at it.
    """

    def read() -> list[TileShape]:
        with reading() as session:
            return tile_shapes(session, generation_id=generation)

    files = tile_files()
    cut_tiles(files, generation, read, tell=tell)
    with reading() as session:
        served = served_generations(session)
    forget_others(files, served)


def cut_in_use(*, tell: Callable[[float], None] = lambda _share: None) -> None:
    """Cut the tiles of the generation in use, as ``cut`` does; without one there is nothing to do."""
    with reading() as session:
        served = served_generations(session)
    if served:
        cut(served[0], tell=tell)


def begin_cutting_in_use() -> None:
    """Let a thread cut the tiles of the generation in use, for a page that does not wait for them."""
    with reading() as session:
        served = served_generations(session)
    if served:
        begin_cutting(served[0])


def are_ready(generation: UUID) -> bool:
    """Say whether the tiles of a generation can be given now; cutting them begins, behind the page, when not."""
    files = tile_files()
    if files.is_ready(generation):
        return True
    begin_cutting(generation, patience=current_app.config.get("TILES_PATIENCE_SECONDS", PATIENCE_SECONDS))
    return files.is_ready(generation)


def begin_cutting(generation: UUID, *, patience: float = 0.0) -> None:
    """Have the tiles of a generation cut behind the page, once at a time, and wait so many seconds for a new one.

    A thread cuts a small county by itself and waits for a child process that cuts a large one.

    One that failed is not tried again by this process: it would fail again for everyone who asks.
    """
    key = (tile_files().folder, generation)
    with _lock:
        running = _at_work.get(key)
        if key in _failed or (running is not None and running.is_alive()):
            return
        work = _at_work[key] = Thread(target=copy_current_request_context(_work), args=(key,), daemon=True)
        work.start()
    work.join(patience)


def _work(key: tuple[Path, UUID]) -> None:
    try:
        _cut_here_or_apart(key[1])
    except BeingCutError:
        log.info("tiles are being cut elsewhere", extra={"generation": str(key[1])})
    except CutterKilledError:
        log.warning("cutting tiles was stopped; the next who asks begins anew", extra={"generation": str(key[1])})
    except Exception:  # the thread's outermost line: pages say that the map is not there, the log why
        _failed.add(key)
        log.exception("cutting tiles failed", extra={"generation": str(key[1])})


def _cut_here_or_apart(generation: UUID) -> None:
    """Cut a small county in this thread, a large one in a child, which leaves this process to its pages."""
    with reading() as session:
        is_small = boundaries_in(session, generation_id=generation) <= SMALL_COUNTY
        served = served_generations(session)
    files = tile_files()
    if is_small or files.is_ready(generation):
        cut(generation)
        return
    try:
        cut_apart(generation, database_url=wired().settings.url, folder=files.folder)
    except OSError:
        log.warning("no process can be started to cut tiles; the server cuts them itself")
        cut(generation)
        return
    forget_others(files, served)


@lru_cache(maxsize=8)
def _files(folder: Path) -> TileFiles:
    return TileFiles(folder)
