"""What closing a dispute asks of its mediation: an agreement is a ground only when every promise was kept (1.6)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.errors import InvalidError
from grid_app.models.disputes import Dispute
from grid_app.models.mediation import AgreementTerm, MediationAgreement
from grid_app.services.mediation.cases import open_case

PERFORMED: Final = "agreement_performed"


def require_performed(session: Session, dispute: Dispute, *, ground: str) -> None:
    """Refuse to close an agreement as performed while a promise of it is open.

    An agreement that stands only on paper and was never entered here is for the reviewer to look at.

    Raises
    ------
    InvalidError
        Something that was promised has not been recorded as done.
    """
    if ground != PERFORMED:
        return
    left = session.scalars(
        select(AgreementTerm.number)
        .join(MediationAgreement, MediationAgreement.id == AgreementTerm.agreement_id)
        .where(
            MediationAgreement.dispute_id == dispute.id,
            MediationAgreement.effective_on.is_not(None),
            AgreementTerm.done_on.is_(None),
        )
        .order_by(AgreementTerm.number)
    ).all()
    if left:
        numbers = "、".join(str(number) for number in left)
        raise InvalidError(
            "没有办结。协议签了还不算解决,要履行完才能按“协议已履行”办结;已填的都还在。",
            fields={"ground": f"协议第 {numbers} 条还没有记下履行。请先在“调解”页记履行情况。"},
            code="not_performed",
        )


def drop_unbegun(session: Session, dispute: Dispute, *, now: datetime) -> None:
    """End a mediation that was offered and never begun, because the dispute is being closed."""
    case = open_case(session, dispute)
    if case is not None and case.state == "asking":
        case.state, case.ended_at = "dropped", now
