"""What a document will say: what was asked for, a draft with masked names, the words and number of an issued one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.documents.defaults import default_template
from grid_app.documents.filling import Made, Row, Values, fill
from grid_app.documents.kinds import Kind
from grid_app.documents.pdf import typeset
from grid_app.documents.reading import read_docx
from grid_app.documents.words import number_words
from grid_app.errors import InvalidError, NotFoundError
from grid_app.models.documents import IssuedDocument
from grid_app.policy import dispute_scope
from grid_app.queries.disputes_detail import DisputeDetail, dispute_detail
from grid_app.queries.documents import heading_of, number_after, template_in_force
from grid_app.security.fields import FieldCipher
from grid_app.services.documents.values import Facts, Person, facts_of, values_of, without_names
from grid_app.services.matters.names import party_names
from grid_app.services.matters.parties import Reason, faces_of, reveal_party
from grid_app.services.matters.step import NO_SUCH, AlreadyDoneError, Step, may_handle, opened, written
from grid_app.services.matters.waivers import refuse_waivers
from grid_app.services.numbering import COUNTY_DIGITS

SERIES: Final = "documents"
MOST_TERMS: Final = 8
NOT_ALL: Final = "文书没有出具,已填的都还在。"
NO_DOCUMENT: Final = "没有这份文书,或者它不在您的范围内。请回到那件事的文书页看看。"
_SHORT: Final = (
    ("人民调解委员会", "调"),
    ("人民政府", ""),
    ("街道办事处", "街道"),
    ("村民委员会", ""),
    ("居民委员会", ""),
)


@dataclass(frozen=True)
class Wanted:
    """A document as it was asked for: the id of the form, the kind, and what was typed."""

    document_id: UUID
    kind: Kind
    typed: Mapping[str, str]
    terms: Sequence[Row] = ()


@dataclass(frozen=True)
class Draft:
    """Everything that one document is made of; ``version`` is the dispute's when it was read."""

    wanted: Wanted
    values: Values
    made: Made
    template: bytes
    template_id: UUID | None
    unit_id: UUID
    year: int
    number: int
    number_text: str
    version: int


@dataclass(frozen=True)
class Rendered:
    """Both files; ``missing`` are characters that no font holds, printed as ``〓`` in the PDF."""

    docx: bytes
    pdf: bytes
    missing: tuple[str, ...]


def check_wanted(wanted: Wanted) -> Wanted:
    """Return what was typed, trimmed and with personal numbers masked.

    Raises
    ------
    InvalidError
        Something that must be written is missing or too long, a term is not whole, or a text signs a right away.
    """
    errors: dict[str, str] = {}
    typed = {}
    for place, one in enumerate(wanted.kind.asked):
        least = 1 if one.name in wanted.kind.required else 0
        try:
            typed[one.name] = written(wanted.typed.get(one.name, ""), field="x", what=one.name, least=least)
        except InvalidError as refusal:
            errors[f"field_{place}"] = refusal.fields["x"]
    terms = [row for row in wanted.terms if any(part.strip() for part in row.values())]
    if "协议事项" in wanted.kind.required and not terms:
        errors["term_0"] = "请至少写一件:谁、做什么、何时前做完。"
    if any(not all(part.strip() for part in row.values()) for row in terms):
        errors["term_0"] = "每一件都要写全:谁、做什么、何时前做完。"
    if errors:
        raise InvalidError(NOT_ALL, fields=errors)
    kept = [{name: written(part, field="term_0", what=name) for name, part in row.items()} for row in terms]
    names = {f"field_{place}": typed[one.name] for place, one in enumerate(wanted.kind.asked)}
    refuse_waivers(names | {"term_0": "\n".join(part for row in kept for part in row.values())})
    return replace(wanted, typed=typed, terms=kept)


def names_people(kind: Kind) -> bool:
    """Say whether a document of ``kind`` names the parties."""
    return "当事人" in kind.rows or "当事人姓名" in kind.required


def read_facts(session: Session, step: Step, *, cipher: FieldCipher, kind: Kind | None = None) -> Facts:
    """Return what documents tell of a dispute; the parties' names in its free text for a kind that names them alone.

    Raises
    ------
    NotFoundError
        There is no such dispute in the actor's scope.
    """
    facts = facts_of(session, detail=_detail(session, step), scope=dispute_scope(step.actor), actor=step.actor)
    if kind is not None and names_people(kind):
        return facts
    return without_names(facts, party_names(session, [step.dispute_id], cipher=cipher)[step.dispute_id])


def preview(session: Session, step: Step, wanted: Wanted, *, cipher: FieldCipher) -> Draft:
    """Return a draft with masked names and no number; nothing is logged because nothing is opened."""
    facts = read_facts(session, step, cipher=cipher)
    faces = faces_of(session, dispute_id=step.dispute_id, actor=step.actor, cipher=cipher)
    people = [Person(one.label, f"{one.label} {one.name}".strip(), one.phone) for one in faces]
    return _draft(session, step, wanted, facts, people, is_draft=True)


def draft_to_issue(session: Session, step: Step, wanted: Wanted, *, cipher: FieldCipher, per_day: int) -> Draft:
    """Return the document with the parties' names, each opening logged for delivery, and the number it may get.

    Raises
    ------
    AlreadyDoneError
        The form was sent twice; the document is there.
    NotFoundError, ForbiddenError
        As for every step.
    """
    refuse_twice(session, step, wanted)
    may_handle(step, opened(session, step))
    facts = read_facts(session, step, cipher=cipher, kind=wanted.kind)
    people = []
    for face in faces_of(session, dispute_id=step.dispute_id, actor=step.actor, cipher=cipher):
        name, phone = "", ""
        if names_people(wanted.kind) and (face.name or face.phone):
            reason = Reason("delivery", f"出具{wanted.kind.title}")
            full = reveal_party(
                session, step, party_id=face.id, cipher=cipher, per_day=per_day, reason=reason
            )  # fmt: skip
            name, phone = full.name, full.phone
        people.append(Person(face.label, name, phone))
    return _draft(session, step, wanted, facts, people, is_draft=False)


def render(draft: Draft) -> Rendered:
    """Make both files of a draft; call it with no transaction open."""
    docx = fill(draft.template, draft.wanted.kind, draft.values, draft.made)
    pdf = typeset(read_docx(docx), draft.made, number=draft.number_text)
    return Rendered(docx, pdf.body, pdf.missing)


def number_word_of(unit_name: str) -> str:
    """Return the word of the numbers of a unit that has set none, such as ``东河镇字``."""
    for ending, short in _SHORT:
        if unit_name.endswith(ending):
            return f"{unit_name.removesuffix(ending)}{short}字"[:30]
    return f"{unit_name}字"[:30]


def _draft(
    session: Session, step: Step, wanted: Wanted, facts: Facts, people: Sequence[Person], *, is_draft: bool
) -> Draft:
    kind, unit, year = wanted.kind, facts.unit, local_date(step.now).year
    heading = heading_of(session, unit.id)
    number = number_after(session, unit_id=unit.id, series=series_of(kind), year=year)
    word = heading.number_word if heading else number_word_of(unit.name)
    number_text = number_words(word, year=year, number=number) if kind.numbered and not is_draft else ""
    own = template_in_force(session, county_code=facts.detail.division_code[:COUNTY_DIGITS], kind=kind.code)
    values = values_of(
        facts, people=people, typed=wanted.typed, terms=wanted.terms, now=step.now, by=step.actor.display_name
    )
    shown = number_text or ("(签发时编号)" if kind.numbered else "")
    return Draft(
        wanted=wanted,
        values={**values, "红头": heading.red_heading if heading else "", "文书编号": shown},
        made=Made(kind.title, unit.name, step.now, draft=is_draft),
        template=own.body if own else default_template(kind.code),
        template_id=own.id if own else None,
        unit_id=unit.id,
        year=year,
        number=number,
        number_text=number_text,
        version=facts.detail.version,
    )


def _detail(session: Session, step: Step) -> DisputeDetail:
    found = dispute_detail(session, scope=dispute_scope(step.actor), dispute_id=step.dispute_id)
    if found is None:
        raise NotFoundError(NO_SUCH)
    return found


def refuse_twice(session: Session, step: Step, wanted: Wanted) -> None:
    """Refuse a form that was sent twice.

    Raises
    ------
    AlreadyDoneError
        The document is there.
    """
    row = session.get(IssuedDocument, wanted.document_id)
    if row is not None and row.dispute_id == step.dispute_id:
        raise AlreadyDoneError("这份文书刚才已经出具,没有重复编号。")
    if row is not None:
        raise NotFoundError(NO_DOCUMENT)


def series_of(kind: Kind) -> str:
    """Return what the numbers of a kind are counted in: all numbered documents together, each form by itself."""
    return SERIES if kind.numbered else kind.code
