"""The WSGI application of the server form."""

from __future__ import annotations

import os

from grid_app.factory import create_app
from grid_app.settings import settings_from

app = create_app(settings_from(os.environ))
