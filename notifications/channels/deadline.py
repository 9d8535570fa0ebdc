"""A limit for a whole exchange: a far end that says one byte at a time keeps every single wait short."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def hung_up_after(seconds: float, connected: Callable[[], socket.socket | None]) -> Iterator[None]:
    """Hang up on the far end unless the block is over in time; whoever waits for it sees the connection end.

    ``connected`` gives the socket of that moment, which TLS may have replaced by then.
    """
    timer = threading.Timer(seconds, _hang_up, (connected,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _hang_up(connected: Callable[[], socket.socket | None]) -> None:
    """Shut the connection below TLS, whose own shutting is not for two threads at a time."""
    with contextlib.suppress(OSError):
        if (sock := connected()) is not None:
            socket.socket.shutdown(sock, socket.SHUT_RDWR)
