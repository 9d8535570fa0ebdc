"""Keeps the HTTP library from writing down whole addresses: the keys of robots and of browsers stand in them."""

import logging
from typing import Final

_TELL_TALES: Final = ("urllib3.connection", "urllib3.connectionpool")


def keep_addresses_out_of_the_log() -> None:
    """Silence what the HTTP library says of itself; how a sending ended is told by its outcome."""
    for name in _TELL_TALES:
        logging.getLogger(name).addFilter(_drop)  # the same filter is added once, however often this is called


def _drop(record: logging.LogRecord) -> bool:  # noqa: ARG001 - the library's signature
    return False
