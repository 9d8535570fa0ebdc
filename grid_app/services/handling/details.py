"""Making a dispute's facts better: details added later, the band confirmed by phone, the grade, the place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.errors import ConflictError, ForbiddenError, InvalidError
from grid_app.models.disputes import Dispute
from grid_app.models.places import Division
from grid_app.policy import Action, Role, allows, covers
from grid_app.ports import PlaceFinder
from grid_app.services.matters.grading import regrade
from grid_app.services.matters.points import drop_point, is_without_point, keeps_every_point
from grid_app.services.matters.said import with_named
from grid_app.services.matters.step import Step, claimed, may_handle, opened, permitted, write, written
from grid_app.services.organisations.entries import chosen_organisation
from grid_app.services.projects.matters import follow_text
from grid_app.services.reports.lookups import Lookups
from grid_app.vocabulary.categories import is_withheld_from_maps
from grid_app.vocabulary.words import BANDS, GRADE_ORDER, GRADE_WORDS, OPEN_STATES

COUNTY_ROLES: Final = (Role.COUNTY_OFFICER, Role.COUNTY_LEAD)
EARLIEST: Final = date(1949, 10, 1)
LONGEST_NAME: Final = 100


@dataclass(frozen=True)
class Facts:
    """What may be added to a report later; everything is optional.

    ``organisation`` is the name of the organisation with the duty. ``band`` is a key of ``BANDS`` and
    ``band_status`` says whether it is ``known`` or ``estimated``; both are empty when nobody knows.
    """

    organisation: str = ""
    project: str = ""
    band: str = ""
    band_status: str = ""
    since: date | None = None
    note: str = ""


def add_details(session: Session, step: Step, *, facts: Facts) -> None:
    """Write what became known later into the dispute; what is left empty becomes empty.

    A band that the township confirmed is changed by ``confirm_band`` alone.
    """
    step = permitted(step, Action.ADD_TO_DISPUTE)
    note = written(facts.note, field="note", what="补充情况", least=0)
    organisation = _name(facts.organisation, "organisation", "责任单位或企业")
    project = _name(facts.project, "project", "项目名称")
    dispute = claimed(session, step, kind="details_added", note=note)
    _require_open(dispute)
    _check_since(facts.since, local_date(step.now))
    band, status = _band(facts, dispute)
    dispute.organisation_id = chosen_organisation(session, name=organisation, field="organisation")
    before, dispute.project, dispute.since_when = dispute.project, project, facts.since
    dispute.said = with_named(dispute.said, named=(organisation, project))
    dispute.household_band, dispute.band_status = band, status
    follow_text(session, step, dispute, before=before)
    write(session, step, dispute, kind="details_added", note=note, details={"band": band, "band_status": status})
    regrade(session, dispute, now=step.now)


def confirm_band(session: Session, step: Step, *, band: str, note: str) -> None:
    """Record the band that the township confirmed by phone; from now on it counts in full for the grade."""
    step = permitted(step, Action.CONFIRM_BAND)
    if band not in BANDS:
        raise InvalidError("没有保存。请选核实后的户数。", fields={"band": "请选核实后的户数。"})
    note = written(note, field="note", what="怎么核实的")
    dispute = claimed(session, step, kind="band_confirmed", note=note)
    _require_open(dispute)
    details = {"from": dispute.household_band, "to": band}
    dispute.household_band, dispute.band_status = band, "confirmed"
    write(session, step, dispute, kind="band_confirmed", note=note, details=details)
    regrade(session, dispute, now=step.now)


def raise_grade(session: Session, step: Step, *, to: str, reason: str) -> None:
    """Raise the grade above what the facts give; whoever handles the dispute may."""
    reason = written(reason, field="note", what="为什么上调", least=5)
    if to not in GRADE_ORDER:
        raise InvalidError("没有保存。请选要上调到的等级。", fields={"grade": "请选一个等级。"})
    dispute = opened(session, step)
    step = may_handle(step, dispute)
    dispute = claimed(session, step, kind="grade_raised", note=reason)
    _require_open(dispute)
    if GRADE_ORDER.index(to) <= GRADE_ORDER.index(dispute.grade):
        raise InvalidError(
            "没有保存。只能往上调;下调由县级决定。",
            fields={"grade": f"现在已经是“{GRADE_WORDS[dispute.grade]}”,请选更高的等级。"},
        )
    details = {"from": dispute.grade, "to": to}
    dispute.grade_raised_to = to
    write(session, step, dispute, kind="grade_raised", note=reason, details=details)
    regrade(session, dispute, now=step.now)


def lower_grade(session: Session, step: Step, *, reason: str) -> None:
    """Take a raised grade back to what the facts give; only the county may, with a reason."""
    step = permitted(step, Action.HANDLE_DISPUTE)
    if step.actor.role not in COUNTY_ROLES:
        raise ForbiddenError("等级只能由上一级(县级)下调。请联系县级经办说明理由;什么也没有改。")
    reason = written(reason, field="note", what="为什么下调", least=5)
    dispute = claimed(session, step, kind="grade_lowered", note=reason)
    _require_open(dispute)
    if dispute.grade_raised_to is None:
        raise ConflictError(
            "这个等级是按事实算出来的,没有人上调过,不能直接下调。事实有误的,请先更正事实。", code="not_raised"
        )
    details = {"from": dispute.grade_raised_to}
    dispute.grade_raised_to = None
    write(session, step, dispute, kind="grade_lowered", note=reason, details=details)
    regrade(session, dispute, now=step.now)


def settle_place(session: Session, step: Step, *, village_code: str, places: PlaceFinder) -> None:
    """Record to which village a dispute belongs.

    The reporter answers between the villages that the point touches; an office may also correct the place to any
    village of its own area. Until somebody has taken the dispute up it is routed anew.
    """
    step = permitted(step, Action.ADD_TO_DISPUTE)
    dispute = claimed(session, step, kind="place_settled")
    _require_open(dispute)
    village = session.get(Division, village_code)
    if village is None or not _may_settle(session, step, dispute, village, places):
        raise InvalidError("地点没有改。请从列出的村里选一个。", fields={"village_code": "请从列出的村里选一个。"})
    details = {"from": dispute.division_code, "to": village.code}
    dispute.division_code, dispute.place_kind = village.code, "chosen"
    if is_without_point(dispute) and not keeps_every_point(session):
        drop_point(dispute)
    if dispute.state == "reported":
        withheld = is_withheld_from_maps(dispute.category)
        dispute.owner_unit_id = Lookups(session).office(village.path, county_only=withheld)
    write(session, step, dispute, kind="place_settled", details=details)


def candidate_villages(session: Session, dispute: Dispute, places: PlaceFinder) -> tuple[str, ...]:
    """Return the codes of the villages between which an uncertain place lies; empty when it is certain."""
    if dispute.place_kind != "uncertain" or dispute.lon is None or dispute.lat is None:
        return ()
    return places.find(session, lon=dispute.lon, lat=dispute.lat, accuracy_m=dispute.accuracy_m).candidates


def _may_settle(session: Session, step: Step, dispute: Dispute, village: Division, places: PlaceFinder) -> bool:
    if village.level != "village" or village.valid_to is not None:
        return False
    if village.code in candidate_villages(session, dispute, places):
        return True
    return allows(step.actor, Action.HANDLE_DISPUTE) and covers(step.actor, village.path)


def _require_open(dispute: Dispute) -> None:
    if dispute.state not in OPEN_STATES:
        raise ConflictError(
            "这件事已经结束,不能再改。情况有变化的,请先“重新办理”;填写的内容还在页面上。", code="wrong_state"
        )


def _name(text: str, field: str, what: str) -> str:
    plain = " ".join(written(text, field=field, what=what, least=0).split())
    if len(plain) > LONGEST_NAME:
        raise InvalidError("没有保存。", fields={field: f"“{what}”最多 {LONGEST_NAME} 个字,请缩短。"})
    return plain


def _check_since(since: date | None, today: date) -> None:
    if since is not None and not EARLIEST <= since <= today:
        raise InvalidError("没有保存。日期要改一下。", fields={"since": "从什么时候开始,不能晚于今天,也不能太早。"})


def _band(facts: Facts, dispute: Dispute) -> tuple[str | None, str | None]:
    if dispute.band_status == "confirmed":
        if facts.band not in ("", dispute.household_band):
            raise InvalidError("没有保存。户数已由乡镇核实。", fields={"band": "户数已由乡镇核实,要改请乡镇重新核实。"})
        return dispute.household_band, "confirmed"
    if not facts.band:
        return None, None
    if facts.band not in BANDS or facts.band_status not in ("", "known", "estimated"):
        raise InvalidError("没有保存。请重新选户数。", fields={"band": "请从列表里选户数。"})
    return facts.band, facts.band_status or "estimated"
