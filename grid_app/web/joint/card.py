"""The card about joint work on the page of a dispute: who was called, who handles it too, what it crosses."""

from __future__ import annotations

from datetime import datetime

from flask import url_for

from grid_app.policy import Actor, joined_scope
from grid_app.queries.disputes_detail import DisputeDetail
from grid_app.queries.joint import Together, is_county_centre, together_on, unit_kind
from grid_app.services.matters.states import is_referral_only
from grid_app.vocabulary.joint import CALL_WORDS
from grid_app.web.card import Card, OpenSession
from grid_app.web.joint.forms import TITLES
from grid_app.web.joint.shown import flag_words, is_silent, main_form, offered

BEFORE = "本级办不了的,可以吹哨叫部门,也可以几个单位一起办。"


def joint_notice(detail: DisputeDetail) -> Card:
    """Return what staff of a unit elsewhere are told, whose unit handles a part of the matter."""
    hint = "这件事由别处牵头,您的单位协办:可以看、可以记录本单位做了什么。别的请找牵头单位。"
    links = (("去联合办理页", url_for("joint.page", dispute_id=detail.id)),)
    return Card("联合办理", (("牵头", detail.owner_unit),), links, hint)


def joint_card(session: OpenSession, detail: DisputeDetail, actor: Actor, now: datetime) -> Card | None:
    """Return the card of joint work; none where a matter is only passed on, or nothing was and can be begun."""
    if is_referral_only(detail.category):
        return None
    scope = joined_scope(actor)
    together = together_on(session, scope=scope, dispute_id=detail.id)
    centre, kind = is_county_centre(session, actor), unit_kind(session, actor.unit_id)
    names = offered(detail, together, actor, centre=centre, kind=kind, joined=False)
    facts = _facts(together, now)
    if not facts and not names:
        return None
    main = main_form(names)
    hint = f"轮到您:{TITLES[main]}。" if main else ("" if facts else BEFORE)
    return Card(
        title="吹哨、联合办理",
        facts=facts,
        links=(("去联合办理页", url_for("joint.page", dispute_id=detail.id)),),
        hint=hint,
        is_next=bool(main),
    )


def _facts(together: Together, now: datetime) -> tuple[tuple[str, str], ...]:
    whistle, joint = together.open_whistle, together.joint
    calls = [
        (call.unit, f"{CALL_WORDS[call.state]}{',到期没有回音' if is_silent(call, now) else ''}")
        for call in (whistle.calls if whistle else ())
    ]
    joined = "、".join(one.unit for one in joint.units) if joint else ""
    pairs = [
        ("牵头", joint.lead if joint else ""),
        ("协办", joined),
        *calls,
        ("跨", flag_words(together.flags)),
        ("管辖争议", "等县里裁定" if together.open_competence else ""),
    ]
    return tuple(pair for pair in pairs if pair[1])
