"""What is stored against what is listed over all scopes and what the map accounts for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from bench.acceptance.ledger import Ledger
from bench.acceptance.site import Site
from bench.acceptance.staff import COUNTY_A, COUNTY_B, posts
from bench.acceptance.timeline import SettableClock
from grid_app.database.transaction import reading
from grid_app.models.accounts import Account
from grid_app.models.disputes import Dispute, Submission
from grid_app.models.places import Division
from grid_app.policy import ADMIN_ROLES, Role, Scope, dispute_scope
from grid_app.queries.disputes import COUNTED_TO, Asked, Cut, Tab, list_disputes, tallies
from grid_app.queries.map_counts import map_counts
from grid_app.services.accounts.actors import actors_of

STORED = "disputes stored and listed over all scopes"
MAPPED = "disputes on the map"
LIST_SIZE = 1_000


def count_disputes(ledger: Ledger, clock: SettableClock, *, accepted: Mapping[str, int]) -> None:
    """Note that what was accepted is stored, and what is stored is listed and accounted for by the map.

    Parameters
    ----------
    accepted : mapping
        How many reports were answered as accepted in each county, by its code.
    """
    with reading() as session:
        scopes = _scopes(session, clock)
        for county in (COUNTY_A, COUNTY_B):
            stored = _stored(session, county)
            ledger.put(STORED, f"{county} stored", stored)
            ledger.must_add_up(f"{county} stored", stored, {"accepted": accepted[county]})
            _count_lists(session, ledger, scopes, county=county, stored=stored)
            _count_maps(session, ledger, scopes, county=county, stored=stored)
        _count_everywhere(session, ledger, accepted)
        _count_administrators(session, ledger, scopes)


def count_audit(ledger: Ledger, site: Site) -> None:
    """Note that the audit chain is whole from its first link to its last, by the auditor's own command."""
    told = site.command("audit", "verify")
    ledger.put("audit", "links verified", told["verified_until"])
    ledger.must_be_true("the audit chain is whole", told["whole"], f"broken at link {told['broken_at']}")


def _scopes(session: Session, clock: SettableClock) -> dict[str, Scope]:
    """Return what each account may see, by its login."""
    accounts = {account.login: account.id for account in session.scalars(select(Account))}
    return {post.login: dispute_scope(actors_of(session, accounts[post.login], now=clock.now())[0]) for post in posts()}


def _count_lists(session: Session, ledger: Ledger, scopes: Mapping[str, Scope], *, county: str, stored: int) -> None:
    """Note that every dispute stands in the list of exactly one township, or is the county's alone."""
    seen: Counter[UUID] = Counter()
    for login in _township_leads(county):
        listed = _listed(session, scopes[login])
        tally = tallies(session, scope=scopes[login], asked=Asked())
        if max(tally.values()) <= COUNTED_TO:
            ledger.must_add_up(f"{login}: lines listed", len(listed), {"tally": tally[Tab.ALL]})
        seen.update(listed)
    everything = _listed(session, scopes[f"lead-{county}"])
    alone = everything - seen.keys()
    sealed = session.scalar(_within(county).where(_withheld())) or 0
    coarse = session.scalar(_within(county).where(Dispute.division_code == county, ~_withheld())) or 0
    ledger.put(STORED, f"{county} listed by its townships", len(seen))
    ledger.put(STORED, f"{county} seen by the county alone", len(alone))
    ledger.must_be_true(f"{county}: no dispute in two townships' lists", max(seen.values(), default=1) == 1)
    ledger.must_add_up(f"{county} stored", stored, {"townships' lists": len(seen), "county alone": len(alone)})
    ledger.must_add_up(f"{county} county alone", len(alone), {"15xx and 16xx": sealed, "no township known": coarse})


def _count_maps(session: Session, ledger: Ledger, scopes: Mapping[str, Scope], *, county: str, stored: int) -> None:
    """Note that the county's map accounts for every dispute, and its townships' maps for theirs."""
    counts = map_counts(session, scopes[f"lead-{county}"])
    parts = {"on the map": counts.on_map, "not located": counts.not_located, "withheld by rule": counts.withheld}
    for name, count in parts.items():
        ledger.put(MAPPED, f"{county} {name}", count)
    ledger.must_add_up(f"{county} stored", stored, parts)
    withheld = session.scalar(_within(county).where(_withheld())) or 0
    nowhere = session.scalar(_within(county).where(Dispute.place_kind == "not_located", ~_withheld())) or 0
    ledger.must_add_up(f"{county} withheld by rule", counts.withheld, {"15xx and 16xx": withheld})
    ledger.must_add_up(f"{county} not located", counts.not_located, {"without a village": nowhere})
    townships = [map_counts(session, scopes[login]) for login in _township_leads(county)]
    shown = sum(one.on_map for one in townships)
    ledger.must_add_up(f"{county} on the map", counts.on_map, {"townships' maps": shown})


def _count_everywhere(session: Session, ledger: Ledger, accepted: Mapping[str, int]) -> None:
    everywhere = session.scalar(select(func.count()).select_from(Dispute)) or 0
    kept = session.scalar(select(func.count()).select_from(Submission)) or 0
    ledger.put(STORED, "stored in all", everywhere)
    ledger.must_add_up("stored in all", everywhere, accepted)
    ledger.must_add_up("stored in all", everywhere, {"submissions kept": kept})


def _count_administrators(session: Session, ledger: Ledger, scopes: Mapping[str, Scope]) -> None:
    admins = [post.login for post in posts() if post.role in ADMIN_ROLES]
    seen = sum(len(_listed(session, scopes[login])) for login in admins)
    ledger.put(STORED, f"listed by {len(admins)} administrators", seen)
    ledger.must_add_up("administrators list", seen, {"nothing": 0})


def _township_leads(county: str) -> list[str]:
    return [post.login for post in posts() if post.role is Role.TOWNSHIP_LEAD and post.division.startswith(county)]


def _listed(session: Session, scope: Scope) -> set[UUID]:
    """Return every dispute of a list, page by page as a person would turn them."""
    found: set[UUID] = set()
    cursor, more = None, True
    while more:
        page = list_disputes(session, scope=scope, asked=Asked(), cut=Cut(after=cursor, size=LIST_SIZE))
        found |= {line.id for line in page.lines}
        cursor, more = page.after, page.after is not None
    return found


def _stored(session: Session, county: str) -> int:
    return session.scalar(_within(county)) or 0


def _within(county: str) -> Select[int]:
    return (
        select(func.count())
        .select_from(Dispute)
        .join(Division, Division.code == Dispute.division_code)
        .where(Division.path.startswith(f"/{county}/"))
    )


def _withheld() -> ColumnElement[bool]:
    return or_(Dispute.category.like("15%"), Dispute.category.like("16%"))
