"""Secure headers on every answer; HSTS only when the server itself speaks TLS."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from urllib.parse import urlsplit

from flask import Flask, Response, g, request

from grid_app.wiring import wired

POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}' 'self'; style-src 'self'; img-src 'self' data: blob:{images}; "
    "media-src 'self' blob:; connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'self'; frame-src 'self'; manifest-src 'self'; worker-src 'self'"
)
FILE_POLICY = "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
"""Of a static file, which loads nothing by itself: a phone's first load has a hundred of them."""
PLAIN = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "SAMEORIGIN",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), microphone=(self), camera=()",
}


def csp_nonce() -> str:
    """Return this request's nonce for scripts; made on first use."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def policy(*, images_from: Iterable[str] = ()) -> str:
    """Return the content policy of this answer; ``images_from`` are addresses whose exact hosts may show images."""
    parts = [urlsplit(address) for address in images_from]
    hosts = sorted({f" {part.scheme}://{part.netloc}" for part in parts})
    return POLICY.format(nonce=csp_nonce(), images="".join(hosts))


def add_headers(response: Response) -> Response:
    """Return ``response`` with the content security policy and the plain secure headers."""
    is_file = request.path.startswith("/static/") and response.mimetype != "text/html"
    response.headers.setdefault("Content-Security-Policy", FILE_POLICY if is_file else policy())
    for name, value in PLAIN.items():
        response.headers.setdefault(name, value)
    if request.is_secure and wired().settings.tls_certificate:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if not request.path.startswith("/static/") and "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    return response


def init_headers(app: Flask) -> None:
    """Put the headers on every answer of ``app``."""
    app.after_request(add_headers)
