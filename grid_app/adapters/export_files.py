"""Exported files on the disk: written beside their place, brought to the disk, then renamed into it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import UUID

from grid_app.security.keys import make_instance_folder


class ExportFiles:
    """Keeps exported files in ``folder``, which nobody but the platform's own user may look into."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def place_of(self, job_id: UUID) -> Path:
        """Return where the file of a job lies, whether it is there or not."""
        return self._folder / f"{job_id}.file"

    @contextmanager
    def writing(self, job_id: UUID, *, try_name: str, form: str) -> Iterator[Path]:
        """Give a path to write one try of a job to; on the way out it becomes the job's file, whole or not at all.

        ``form`` ends the name, because some writers ask for it.
        """
        make_instance_folder(self._folder)
        waiting = self._folder / f"{job_id}.{try_name}.waiting.{form}"
        waiting.unlink(missing_ok=True)
        try:
            yield waiting
            with waiting.open("rb") as file:
                os.fsync(file.fileno())
            waiting.chmod(0o600)
            waiting.replace(self.place_of(job_id))
        finally:
            waiting.unlink(missing_ok=True)

    def forget(self, job_id: UUID) -> None:
        """Remove everything of a job; what is not there is gone already."""
        for path in self._of(job_id):
            path.unlink(missing_ok=True)

    def lying(self) -> set[UUID]:
        """Return the jobs of which something lies here."""
        found: set[UUID] = set()
        if self._folder.is_dir():
            for path in self._folder.iterdir():
                with suppress(ValueError):
                    found.add(UUID(path.name.split(".")[0]))
        return found

    def _of(self, job_id: UUID) -> list[Path]:
        return list(self._folder.glob(f"{job_id}.*")) if self._folder.is_dir() else []
