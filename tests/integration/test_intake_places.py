"""Where a report belongs: point, accuracy circle, choice, ended villages, grids; on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from grid_app.adapters.locator import MemoryPlaceFinder
from grid_app.models.disputes import Dispute, DisputeEvent
from grid_app.models.places import Boundary, BoundaryGeneration, Division
from grid_app.policy import dispute_scope
from grid_app.queries.scoping import visible
from grid_app.services.intake import Received, parse_report, receive_report
from tests.integration.intake_tools import CONTENT, KEYS
from tests.world import NOW, World

Give = Callable[..., Received]
YUNLING, LIUWAN = "990101001201", "990101001202"


@pytest.fixture
def give(session: Session, world: World) -> Give:
    places = MemoryPlaceFinder()

    def given(who: str = "township_lead", **changes: Any) -> Received:
        draft = parse_report({**CONTENT, **changes}, report_id=uuid4())
        actor = world.actor(session, who)
        return receive_report(session, draft=draft, actor=actor, places=places, keys=KEYS, now=NOW, via="form")

    return given


def place_of(session: Session, answer: Received) -> tuple[str, str]:
    row = session.get_one(Dispute, answer.dispute_id)
    return row.division_code, row.place_kind


def warnings(answer: Received) -> list[str]:
    return [one.code for one in answer.cautions]


def test_a_point_outside_every_village_without_a_choice_is_refused(give: Give) -> None:
    answer = give(lon=112.9, lat=28.1)

    assert answer.outcome == "rejected"
    assert "坐标系" in answer.fields["lon"]


def test_a_chosen_village_stands_against_a_point_outside_every_village(give: Give, session: Session) -> None:
    answer = give(lon=112.9, lat=28.1, village_code=YUNLING)

    row = session.get_one(Dispute, answer.dispute_id)
    assert place_of(session, answer) == (YUNLING, "chosen")
    assert (row.lon, row.point, warnings(answer)) == (None, None, ["point_outside"])


def test_a_point_inside_one_village_decides_against_another_choice(give: Give, session: Session) -> None:
    answer = give(lon=111.15, lat=29.02, village_code=YUNLING)

    assert place_of(session, answer) == (f"{LIUWAN}J001", "inside")
    assert warnings(answer) == ["village_differs"]


def test_an_accuracy_circle_over_two_villages_leaves_the_place_uncertain(give: Give, session: Session) -> None:
    answer = give(lon=111.0999, lat=29.02, accuracy_m=80.0)

    assert place_of(session, answer) == (YUNLING, "uncertain")


@pytest.mark.parametrize("village", [YUNLING, LIUWAN])
def test_the_workers_choice_among_the_circles_villages_stands(give: Give, session: Session, village: str) -> None:
    answer = give(lon=111.0999, lat=29.02, accuracy_m=80.0, village_code=village)

    code, kind = place_of(session, answer)
    assert (code[:12], kind) == (village, "chosen")


def test_a_point_on_a_shared_border_belongs_to_the_smallest_code(give: Give, session: Session) -> None:
    answer = give(lon=111.1, lat=29.02)

    assert place_of(session, answer) == (f"{YUNLING}J001", "inside")


def test_a_point_just_outside_the_county_line_belongs_to_the_nearest_village(give: Give, session: Session) -> None:
    answer = give(lon=111.05, lat=28.9995)

    assert place_of(session, answer) == (YUNLING, "nearest")


def test_a_township_without_a_point_is_not_located_more_finely(give: Give, session: Session) -> None:
    answer = give(village_code="990101001")

    row = session.get_one(Dispute, answer.dispute_id)
    assert place_of(session, answer) == ("990101001", "not_located")
    assert row.generation_id is None


def test_a_chosen_village_and_a_chosen_grid_are_kept(give: Give, session: Session) -> None:
    assert place_of(session, give(village_code=YUNLING)) == (YUNLING, "chosen")
    assert place_of(session, give(village_code=f"{YUNLING}J002")) == (f"{YUNLING}J002", "chosen")


def test_an_ended_village_is_replaced_by_its_successor(give: Give, session: Session) -> None:
    ended = {"valid_to": date(2026, 6, 1), "successor_code": LIUWAN}
    session.execute(update(Division).where(Division.code == YUNLING).values(ended))

    answer = give(village_code=YUNLING)

    assert place_of(session, answer) == (LIUWAN, "chosen")
    assert warnings(answer) == ["village_replaced"]


def test_an_ended_village_without_a_successor_is_refused(give: Give, session: Session) -> None:
    session.execute(update(Division).where(Division.code == YUNLING).values(valid_to=date(2026, 6, 1)))

    assert "没有代码" in give(village_code=YUNLING).fields["village_code"]


@pytest.mark.parametrize(("crs", "lon", "lat"), [("gcj02", 111.05525, 29.01699), ("cgcs2000", 111.05, 29.02)])
def test_the_datum_of_the_phone_is_undone(give: Give, session: Session, crs: str, lon: float, lat: float) -> None:
    answer = give(lon=lon, lat=lat, crs=crs)

    row = session.get_one(Dispute, answer.dispute_id)
    assert (row.lon, row.lat) == pytest.approx((111.05, 29.02), abs=5e-4)
    assert row.source_crs == crs


def test_without_any_boundaries_a_chosen_village_still_works(give: Give, session: Session) -> None:
    session.execute(update(BoundaryGeneration).values(state="retired"))

    assert place_of(session, give(village_code=YUNLING)) == (YUNLING, "chosen")
    assert give(lon=111.05, lat=29.02).outcome == "rejected"


def test_a_village_without_grids_keeps_its_own_code(give: Give, session: Session) -> None:
    session.query(Boundary).filter(Boundary.level == "grid").delete()

    assert place_of(session, give(lon=111.05, lat=29.02)) == (YUNLING, "inside")


def test_a_worker_sees_the_own_grid_and_own_reports_from_elsewhere(give: Give, session: Session, world: World) -> None:
    in_grid = give(lon=111.05, lat=29.02)
    own_elsewhere = give("grid_worker", lon=111.25, lat=29.02)
    give(lon=111.05, lat=29.07)

    scope = dispute_scope(world.actor(session, "grid_worker"))

    seen = set(session.scalars(select(Dispute.id).where(visible(scope))))
    assert seen == {in_grid.dispute_id, own_elsewhere.dispute_id}


@pytest.mark.parametrize(
    ("changes", "unit"),
    [
        ({"village_code": YUNLING}, "village"),
        ({"village_code": f"{YUNLING}J002"}, "village"),
        ({"village_code": LIUWAN}, "township"),  # a village without a committee of its own
        ({"village_code": "990101002"}, "township2"),
        ({"village_code": "990101"}, "county"),
    ],
)
def test_a_report_goes_to_the_nearest_office_up_the_path(
    give: Give, session: Session, world: World, changes: dict[str, str], unit: str
) -> None:
    answer = give(**changes)

    assert session.get_one(Dispute, answer.dispute_id).owner_unit_id == world.units[unit]


def test_the_history_says_how_the_place_was_decided(give: Give, session: Session, world: World) -> None:
    answer = give(lon=111.15, lat=29.02, village_code=YUNLING)

    details = session.scalars(select(DisputeEvent.details).where(DisputeEvent.dispute_id == answer.dispute_id)).one()
    assert details["place"] == "inside"
    assert details["generation"] == str(world.generation_id)
    assert details["cautions"] == ["village_differs"]
