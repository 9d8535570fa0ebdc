"""How likely two reports tell of one matter: the hint shown while a report is being written.

The hint asks, a person answers: same household and matter, another household with the same matter, or unrelated.
It never looks at who reported. The round itself groups by ``screening.linkage``, which sees all texts at once.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from screening.inputs import Incident
from screening.letters import jaccard
from screening.parameters import Parameters
from screening.places import distance_m, is_urban, may_be_one_place

SAME_MATTER = "same_matter"
RELATED = "related"
UNRELATED = "unrelated"
SAME_VILLAGE = 0.5
"""Place part of two reports of one village whose positions are not both known."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The three parts of a likeness, 0 to 1; ``organisation`` is None when neither report names one."""

    text: float
    place: float
    organisation: float | None


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two reports are: weighted score 0 to 1, its parts, and what to ask a person."""

    score: float
    parts: Parts
    verdict: str


def likeness(one: Incident, other: Incident, params: Parameters) -> Likeness:
    """Score two reports: 0.5 text + 0.3 place + 0.2 organisation; a part neither tells is left out.

    Reports of other places, other two-digit categories or more than ``window_days`` apart are unrelated with
    score 0. Place: 1 within 200 m in town or 500 m in the country, 0 beyond, 0.5 in one village without positions.

    Parameters
    ----------
    one, other : Incident
        The order does not matter.
    params : Parameters
        Weights, radii, window and the bounds of the verdict.

    Returns
    -------
    Likeness
        ``same_matter`` from 0.75, ``related`` from 0.5, else ``unrelated``.

    Examples
    --------
    >>> from datetime import date
    >>> rent = dict(noted_on=date(2026, 7, 3), category="0901", cell="430702200212", path=("430702",),
    ...             channel="field", text="某公司拖欠土地租金", organisation="某公司")
    >>> first = Incident(dispute_id="a", reporter="h1", **rent)
    >>> second = Incident(dispute_id="b", reporter="h2", **rent)
    >>> likeness(first, second, Parameters()).verdict
    'same_matter'
    """
    parts = Parts(jaccard(one.text, other.text), _place_part(one, other, params), _organisation_part(one, other))
    if not _comparable(one, other, params):
        return Likeness(0.0, parts, UNRELATED)
    score = _score(parts, params)
    verdict = SAME_MATTER if score >= params.same_matter else RELATED if score >= params.related else UNRELATED
    return Likeness(score, parts, verdict)


def likely_matches(
    new: Incident, candidates: Iterable[Incident], params: Parameters, *, limit: int = 3
) -> tuple[tuple[str, Likeness], ...]:
    """Give the most alike disputes worth asking about, best first, at most ``limit``; unrelated ones are left out."""
    scored = ((one.dispute_id, likeness(new, one, params)) for one in candidates)
    worth = [(name, how) for name, how in scored if how.verdict != UNRELATED and name != new.dispute_id]
    return tuple(sorted(worth, key=lambda pair: (-pair[1].score, pair[0]))[:limit])


def _comparable(one: Incident, other: Incident, params: Parameters) -> bool:
    days = abs((one.noted_on - other.noted_on).days)
    return one.category2 == other.category2 and days <= params.window_days and may_be_one_place(one, other)


def _place_part(one: Incident, other: Incident, params: Parameters) -> float:
    metres = distance_m(one, other)
    if metres is None:
        return SAME_VILLAGE if one.cell == other.cell else 0.0
    return 1.0 if metres <= (params.near_urban_m if is_urban(one.cell) else params.near_rural_m) else 0.0


def _organisation_part(one: Incident, other: Incident) -> float | None:
    if not one.organisation and not other.organisation:
        return None
    return 1.0 if one.organisation == other.organisation else 0.0


def _score(parts: Parts, params: Parameters) -> float:
    told = params.text_weight * parts.text + params.place_weight * parts.place
    if parts.organisation is None:
        return told / (params.text_weight + params.place_weight)
    return told + params.organisation_weight * parts.organisation
