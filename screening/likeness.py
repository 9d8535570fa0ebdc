"""How likely two reports tell of one matter: the hint shown while a report is being written.

The hint asks, a person answers: same household and matter, another household with the same matter, or unrelated.
It never looks at who reported. It needs no corpus, so that a phone without signal gives the same answer
(``grid_app/static/field/likeness.js``); the round itself groups by ``screening.linkage``, which sees all texts at once.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from screening.inputs import MIXED_CATEGORY, Incident
from screening.likeness_organisations import organisation_pairs, organisation_stem, same_organisation
from screening.likeness_texts import Reading, Wording, read, say_different_things, wording
from screening.places import distance_m, is_urban, may_be_one_place

SAME_MATTER = "same_matter"
RELATED = "related"
UNRELATED = "unrelated"
SAME_VILLAGE = 0.5
"""Place part of two reports of one village whose positions are not both known."""
FAR = 0.2
"""Place part of two known positions of one village that are not near each other."""
FAR_NAMED = 0.5
"""What is left of a shared name when the positions are not near: a worker may stand elsewhere than the matter is."""
NAMED_ONCE = 0.6
"""What is left of the place when one text names something that the other does not tell."""
WORDLESS_PLACE, WORDLESS_KIND = 0.4, 0.4
"""What place or organisation, and the same category, say about two reports when one has no words."""
OTHER_KIND = 0.5
"""How much the first two digits of the category say without the rest."""
JUST_BELOW = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class HintParameters:
    """The figures of the hint; docs/statistics.md gives the reason of each.

    Parameters
    ----------
    window_days : int
        Reports further apart are not compared.
    same_matter, related : float
        Bounds of the verdict.
    matter : float
        How much of the score is the matter, the rest being place and organisation, as powers of a product.
    half_words : float
        Likeness of the words that counts half: two letters about one thing share few.
    least_names : float
        Share of names below which two texts that both name places are about different ones.
    names_to_words : float
        The same relative to the words: copies must share names as far as they share words.
    copied : float
        Likeness of the words from which one text is a copy of the other.
    near_urban_m, near_rural_m : float
        Distance in metres within which two positions are one place.

    Raises
    ------
    ValueError
        When a figure is out of its range.
    """

    window_days: int = 90
    same_matter: float = 0.75
    related: float = 0.55
    matter: float = 0.65
    half_words: float = 0.15
    least_names: float = 0.25
    names_to_words: float = 0.8
    copied: float = 0.6
    near_urban_m: float = 200.0
    near_rural_m: float = 500.0

    def __post_init__(self) -> None:
        if not 0 < self.related <= self.same_matter <= 1:
            raise ValueError("The duplicate hint needs 0 < related <= same_matter <= 1.")
        if not 0 < self.matter < 1 or self.half_words <= 0 or self.window_days < 1:
            raise ValueError("The duplicate hint needs 0 < matter < 1, half_words above 0 and a day or more.")


@dataclass(frozen=True, slots=True)
class Parts:
    """What a likeness rests on, each 0 to 1; None where the reports do not tell."""

    text: float | None
    names: float | None
    place: float
    organisation: float | None


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two reports are: score 0 to 1, its parts, and what to ask a person."""

    score: float
    parts: Parts
    verdict: str


NOT_COMPARED = Likeness(0.0, Parts(None, None, 0.0, None), UNRELATED)
"""The answer for reports that need no closer look."""


def likeness(one: Incident, other: Incident, params: HintParameters) -> Likeness:
    """Score two reports: ``where^(1 - matter) * what^matter``, since both are needed.

    *Where* is what the texts name, or the organisation, or else the positions: 1 within 200 m in town or 500 m in the
    country. *What* are the words beside the names and the kinds of grievances. Reports of other places, other two-digit
    categories or more than ``window_days`` apart score 0, and so do texts that name different places and reports with
    different organisations, in whatever words. When one has no words, place, category and organisation decide, and the
    verdict is at most ``related``.

    Parameters
    ----------
    one, other : Incident
        The order does not matter.
    params : HintParameters
        Bounds, weights, radii and window.

    Returns
    -------
    Likeness
        ``same_matter`` from 0.75, ``related`` from 0.55, else ``unrelated``.

    Examples
    --------
    >>> from datetime import date
    >>> rent = dict(noted_on=date(2026, 7, 3), category="0901", cell="430702200212", path=("430702",), channel="field")
    >>> told = [Incident(dispute_id=name, reporter=name, text=f"{name}油烟熏人，夜里吵得睡不着", **rent)
    ...         for name in ("云湖花园", "丽景小区")]
    >>> likeness(told[0], told[0], HintParameters()).verdict, likeness(*told, HintParameters()).verdict
    ('same_matter', 'unrelated')
    """
    if not _comparable(one, other, params):
        return NOT_COMPARED
    left, right = read(one.text), read(other.text)
    if say_different_things(left, right):
        return NOT_COMPARED
    told = wording(left, right, params.names_to_words, params.least_names, params.copied)
    organisation = _organisation_part(one, left, other, right)
    place = _place_part(one, other, params)
    parts = Parts(told.words, told.names, place, organisation)
    if told.is_elsewhere or organisation == 0:
        return Likeness(0.0, parts, UNRELATED)
    score = _score(_where(parts, told), told.words, _same_kind(one, other), params)
    if told.words is None or told.is_other_group:
        score = min(score, params.same_matter - JUST_BELOW)
    verdict = SAME_MATTER if score >= params.same_matter else RELATED if score >= params.related else UNRELATED
    return Likeness(score, parts, verdict)


def likely_matches(
    new: Incident, candidates: Iterable[Incident], params: HintParameters, *, limit: int = 3
) -> tuple[tuple[str, Likeness], ...]:
    """Give the most alike disputes worth asking about, best first, at most ``limit``; unrelated ones are left out."""
    scored = ((one.dispute_id, likeness(new, one, params)) for one in candidates)
    worth = [(name, how) for name, how in scored if how.verdict != UNRELATED and name != new.dispute_id]
    return tuple(sorted(worth, key=lambda pair: (-pair[1].score, pair[0]))[:limit])


def _comparable(one: Incident, other: Incident, params: HintParameters) -> bool:
    days = abs((one.noted_on - other.noted_on).days)
    return one.category2 == other.category2 and days <= params.window_days and may_be_one_place(one, other)


def _place_part(one: Incident, other: Incident, params: HintParameters) -> float:
    metres = distance_m(one, other)
    if metres is None:
        return SAME_VILLAGE
    return 1.0 if metres <= (params.near_urban_m if is_urban(one.cell) else params.near_rural_m) else FAR


def _organisation_part(one: Incident, left: Reading, other: Incident, right: Reading) -> float | None:
    """Compare what both name; when only one does, see whether the other's text mentions it."""
    if one.organisation and other.organisation:
        return same_organisation(one.organisation, other.organisation)
    given = one.organisation or other.organisation or ""
    pairs = organisation_pairs(organisation_stem(given))
    text = right if one.organisation else left
    return 1.0 if pairs and pairs <= text.pairs else None


def _where(parts: Parts, told: Wording) -> float:
    named = [part for part in (parts.names, parts.organisation) if part is not None]
    if named:
        return max(named) * (FAR_NAMED if parts.place == FAR else 1.0)
    return parts.place * (NAMED_ONCE if told.is_named_once else 1.0)


def _score(where: float, words: float | None, kind: float, params: HintParameters) -> float:
    if words is None:
        return WORDLESS_PLACE * where + WORDLESS_KIND * kind
    what = (1 + params.half_words) * words / (words + params.half_words)
    return float(where ** (1 - params.matter) * what**params.matter)


def _same_kind(one: Incident, other: Incident) -> float:
    if one.category2 == MIXED_CATEGORY:
        return 0.0
    return 1.0 if one.category == other.category else OTHER_KIND
