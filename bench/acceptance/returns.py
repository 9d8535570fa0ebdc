"""Returns through the pages: prefilled and confirmed, zero with how one looked, assembled from grids, and too late."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import func, select

from bench.acceptance.ledger import Ledger
from bench.acceptance.places import GRID_VILLAGE, GRIDS
from bench.acceptance.staff import COUNTY_A, LATE_VILLAGE, PROMPT_VILLAGE, Staff
from bench.acceptance.timeline import Step, at
from grid_app.database.transaction import reading
from grid_app.models.accounts import Account
from grid_app.models.rounds import Round, RoundAnswer, ScreeningReturn
from grid_app.queries.rounds import progress_of, round_of
from grid_app.services.accounts.actors import actors_of

SECTION = "returns through the pages"
FRIDAY, SATURDAY = timedelta(days=4), timedelta(days=5)
LOOKED = {"method_note": "走访了 3 个组。"}


class Returns:
    """Plays a prompt village, a divided one whose two grids answer, and one that is always a day late."""

    def __init__(self, staff: Staff, ledger: Ledger) -> None:
        self._staff = staff
        self._ledger = ledger
        self._late = 0

    def steps(self, weeks: list[date]) -> list[Step]:
        """Return the answers of these weeks: in time on Friday afternoon, late on Saturday morning."""
        steps = []
        for monday in weeks:
            steps.append(Step(at(monday + FRIDAY, 17), "returns", self._in_time))
            steps.append(Step(at(monday + SATURDAY, 9), "a late return", self._too_late))
        return steps

    def count(self, weeks: list[date]) -> None:
        """Note what the rounds of these weeks hold: who returned, who is missing."""
        with reading() as session:
            returned = session.scalar(select(func.count()).select_from(ScreeningReturn)) or 0
            zero = session.scalar(select(func.count()).select_from(ScreeningReturn).where(ScreeningReturn.zero)) or 0
            answers = session.scalar(select(func.count()).select_from(RoundAnswer)) or 0
        self._ledger.put(SECTION, "returns stored", returned)
        self._ledger.put(SECTION, "returns stored that are zero", zero)
        self._ledger.put(SECTION, "answers of rounds", answers)
        counts = self._ledger.of(SECTION)
        parts = {name: counts.get(name, 0) for name in ("entries confirmed", "zero with how one looked")}
        self._ledger.must_add_up("returns stored", returned, parts)
        self._ledger.must_add_up("returns stored", returned, {"answers of rounds": answers})
        for name, count in parts.items():
            self._ledger.must_be_true(f"at least one return: {name}", count > 0)
        self._count_villages(len(weeks))

    def _count_villages(self, weeks: int) -> None:
        """Note that in the answered rounds exactly the prompt village and the assembled one have returned."""
        with reading() as session:
            account = session.scalars(select(Account).where(Account.login == f"lead-{COUNTY_A}")).one()
            actor = actors_of(session, account.id, now=account.created_at)[0]
            answered = session.scalars(
                select(Round.id).join(RoundAnswer, RoundAnswer.round_id == Round.id).distinct()
            ).all()
            back: list[str] = []
            for round_id in answered:
                row = round_of(session, actor, round_id)
                villages = progress_of(session, row, within=actor.division_path) if row else []
                back += [one.code for one in villages if one.returned]
        self._ledger.must_add_up("rounds with answers", len(answered), {"weeks of returns": weeks})
        self._ledger.must_add_up("villages returned", len(back), {"two a week": 2 * weeks})
        self._ledger.must_be_true("the divided village's return assembled itself", back.count(GRID_VILLAGE) == weeks)
        self._ledger.must_be_true("the late village is missing", LATE_VILLAGE not in back)

    def _in_time(self) -> None:
        self._answer(f"village-{PROMPT_VILLAGE}", PROMPT_VILLAGE)
        for number, grid in enumerate(GRIDS, 1):
            self._answer(f"grid-{number}", grid)

    def _answer(self, login: str, code: str) -> None:
        browser = self._staff.at_desk(login)
        page = browser.look(f"/rounds/answer?division={code}")
        form = page.form("/rounds/answer")
        kind = form.select_one("input[name=kind]")
        zero = kind is not None and kind.get("value") == "zero"
        done = browser.send(page, "/rounds/answer", LOOKED if zero else {})
        taken = "已收到回执" in done.text
        self._ledger.must_be_true(f"{login} has answered", taken, done.text[:200])
        self._ledger.add(SECTION, "zero with how one looked" if zero else "entries confirmed")

    def _too_late(self) -> None:
        browser = self._staff.at_desk(f"village-{LATE_VILLAGE}")
        page = browser.look(f"/rounds/answer?division={LATE_VILLAGE}")
        refused = "现在没有进行中的排查" in page.text
        self._ledger.must_be_true("after the round nothing is left to answer, and the page says so", refused)
        self._ledger.add(SECTION, "too late: nothing open any more")
