"""Every document, from template to page: fonts embedded as a subset, text readable, nothing missing, drafts marked."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from docx import Document
from pypdf import PdfReader

from grid_app.documents.blanks import blank_values
from grid_app.documents.defaults import default_template
from grid_app.documents.filling import Made, Row, fill
from grid_app.documents.fonts import missing_from_fonts
from grid_app.documents.kinds import Kind, kinds
from grid_app.documents.pdf import pictures, text_of, typeset
from grid_app.documents.reading import Block, Grid, Sheet, read_docx
from grid_app.documents.words import RIGHTS

AT = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
NUMBER = "东河镇字〔2026〕12号"


def values(kind: Kind) -> dict[str, str | list[Row]]:
    found: dict[str, str | list[Row]] = dict(kind.examples)
    for name, columns in kind.rows.items():
        found[name] = [{column: f"{column}第{number}行" for column in columns} for number in "一二三"]
    return found


def sheet_of(kind: Kind, *, draft: bool = False, **more: str) -> tuple[Sheet, Made]:
    made = Made(kind.title, "东河镇人民政府", AT, draft)
    return read_docx(fill(default_template(kind.code), kind, values(kind) | more, made)), made


def fonts_of(pdf: bytes) -> set[str]:
    found: set[str] = set()
    for page in PdfReader(io.BytesIO(pdf)).pages:
        for font in page["/Resources"]["/Font"].values():
            plain = font.get_object()
            inner = plain["/DescendantFonts"][0].get_object() if "/DescendantFonts" in plain else plain
            assert any(name in inner["/FontDescriptor"] for name in ("/FontFile2", "/FontFile3"))
            found.add(plain["/BaseFont"])
    return found


def plain(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("code", list(kinds()))
def test_the_pdf_embeds_its_fonts_as_a_subset_and_its_text_can_be_read(code: str):
    kind = kinds()[code]
    sheet, made = sheet_of(kind)

    pdf = typeset(sheet, made, number=NUMBER)

    assert pdf.missing == ()
    assert len(pdf.body) < 300_000
    names = fonts_of(pdf.body)
    assert names
    assert all(name[7:8] == "+" and "Noto" in name for name in names), names
    reader = PdfReader(io.BytesIO(pdf.body))
    assert (round(reader.pages[0].mediabox.width), round(reader.pages[0].mediabox.height)) == (595, 842)
    read = plain("".join(page.extract_text() for page in reader.pages))
    assert not [name for name in kind.required if plain(_word(kind, name)) not in read]
    assert plain(NUMBER) in read
    assert "草稿" not in read
    assert reader.metadata is not None
    assert reader.metadata.title == kind.title


def _word(kind: Kind, name: str) -> str:
    if name in kind.rows:
        return f"{kind.rows[name][0]}第一行"
    return kind.examples[name].replace("(示例)", "（示例）").replace(",", "，")


@pytest.mark.parametrize("code", list(kinds()))
def test_the_page_and_the_word_file_say_the_same(code: str):
    kind = kinds()[code]
    sheet, made = sheet_of(kind)

    document = Document(io.BytesIO(fill(default_template(code), kind, values(kind), made)))

    words = [one.text for one in document.paragraphs]
    words += [
        one.text for table in document.tables for row in table.rows for cell in row.cells for one in cell.paragraphs
    ]
    said = plain(text_of(sheet))
    assert not [one for one in words if plain(one) not in said]
    assert "{{" not in said
    assert "{%" not in said


@pytest.mark.parametrize("code", list(kinds()))
def test_a_draft_is_marked_in_both_files(code: str):
    kind = kinds()[code]
    sheet, made = sheet_of(kind, draft=True)

    pdf = typeset(sheet, made)
    docx = Document(io.BytesIO(fill(default_template(code), kind, values(kind), made)))

    for page in PdfReader(io.BytesIO(pdf.body)).pages:
        assert "草稿" in plain(page.extract_text())
    assert "草稿" in docx.sections[0].header.paragraphs[0].text


@pytest.mark.parametrize("code", [code for code, kind in kinds().items() if kind.issued])
def test_a_blank_form_has_the_same_fields_and_room(code: str):
    kind = kinds()[code]
    made = Made(kind.title, "", AT)

    sheet = read_docx(fill(default_template(code), kind, blank_values(kind), made))

    assert "____" in text_of(sheet)
    assert pictures(sheet, made)[0].startswith(b"\x89PNG")


def test_the_same_data_give_the_same_bytes():
    sheet, made = sheet_of(kinds()["registration"])

    assert typeset(sheet, made).body == typeset(sheet, made).body


@pytest.mark.parametrize(
    "hostile",
    [
        "</w:t></w:r><w:p>", "{{ 7*7 }}", "{% for 行 in 当事人 %}", "#panic()",
        "]; #read(\"page.typ\")", "$x^2$ *b* _i_ `c`",
        "a\x00b\x0bc\ud800d", "第一行\n第二行\t表", "\u202e反过来",
    ],
)  # fmt: skip
def test_what_people_type_is_text_and_nothing_else(hostile: str):
    kind = kinds()["acceptance_notice"]
    sheet, made = sheet_of(kind, 事项=f"始{hostile}终")

    pdf = typeset(sheet, made)

    said = text_of(sheet)
    assert "始" in said
    assert "终" in said
    assert "49" not in said.replace("第一行", "")
    assert pdf.body.startswith(b"%PDF")


def test_five_thousand_characters_make_more_pages_and_nothing_is_lost():
    kind = kinds()["mediation_record"]
    words = "".join(f"第{number}句话说的是田埂边的水沟。" for number in range(350))
    sheet, made = sheet_of(kind, 笔录=words)

    reader = PdfReader(io.BytesIO(typeset(sheet, made).body))

    read = plain("".join(page.extract_text() for page in reader.pages))
    assert len(reader.pages) > 5
    assert "第0句话" in read
    assert "第349句话" in read


def test_a_character_that_no_font_holds_is_named_and_left_open():
    kind = kinds()["acceptance_notice"]
    sheet, made = sheet_of(kind, 当事人姓名="王😀𪚥")

    pdf = typeset(sheet, made)

    assert "😀" in pdf.missing
    assert "王〓" in plain("".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf.body)).pages))


def test_the_fonts_hold_the_usual_names_and_the_rights():
    assert missing_from_fonts(RIGHTS + "镕喆堃淼燚翀旻昉赟玥㛃䶮") == ()


def test_nobody_signs_a_page_that_says_nothing():
    loose = []
    for kind in kinds().values():
        blocks = read_docx(default_template(kind.code)).blocks
        for before, one in pairwise(blocks):
            if isinstance(one, Grid) and not one.bordered and isinstance(before, Block) and not before.keep:
                loose.append((kind.code, before))

    assert loose == []
