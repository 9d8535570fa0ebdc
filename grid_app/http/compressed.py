"""Static files travel compressed: on a slow network the field app opens in a third of the time.

Pages are left as they are: one that holds a secret beside words of its reader must not tell them by its length.
"""

from __future__ import annotations

import gzip
from functools import lru_cache

from flask import Flask, Response, request

TEXT = frozenset({"text/javascript", "application/javascript", "text/css", "image/svg+xml", "application/geo+json"})
SMALLEST_BYTES = 512
FILES_REMEMBERED = 256
LEVEL = 6


@lru_cache(maxsize=FILES_REMEMBERED)
def _packed(_etag: str, content: bytes) -> bytes:
    return gzip.compress(content, LEVEL, mtime=0)


def compress(response: Response) -> Response:
    """Return a whole static text file compressed for who takes it; everything else as it is."""
    if not request.path.startswith("/static/") or response.mimetype not in TEXT or response.status_code != 200:
        return response
    response.vary.add("Accept-Encoding")
    if not request.accept_encodings["gzip"] or request.method != "GET" or "Content-Encoding" in response.headers:
        return response
    response.direct_passthrough = False
    content = response.get_data()
    if len(content) < SMALLEST_BYTES:
        return response
    etag = response.get_etag()[0] or ""
    response.set_data(_packed(etag, content))
    response.content_encoding = "gzip"
    if etag:
        response.set_etag(etag, weak=True)
    return response


def init_compression(app: Flask) -> None:
    """Compress the static files of ``app``."""
    app.after_request(compress)
