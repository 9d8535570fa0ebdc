"""The guide where to go with what (导引图): made from the list of legal pathways, to read and to print on A4."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import Blueprint

from grid_app.clock import local_date
from grid_app.database.transaction import reading
from grid_app.http.guard import requires
from grid_app.policy import Action
from grid_app.services.handling.legal_pathways import Pathway, PathwayList, pathways_on
from grid_app.vocabulary.categories import category_names, group_of, tiles
from grid_app.vocabulary.mediation import mediation_rules
from grid_app.web.residents.frame import page
from grid_app.web.wording import local_date as day_words
from grid_app.wiring import wired

FOR_ALL: Final = "什么事都可以"
OTHER: Final = "其他"
STEPS: Final = (
    ("有人正有危险", "先打 110、119、120。"),
    ("能商量的先商量", "到村(社区)、乡镇的调解室,请人民调解员帮着谈。不收费;不愿意调解,一句话就停。"),
    ("法律另有规定的", "照下面的表,直接找管这件事的机关,时间不要过。"),
    ("都不合适的", "到乡镇或者县信访部门反映,十五天内书面告诉您受理不受理,六十天内办完。"),
)


@dataclass(frozen=True)
class Topic:
    """One kind of matter in plain words, and where one can go with it."""

    words: str
    ways: tuple[Pathway, ...]


@requires(Action.PUBLIC)
def guide() -> str:
    """Show the guide that counts today."""
    today = local_date(wired().clock.now())
    with reading() as session:
        listed = pathways_on(session, today)
    return page(
        "resident_guide.html",
        steps=STEPS,
        topics=topics_of(listed),
        ways=listed.pathways,
        kinds=mediation_rules().kinds,
        version=listed.version,
        today=day_words(today),
    )


def topics_of(listed: PathwayList) -> list[Topic]:
    """Return every pathway of the list, each at least once: by the plain tiles first, then by what no tile covers."""
    words: dict[str, list[str]] = {}
    for tile in tiles():
        words.setdefault(group_of(tile.code), []).append(tile.label)
    groups = [*words, *sorted({group for one in listed.pathways for group in one.groups} - set(words))]
    topics = [
        Topic("、".join(words.get(group, [category_names().get(group, OTHER)])), ways)
        for group in groups
        if (ways := tuple(one for one in listed.pathways if group in one.groups))
    ]
    general = tuple(one for one in listed.pathways if not one.groups)
    return [*topics, *([Topic(FOR_ALL, general)] if general else [])]


def add_routes(bp: Blueprint) -> None:
    """Hang this page on the blueprint of residents."""
    bp.add_url_rule("/r/guide", "guide", guide, methods=["GET"])
