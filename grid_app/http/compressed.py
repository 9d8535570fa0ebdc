"""Static files and what a phone fetches for its work travel compressed: a slow network takes a third of the time.

Pages are left as they are: one that holds a secret beside words of its reader must not tell them by its length. What is
asked for with a token is not in that danger: no other site can make a browser ask with it.
"""

from __future__ import annotations

import gzip
from functools import lru_cache

from flask import Flask, Response, request

TEXT = frozenset(
    {
        "text/javascript",
        "application/javascript",
        "text/css",
        "image/svg+xml",
        "application/json",
        "application/geo+json",
    }
)
SAME_FOR_ALL = frozenset({"/sw.js", "/push-sw.js", "/field/assets.json"})
WITH_TOKEN = frozenset({"/api/v1/field", "/api/v1/villages"})
SMALLEST_BYTES = 512
FILES_REMEMBERED = 256
LEVEL = 6


@lru_cache(maxsize=FILES_REMEMBERED)
def _packed(_etag: str, content: bytes) -> bytes:
    return gzip.compress(content, LEVEL, mtime=0)


def compress(response: Response) -> Response:
    """Return a whole text of those that may be compressed so for who takes it; everything else as it is."""
    if not _may_be(request.path) or response.mimetype not in TEXT or response.status_code != 200:
        return response
    response.vary.add("Accept-Encoding")
    if not request.accept_encodings["gzip"] or request.method != "GET" or "Content-Encoding" in response.headers:
        return response
    content = _taken(response)
    if len(content) < SMALLEST_BYTES:
        return response
    etag = response.get_etag()[0] or ""
    is_kept = request.path not in WITH_TOKEN  # what one account alone reads is not remembered here
    response.set_data(_packed(etag, content) if is_kept else gzip.compress(content, LEVEL, mtime=0))
    response.content_encoding = "gzip"
    if etag:
        response.set_etag(etag, weak=True)
    return response


def _taken(response: Response) -> bytes:
    """Return the whole content and close the file it came from: a slow or broken line must not hold it open."""
    source = response.response
    response.direct_passthrough = False
    content = response.get_data()
    close = getattr(source, "close", None)
    if close is not None:
        close()
    return content


def _may_be(path: str) -> bool:
    return path.startswith("/static/") or path in SAME_FOR_ALL or path in WITH_TOKEN


def init_compression(app: Flask) -> None:
    """Compress what may be of ``app``."""
    app.after_request(compress)
