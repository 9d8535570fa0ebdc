"""A limit for a whole exchange: a far end that says one byte at a time keeps every single wait short."""

import contextlib
import socket
import threading
from collections.abc import Iterator


@contextlib.contextmanager
def hung_up_after(sock: socket.socket | None, seconds: float) -> Iterator[None]:
    """Hang up on the far end unless the block is over in time; whoever waits for it sees the connection end."""
    if sock is None:
        yield
        return
    timer = threading.Timer(seconds, _hang_up, (sock,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _hang_up(sock: socket.socket) -> None:
    """Shut the connection below TLS, whose own shutting is not for two threads at a time."""
    with contextlib.suppress(OSError):
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
