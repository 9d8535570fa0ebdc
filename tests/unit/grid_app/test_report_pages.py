"""A drawing and the sentences about it stand on one page of a report, however much stands before them."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from pypdf import PdfReader

from grid_app.documents.reports.blocks import Heading, Picture, Report, Words
from grid_app.documents.reports.charts import Dot, week_chart
from grid_app.documents.reports.pdf import report_pdf

AT = datetime(2026, 11, 20, tzinfo=UTC)
TITLE, LEAD, NOTE = "每七天收到的纠纷", "这一句说下面的图", "这一句说上面的图怎么读"
CHART = week_chart([Dot(f"11.{day}", float(day)) for day in range(1, 9)], title=TITLE)


@pytest.mark.parametrize("lines", range(18, 38, 2))
def test_a_drawing_stands_on_the_page_of_its_sentences(lines):
    blocks = (
        *(Words(f"第 {number} 行") for number in range(lines)),
        Heading("标题"),
        Words(LEAD),
        Picture(CHART, TITLE, is_small=True, note=NOTE),
    )

    paper = report_pdf(Report("通报", "制表", blocks), at=AT)

    pages = [page.extract_text() for page in PdfReader(io.BytesIO(paper)).pages]
    assert [(LEAD in page, NOTE in page, "标题" in page) for page in pages if LEAD in page or NOTE in page] == [
        (True, True, True)
    ]
