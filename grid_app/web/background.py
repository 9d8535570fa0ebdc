"""Work that goes on behind a page: waited for a moment, so that what is short is done when the page is shown."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from typing import Final, ParamSpec

from flask import copy_current_request_context, current_app

PATIENCE: Final = "ANALYSIS_PATIENCE_SECONDS"
PATIENCE_SECONDS: Final = 1.0
Given = ParamSpec("Given")


def begin(work: Callable[Given, None], *args: Given.args, **kwargs: Given.kwargs) -> None:
    """Begin ``work`` in a thread with this request's context, and wait a second for it; it must raise nothing."""
    thread = Thread(target=copy_current_request_context(work), args=args, kwargs=kwargs, daemon=True)
    thread.start()
    thread.join(current_app.config.get(PATIENCE, PATIENCE_SECONDS))
