"""The offices of two counties and the people in them, and how each of them signs in."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from bench.acceptance.browser import Browser
from bench.acceptance.places import GRID_VILLAGE, GRIDS
from bench.acceptance.site import Site
from grid_app.database.base import new_id
from grid_app.database.transaction import transaction
from grid_app.models.accounts import Unit
from grid_app.models.places import Division
from grid_app.policy import Role
from grid_app.vocabulary.words import ROLE_WORDS

COUNTY_A = "430702"
COUNTY_B = "430703"
TOWNSHIPS = {
    COUNTY_A: ("430702006", "430702007", "430702008", "430702012", "430702013", "430702200"),
    COUNTY_B: (
        "430703001", "430703002", "430703003", "430703004", "430703007", "430703101", "430703103", "430703115",
        "430703117",
    ),
}  # fmt: skip
PROMPT_VILLAGE, LATE_VILLAGE = "430702008002", "430702006014"
"""Villages of stream (a) whose lead answers every round in time, and always a day too late."""
OWN_PASSWORD = "Chosen-By-Myself-2"  # noqa: S105 - invented, for a database that is thrown away
UNIT_WORDS = {
    "county_office": "信访工作联席会议办公室",
    "county_lead_office": "领导值班室",
    "township_government": "人民政府",
    "village_committee": "村(居)民委员会",
}


@dataclass(frozen=True)
class Post:
    """One account: its login, role, the kind of its unit and the division it works over."""

    login: str
    role: Role
    unit_kind: str
    division: str


def posts() -> list[Post]:
    """Return every account of the run."""
    found = []
    for county in (COUNTY_A, COUNTY_B):
        found += [
            Post(f"officer-{county}", Role.COUNTY_OFFICER, "county_office", county),
            Post(f"lead-{county}", Role.COUNTY_LEAD, "county_lead_office", county),
        ]
        found += [Post(f"lead-{code}", Role.TOWNSHIP_LEAD, "township_government", code) for code in TOWNSHIPS[county]]
    found += [
        Post(f"grid-{number}", Role.GRID_WORKER, "village_committee", code) for number, code in enumerate(GRIDS, 1)
    ]
    found += [
        Post(f"village-{code}", Role.VILLAGE_LEAD, "village_committee", code)
        for code in (PROMPT_VILLAGE, LATE_VILLAGE, GRID_VILLAGE)
    ]
    found += [
        Post(str(role).replace("_", "-"), role, "county_office", COUNTY_A)
        for role in (Role.SECURITY_ADMIN, Role.SYSADMIN, Role.AUDITOR)
    ]
    return found


class Staff:
    """Makes the accounts and signs their people in."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._passwords: dict[str, str] = {}
        self._strangers: set[str] = set()

    def hire(self) -> int:
        """Make every unit, and every account by the command line; return how many accounts there are."""
        units = _open_units()
        for post in posts():
            told = self._site.command(
                "user", "add", post.login, "--name", f"{ROLE_WORDS[post.role]}{post.login}", "--role", str(post.role),
                "--unit", str(units[post.unit_kind, post.division[:12]]), "--division", post.division,
            )  # fmt: skip
            self._passwords[post.login] = told["password"]
            self._strangers.add(post.login)
        return len(self._passwords)

    def at_desk(self, login: str) -> Browser:
        """Return a browser in which this person is signed in; the first time, an own password is chosen."""
        browser = Browser(self._site.origin)
        page = browser.sign_in(login, self._passwords[login])
        if login in self._strangers:
            values = {"current": self._passwords[login], "new": OWN_PASSWORD, "again": OWN_PASSWORD}
            browser.send(page, "/password", values)
            self._passwords[login] = OWN_PASSWORD
            self._strangers.remove(login)
        return browser


def _open_units() -> dict[tuple[str, str], UUID]:
    """Make the unit of every post once, and return their ids by kind and place."""
    wanted = {(post.unit_kind, post.division[:12]) for post in posts()}
    made: dict[tuple[str, str], UUID] = {}
    with transaction() as session:
        for kind, place in sorted(wanted):
            name = f"{session.get_one(Division, place).name}{UNIT_WORDS[kind]}"
            unit = Unit(id=new_id(), name=name, kind=kind, division_code=place)
            session.add(unit)
            made[kind, place] = unit.id
    return made
