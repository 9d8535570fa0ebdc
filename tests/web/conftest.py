"""Somebody with a phone and no account."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web.forms import FreshClient
from tests.world import World


@pytest.fixture
def resident(app: Flask, app_world: World) -> FlaskClient:
    """Give a client that is signed in nowhere, in the small county."""
    app.test_client_class = FreshClient
    return app.test_client()
