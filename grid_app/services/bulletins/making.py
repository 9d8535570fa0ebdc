"""Making a bulletin: its figures read in one session, then drawn and set as the file that was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.documents.reports.blocks import Grid, Report
from grid_app.errors import InvalidError, NotFoundError
from grid_app.queries.map_facts import area_in_scope
from grid_app.queries.map_shapes import Drawn, shapes_of
from grid_app.queries.rounds import RoundRow, round_of
from grid_app.services.bulletins.quarterly import Quarter, quarter_of, quarterly_report
from grid_app.services.bulletins.round import round_report
from grid_app.services.exports.desk import Desk
from grid_app.services.exports.jobs import Made
from grid_app.services.exports.kinds import BULLETIN_FORMS, BULLETINS, QUARTER, ROUND
from grid_app.services.exports.making import Heard, digest_of

NO_ROUND: Final = "没有这一轮排查,或它不在您的范围内。请回到排查列表重新选择。"
NO_AREA: Final = "您的辖区已经不在区划里了,通报没有做。请联系县里的系统管理员。"
NO_FORM: Final = "请选 Word 文档或者 PDF 文件。"


def form_of(typed: str) -> str:
    """Return the form that was asked for.

    Raises
    ------
    InvalidError
        Bulletins do not come in it.
    """
    if typed not in BULLETIN_FORMS:
        raise InvalidError(NO_FORM, fields={"form": NO_FORM})
    return typed


def of_quarter(quarter: Quarter) -> dict[str, str]:
    """Return what the row of a job says of the analysis of a quarter."""
    return {"quarter": quarter.code, "name": f"{BULLETINS[QUARTER]}({quarter.words})"}


def of_round(row: RoundRow) -> dict[str, str]:
    """Return what the row of a job says of the bulletin of a round."""
    return {"round_id": str(row.round_id), "name": f"{BULLETINS[ROUND]}({row.name})"}


def make_bulletin(
    path: Path, *, kind: str, form: str, parameters: Mapping[str, Any], desk: Desk, heard: Heard
) -> Made:  # fmt: skip
    """Write the bulletin that was asked for to ``path`` and return what it is; its rows are those of its tables.

    Raises
    ------
    NotFoundError
        The round or the area is not the asker's to see any more.
    """
    with desk.reading() as session:
        report = _report(session, kind, parameters, desk)
    rows = sum(len(block.rows) for block in report.blocks if isinstance(block, Grid))
    heard(0, rows)
    path.write_bytes(_set(report, form, desk))
    sentence = f"做好了:表里一共 {rows:,} 行。分析和建议请自己写。"
    return Made(rows, path.stat().st_size, digest_of(path), f"{report.title}.{form}", sentence)


def _report(session: Session, kind: str, parameters: Mapping[str, Any], desk: Desk) -> Report:
    area, drawn = _ground(session, desk)
    if kind == QUARTER:
        quarter = quarter_of(str(parameters["quarter"]), local_date(desk.now))
        return quarterly_report(session, desk.actor, desk.scope, quarter, area=area, drawn=drawn, now=desk.now)
    row = round_of(session, desk.actor, UUID(str(parameters["round_id"])))
    if row is None:
        raise NotFoundError(NO_ROUND)
    return round_report(session, desk.actor, row, area=area, drawn=drawn, now=desk.now)


def _ground(session: Session, desk: Desk) -> tuple[str, Drawn]:
    area = area_in_scope(session, scope=desk.scope, root=None)
    if area is None:
        raise NotFoundError(NO_AREA)
    return area.root.name, shapes_of(session, area)


def _set(report: Report, form: str, desk: Desk) -> bytes:
    if form == "pdf":
        from grid_app.documents.reports.pdf import report_pdf  # noqa: PLC0415 - a start need not wait for the setters

        return report_pdf(report, at=desk.now)
    from grid_app.documents.reports.word import report_docx  # noqa: PLC0415 - as above

    return report_docx(report, at=desk.now)
