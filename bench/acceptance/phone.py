"""A registered phone: signs in once, keeps a token, and sends batches by the sync API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import requests

from bench.acceptance.ledger import Ledger

TIMEOUT_SECONDS = 120
UNAUTHORISED = 401


@dataclass(frozen=True)
class Owner:
    """Whose phone it is."""

    login: str
    password: str
    pin: str = "918273"


class Phone:
    """One phone.

    Parameters
    ----------
    origin : str
        Scheme, host and port of the site.
    owner : Owner
        Who signs in on it.
    ledger : Ledger
        Counts how often it was registered: a token lasts 30 days, a stream lasts longer.
    """

    def __init__(self, origin: str, owner: Owner, ledger: Ledger) -> None:
        self._origin = origin
        self._owner = owner
        self._ledger = ledger
        self._web = requests.Session()
        self._token = ""

    def send(self, items: Sequence[object]) -> list[dict[str, Any]]:
        """Send a batch and return the answer to each item; an expired token is made anew first."""
        results: list[dict[str, Any]] = self.post("/api/v1/disputes:sync", {"items": list(items)})["results"]
        return results

    def verify(self, receipt: dict[str, Any]) -> dict[str, Any]:
        """Ask whether a receipt is genuine."""
        verdict: dict[str, Any] = self.post("/api/v1/receipts:verify", receipt)
        return verdict

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """Post as this phone; registers it when it has no token or the token has expired."""
        answer = self._post(path, body)
        if answer.status_code == UNAUTHORISED:
            self._register()
            answer = self._post(path, body)
        answer.raise_for_status()
        return answer.json()

    def _post(self, path: str, body: dict[str, Any]) -> requests.Response:
        headers = {"Authorization": f"Bearer {self._token}"}
        return self._web.post(self._origin + path, json=body, headers=headers, timeout=TIMEOUT_SECONDS)

    def _register(self) -> None:
        owner = self._owner
        body = {"login": owner.login, "password": owner.password, "pin": owner.pin, "label": "现场手机"}
        answer = self._web.post(f"{self._origin}/api/v1/devices", json=body, timeout=TIMEOUT_SECONDS)
        answer.raise_for_status()
        self._token = answer.json()["token"]
        self._ledger.add("phones", "registered")
