"""What leaves the map as a file is written into the audit trail: which layer of which area, by whom, how many rows."""

from __future__ import annotations

from grid_app.database.transaction import transaction
from grid_app.http.guard import the_actor
from grid_app.queries.map_facts import MapFacts
from grid_app.services.audit import record_audit
from grid_app.web.maps.asked import Asked
from grid_app.wiring import wired


def note_taken(action: str, ask: Asked, facts: MapFacts, *, rows: int) -> None:
    """Record that a file of what is asked for was given; ``action`` is a key of ``vocabulary/actions.py``."""
    now, target = wired().clock.now(), ("division", facts.area.root.code)
    with transaction() as session:
        record_audit(session, the_actor(), action, now=now, target=target, details={"layer": ask.layer, "rows": rows})
