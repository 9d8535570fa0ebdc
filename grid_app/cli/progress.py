"""A progress bar on stderr for long commands; nothing at all where stderr is no terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress

Advance = Callable[[str, float], None]


@contextmanager
def progress(label: str, *, total: float) -> Iterator[Advance]:
    """Give a function that takes what is being done now and how much of ``total`` was done since the last call."""
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(label, total=total)

        def advance(doing: str, amount: float) -> None:
            bar.update(task, description=doing, advance=amount)

        yield advance
