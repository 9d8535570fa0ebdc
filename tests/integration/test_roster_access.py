"""Whose roster somebody may look at, with names or without, and change."""

from __future__ import annotations

import pytest

from grid_app.errors import ForbiddenError, NotFoundError
from grid_app.policy import Role
from grid_app.services.duty_roster.access import office_for, office_to_edit


def test_only_the_own_office_edits_and_only_the_duty_desk_of_the_county_reads_names_of_others(session, world):
    township = world.units["township"]
    roles = (Role.COUNTY_OFFICER, Role.COUNTY_LEAD, Role.SECURITY_ADMIN, Role.TOWNSHIP_LEAD)
    looks = {name: world.actor(session, name) for name in (*roles, "other_township_lead")}

    names = [office_for(session, looks[role], township).shows_names for role in roles]
    assert names == [True, True, False, True]
    assert office_to_edit(session, looks[Role.TOWNSHIP_LEAD], township).may_edit
    with pytest.raises(ForbiddenError):
        office_to_edit(session, looks[Role.COUNTY_LEAD], township)
    with pytest.raises(NotFoundError):
        office_for(session, looks["other_township_lead"], township)
    with pytest.raises(NotFoundError):
        office_for(session, looks[Role.TOWNSHIP_LEAD], world.units["county"])
