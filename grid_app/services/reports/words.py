"""The texts of a report as they are stored: personal numbers masked, too long ones cut, each change told."""

from __future__ import annotations

from dataclasses import dataclass

from grid_app.queries.masking import mask_text
from grid_app.services.control_words import WRITE_THE_MATTER, words_in_all
from grid_app.services.reports.content import SUMMARY_SIGNS
from grid_app.services.reports.draft import Caution, DraftReport

MASKED = Caution("masked", "文字里有身份证号、手机号或银行卡号,已遮住几位。当事人的电话请填在当事人一栏。")
CUT = Caution("text_cut", f"文字超过 {SUMMARY_SIGNS} 字,列表里只显示前面部分;原文已加密保存。")
ABOUT_PEOPLE = Caution("about_people", WRITE_THE_MATTER)


@dataclass(frozen=True)
class Words:
    """The stored texts, one caution per kind of change, and the words of control that the sent ones held."""

    summary: str
    place_text: str
    organisation: str
    project: str
    cautions: tuple[Caution, ...]
    of_control: tuple[str, ...]


def words_of(draft: DraftReport) -> Words:
    """Return the texts of ``draft`` as they are stored."""
    texts = [draft.summary.strip(), draft.place_text, draft.organisation, draft.project]
    masked = [mask_text(text) for text in texts]
    summary, place_text, organisation, project = (one.text for one in masked)
    cautions = [MASKED] if any(one.kinds for one in masked) else []
    if len(summary) > SUMMARY_SIGNS:
        summary = summary[: SUMMARY_SIGNS - 1] + "…"
        cautions.append(CUT)
    of_control = words_in_all(texts)
    if of_control:
        cautions.append(ABOUT_PEOPLE)
    return Words(summary, place_text, organisation, project, tuple(cautions), of_control)
