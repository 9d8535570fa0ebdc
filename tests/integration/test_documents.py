"""Numbers of documents on both databases: no hole, no double, whoever is quicker; what was overtaken is made anew."""

from __future__ import annotations

from threading import Barrier, Thread
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from grid_app.database.transaction import reading, transaction
from grid_app.documents.kinds import kinds
from grid_app.models.documents import IssuedDocument
from grid_app.services.documents.drafts import Wanted, draft_to_issue, render
from grid_app.services.documents.issuing import issue, seal
from grid_app.services.matters.step import Step
from grid_app.wiring import wired
from tests.builders import add_dispute
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
