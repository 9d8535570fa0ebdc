"""Static files and what a phone fetches for its work travel compressed: a slow network takes a third of the time.

Pages are left as they are: one that holds a secret beside words of its reader must not tell them by its length. What is
asked for with a token is not in that danger: no other site can make a browser ask with it. The map is a page of a
hundred kilobytes on a phone, so it is compressed too, and its length blurred by up to a hundred bytes, other ones each
time: R. Palacios et al., "HTB: A Very Effective Method to Protect Web Servers Against BREACH Attack to HTTPS", IEEE
Access 10 (2022). What other sites ask for behind somebody's back comes without the cookie in any case (``SameSite``).
"""

from __future__ import annotations

import gzip
import secrets
from functools import lru_cache
from io import BytesIO

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
BLURRED = frozenset({"/map", "/map/frame"})
BLUR_BYTES = 100
SMALLEST_BYTES = 512
FILES_REMEMBERED = 256
LEVEL = 6


@lru_cache(maxsize=FILES_REMEMBERED)
def _packed(_etag: str, content: bytes) -> bytes:
    return gzip.compress(content, LEVEL, mtime=0)


def _blurred(content: bytes) -> bytes:
    """Return ``content`` compressed under a file name of random length, which readers of gzip leave unread."""
    packed = BytesIO()
    name = "a" * (1 + secrets.randbelow(BLUR_BYTES))
    with gzip.GzipFile(filename=name, mode="wb", compresslevel=LEVEL, fileobj=packed, mtime=0) as file:
        file.write(content)
    return packed.getvalue()


def compress(response: Response) -> Response:
    """Return a whole text of those that may be compressed so for who takes it; everything else as it is."""
    is_page = request.path in BLURRED and response.mimetype == "text/html"
    is_text = _may_be(request.path) and response.mimetype in TEXT
    if not (is_page or is_text) or response.status_code != 200:
        return response
    response.vary.add("Accept-Encoding")
    if not request.accept_encodings["gzip"] or request.method != "GET" or "Content-Encoding" in response.headers:
        return response
    content = _taken(response)
    if len(content) < SMALLEST_BYTES:
        return response
    etag = response.get_etag()[0] or ""
    if request.path in WITH_TOKEN:  # what one account alone reads is not remembered here
        response.set_data(gzip.compress(content, LEVEL, mtime=0))
    else:
        response.set_data(_blurred(content) if is_page else _packed(etag, content))
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
