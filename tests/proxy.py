"""An HTTP proxy on loopback: it writes down what it is asked for and leads every tunnel to one place, or to none."""

import select
import socket
import threading


class Proxy:
    """``leads_to`` is the host and port behind every tunnel; without one every tunnel is refused with 403."""

    def __init__(self, leads_to: str = "") -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self._leads_to = leads_to
        self.asked: list[str] = []
        self.heads: list[str] = []

    @property
    def address(self) -> str:
        return f"http://someone:proxy-password@127.0.0.1:{self._server.getsockname()[1]}"

    def __enter__(self) -> "Proxy":
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._server.close()

    def _listen(self) -> None:
        while True:
            try:
                caller, _ = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(caller,), daemon=True).start()

    def _serve(self, caller: socket.socket) -> None:
        with caller:
            head = b""
            while b"\r\n\r\n" not in head:
                if not (piece := caller.recv(4096)):
                    return
                head += piece
            self.heads.append(head.decode())
            self.asked.append(head.split()[1].decode())
            if not self._leads_to:
                caller.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
                return
            host, _, port = self._leads_to.partition(":")
            with socket.create_connection((host, int(port)), timeout=60) as far:
                caller.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                _carry(caller, far)


def _carry(one: socket.socket, other: socket.socket) -> None:
    while True:
        ready, _, _ = select.select([one, other], [], [], 5)
        if not ready:
            return
        for end in ready:
            try:
                piece = end.recv(65536)
            except OSError:
                return
            if not piece:
                return
            (other if end is one else one).sendall(piece)
