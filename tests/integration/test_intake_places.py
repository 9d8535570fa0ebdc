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
from grid_app.models.accounts import Account, Notice
from grid_app.models.disputes import Dispute, DisputeEvent
from grid_app.models.places import Boundary, BoundaryGeneration, Division
from grid_app.policy import dispute_scope
from grid_app.queries.scoping import visible
from grid_app.services.reports.receiving import Received, parse_report, receive_report
from tests.integration.intake_tools import CONTENT, KEYS
from tests.world import NOW, World

Give = Callable[..., Received]
YUNLING, LIUWAN, SHIQIAO = "990101001201", "990101001202", "990101002201"


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


def end(session: Session, code: str, successor: str | None = None) -> None:
    ended = {"valid_to": date(2026, 6, 1), "successor_code": successor}
    session.execute(update(Division).where(Division.code == code).values(ended))


def told(session: Session) -> dict[str, str]:
    """Return the lines about a report that went elsewhere, by whom they are for."""
    rows = session.execute(
        select(Account.login, Notice.text)
        .join(Account, Account.id == Notice.account_id)
        .where(Notice.kind == "rerouted")
    )
    return {row.login: row.text for row in rows}


def test_successors_that_point_at_each_other_are_refused_not_followed_for_ever(give: Give, session: Session) -> None:
    end(session, YUNLING, LIUWAN)
    end(session, LIUWAN, YUNLING)

    assert "没有接续" in give(village_code=YUNLING).fields["village_code"]


def test_a_village_merged_twice_is_followed_to_what_it_is_now(give: Give, session: Session) -> None:
    end(session, YUNLING, LIUWAN)
    end(session, LIUWAN, SHIQIAO)

    answer = give(village_code=YUNLING)

    assert (place_of(session, answer), warnings(answer)) == ((SHIQIAO, "chosen"), ["village_replaced"])


def test_a_split_village_without_a_point_goes_to_its_township_and_nothing_is_refused(
    give: Give, session: Session
) -> None:
    end(session, YUNLING)

    answer = give("grid_worker", village_code=YUNLING)

    assert (place_of(session, answer), warnings(answer)) == (("990101001", "not_located"), ["village_ended"])
    assert set(told(session)) == {"grid_worker"}


def test_a_point_says_which_part_of_a_split_village_it_is(give: Give, session: Session) -> None:
    end(session, YUNLING)

    answer = give(village_code=YUNLING, lon=111.15, lat=29.02)

    assert (place_of(session, answer)[0][:12], warnings(answer)) == (LIUWAN, ["village_replaced"])


def test_an_ended_grid_is_its_village(give: Give, session: Session) -> None:
    end(session, f"{YUNLING}J002")

    answer = give(village_code=f"{YUNLING}J002")

    assert (place_of(session, answer), warnings(answer)) == ((YUNLING, "chosen"), [])


def test_a_late_report_of_a_merged_village_tells_both_workers_and_stands_in_the_history(
    give: Give, session: Session
) -> None:
    end(session, YUNLING, SHIQIAO)

    answer = give("grid_worker", village_code=YUNLING)

    lines = told(session)
    assert "已转到西山乡 石桥村" in lines.pop("grid_worker")
    assert "转到了您的村(西山乡 石桥村)" in lines.pop("other_grid_worker")
    assert lines == {}
    events = session.scalars(
        select(DisputeEvent).where(DisputeEvent.dispute_id == answer.dispute_id).order_by(DisputeEvent.number)
    ).all()
    assert [one.kind for one in events] == ["reported", "rerouted"]
    assert "云岭村" in events[1].note


def test_a_report_from_outside_the_own_village_tells_the_worker_there(give: Give, session: Session) -> None:
    give("other_grid_worker", village_code=f"{YUNLING}J001")
    give("grid_worker", village_code=f"{YUNLING}J002")

    assert set(told(session)) == {"other_grid_worker", "grid_worker"}


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
