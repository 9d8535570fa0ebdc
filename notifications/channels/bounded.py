"""An answer that ends: in time as a whole and within a size, whatever a far end does with its single bytes.

The time limit of a socket counts anew with every byte, so one that says a byte a second would hold its sender for ever:
in the head, in the body, and in the line before a chunk.
"""

import contextlib
import http.client
import io
import socket
import time
from collections.abc import Iterator
from typing import Final, Protocol

import requests
from urllib3.exceptions import HTTPError

LONGEST_ANSWER_BYTES: Final = 64 * 1024
"""Of a body; vendors say a hundred bytes, pages of portals a few thousand."""
LONGEST_EXCHANGE_BYTES: Final = 2 * LONGEST_ANSWER_BYTES
"""Of a body with its head and the lines between its chunks."""
FAULTS: Final = (requests.RequestException, HTTPError, http.client.HTTPException, OSError, ValueError)
"""What reading an answer may end in."""
_PIECE_BYTES: Final = 8192


class Body(Protocol):
    """The body of an answer, of which nothing has been read."""

    def stream(self, amt: int, decode_content: bool | None = None) -> Iterator[bytes]:  # noqa: FBT001 - urllib3's own
        """Give the body piece by piece."""

    def close(self) -> None:
        """Hang up."""


def ends_within(seconds: float) -> type[http.client.HTTPResponse]:
    """Return the kind of answer, for the connections of http.client, that raises TimeoutError when it does not end."""
    return type("_EndsWithin", (_EndingResponse,), {"seconds": seconds})


def whole_body(body: Body) -> bytes:
    """Return a body that ends in time and within the limit.

    Raises
    ------
    requests.RequestException, urllib3.exceptions.HTTPError, http.client.HTTPException, OSError, ValueError
        It does not, or breaks off; the connection is not used again.
    """
    read = b""
    with contextlib.ExitStack() as unless_it_ends:
        unless_it_ends.callback(body.close)
        for piece in body.stream(_PIECE_BYTES, decode_content=False):
            read += piece
            if len(read) > LONGEST_ANSWER_BYTES:
                raise requests.Timeout("the answer does not end")
        unless_it_ends.pop_all()
    return read


class _EndingResponse(http.client.HTTPResponse):
    """Begins to count when the request is out."""

    seconds: float

    def __init__(self, sock: socket.socket, *args: object, **kwargs: object) -> None:
        super().__init__(sock, *args, **kwargs)  # type: ignore[arg-type]  # passed on as they are
        raw = self.fp.detach()
        self.fp = io.BufferedReader(_Ending(raw, sock, time.monotonic() + self.seconds))


class _Ending(io.RawIOBase):
    """Reads from a socket until a moment, and no more than the limit."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, until: float) -> None:
        self._raw = raw
        self._sock = sock
        self._until = until
        self._each = sock.gettimeout()
        self._left = LONGEST_EXCHANGE_BYTES

    def readable(self) -> bool:
        """Say that it may be read, which is all that it is for."""
        return True

    def readinto(self, buffer: "memoryview | bytearray") -> int | None:  # type: ignore[override]
        """Fill the buffer with what comes next."""
        remaining = self._until - time.monotonic()
        if remaining <= 0 or self._left <= 0:
            raise TimeoutError("the answer does not end")
        self._sock.settimeout(remaining if self._each is None else min(remaining, self._each))
        count = self._raw.readinto(buffer)
        self._left -= count or 0
        return count

    def close(self) -> None:
        """Let go of the socket."""
        self._raw.close()
        super().close()
