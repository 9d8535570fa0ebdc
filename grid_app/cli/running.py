"""Who serves which data: a lock on the instance folder, with the address for whoever comes second."""

from __future__ import annotations

import fcntl
from pathlib import Path
from typing import TextIO

from grid_app.security.keys import make_instance_folder

LOCK_FILE = "serve.lock"


class RunningElsewhereError(Exception):
    """The same data is in use by another process; the message is its address, empty while it is starting."""


class FolderLock:
    """Holds the instance folder until the ``with`` block or the process ends, however it ends.

    Raises
    ------
    RunningElsewhereError
        Another process holds it.
    """

    def __init__(self, folder: Path) -> None:
        make_instance_folder(folder)
        self._file: TextIO = (folder / LOCK_FILE).open("a+", encoding="utf-8")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._file.seek(0)
            address = self._file.read().strip()
            self._file.close()
            raise RunningElsewhereError(address) from error
        self.tell("")

    def tell(self, address: str) -> None:
        """Leave the address for whoever comes second."""
        self._file.seek(0)
        self._file.truncate()
        self._file.write(address)
        self._file.flush()

    def __enter__(self) -> FolderLock:
        return self

    def __exit__(self, *_: object) -> None:
        self.tell("")
        self._file.close()


def where_it_runs(running: RunningElsewhereError) -> str:
    """Return the sentence for whoever came second."""
    address = str(running)
    if not address:
        return "这份数据正在启动或正在准备,请过一会儿再运行一次。"
    return f"这份数据已经在运行:{address} 在浏览器里打开这个地址就可以,不用再启动一次。"
