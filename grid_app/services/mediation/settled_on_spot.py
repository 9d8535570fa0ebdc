"""Settling on the spot (即时化解): one screen after the fact for a light matter between neighbours or families.

No notices and no double review; somebody asks once more on the seventh day. It is a ground of its own and is never
counted as mediated. Which matters qualify stands in ``vocabulary/mediation.toml``: weight follows the matter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from grid_app.errors import ForbiddenError, InvalidError
from grid_app.models.disputes import Dispute
from grid_app.policy import Action, Actor, allows
from grid_app.services.matters.follow_up_plans import plan_follow_ups
from grid_app.services.matters.grading import regrade
from grid_app.services.matters.states import target_of
from grid_app.services.matters.step import Step, claimed, permitted, write, written
from grid_app.services.matters.waivers import refuse_waivers
from grid_app.services.mediation.closing import drop_unbegun
from grid_app.vocabulary.mediation import mediation_rules
from grid_app.vocabulary.words import GRADE_WORDS, SETTLED_ON_SPOT

BASIS: Final = "《人民调解法》第二条、第二十八条(口头达成,当场履行)"
NOT_FITTING: Final = "这件事不能按“即时化解”办结。"
LEAST: Final = 5


@dataclass(frozen=True)
class Spot:
    """What the matter was, how it was settled there and then, and whether both sides said that they are content."""

    what: str
    how: str
    content: bool


def why_not_on_spot(dispute: Dispute) -> tuple[str, ...]:
    """Return in plain words why a matter is too weighty for one screen; empty when it may be settled on the spot."""
    rules = mediation_rules()
    reasons = (
        (dispute.grade not in rules.spot_grades, f"等级是{GRADE_WORDS.get(dispute.grade, '')}色"),
        (dispute.category[:2] not in rules.spot_groups, "不是家庭、邻里这类私人之间的事"),
        (dispute.danger or dispute.safety_child or dispute.safety_present, "上报时说有人有危险"),
        (dispute.organisation_id is not None or dispute.about_unit_id is not None, "牵涉到单位或者企业"),
        (dispute.household_band not in (*rules.spot_bands, None), "涉及的户数多"),
        (dispute.track not in (None, "mediation"), "分流时没有定为矛盾纠纷"),
        (dispute.complexity == "complex", "分流时定为复杂"),
    )
    return tuple(words for holds, words in reasons if holds)


def may_settle_on_spot(dispute: Dispute, actor: Actor) -> bool:
    """Say whether the actor may settle it: an office, the unit that handles it, or whoever reported it."""
    if allows(actor, Action.HANDLE_DISPUTE):
        return True
    own = actor.unit_id == dispute.owner_unit_id or actor.assignment_id == dispute.reported_by
    return own and allows(actor, Action.ADD_TO_DISPUTE)


def settle_on_spot(session: Session, step: Step, *, spot: Spot) -> None:
    """Close a light matter that was settled there and then, to the content of both sides.

    Raises
    ------
    NotFoundError, ForbiddenError, ConflictError, InvalidError
        As every step; also: the matter is too weighty, or one side is not content.
    """
    what = written(spot.what, field="what", what="什么事", least=LEAST)
    how = written(spot.how, field="how", what="怎么化解的", least=LEAST)
    note = f"什么事:{what}\n怎么化解的:{how}"
    dispute = claimed(session, step, kind=SETTLED_ON_SPOT, note=note)
    if not may_settle_on_spot(dispute, step.actor):
        raise ForbiddenError("这件事由别的单位办理,不是您上报的,不能由您办结。填写的内容没有保存,请转告办理单位。")
    step = permitted(step, Action.ADD_TO_DISPUTE)
    target = target_of("settle", state=dispute.state, category=dispute.category)
    if reasons := why_not_on_spot(dispute):
        raise InvalidError(f"{NOT_FITTING}因为{'、'.join(reasons)}。请按一般程序受理、办理;填写的内容还在页面上。")
    if not spot.content:
        raise InvalidError(
            "没有办结,已填的还在。",
            fields={"content": "双方都说满意才能即时化解。有一方不满意的,请按一般程序办理。"},
        )
    refuse_waivers({"what": what, "how": how})
    dispute.closure_ground, dispute.legal_basis, dispute.closed_at = SETTLED_ON_SPOT, BASIS, step.now
    drop_unbegun(session, dispute, now=step.now)
    planned = plan_follow_ups(session, dispute, now=step.now)
    details = {"ground": SETTLED_ON_SPOT, **planned}
    write(session, step, dispute, kind=SETTLED_ON_SPOT, to_state=target, note=note, details=details)
    regrade(session, dispute, now=step.now)
