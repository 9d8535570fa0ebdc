"""What must not be possible, however somebody tries; the number is the one of the domain's list of refusals."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import inspect, select

import grid_app
from grid_app.clocks.calendar import WorkingCalendar, last_published_year
from grid_app.clocks.counting import count
from grid_app.clocks.rules import STANDING, LimitUnit
from grid_app.database.base import Base
from grid_app.database.transaction import reading, transaction
from grid_app.documents.kinds import kinds
from grid_app.errors import ConflictError, ForbiddenError, InvalidError
from grid_app.jobs import rounds as jobs
from grid_app.models.disputes import Dispute, Party
from grid_app.models.rounds import Finding
from grid_app.services.control_words import WORDS, refuse_control_words
from grid_app.services.handling.details import lower_grade, raise_grade
from grid_app.services.handling.gates import read_policy
from grid_app.services.handling.steps import Closure, Referral, close, refer_out
from grid_app.services.intake.columns import ITEMS
from grid_app.services.matters.parties import add_party
from grid_app.services.matters.states import MOVES
from grid_app.services.mediation.agreement import draft_agreement
from grid_app.services.mediation.steps import begin_mediation, refuse_mediation
from grid_app.vocabulary.words import CLOSURE_WORDS, STATE_WORDS
from grid_app.wiring import wired
from notifications.messages import PersonalWordsError, compose_escalation
from screening.grading import DisputeFacts
from tests.builders import add_dispute, add_shared_grievance
from tests.handling_world import step_of
from tests.mediation_world import BOTH, a_draft, at_step, good_beginning, matter, mediating, offered
from tests.rounds_world import closed_round
from tests.web.forms import FreshClient, fields_of
from tests.web.report_pages import page_of, stored
from tests.web.resident_pages import PHONE, ask, report, tracking_of
from tests.world import NOW

on_sqlite = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
ROOT = Path(grid_app.__file__).parent
NAME = "王小明"
OF_PERSONS = re.compile(
    r"ethnic|(?<![a-z])nation(?!al)|religio|faith|educat|degree|political|party_type|person_kind|id_no|id_card|identity_no"
    r"|score|rank|points|attitude|mood|mental|risk_of|key_person|petition_count|petitions|travel|whereabouts|track_"
    r"|attendance|check_in|mileage|steps_walked"
)
OF_RANKS = ("排名", "排行", "积分", "得分", "轨迹", "打卡", "签到", "曝光", "思想动态", "重访户")
"""Words of ranks, tracks and exposure; those of control stand in ``control_words.WORDS``."""


@pytest.fixture
def resident(app, app_world):
    app.test_client_class = FreshClient
    return app.test_client()


def columns() -> list[str]:
    return [f"{table.name}.{column.name}" for table in Base.metadata.sorted_tables for column in table.columns]


def typed_fields() -> set[str]:
    """Return the name of every field of every form."""
    pages = [path.read_text("utf-8") for path in (ROOT / "web/templates").rglob("*.html")]
    return {name for page in pages for name in re.findall(r"""\bname=["']([\w.-]+)["']""", page)}


@cache
def said() -> dict[str, str]:
    """Return everything that the product can say by itself: pages, scripts, tables of words, code."""
    endings = (".html", ".js", ".toml", ".json", ".py")
    files = (path for path in ROOT.rglob("*") if path.suffix in endings and "vendor" not in path.parts)
    return {str(path.relative_to(ROOT)): path.read_text("utf-8") for path in files if path.name != "control_words.py"}


@on_sqlite
def test_negative_1_no_code_phone_or_name_finds_all_matters_of_one_person(resident, sign_in, app_world):
    first, second = (tracking_of(report(resident, phone=PHONE, name=NAME)) for _ in range(2))
    report(resident)
    office, own = sign_in("county_lead"), {one.case_code for one in stored() if one.tracking_code in (first, second)}

    assert second not in page_of(ask(resident, first, "1234"))
    assert ask(resident, PHONE, "1234").status_code == 422
    for word in (NAME, PHONE):
        assert office.post("/disputes/find", data={"code": word}).status_code in (200, 302, 404, 422)
        for field in ("q", "text", "name", "phone", "party", "code", "search"):
            shown = page_of(office.get("/disputes", query_string={field: word, "tab": "all"}))
            assert {one.case_code for one in stored() if one.case_code in shown} != own, field
    assert not inspect(Party).relationships
    assert {key.target_fullname for key in Party.__table__.foreign_keys} == {"disputes.id"}


def test_negative_2_no_column_and_no_field_of_a_form_scores_or_sorts_people():
    asked = re.compile(rf"{OF_PERSONS.pattern}|sort_by_person|person_id")

    assert not [name for name in columns() if asked.search(name.split(".")[1])]
    assert not [name for name in typed_fields() if asked.search(name)]
    assert not [key for table in Base.metadata.sorted_tables for key in table.c if key.name == "household_name"]


@on_sqlite
def test_negative_3_a_report_about_officials_is_not_seen_by_the_unit_it_is_about(resident, sign_in):
    report(resident, tile="official", summary="办事窗口的人故意刁难")
    (dispute,) = stored()

    for who in ("township_lead", "township_officer", "village_lead", "grid_worker", "mediator"):
        client = sign_in(who)
        assert client.get(f"/disputes/{dispute.id}").status_code in (403, 404)
        assert dispute.case_code not in page_of(client.get("/disputes?tab=all"))


@on_sqlite
@pytest.mark.parametrize("ground", ["sanction", "unlawful_act_dealt_with"])
def test_negative_4_a_sanction_closes_nothing(session, world, ground):
    dispute = add_dispute(session, world, state="handling")

    with pytest.raises(InvalidError) as refused:
        closure = Closure(ground, "《治安管理处罚法》第二十三条", "已依法处理")
        close(session, step_of(session, world, "county_officer", dispute), closure=closure)

    assert "ground" in refused.value.fields
    assert not [word for word in CLOSURE_WORDS.values() if re.search("处罚|制裁|拘留|违法行为", word)]


@on_sqlite
def test_negative_5_an_agreement_with_a_waiver_is_not_saved(session, world):
    dispute = mediating(session, world)

    for text in ("从此不再上访", "放弃 起诉 的权利", "收钱以后永不反映"):
        with pytest.raises(InvalidError) as refused:
            draft_agreement(session, at_step(session, world, dispute), draft=a_draft(responsibility=text))
        assert refused.value.code == "waiver"


@on_sqlite
def test_negative_6_the_unit_itself_does_not_lower_a_grade(session, world):
    dispute = add_dispute(session, world, state="handling")
    raise_grade(session, step_of(session, world, "township_lead", dispute), to="orange", reason="牵涉两个村的用水")

    for who in ("village_lead", "township_officer", "township_lead"):
        with pytest.raises(ForbiddenError):
            lower_grade(session, step_of(session, world, who, dispute), reason="已经谈得差不多了")
    assert dispute.grade == "orange"


@on_sqlite
def test_negative_7_nothing_moves_the_time_at_which_a_report_was_received(sign_in, app_world):
    with transaction() as session:
        dispute = add_dispute(session, app_world, state="handling").id
    earlier = "2026-01-01T00:00:00Z"
    client, address = sign_in("township_officer"), f"/disputes/{dispute}/work"
    form = fields_of(page_of(client.get(f"/disputes/{dispute}")), address)
    typed = {"work_note": "到村里核对了合同和账册", "received_at": earlier, "at": earlier, "captured_at": earlier}
    assert client.post(address, data={**form, **typed}).status_code == 302

    with reading() as session:
        assert session.get_one(Dispute, dispute).received_at == NOW
    assert "received_at" not in typed_fields()
    assert not [path for path in ROOT.rglob("*.py") if re.search(r"\.received_at\s*=[^=]", path.read_text("utf-8"))]


@on_sqlite
def test_negative_8_a_page_of_like_matters_gives_no_list_of_names(sign_in, app_world):
    with transaction() as session:
        for dispute in add_shared_grievance(session, app_world):
            step = step_of(session, app_world, "township_officer", dispute)
            add_party(session, step, name=NAME, phone=PHONE, cipher=wired().keys.fields)
        round_id = closed_round(session, now=NOW)
    jobs.analyse_round(round_id)
    with reading() as session:
        finding = session.scalars(select(Finding.id)).one()

    page = page_of(sign_in("township_lead").get(f"/findings/{finding}"))

    assert NAME not in page
    assert "当事人" not in page
    content = page[page.index("<main") : page.index("</main>")]  # the navigation leads to exports, which name nobody
    assert not re.search(r"download|export|\.csv|\.xlsx|下载|导出", content)


def test_negative_9_no_place_belongs_to_a_person():
    placed = {name.split(".")[0] for name in columns() if re.search(r"\.(lon|lat|point|geom|polygon)$", name)}

    assert not placed & {"parties", "accounts", "assignments", "devices", "follow_ups", "submissions"}
    assert not [field for field in typed_fields() if re.search("home_address|resident_lon|person_lon", field)]


def test_negative_10_nobody_is_ranked_and_no_word_for_it_exists():
    assert not [(where, word) for where, text in said().items() for word in OF_RANKS if word in text]


def test_negative_11_neither_forms_nor_sheets_nor_papers_take_ethnicity_religion_or_schooling():
    papers = " ".join(name for kind in kinds().values() for name in (*kind.fields, *sum(kind.rows.values(), ())))

    assert not [name for name in (*columns(), *typed_fields(), *ITEMS) if OF_PERSONS.search(name.split(".")[-1])]
    assert not re.search("民族|宗教|信仰|学历|文化程度|政治面貌|成分", papers)


@on_sqlite
def test_negative_12_nobody_is_mediated_after_a_no(session, world):
    dispute = offered(session, world)
    refuse_mediation(session, at_step(session, world, dispute), party=BOTH[0])

    with pytest.raises(ConflictError):
        step = at_step(session, world, dispute, who="township_officer")
        begin_mediation(session, step, beginning=good_beginning(world))
    assert dispute.state != "mediating"


def test_negative_13_petitions_lawsuits_and_complaints_are_no_input_of_a_grade_or_of_a_villages_naming():
    asked = {field.name for field in dataclasses.fields(DisputeFacts)}
    named = {name for name in columns() if name.startswith("village_namings.")}

    assert not [one for one in (*asked, *named) if re.search("petition|lawsuit|complain|court|visit|reporter", one)]


def test_negative_14_a_push_holds_no_number_of_a_person():
    told = {"case_code": "T-1", "category_name": "邻里", "grade_word": "红", "due_text": "今天"}
    for place in ("联系13800001234", "１３８－００００－１２３４", "11010119900307109X"):
        with pytest.raises(PersonalWordsError):
            compose_escalation(place=place, key="escalation-1", url="/inbox/1", **told)


def test_negative_15_a_year_without_a_published_calendar_is_counted_and_says_so():
    start = datetime(last_published_year() + 4, 12, 20, 2, tzinfo=UTC)

    for rule in STANDING:
        counted = count(rule, started_at=start, calendar=WorkingCalendar())
        assert counted.due_at > start
        assert rule.unit is LimitUnit.HOURS or counted.guessed_years or counted.due_at - start > timedelta(days=700)


def test_negative_16_no_policy_asks_how_often_somebody_petitioned():
    for when in ("petitioned_before", "petition_count", "third_petition", "went_to_capital"):
        with pytest.raises(ValueError, match="no such"):
            read_policy(f'version = 2\n[[row]]\ngate = "review"\nstep = "close"\nwhen = "{when}"\nwhy = "x"')
    assert not [
        rule.code for rule in STANDING if re.search("repeat_petition|capital|person", f"{rule.code}{rule.trigger}")
    ]


def test_negative_17_no_policy_has_a_column_about_persons():
    keys = set()
    for path in ROOT.rglob("*.toml"):
        for rows in tomllib.loads(path.read_text("utf-8")).values():
            keys |= {key for row in rows if isinstance(row, dict) for key in row} if isinstance(rows, list) else set()

    assert not [key for key in keys if OF_PERSONS.search(key) or key in ("person", "resident", "name_of", "phone")]


def test_negative_S3_12_and_S1_07_nobody_is_held_watched_or_grouped_by_any_field_state_template_clock_or_word():
    """No field, state, template, clock or word serves to watch people or to hold them anywhere."""
    codes = (*STATE_WORDS, *MOVES, *CLOSURE_WORDS, *kinds(), *(rule.code for rule in STANDING), *typed_fields())
    found = [(where, word) for where, text in said().items() for word in WORDS if word in text]

    assert not found
    assert not [
        code for code in codes if re.search("watch_person|hold_back|persuade|intercept|control|escort|key_", code)
    ]
    for word in ("人员吸附在当地", "常态管控", "重点人群", "劝返"):
        with pytest.raises(InvalidError):
            refuse_control_words({"name": f"{word}排查"})


@on_sqlite
def test_negative_S1_25_who_comes_again_gets_no_label(resident, sign_in):
    for _ in range(3):
        report(resident, phone=PHONE, name=NAME)
    latest = stored()[-1]

    page = page_of(sign_in("township_lead").get(f"/disputes/{latest.id}"))

    assert not re.search("重复访|缠访|第[二三23]次(上访|来访)|多次上访", page)
    assert not [name for name in columns() if re.search(r"repeat_visitor|repeat_petition|visit_count", name)]


@on_sqlite
def test_negative_S3_15_S0_13_and_S1_22_what_the_police_decide_is_a_referral_and_no_evidence_is_gathered(
    session, world
):
    dispute = matter(session, world, summary="两家为水沟有争议")

    assert "refer_out" in MOVES
    assert not [move for move in MOVES if re.search("punish|expose|evidence|sanction|detain", move)]
    assert not [name for name in columns() if re.search("evidence_against|exposure|number_plate", name)]
    with pytest.raises(InvalidError) as refused:
        words = Referral("青溪县公安局", "", "")
        refer_out(session, step_of(session, world, "township_officer", dispute), referral=words)
    assert {"receipt", "reason"} & set(refused.value.fields)
