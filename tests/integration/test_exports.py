"""Exports against the database: the counts of each scope, what stays inside, a worker that was killed, the checksum."""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import replace
from datetime import timedelta

import pyogrio
import pytest
import shapely
from openpyxl import load_workbook
from sqlalchemy import func, select

from grid_app.database.transaction import reading, transaction
from grid_app.errors import ConflictError, NotFoundError
from grid_app.http import exports
from grid_app.models.accounts import AuditEvent
from grid_app.models.disputes import Dispute
from grid_app.models.exports import ExportJob
from grid_app.policy import dispute_scope
from grid_app.queries.exports.jobs import SILENT_FOR, job_of
from grid_app.queries.exports.places import village_points
from grid_app.queries.scoping import visible
from grid_app.services.exports import jobs, making
from grid_app.services.exports.asking import Asked, asked_of
from grid_app.services.exports.gbt31000 import COLUMNS as GBT
from grid_app.services.exports.gbt31000 import NEVER_FILLED
from grid_app.services.exports.kinds import KINDS
from grid_app.wiring import wired
from tests.builders import add_dispute
from tests.follow_ups_world import add_contact
from tests.world import NOW

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
ASKERS = ("township_officer", "township_lead", "county_officer", "county_lead")
PHONE, SECRET = "13912345678", "局长收了红包"


@pytest.fixture
def county(app, app_world):
    """Give the small county with disputes of all kinds that a file must not show, and one to begin like a formula."""
    with transaction() as session:
        add = add_dispute
        named = add(
            session, app_world, summary=f"王某甲家的地租没有付,电话{PHONE}", household_band="2-4", lon=111.02, lat=29.05
        )
        add_contact(session, named.id, wired().keys.fields, at=NOW)
        add(session, app_world, summary="=HYPERLINK(1)", division_code="990101002201", state="closed", closed_at=NOW,
            closure_ground="agreement_performed", reported_by=None)  # fmt: skip
        add(session, app_world, summary=SECRET, category="1502", reported_by=None)
        add(session, app_world, summary="寺庙用地", category="1601", division_code="990101001202", reported_by=None)
        add(session, app_world, summary="办事不答复", about_unit_id=app_world.units["village"], reported_by=None)
        add(session, app_world, summary="村道积水", division_code="990101001202", reported_by=None)
    return app_world


def asked_for(world, name, kind, form, **wanted):
    """Ask for a file as somebody, and return the id of its job."""
    asked = asked_of({"kind": kind, "form": form, **wanted})
    with transaction() as session:
        actor = world.actor(session, name)
        return jobs.ask(
            session, kind=kind, form=form, parameters=asked.parameters(), actor=actor, now=wired().clock.now()
        )


def made_for(world, name, kind, form, **wanted):
    """Return the row of a file that was made for somebody, and its bytes."""
    job_id = asked_for(world, name, kind, form, **wanted)
    exports.work_through()
    with reading() as session:
        row = job_of(session, actor=world.actor(session, name), job_id=job_id, now=wired().clock.now())
    assert row.state == "done", row.sentence
    return row, exports.files().place_of(job_id).read_bytes()


def rows_of(body):
    sheet = load_workbook(io.BytesIO(body)).worksheets[0]
    head, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


@pytest.mark.parametrize("name", ASKERS)
def test_a_file_has_as_many_rows_as_the_scope_has_disputes_and_no_secret(county, name, tmp_path):
    with reading() as session:
        scope = dispute_scope(county.actor(session, name))
        there = session.scalars(
            select(Dispute.case_code)
            .where(visible(scope), Dispute.category.not_like("15%"))
            .order_by(Dispute.received_at)
        ).all()
        on_maps = session.scalar(
            select(func.count())
            .select_from(Dispute)
            .where(visible(scope), Dispute.category.not_like("15%"), Dispute.category.not_like("16%"))
        )

    row, body = made_for(county, name, "disputes", "xlsx")
    mapped, drawn = made_for(county, name, "disputes", "gpkg")
    path = tmp_path / "a.gpkg"
    path.write_bytes(drawn)

    told = rows_of(body)
    everything = str(told)
    assert (row.rows, mapped.rows) == (len(there), on_maps)
    assert sorted(one["编号"] for one in told) == sorted(there)
    assert hashlib.sha256(body).hexdigest() == row.sha256
    assert not [secret for secret in ("王某甲", PHONE, SECRET, "办事不答复") if secret in everything]
    assert {one["主要内容"] for one in told} >= {"当事人A家的地租没有付,电话139****5678", "按规定保密,不写内容"}
    info = pyogrio.read_info(path, layer="disputes")
    points = pyogrio.raw.read(path, layer="disputes", columns=["point_is"])
    assert info["features"] == on_maps
    exact = {shapely.to_wkb(shapely.Point(111.02, 29.05)).hex()} if name.startswith("township") else set()
    assert {one.hex() for one in points[2]} - label_points() == exact
    assert ("事发地点(本单位办理)" in points[3][0]) == bool(exact)


def label_points():
    with reading() as session:
        return {shapely.to_wkb(shapely.Point(*one)).hex() for one in village_points(session).values()}


def test_every_kind_is_made_in_every_form_with_equal_rows(county):
    counted = {}
    for kind in KINDS.values():
        for form in kind.forms:
            with reading() as session:
                desk = exports.desk_of(county.actor(session, "county_officer"))
            path = wired().settings.instance_dir / f"made.{form}"
            path.parent.mkdir(exist_ok=True)
            path.unlink(missing_ok=True)
            made = making.make_file(path, Asked(kind.code, form), desk=desk, heard=lambda *_: None)
            counted.setdefault(kind.code, set()).add(made.rows)
            if form == "csv":
                assert len(list(csv.reader(io.StringIO(path.read_text("utf-8-sig"))))) == made.rows + 1
            if form in ("geojson", "gpkg"):
                layers = pyogrio.list_layers(path)[:, 0]
                assert (
                    sum(pyogrio.read_info(path, layer=one)["features"] for one in layers if one != "layer_styles")
                    == made.rows
                )
    assert counted["villages"] == counted["statuses"] == {4}
    assert counted["gbt31000"] == {5}
    assert counted["disputes"] == {5, 4}  # a map leaves out what no map shows
    assert all(counts for counts in counted.values())


def test_the_items_of_the_standard_stand_in_order_and_those_of_persons_are_empty(county):
    _, body = made_for(county, "county_officer", "gbt31000", "csv", mark="no")

    rows = list(csv.DictReader(io.StringIO(body.decode())))
    closed = next(one for one in rows if one["化解是否成功"])
    assert list(rows[0]) == [column.label for column in GBT]
    assert len(GBT) == 27  # the 26 items of the standard's list, longitude and latitude apart
    assert not [one for one in rows for column in GBT if column.key in NEVER_FILLED and one[column.label]]
    assert (closed["化解是否成功"], closed["化解方式"], closed["事件简述"]) == ("1", "21", "'=HYPERLINK(1)")
    assert {one["事件规模"] for one in rows} == {"01", ""}


def test_filters_narrow_a_file(county):
    kept = {"state": "ended", "first": "2026-11-01", "last": "2026-11-30"}

    ended, _ = made_for(county, "county_officer", "disputes", "csv", **kept)
    below, _ = made_for(county, "county_officer", "disputes", "csv", place="990101001202")
    elsewhere, _ = made_for(county, "township_officer", "disputes", "csv", place="990101002201")

    assert (ended.rows, below.rows, elsewhere.rows) == (1, 2, 0)


def test_a_killed_worker_is_followed_by_another_and_the_late_one_changes_nothing(county, clock):
    job_id = asked_for(county, "county_officer", "disputes", "csv")
    with transaction() as session:
        killed = jobs.take(session, job_id=job_id, now=clock.now())
    exports.files().place_of(job_id).parent.mkdir(parents=True, exist_ok=True)
    exports.files().place_of(job_id).with_suffix(".1.waiting.csv").write_text("half")

    assert exports.work_through() == 0  # it may be at work still
    clock.advance(SILENT_FOR)
    with reading() as session:
        broken = job_of(session, actor=county.actor(session, "county_officer"), job_id=job_id, now=clock.now())
    assert exports.work_through() == 1

    with reading() as session:
        row = session.get(ExportJob, job_id)
        assert (broken.state, row.state, row.tries, row.rows) == ("broken_off", "done", 2, 5)
    with transaction() as session, pytest.raises(jobs.TakenOverError):
        jobs.beat(session, taken=killed, done=1, total=5, now=clock.now())


def test_one_that_is_killed_again_and_again_is_given_up_with_a_sentence(county, clock):
    job_id = asked_for(county, "county_officer", "disputes", "csv")
    for _ in range(jobs.MOST_TRIES):
        with transaction() as session:
            jobs.take(session, job_id=job_id, now=clock.now())
        clock.advance(SILENT_FOR)

    exports.work_through()
    exports.clear_up()

    with reading() as session:
        row = session.get(ExportJob, job_id)
        assert (row.state, row.sentence) == ("failed", jobs.GAVE_UP)


def test_a_failure_is_said_and_can_be_done_again(county, monkeypatch, caplog):
    job_id = asked_for(county, "county_officer", "disputes", "csv")
    monkeypatch.setattr(exports, "make_file", lambda *_, **__: 1 / 0)
    exports.work_through()
    with reading() as session:
        assert session.get(ExportJob, job_id).sentence == jobs.FAILED_WORDS
    monkeypatch.undo()

    with transaction() as session:
        jobs.again(session, job_id=job_id, actor=county.actor(session, "county_officer"), now=NOW)
    exports.work_through()

    with reading() as session:
        assert session.get(ExportJob, job_id).state == "done"
    assert "an export failed" in caplog.text
    assert not [path for path in exports.files().place_of(job_id).parent.iterdir() if "waiting" in path.name]


def test_too_many_rows_at_once_and_too_many_files_are_refused(county, monkeypatch):
    monkeypatch.setitem(making.MOST_ROWS, "csv", 2)
    refused = asked_for(county, "county_officer", "disputes", "csv")
    exports.work_through()
    for _ in range(jobs.MOST_WAITING):
        asked_for(county, "county_officer", "disputes", "csv")

    with pytest.raises(ConflictError, match="请等做完"):
        asked_for(county, "county_officer", "disputes", "csv")
    with transaction() as session, pytest.raises(ConflictError, match="请等做完"):
        jobs.again(session, job_id=refused, actor=county.actor(session, "county_officer"), now=NOW)
    with reading() as session:
        assert "一共 5 行,这种文件一次最多 2 行" in session.get(ExportJob, refused).sentence


def test_nobody_else_and_no_other_capacity_has_the_file_and_all_of_it_is_audited(county):
    row, _ = made_for(county, "county_officer", "disputes", "csv")
    with reading() as session:
        own = county.actor(session, "county_officer")
        others = [county.actor(session, "county_lead"), replace(own, division_code="990101001"),
                  replace(own, assignment_id=county.assignments["county_lead"])]  # fmt: skip
        assert [job_of(session, actor=one, job_id=row.job_id, now=NOW) for one in others] == [None] * 3
        for one in others:
            with pytest.raises(NotFoundError):
                jobs.throw_away(session, job_id=row.job_id, actor=one, now=NOW)
        events = session.execute(
            select(AuditEvent.action, AuditEvent.details).where(AuditEvent.action.like("export.%"))
        ).all()
    assert [action for action, _ in events] == ["export.asked", "export.made"]
    assert events[1].details == {
        "kind": "disputes", "form": "csv", "rows": 5, "role": "county_officer", "sha256": row.sha256,
    }  # fmt: skip


def test_files_go_after_three_days_and_whoever_lost_the_role_gets_none(county, clock):
    row, _ = made_for(county, "county_officer", "disputes", "csv")
    lost = asked_for(county, "county_lead", "disputes", "csv")
    with transaction() as session:
        session.get(ExportJob, lost).division_code = "990101001"
    exports.work_through()
    clock.advance(jobs.KEPT_FOR + timedelta(seconds=1))

    assert exports.clear_up() == 1

    with reading() as session:
        states = {one.state: one.sentence for one in session.scalars(select(ExportJob))}
    assert states == {"gone": jobs.GONE_WORDS, "failed": jobs.RIGHT_ENDED}
    assert not exports.files().place_of(row.job_id).exists()
