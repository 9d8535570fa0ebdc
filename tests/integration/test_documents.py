"""Numbers of documents on both databases: no hole, no double, whoever is quicker; what was overtaken is made anew."""

from __future__ import annotations

from threading import Barrier, Thread
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from grid_app.database.transaction import reading, transaction
from grid_app.documents.kinds import kinds
from grid_app.documents.words import day_words
from grid_app.models.documents import IssuedDocument
from grid_app.services.documents.drafts import Wanted, check_wanted, draft_to_issue, preview, read_facts, render
from grid_app.services.documents.issuing import issue, seal
from grid_app.services.documents.values import proposed, proposed_terms
from grid_app.services.matters.step import Step
from grid_app.wiring import wired
from tests.builders import add_dispute
from tests.mediation_world import DUE, TEXTS, agreed
from tests.world import NOW, World


@pytest.fixture
def matter(app: Flask, app_world: World) -> UUID:
    with transaction() as session:
        return add_dispute(session, app_world, state="accepted", accepted_at=NOW).id


def made(world: World, matter: UUID):
    """Return a step, a draft with the next number, and its sealed files."""
    wanted = Wanted(uuid4(), kinds()["acceptance_notice"], {})
    with transaction() as session:
        step = Step(matter, world.actor(session, "township_officer"), 0, NOW)
        draft = draft_to_issue(session, step, wanted, cipher=wired().keys.fields, per_day=50)
    return step, draft, seal(render(draft), wired().files)


def give(step, draft, sealed) -> bool:
    with transaction() as session:
        return issue(session, step, draft, sealed)


def numbers() -> list[int]:
    with reading() as session:
        return list(session.scalars(select(IssuedDocument.number).order_by(IssuedDocument.number)))


def test_what_was_overtaken_gets_no_number(app_world: World, matter: UUID):
    first, second = made(app_world, matter), made(app_world, matter)

    assert give(*first) is True
    assert give(*second) is False
    assert give(*made(app_world, matter)) is True
    assert numbers() == [1, 2]


def test_a_crash_leaves_no_hole(app_world: World, matter: UUID):
    step, draft, sealed = made(app_world, matter)
    with pytest.raises(RuntimeError), transaction() as session:
        assert issue(session, step, draft, sealed)
        raise RuntimeError("the power went out")

    assert numbers() == []
    assert give(*made(app_world, matter)) is True
    assert numbers() == [1]


def test_several_at_once_each_get_their_own_number(app: Flask, app_world: World, matter: UUID):
    start = Barrier(4)

    def clerk() -> None:
        with app.app_context():
            start.wait()
            while not give(*made(app_world, matter)):
                pass

    clerks = [Thread(target=clerk) for _ in range(4)]
    for one in clerks:
        one.start()
    for one in clerks:
        one.join(timeout=60)

    assert numbers() == [1, 2, 3, 4]


def test_the_paper_of_an_agreement_says_what_was_agreed(app_world: World):
    kind = kinds()["mediation_agreement"]
    with transaction() as session:
        dispute = agreed(session, app_world)
        step = Step(dispute.id, app_world.actor(session, "mediator"), 0, NOW)
        facts = read_facts(session, step, cipher=wired().keys.fields, kind=kind)
        wanted = check_wanted(Wanted(uuid4(), kind, proposed(kind, facts), proposed_terms(facts)))
        values = preview(session, step, wanted, cipher=wired().keys.fields).values

    assert [values[name] for name in ("纠纷事实", "争议事项", "各方责任", "履行方式")] == list(TEXTS.values())
    assert values["协议事项"] == [{"谁": "当事人A", "做什么": "做好第 1 件事", "何时前": day_words(DUE)}]
    assert values["调解员"] == facts.mediation.mediator != ""
    assert [row["称呼"] for row in values["当事人"]] == ["当事人A", "当事人B"]
