"""What the demonstration shows of first contacts and of the sheet that a superior asks for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grid_app.clock import start_of_day
from grid_app.database.transaction import reading
from grid_app.demo.superior import NAME
from grid_app.models.disputes import DisputeEvent
from grid_app.models.exports import SuperiorSheet
from grid_app.models.handling import ContactRecord
from grid_app.policy import Scope
from grid_app.queries.indicators_asked import Asked, Span
from grid_app.queries.indicators_lawful import first_contact
from grid_app.services.sheets.columns import read
from tests.demo_county import AS_OF, the_app

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo county")]  # it is made once
COUNTY = "/990001/"


@pytest.fixture
def county() -> Iterator[Session]:
    with the_app().app_context(), reading() as session:
        yield session


def test_most_matters_were_contacted_within_a_day_and_each_talk_is_on_record(county: Session):
    span = Span(AS_OF - timedelta(days=85), AS_OF)
    (told,) = first_contact(county, Asked(Scope(paths=(COUNTY,)), COUNTY, (span,), start_of_day(AS_OF)))
    talks = dict(county.execute(select(ContactRecord.way, func.count()).group_by(ContactRecord.way)).all())
    events = select(func.count()).select_from(DisputeEvent).where(DisputeEvent.kind == "contacted")

    assert 0.6 < told.part / told.whole < 0.97, "neither nobody nor everybody"
    assert set(talks) == {"phone", "visit", "not_reached"}
    assert sum(talks.values()) == county.scalar(events)


def test_the_citys_own_sheet_is_kept_by_name_with_what_stands_in_its_columns(county: Session):
    (sheet,) = county.scalars(select(SuperiorSheet))

    assert (sheet.name, sheet.period) == (NAME, "week")
    assert all(one.source for one in read(sheet.columns))
