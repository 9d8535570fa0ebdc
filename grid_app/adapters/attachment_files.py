"""Photos and voice notes as encrypted files under the instance folder; a file is there as a whole or not at all.

A chunk is sealed and written beside its place, brought to the disk, and only then renamed into it, so that a killed
server or a full disk never leaves half a file under a name that is read.
"""

from __future__ import annotations

import os
import secrets
import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from grid_app.security.fields import FieldCipher, FieldCipherError
from grid_app.security.keys import make_instance_folder

PARTS = "parts"


@dataclass(frozen=True)
class PreparedFile:
    """A sealed file that waits beside its place; ``key_number`` names the key that sealed it."""

    waiting: Path
    place: Path
    key_number: int

    def put(self) -> None:
        """Rename the file into its place; what stood there before is replaced."""
        self.place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.waiting.replace(self.place)
        _sync_folder(self.place.parent)

    def drop(self) -> None:
        """Remove the file when it was not put into its place."""
        self.waiting.unlink(missing_ok=True)


class SealedAttachmentFiles:
    """Keeps the bytes of attachments in ``folder``, sealed with the field keys.

    Parameters
    ----------
    folder : Path
        Made with mode 0700 when the first file is written.
    cipher : FieldCipher
        Seals and opens; each file is bound to its attachment and place in it.
    """

    def __init__(self, folder: Path, cipher: FieldCipher) -> None:
        self._folder = folder
        self._cipher = cipher

    def prepare_part(self, attachment_id: UUID, offset: int, plain: bytes) -> PreparedFile:
        """Write one chunk to the disk, ready to be put into its place."""
        return self._prepare(attachment_id, self._part(attachment_id, offset), plain, str(offset))

    def prepare_whole(self, attachment_id: UUID, plain: bytes) -> PreparedFile:
        """Write the whole attachment to the disk, ready to be put into its place."""
        return self._prepare(attachment_id, self._whole(attachment_id), plain, "whole")

    def parts_until(self, attachment_id: UUID, end: int) -> bytes | None:
        """Return the first ``end`` bytes from the chunks that are here, or ``None`` when one is missing or damaged."""
        found = b""
        while len(found) < end:
            try:
                part = self._read(attachment_id, self._part(attachment_id, len(found)), str(len(found)))
            except FieldCipherError:
                return None
            if not part:
                return None
            found += part
        return found if len(found) == end else None

    def whole(self, attachment_id: UUID) -> bytes | None:
        """Return the bytes of a complete attachment, or ``None`` when its file is not here.

        Raises
        ------
        FieldCipherError
            Its key is not here, or the file was changed.
        """
        return self._read(attachment_id, self._whole(attachment_id), "whole")

    def forget_parts(self, attachment_id: UUID) -> None:
        """Remove the chunks of an attachment, and what a killed server left beside them."""
        shutil.rmtree(self._parts(attachment_id), ignore_errors=True)

    def forget(self, attachment_id: UUID) -> None:
        """Remove the whole file of an attachment and its chunks; what is not there is gone already."""
        self._whole(attachment_id).unlink(missing_ok=True)
        self.forget_parts(attachment_id)

    def resting(self) -> dict[UUID, datetime]:
        """Return the attachments of which chunks lie here, and when the last one was put."""
        found: dict[UUID, datetime] = {}
        with suppress(FileNotFoundError):  # no folder yet, or an upload that has just been completed
            for path in (self._folder / PARTS).iterdir():
                with suppress(FileNotFoundError, ValueError):
                    found[UUID(path.name)] = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        return found

    def _prepare(self, attachment_id: UUID, place: Path, plain: bytes, role: str) -> PreparedFile:
        make_instance_folder(self._folder)
        number, sealed = self._cipher.seal(plain, context=_context(attachment_id, role))
        folder = self._parts(attachment_id)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        waiting = folder / f"{secrets.token_hex(8)}.waiting"
        handle = os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(b"%d\n" % number + sealed)
            file.flush()
            os.fsync(file.fileno())
        return PreparedFile(waiting, place, number)

    def _read(self, attachment_id: UUID, place: Path, role: str) -> bytes | None:
        try:
            number, _, sealed = place.read_bytes().partition(b"\n")
        except FileNotFoundError:
            return None
        if not number.isdigit():
            raise FieldCipherError("附件文件已损坏,无法打开。")
        return self._cipher.unseal(int(number), sealed, context=_context(attachment_id, role))

    def _parts(self, attachment_id: UUID) -> Path:
        return self._folder / PARTS / str(attachment_id)

    def _part(self, attachment_id: UUID, offset: int) -> Path:
        return self._parts(attachment_id) / str(offset)

    def _whole(self, attachment_id: UUID) -> Path:
        name = str(attachment_id)
        return self._folder / name[-2:] / name


def _context(attachment_id: UUID, role: str) -> str:
    return f"attachments:{attachment_id}:{role}"


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
