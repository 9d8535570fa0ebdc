"""Which documents fit a dispute as it stands now: a table of states, and what must be there first."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from grid_app.documents.kinds import Kind, kinds
from grid_app.services.matters.states import is_referral_only
from grid_app.vocabulary.words import STATE_WORDS

ANY: Final = tuple(STATE_WORDS)
_AFTER_ACCEPTANCE: Final = tuple(
    state for state in STATE_WORDS if state not in ("reported", "not_accepted", "referred_out")
)
_MEDIATED: Final = ("mediating", "agreed", "performed", "terminated", "on_legal_pathway", "following_up", "closed")
FITS: Final = {
    "registration": ANY,
    "acceptance_notice": _AFTER_ACCEPTANCE,
    "non_acceptance_notice": ("not_accepted",),
    "transfer_letter": ("accepted", "handling", "reopened", "referred_out"),
    "mediation_application": ("accepted", "handling", "reopened", "mediating"),
    "mediation_record": _MEDIATED,
    "mediation_agreement": ("mediating", "agreed", "performed", "following_up", "closed"),
    "termination_notice": ("terminated", "on_legal_pathway", "handling", "closed"),
    "handling_opinion": ("handling", "replied", "following_up", "closed"),
    "delivery_receipt": (*_AFTER_ACCEPTANCE, "not_accepted"),
    "follow_up_record": ("following_up", "closed", "performed", "replied"),
    "handling_report": (*_AFTER_ACCEPTANCE, "referred_out"),
}
REFERRAL_KINDS: Final = frozenset({"registration", "transfer_letter", "delivery_receipt", "non_acceptance_notice"})
"""What may be made for matters that are only passed on: nothing of them is mediated or decided here."""
FIRST: Final = {
    "accepted": "acceptance_notice",
    "not_accepted": "non_acceptance_notice",
    "referred_out": "transfer_letter",
    "mediating": "mediation_record",
    "agreed": "mediation_agreement",
    "terminated": "termination_notice",
    "replied": "delivery_receipt",
    "following_up": "follow_up_record",
}
"""What is usually wanted first in a state; it stands at the top."""


def fitting(*, state: str, category: str, known: Collection[str] = ()) -> list[Kind]:
    """Return the kinds of documents that fit a dispute of ``category`` in ``state``, the likeliest first.

    ``known`` are kinds whose words have been written down already, such as an agreement that was drafted.
    """
    found = [kind for code, kind in kinds().items() if state in FITS.get(code, ())]
    if is_referral_only(category):
        found = [kind for kind in found if kind.code in REFERRAL_KINDS]
    return sorted(found, key=lambda kind: (kind.code not in known, kind.code != FIRST.get(state)))
