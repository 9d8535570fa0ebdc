"""Whoever takes the map with him, as a table or on paper, is written into the audit trail; looking at it is not."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from grid_app.database.transaction import reading
from grid_app.models.accounts import AuditEvent
from grid_app.vocabulary.actions import AUDIT_WORDS

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)


def taken() -> list[tuple[str, str | None, dict]]:
    with reading() as session:
        events = session.scalars(select(AuditEvent).where(AuditEvent.action.like("map.%")).order_by(AuditEvent.number))
        return [(event.action, event.target_id, dict(event.details)) for event in events]


def test_a_table_and_a_print_are_audited_with_layer_area_and_rows(sign_in, app_world):
    client = sign_in("village_lead")
    for address in ("/map", "/map?layer=rooms", "/map/frame", "/map/picture.svg"):
        assert client.get(address).status_code == 200
    assert taken() == []

    assert client.get("/map/table.csv?layer=rooms").status_code == 200
    assert client.get("/map/print?layer=rooms").status_code == 200

    (first, area, told), (second, _, _) = taken()
    assert (first, second, area) == ("map.table_taken", "map.printed", "990101001201")
    assert told["layer"] == "rooms"
    assert told["rows"] > 0
    assert {first, second} <= AUDIT_WORDS.keys()
