"""The kinds of requests to a unit, as their pages need them: words, facts, forms, and the service behind each form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias
from uuid import UUID

from grid_app.queries.support_work import KINDS_OF, RequestRow
from grid_app.services.support_work import duty_reviews, meetings, recommendations, rectifications, supervision
from grid_app.services.support_work.asked import Desk
from grid_app.services.typed import day_of, uuid_of
from grid_app.web.step_forms import Typed
from grid_app.web.support_work.frame import Facts, Field, OpenSession
from grid_app.web.wording import local_date as day_words

Act: TypeAlias = Callable[[OpenSession, Desk, UUID, Typed], object]
Options: TypeAlias = Mapping[str, list[tuple[str, str]]]
REPLY: Final = "写单位做了什么,不写工作人员和群众的姓名。"


@dataclass(frozen=True)
class Kind:
    """One kind: its tab and address, its words, the facts of a row, and what may be done to it."""

    tab: str
    path: str
    title: str
    intro: str
    new_word: str
    new_hint: str
    table: Any
    facts: Callable[[RequestRow[Any]], Facts]
    card_title: Callable[[RequestRow[Any]], str]
    new_fields: Callable[[Options, Mapping[str, str]], tuple[Field, ...]]
    open: Act
    answer_fields: tuple[Field, ...]
    answer: Act
    end_fields: tuple[Field, ...]
    end: Act


def _words(names: Mapping[str, str], hints: Mapping[str, str] | None = None) -> tuple[Any, ...]:
    return tuple((code, word, (hints or {}).get(code, "")) for code, word in names.items())


CLOSING: Final = (Field("closing", "核实的结果", hint="没有答复就办结的,写明理由。"),)
DUE: Final = Field("due_on", "什么时候以前答复", "date")


def _unit(options: Options, value: str = "") -> Field:
    return Field("unit", "单位", "select", options["units"], value=value)


def _supervise(session: OpenSession, desk: Desk, key: UUID, t: Typed) -> object:
    asked = supervision.Supervising(
        uuid_of(t["unit"]), t["method"], t["missed"], day_of(t["due_on"]), t["matter"], t["document_no"]
    )
    return supervision.supervise(session, desk, key=key, asked=asked)


SUPERVISION: Final = Kind(
    tab="supervision", path="/supervision", title="督办",
    intro="督办的是单位的职责:哪一步没有按时做到、什么时候以前答复。督办一件事,黄色以上和信访事项要先双沟通(信访工作条例第三十八条至第四十条)。",
    new_word="督办一件事或一个单位",
    new_hint="督办一件事写编号,单位选现在办理它的单位;督办单位的一项职责,编号留空。",
    table=KINDS_OF["supervision"],
    facts=lambda row: (
        ("没有做到的", row.record.missed), ("事项", row.case_code), ("文号", row.record.document_no),
    ),
    card_title=lambda row: f"{supervision.METHOD_WORDS[row.record.method]}:{row.unit}",
    new_fields=lambda options, given: (
        Field("matter", "事项编号", "text", value=given.get("matter", ""), optional=True),
        _unit(options, given.get("unit", "")),
        Field("method", "怎么督办", "choice", _words(supervision.METHOD_WORDS, supervision.METHOD_HINTS)),
        Field("missed", "哪项职责没有按时做到", value=given.get("missed", ""), hint="写哪一步、期限是哪天。不写人。"),
        Field("document_no", "文号", "text", optional=True, hint="督办函要写。"),
        DUE,
    ),
    open=_supervise,
    answer_fields=(Field("reply", "做了什么、什么时候办好", hint=REPLY),),
    answer=lambda session, desk, key, t: supervision.answer_supervision(session, desk, key=key, reply=t["reply"]),
    end_fields=CLOSING,
    end=lambda session, desk, key, t: supervision.end_supervision(session, desk, key=key, closing=t["closing"]),
)  # fmt: skip


def _recommend(session: OpenSession, desk: Desk, key: UUID, t: Typed) -> object:
    proposal = recommendations.Proposal(
        t["kind"], uuid_of(t["unit"]), t["title"], t["body"], t["legal_basis"], day_of(t["due_on"]), t["document_no"]
    )
    return recommendations.recommend(session, desk, key=key, proposal=proposal)


RECOMMENDATION: Final = Kind(
    tab="recommendations", path="/recommendations", title="三项建议",
    intro="改进工作、完善政策、追究责任(信访工作条例第十四条)。收到建议的单位要书面反馈采纳情况(第四十条)。",
    new_word="提一项建议",
    new_hint="写同一类问题说明了什么,建议怎么改。不写群众的姓名,也不写谁反映过。",
    table=KINDS_OF["recommendation"],
    facts=lambda row: (
        ("建议", row.record.body), ("依据", row.record.legal_basis), ("文号", row.record.document_no),
        ("是否采纳", recommendations.ADOPTED_WORDS.get(row.record.adopted, "")),
    ),
    card_title=lambda row: f"{recommendations.KIND_WORDS[row.record.kind]}:{row.record.title}",
    new_fields=lambda options, given: (
        Field("kind", "哪一项建议", "choice", _words(recommendations.KIND_WORDS, recommendations.KIND_HINTS)),
        Field("unit", "向哪个单位提", "select", options["advised"], value=given.get("unit", "")),
        Field("title", "标题", "text"),
        Field("body", "建议的内容", hint="哪些事、哪个环节、怎么改。"),
        Field("legal_basis", "依据", "text", hint="法律、政策的名称和条款。"),
        Field("document_no", "文号", "text", optional=True),
        DUE,
    ),
    open=_recommend,
    answer_fields=(
        Field("adopted", "采纳了没有", "choice", _words(recommendations.ADOPTED_WORDS)),
        Field("reply", "书面答复", hint="采纳了什么、什么时候做到;没有采纳的,为什么。"),
    ),
    answer=lambda session, desk, key, t: recommendations.answer_recommendation(
        session, desk, key=key, adopted=t["adopted"], reply=t["reply"]
    ),
    end_fields=CLOSING,
    end=lambda session, desk, key, t: recommendations.end_recommendation(
        session, desk, key=key, closing=t["closing"]
    ),
)  # fmt: skip


def _rectify(session: OpenSession, desk: Desk, key: UUID, t: Typed) -> object:
    asked = rectifications.Issue(
        uuid_of(t["unit"]), t["issue"], day_of(t["due_on"]), uuid_of(t["inspection"]), uuid_of(t["review"])
    )
    return rectifications.ask_to_rectify(session, desk, key=key, asked=asked)


RECTIFICATION: Final = Kind(
    tab="rectifications", path="/rectifications", title="整改",
    intro="年底检查、督查和倒查发现的问题,责令单位限期整改。只对单位,不对个人。",
    new_word="责令整改",
    new_hint="写问题出在哪个环节、要改到什么样。",
    table=KINDS_OF["rectification"],
    facts=lambda row: (
        ("问题", row.record.issue),
        ("整改到位", day_words(row.record.closed_on) if row.record.closed_on else ""),
    ),
    card_title=lambda row: f"整改:{row.unit}",
    new_fields=lambda options, given: (
        _unit(options, given.get("unit", "")),
        Field("issue", "要整改的问题", value=given.get("issue", "")),
        Field("due_on", "什么时候以前改好", "date"),
        Field("inspection", "来自哪次督查", "select", options["inspections"], value=given.get("inspection", ""),
              optional=True),
        Field("review", "来自哪次倒查", "select", options["reviews"], value=given.get("review", ""), optional=True),
    ),
    open=_rectify,
    answer_fields=(Field("reply", "整改了什么、有什么证明", hint=REPLY),),
    answer=lambda session, desk, key, t: rectifications.show_evidence(session, desk, key=key, reply=t["reply"]),
    end_fields=(*CLOSING, Field("closed_on", "哪天核实整改到位", "date")),
    end=lambda session, desk, key, t: rectifications.end_rectification(
        session, desk, key=key, closing=t["closing"], closed_on=day_of(t["closed_on"])
    ),
)  # fmt: skip


def _review(session: OpenSession, desk: Desk, _key: UUID, t: Typed) -> object:
    return duty_reviews.choose_review(session, desk, deadline_id=uuid_of(t["deadline"]), due_on=day_of(t["due_on"]))


REVIEW: Final = Kind(
    tab="reviews", path="/reviews-of-duty", title="履职倒查",
    intro="哪个单位误了哪个期限、为什么、以后怎么改。交办以后超期、同一件事又被反映的,平台自动开启。群众再次反映不是过错;不写工作人员的姓名。",
    new_word="选一个超期的期限倒查",
    new_hint="列出的是您范围内单位误了、还没有倒查的期限,先到期的在前。",
    table=KINDS_OF["duty_review"],
    facts=lambda row: (
        ("事项", row.case_code), ("为什么倒查", duty_reviews.WHY_WORDS.get(row.record.opened_why, "")),
        ("以后怎么改", row.record.changes),
    ),
    card_title=lambda row: f"倒查:{row.unit}",
    new_fields=lambda options, given: (
        Field("deadline", "哪个期限", "select", options["missed"], value=given.get("deadline", "")),
        Field("due_on", "什么时候以前说明", "date"),
    ),
    open=_review,
    answer_fields=(
        Field("reply", "为什么没有按时做到", hint="写环节、人手、规定、配合上的原因。不写群众怎么样,不写姓名。"),
        Field("changes", "以后怎么改"),
    ),
    answer=lambda session, desk, key, t: duty_reviews.answer_review(
        session, desk, key=key, reply=t["reply"], changes=t["changes"]
    ),
    end_fields=CLOSING,
    end=lambda session, desk, key, t: duty_reviews.end_review(session, desk, key=key, closing=t["closing"]),
)  # fmt: skip

RESOLUTION: Final = Kind(
    tab="meetings", path="/resolutions", title="会议议定事项",
    intro="联席会议议定、由您的单位或者您提出的单位办理的事项。",
    new_word="", new_hint="",
    table=KINDS_OF["resolution"],
    facts=lambda row: (("要做的", row.record.what), ("事项", row.case_code)),
    card_title=lambda row: f"议定事项:{row.unit}",
    new_fields=lambda options, given: (
        Field("unit", "由哪个单位做", "select", options["advised"], value=given.get("unit", "")),
        Field("what", "做什么"),
        Field("matter", "哪一件(编号)", "text", optional=True, hint="议程里的事项;不针对某一件的留空。"),
        DUE,
    ),
    open=lambda *_: None,
    answer_fields=(Field("reply", "做了什么", hint=REPLY),),
    answer=lambda session, desk, key, t: meetings.answer_resolution(session, desk, key=key, reply=t["reply"]),
    end_fields=CLOSING,
    end=lambda session, desk, key, t: meetings.end_resolution(session, desk, key=key, closing=t["closing"]),
)  # fmt: skip
KINDS: Final = (SUPERVISION, RECOMMENDATION, RECTIFICATION, REVIEW, RESOLUTION)
