"""What a report may say, by whom, and when: category rights, the phone's clock, who may confirm a band."""

from __future__ import annotations

from datetime import datetime, timedelta

from grid_app.clock import local_date
from grid_app.errors import InvalidError
from grid_app.policy import Actor, Role
from grid_app.services.reports.draft import Caution, DraftReport, Via
from grid_app.vocabulary.categories import SEALED, group_of, is_category, may_be_reported_in_the_field

CLOCK_AHEAD = timedelta(days=1)
CLOCK_BEHIND = timedelta(days=300)
IMPORT_ONLY_CATEGORY = "1307"
COUNTY_STAFF = (Role.COUNTY_OFFICER, Role.COUNTY_LEAD)
NOT_TAKEN = "这一条没有接收。请改好后再发,手机上的内容不会丢。"

CLOCK_OFF = Caution("clock_off", "手机的日期不对,已按收到的时间登记。请把手机时间改成自动。")


def check_rights(draft: DraftReport, actor: Actor, via: Via, *, now: datetime) -> None:
    """Refuse what this actor may not report this way.

    Categories of courts, discipline, nationalities and religion (14xx, 15xx, 16xx) are for county staff and
    imports; an import may bring any category, but nothing from the future. A resident may report officials (15xx).

    Raises
    ------
    InvalidError
        With the field and its sentence.
    """
    fields = _category_problem(draft.category, actor, via)
    if via == "import" and draft.captured_at - now > CLOCK_AHEAD:
        fields["captured_at"] = "时间在将来,请核对这一列。"
    if draft.since_when is not None and draft.since_when > local_date(now + CLOCK_AHEAD):
        fields["since_when"] = "开始的日期在将来,请核对。"
    if via != "import" and draft.band_status == "confirmed":
        fields["band_status"] = "户数要由乡镇核实后在那一件里确认,上报时请选知道或估计。"
    if fields:
        raise InvalidError(NOT_TAKEN, fields=fields)


def _category_problem(category: str, actor: Actor, via: Via) -> dict[str, str]:
    if not is_category(category):
        return {"category": f"没有 {category} 这个类别。请重新选择类别,拿不准就选“其他”。"}
    if via == "import" or (via == "qr" and group_of(category) == SEALED):
        return {}
    if category == IMPORT_ONLY_CATEGORY:
        return {"category": "这个类别只用于导入旧资料,请选别的类别。"}
    if may_be_reported_in_the_field(category) or actor.role in COUNTY_STAFF:
        return {}
    return {"category": "这一类由县级登记,请选“其他”或告诉县级信访工作机构。"}


def trusted_capture(draft: DraftReport, via: Via, *, now: datetime) -> tuple[datetime, tuple[Caution, ...]]:
    """Return the moment a report was written as far as it can be believed, and a caution when the phone is wrong.

    A phone more than a day ahead or 300 days behind has a wrong clock; then the server's time stands in, and what
    the phone said stays in the sealed content. Imports tell of the past as they like.
    """
    if via == "import":
        return draft.captured_at, ()
    if draft.captured_at - now > CLOCK_AHEAD or now - draft.captured_at > CLOCK_BEHIND:
        return now, (CLOCK_OFF,)
    return draft.captured_at, ()
